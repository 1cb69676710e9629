#!/usr/bin/env bash
# Every rule of the lint must be able to fail: each is broken once in a small tree of its own.
# shellcheck disable=SC2016
set -euo pipefail
home=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tree=$scratch/tree
tests=0
failed=0

verdict() { # true or false, name
  tests=$((tests + 1))
  if "$1"; then
    echo "ok $tests - $2"
  else
    echo "not ok $tests - $2"
    failed=1
  fi
}

# A tree without a fault, small enough to read here.
plant_tree() {
  rm -rf "$tree"
  mkdir -p "$tree"/service/{base,market,strategies,jobs} "$tree"/writers "$tree"/tests
  cp -r "$home/tests/lint" "$tree/tests/lint"
  cp "$home/Makefile" "$home"/.clang-{format,tidy} "$tree"
  cd "$tree"
  git init -q . 2>/dev/null || true
  cat >service/base/seed.h <<'END'
/* A seed. */
#ifndef PLAYBOOK_BASE_SEED_H
#define PLAYBOOK_BASE_SEED_H

int seed_size(int number);

#endif
END
  cat >service/base/seed.c <<'END'
#include "service/base/seed.h"

int seed_size(int number)
{
    return number + 1; /* not strcpy(a, b) and no "printf(" */
}
END
  header service/base/error.h 'struct error;'
}

lines() { # number of lines, text
  yes "$2" 2>/dev/null | head -n "$1" || true
}

header() { # path, then lines behind the guard
  local path=$1
  shift
  plant "$path" '#ifndef PLANTED_H' '#define PLANTED_H' '' "$@" '' '#endif'
}

plant() { # path, then lines
  local path=$1
  shift
  printf '%s\n' '/* Planted. */' "$@" >"$path"
}

said() { # script: what it says of the tree, and its status
  local status=0
  "tests/lint/$1" || status=$?
  echo "status $status"
}

# The rule holds before and is broken after, and what is at fault is named.
declare -A before
catches() { # script, rule, what is at fault, then the command that plants it
  local script=$1 rule=$2 where=$3 after good=false
  shift 3
  plant_tree
  [ -n "${before[$script]-}" ] || before[$script]=$(said "$script")
  "$@"
  after=$(said "$script")
  if grep -q "^ok [0-9]* - $rule" <<<"${before[$script]}" && grep -q '^status 1$' <<<"$after" &&
    grep -q "^not ok [0-9]* - $rule" <<<"$after" && grep -qF "$where" <<<"$after"; then
    good=true
  fi
  verdict "$good" "caught: $rule ($where)"
  "$good" || printf '%s\n' "--- before" "${before[$script]}" "--- after" "$after" | sed 's|^|# |'
}

holds() { # script, what it lets pass
  local good=false says
  says=$(said "$1")
  [[ $says != *"status 0" ]] || good=true
  verdict "$good" "let pass: $2"
  "$good" || printf '%s\n' "$says" | sed 's|^|# |'
}

# ---- direction -----------------------------------------------------------------------------------

layers() { catches layers.sh "$@"; }
layers "every include is a full path" service/base/a.c:2 plant service/base/a.c '#include "seed.h"'
layers "every part has its place" service/attic/a.c:2 \
  eval 'mkdir service/attic; plant service/attic/a.c "#include \"service/base/seed.h\""'
way="no part includes one that stands above it"
header_of() { # part: a header that is there to be included
  mkdir -p "$1"
  header "$1/up.h"
}
layers "$way" service/base/a.c:2 \
  eval 'header_of service/market; plant service/base/a.c "#include \"service/market/up.h\""'
layers "$way" writers/a.c:2 \
  eval 'header_of service/jobs; plant writers/a.c "#include \"service/jobs/up.h\""'
layers "$way" service/jobs/a.c:2 \
  eval 'header service/settings.h; plant service/jobs/a.c "#include \"service/settings.h\""'
layers "$way" service/main.c:2 \
  eval 'header_of tests/support; plant service/main.c "#include \"tests/support/up.h\""'

plant_tree
header service/settings.h
header_of service/live
header_of service/feeds
header_of tests/support
mkdir service/http
include() { printf '#include "%s"\n' "$@"; }
plant service/main.c "$(include service/settings.h service/live/up.h service/base/seed.h)"
plant service/http/a.c "$(include service/live/up.h service/feeds/up.h)"
plant tests/support/a.c "$(include tests/support/up.h service/settings.h)"
holds layers.sh "what the table allows"

# ---- style ---------------------------------------------------------------------------------------

