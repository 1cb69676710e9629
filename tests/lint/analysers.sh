#!/usr/bin/env bash
# What analysers find in the program that a compiler does not: gcc's own, clang-tidy and cppcheck.
# Each is held to no finding at all; what is left out, and why, stands in .clang-tidy and
# tests/lint/cppcheck.txt.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lint/rule.sh

said=$(mktemp)
trap 'rm -f "$said"' EXIT
mapfile -t sources < <(find service writers -name '*.c' | LC_ALL=C sort)

have() { command -v "$1" >/dev/null; }

# "file:line: error: what", or the last words of a tool that names no place.
findings() {
  sed -nE "s|^($PWD/)?(\./)?([^ :]+:[0-9]+):([0-9]+:)? ([a-z]+: .*)|\3: \5|p" "$said" |
    grep -v ': note: ' | sort -u | grep . || tail -n 5 "$said"
}

# At -O2 and without hardening gcc 12 and 14 are never wrong here; at -O1 three times, and through a
# fortified read once. A file with a finding gets no object, so a second run looks only at what has
# changed and at what was found.
gcc_analyser() {
  local objects=("${sources[@]/%.c/.o}")
  env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --silent --keep-going -j "$(nproc)" CC=gcc SAN= \
    HARDEN= WERROR=1 BUILD=build/analyser CFLAGS="-O2 -g -fanalyzer" \
    "${objects[@]/#/build/analyser/}" >"$said" 2>&1 || findings
}

# A process for each file: with several, clang 14 takes every va_list for uninitialized.
# shellcheck disable=SC2046,SC2317 # flags are words; xargs calls it
tidy() { # source
  local facts=(-include tests/lint/facts.h)
  [ "$1" != service/base/error.c ] || facts=()
  clang-tidy --quiet "$1" -- -std=c17 -D_GNU_SOURCE -I. "${facts[@]}" \
    $(pkg-config --cflags json-c libcrypto libzstd zlib 2>/dev/null) 2>/dev/null
}
export -f tidy

clang_tidy() {
  printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I {} bash -c 'tidy {}' >"$said" || findings
}

cppcheck_all() {
  cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
    --library=posix,gnu -D_GNU_SOURCE -I. -j "$(nproc)" --error-exitcode=1 --template=gcc \
    --suppressions-list=tests/lint/cppcheck.txt service writers >"$said" 2>&1 || findings
}

name="gcc's analyser finds nothing"
if have gcc; then rule "$name" "$(gcc_analyser)"; else skip "$name" "no gcc"; fi

name="clang-tidy finds nothing"
if have clang-tidy; then rule "$name" "$(clang_tidy)"; else skip "$name" "no clang-tidy"; fi

name="cppcheck finds nothing"
if have cppcheck; then rule "$name" "$(cppcheck_all)"; else skip "$name" "no cppcheck"; fi
finish
