#!/usr/bin/env bash
# Runs fuzz targets for FUZZ_TIME seconds each: tests/fuzz/run.sh [program...]
#
# Without programs all targets run, as many at a time as there are processors; one test line each.
# What a target breaks on is left in build/fuzz/artifacts/, and the line behind "replay" runs it
# again. Inputs that reach new code are collected in build/fuzz/corpus/; the kept ones, in
# tests/fuzz/corpus/, are only read. The fewest of both that reach everything:
#
#     mkdir /tmp/csv
#     build/fuzz/tests/fuzz/fuzz_csv -set_cover_merge=1 /tmp/csv {tests,build}/fuzz/corpus/csv
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${FUZZ_TIME:-20}
jobs=$(nproc)
build=build/fuzz
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1

# What a log says of the failure, without libFuzzer's progress and advice.
reasons() { # log
  grep -vE '^(#|INFO:|NOTE:|     |MS:|0x)|fuzzer::|_start|/lib/' "$1" |
    tail -n 40 | cut -c 1-200 | sed 's/^/# /'
}

fuzz() { # program
  local target=${1##*/fuzz_} options=()
  local log=$build/$target.log
  mkdir -p "$build/corpus/$target" "$build/artifacts"
  [ ! -e "tests/fuzz/$target.dict" ] || options=("-dict=tests/fuzz/$target.dict")
  if "$1" -max_total_time="$seconds" -timeout=20 -artifact_prefix="$build/artifacts/$target-" \
    "${options[@]}" "$build/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
    sed -n "s|^#\([0-9]*\)\tDONE *cov: \([0-9]*\).*|ok - $target: \1 inputs, \2 edges|p" "$log"
    return
  fi
  printf '%s\n' "$(reasons "$log")" "$(sed -n "s|.*Test unit written to |# replay: $1 |p" "$log")" \
    "not ok - $target"
  return 1
}

programs=("$@")
if [ $# = 0 ]; then
  for source in tests/fuzz/fuzz_*.c; do
    programs+=("$build/${source%.c}")
  done
fi
echo "1..${#programs[@]}"
running=0 failed=0
for program in "${programs[@]}"; do
  if [ "$running" = "$jobs" ]; then
    wait -n || failed=1
    running=$((running - 1))
  fi
  fuzz "$program" &
  running=$((running + 1))
done
for ((; running > 0; running--)); do
  wait -n || failed=1
done
exit "$failed"
