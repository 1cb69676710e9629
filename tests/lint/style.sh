#!/usr/bin/env bash
# The rules of style that a machine can check, over every source, header and script.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."
. tests/lint/rule.sh

files() { # find's tests
  find . \( -path ./build -o -path ./.git \) -prune -o -type f \( "$@" \) -print |
    sed 's|^\./||' | sort
}
mapfile -t c_files < <(files -name '*.[ch]')
mapfile -t headers < <(files -name '*.h')
mapfile -t scripts < <(files -name '*.sh' -o -name '*.py' -o -path './.ci/run')

# The code as "file:line:text", without what stands in comments and strings.
code=$(
  awk '
    FNR == 1 { comment = 0 }
    {
      line = $0; kept = ""
      while (line != "") {
        if (comment) {
          end = index(line, "*/")
          line = end ? substr(line, end + 2) : ""
          comment = !end
        } else if (match(line, /\/\*|\/\/|"([^"\\]|\\.)*"|\047([^\047\\]|\\.)*\047/)) {
          token = substr(line, RSTART, 2)
          kept = kept substr(line, 1, RSTART - 1)
          comment = token == "/*"
          line = token == "//" ? "" : substr(line, RSTART + (comment ? 2 : RLENGTH))
        } else {
          kept = kept line
          line = ""
        }
      }
      print FILENAME ":" FNR ":" kept
    }' /dev/null "${c_files[@]}"
)

# Lines of code below a folder that call one of the functions.
calls() { # path as a pattern, functions as a|b|c
  grep -E "^$1[^:]*:.*[^a-zA-Z0-9_.>]($2)\(" <<<"$code" || true
}
shipped='(service|writers)/'
core='service/(market|trading|indicators|strategies|risk|engine|stats)/'

# ---- shape ---------------------------------------------------------------------------------------

# Bytes that continue a UTF-8 character have no width.
rule "no line is longer than 100 columns" "$(awk '
  { shown = $0; gsub(/[\200-\277]/, "", shown) }
  length(shown) > 100 { print FILENAME ":" FNR ": " length(shown) " columns" }' \
  Makefile "${c_files[@]}" "${scripts[@]}")"

rule "nothing is indented with tabs" "$(
  grep -n $'\t' /dev/null "${c_files[@]}" "${scripts[@]}" || true)"

rule "no function is longer than 70 lines" "$(awk '
  FNR == 1 { begin = 0 }
  /^\{/ { begin = FNR }
  /^\}/ {
    if (begin && FNR - begin - 1 > 70) print FILENAME ":" begin ": " FNR - begin - 1 " lines"
    begin = 0
  }' /dev/null "${c_files[@]}")"

rule "no file is longer than 600 lines" "$(
  awk 'FNR == 601 { print FILENAME ":601: too long" }' /dev/null "${c_files[@]}" "${scripts[@]}")"

rule "no header is longer than 150 lines" "$(
  awk 'FNR == 151 { print FILENAME ":151: too long" }' /dev/null "${headers[@]}")"

rule "every header has its guard" "$(
  for file in "${headers[@]}"; do
    awk '/^#ifndef [A-Z0-9_]+_H$/ { name = $2; getline; if ($0 == "#define " name) found = 1 }
      END { if (!found) print FILENAME ":1: no #ifndef ..._H with its #define" }' "$file"
  done)"

# A source is told about in its header, a test by the header of what it tests.
rule "every file says what it is for" "$(
  for file in "${c_files[@]}"; do
    case $file in
      tests/*/test_*.c) continue ;;
      *.c) [ ! -e "${file%.c}.h" ] || continue ;;
    esac
    [[ $(head -n 1 "$file") == "/*"* ]] || echo "$file:1: begin with a comment"
  done
  for file in "${scripts[@]}"; do
    sed -n '/^#!/d; p; q' "$file" | grep -qE '^(# |""")' || echo "$file:1: begin with a comment"
  done)"

# ---- calls ---------------------------------------------------------------------------------------

rule "no banned function is called" "$(calls '' "strcpy|strcat|sprintf|vsprintf|strncpy|strncat|\
strtok|atoi|atol|atoll|atof|gets|localtime|gmtime|ctime|asctime|system|popen|rand|srand|setlocale")"

rule "only service/settings.c reads the environment" "$(
  calls "$shipped" '(secure_)?getenv' | grep -v '^service/settings\.c:' || true)"

rule "the core reads no clock" "$(calls "$core" "time|clock|clock_(gettime|wall_us|monotonic_us)|\
gettimeofday|timespec_get|(u|nano)?sleep")"

rule "the core neither reads nor writes" "$(
  calls "$core" "v?f?printf|v?dprintf|f?puts|f?putc|putchar|perror|\
fwrite|fread|fopen|fgets|getline")"

rule "the core includes no clock, log or file" "$(
  grep -nE '^#include "service/base/(clock|log|file)\.h"' /dev/null "${c_files[@]}" |
    grep -E "^$core" || true)"

rule "the core allocates only through memory.h" "$(
  calls "$core" 'malloc|calloc|realloc|reallocarray|aligned_alloc|strn?dup|v?asprintf')"

# ---- what leaves the house -----------------------------------------------------------------------

# Written in pieces, so that this file does not mention them.
elsewhere='\.\./sh''ared|/wo''rk/'
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  rule "no file mentions a folder outside" "$(
    git ls-files -z --cached --others --exclude-standard |
      xargs -0r grep -InE -e "$elsewhere" /dev/null 2>/dev/null || true)"
else
  skip "no file mentions a folder outside" "not a git checkout"
fi
finish
