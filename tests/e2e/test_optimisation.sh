#!/usr/bin/env bash
# The same numbers at every level of optimisation: the demo's files, byte for byte.
set -u
cd "$(dirname "$0")/../.." || exit 1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

demo() { # program name
  OUTPUT_DIR=$folder/$2 "$1" demo >"$folder/$2.txt" 2>&1 && [ -s "$folder/$2/demo/trades.csv" ]
}

number=0
demo "$PLAYBOOK" usual || { echo "not ok 1 - the demo runs"; exit 1; }
for level in -O0 -O3; do
  number=$((number + 1))
  result="not ok"
  if env -u MAKEFLAGS -u MAKELEVEL make CFLAGS="$level -Wno-maybe-uninitialized" WERROR= CI= \
    BUILD="$folder/build$level" BINARY="$folder/playbook$level" >"$folder/make.txt" 2>&1 &&
    demo "$folder/playbook$level" "at$level" &&
    diff -rq "$folder/usual" "$folder/at$level" >&2; then
    result=ok
  else
    tail -n 5 "$folder/make.txt" | sed 's/^/# /'
  fi
  echo "$result $number - the demo writes the same bytes at $level"
done
echo "1..$number"
[ "$result" = ok ]
