#!/usr/bin/env bash
# The measurements, one after the other: tests/bench/run.sh [--save]
#
# Each is timed in turns with a yardstick of its program; "x yardstick" is the median ratio, and
# "baseline" compares it with the one saved in baseline.txt, so that a busy or another machine
# matters little: 1.00 is unchanged, 1.10 is ten percent slower. --save saves what was measured.
set -euo pipefail
cd "$(dirname "$0")/../.."
baseline=tests/bench/baseline.txt
measured=build/release/tests/bench/measured.txt

printf '%s, %s processors, %s\n' "$(uname -n)" "$(nproc)" \
  "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
rm -f "$measured"
for source in tests/bench/bench_*.c; do
  "build/release/${source%.c}" >>"$measured"
done

awk -F '\t' -v baseline="$baseline" '
  BEGIN {
    while ((getline line < baseline) > 0) {
      split(line, field, "\t")
      saved[field[1]] = field[2]
    }
    printf "%-46s %10s %10s %10s %11s %9s %9s  %s\n", "", "best", "median", "worst",
           "a second", "yardstick", "baseline", "goal"
  }
  function duration(seconds) {
    return seconds < 1 ? sprintf("%.2f ms", seconds * 1e3) : sprintf("%.3f s", seconds)
  }
  function rate(a_second) {
    return a_second < 1e6 ? sprintf("%.0f", a_second) : sprintf("%.1f M", a_second / 1e6)
  }
  {
    change = $1 in saved ? sprintf("%.2f", $7 / saved[$1]) : "-"
    printf "%-46s %10s %10s %10s %11s %9.3f %9s  %s\n", $1, duration($4), duration($5),
           duration($6), rate($2 / $5), $7, change, $8
  }' "$measured"

if [ "${1-}" = --save ]; then
  cut -f 1,7 "$measured" >"$baseline"
  echo "saved in $baseline"
fi
