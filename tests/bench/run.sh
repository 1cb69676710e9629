#!/bin/sh
# The measurements, one after the other, under the machine's name. Read them as ratios: machines
# differ, and shared ones from minute to minute.
set -eu
cd "$(dirname "$0")/../.."
printf '%s, %s processors, %s\n' "$(uname -n)" "$(nproc)" \
  "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
for program in build/release/tests/bench/bench_*; do
  case $program in
*.*) continue ;; # objects
  esac
  printf '\n%s\n' "${program##*/}"
  "$program"
done