style() { catches style.sh "$@"; }
wide=$(lines 20 word. | tr -d '\n')
style "no line is longer than 100" service/base/a.c:2 plant service/base/a.c "/* $wide */"
style "nothing is indented with tabs" service/base/a.c:3 plant service/base/a.c 'enum {' $'\tA };'
style "no function is longer than 70" "service/base/a.c:3: 71 lines" \
  plant service/base/a.c 'void f(void)' '{' "$(lines 71 '    ;')" '}'
style "no file is longer than 600" service/base/a.c:601 \
  plant service/base/a.c "$(lines 600 'int a;')"
style "no header is longer than 150" service/base/a.h:151 \
  header service/base/a.h "$(lines 145 'int a;')"
style "every header has its guard" service/base/a.h:1 plant service/base/a.h 'int a;'
style "every file says what it is for" service/base/a.h:1 eval 'echo "int a;" >service/base/a.h'
style "every file says what it is for" service/base/a.c:1 eval 'echo "int a;" >service/base/a.c'
style "every file says what it is for" tests/a.sh:1 eval 'printf "%s\n" "#!/bin/sh" ls >tests/a.sh'
style "every file says what it is for" tests/a.py:1 eval 'echo "import os" >tests/a.py'

call() { # path, code
  plant "$1" "int f(void) { return $2; }"
}
for name in strcpy strcat sprintf strncpy strtok atoi atof gets localtime gmtime system rand; do
  style "no banned function" "service/jobs/a.c:2:int f(void) { return $name" \
    call service/jobs/a.c "$name(a)"
done
environment="only service/settings.c reads the environment"
style "$environment" service/jobs/a.c:2 call service/jobs/a.c 'getenv("HOME")'
style "$environment" writers/a.c:2 call writers/a.c 'secure_getenv("HOME")'
style "the core reads no clock" service/market/a.c:2 call service/market/a.c 'time(NULL)'
style "the core reads no clock" service/market/a.c:2 call service/market/a.c 'clock_gettime(a, b)'
style "the core neither reads nor writes" service/strategies/a.c:2 \
  call service/strategies/a.c 'fprintf(stderr, "a")'
style "the core neither reads nor writes" service/strategies/a.c:2 \
  call service/strategies/a.c 'puts("a")'
style "the core includes no clock" service/market/a.c:2 \
  plant service/market/a.c '#include "service/base/clock.h"'
style "the core allocates only through" service/market/a.c:2 call service/market/a.c 'malloc(1)'
style "the core allocates only through" service/market/a.c:2 call service/market/a.c 'calloc(1, 1)'

plant_tree
call service/settings.c 'getenv("HOME")'
call service/jobs/a.c 'time(NULL) + printf("a") + !malloc(1)'
call service/market/a.c 'localtime_r(a, b) + snprintf(a, 1, "b") + desk->time(a) + run_time(a)'
holds style.sh "what is not forbidden"

if command -v git >/dev/null; then
  style "no file mentions a folder outside" notes.md:1 eval 'echo "see ../sh""ared/a" >notes.md'
  style "no file mentions a folder outside" notes.md:1 eval 'echo "in /wo""rk/main" >notes.md'
fi

# ---- tools ---------------------------------------------------------------------------------------

planted() { # tool, then as catches wants it
  command -v "$1" >/dev/null || return 0
  shift
  catches "$@"
}
planted clang-format tools.sh "every C file is in the house format" service/base/a.c:2 \
  plant service/base/a.c 'int  a;'
planted clang tools.sh "clang finds nothing" service/base/a.c:2 \
  plant service/base/a.c 'static int a;'
planted shellcheck tools.sh "shellcheck finds nothing" tests/a.sh:3 \
  eval 'printf "%s\n" "#!/bin/sh" "# Planted." "cat \$1" >tests/a.sh'

# ---- analysers -----------------------------------------------------------------------------------

begin='#include <stdio.h>
int f(int n);
int f(int n)
{'
planted gcc analysers.sh "gcc's analyser finds nothing" service/base/a.c:7 \
  plant service/base/a.c "$begin" 'FILE *p = fopen("p", "r");' 'if (n)' 'return n;' \
  'return fclose(p);' '}'
planted clang-tidy analysers.sh "clang-tidy finds nothing" service/base/a.c:6 \
  plant service/base/a.c "$begin" 'return n == 1 || n == 1;' '}'
planted cppcheck analysers.sh "cppcheck finds nothing" service/base/a.c:7 \
  plant service/base/a.c "$begin" 'int a[2] = { n, n };' 'return a[2];' '}'

echo "1..$tests"
exit "$failed"
