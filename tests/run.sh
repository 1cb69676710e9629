#!/usr/bin/env bash
# Runs test programs and says what came of them: tests/run.sh program...
#
# A test program prints one line a test, "ok 1 - name", "not ok 2 - name" or "ok 3 - name # SKIP
# why", and may announce their number with "1..3". Compiled ones are cmocka's; *.py and *.sh are
# scripts. A program that exits with an error although no test failed, stops before its last test or
# prints no test at all counts as one failure more. The last line is "N passed, N failed, N
# skipped"; the status is 1 when any failed.
set -u

jobs=$(nproc)
timeout_s=${TEST_TIMEOUT_S:-600}
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

export CMOCKA_MESSAGE_OUTPUT=TAP PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS=halt_on_error=1:detect_leaks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

programs=("$@")
declare -A index_of=() # by the process that runs it
passed=0 failed=0 skipped=0

start() { # index
  local program=${programs[$1]} command=()
  case $program in
    tests/interop/*.py) command=("$(infra/venv.sh || echo python3)") ;; # without it they skip
    *.py) command=(python3) ;;
    *.sh) command=(bash) ;;
  esac
  [[ $program == */* ]] || program=./$program
  timeout --kill-after=10 "$timeout_s" "${command[@]}" "$program" >"$logs/$1" 2>&1 </dev/null &
  index_of[$!]=$1
}

# The program's counts: passed, failed, skipped, and how many it announced (-1: it did not say).
count() { # log
  awk '
    /^(not )?ok( |$)/ {
      if ($0 ~ /# *[Ss][Kk][Ii][Pp]/) skipped++
      else if ($1 == "ok") passed++
      else failed++
    }
    /^1\.\.[0-9]+ *$/ { announced = substr($1, 4) + 0; said = 1 }
    END { print passed + 0, failed + 0, skipped + 0, said ? announced : -1 }' "$1"
}

tell() { # index, status
  local status=$2 good bad left announced why=
  read -r good bad left announced < <(count "$logs/$1")
  if [ "$status" = 124 ] || [ "$status" = 137 ]; then
    why="stopped after ${timeout_s} s"
  elif [ $((good + bad + left)) = 0 ]; then
    why="printed no test, status $status"
  elif [ "$announced" -gt $((good + bad + left)) ]; then
    why="ended before its last test, status $status"
  elif [ "$status" != 0 ] && [ "$bad" = 0 ]; then
    why="status $status"
  fi
  [ -z "$why" ] || bad=$((bad + 1))
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))

  local verdict=ok counts="$good passed"
  [ "$bad" = 0 ] || verdict=FAIL counts="$counts, $bad failed"
  [ "$left" = 0 ] || counts="$counts, $left skipped"
  printf '%-4s  %-58s %s%s\n' "$verdict" "${programs[$1]#build/}" "$counts" "${why:+ ($why)}"
  if [ -n "$why" ]; then
    sed 's/^/      /' "$logs/$1"
  elif [ "$bad" != 0 ]; then
    sed '/^ok /d; s/^/      /' "$logs/$1"
  else
    grep -iE '^(not )?ok .*# *skip' "$logs/$1" | sed 's/^/      /'
  fi
}

# Waits for the first to end.
finish() {
  local status=0 ended
  wait -n -p ended "${!index_of[@]}" || status=$?
  tell "${index_of[$ended]}" "$status"
  unset "index_of[$ended]"
}

# As many at a time as there are processors, told as they end.
for index in "${!programs[@]}"; do
  [ "${#index_of[@]}" -lt "$jobs" ] || finish
  start "$index"
done
while [ "${#index_of[@]}" -gt 0 ]; do
  finish
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
