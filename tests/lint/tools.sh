#!/usr/bin/env bash
# What other tools have to say: clang-format, a second compiler, shellcheck.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lint/rule.sh

have() { command -v "$1" >/dev/null; }

unformatted() {
  find service writers tests -name '*.[ch]' -print0 2>/dev/null |
    xargs -0r clang-format --dry-run -Werror 2>&1 |
    sed -n 's/^\([^ :]*\):\([0-9]*\):[0-9]*: error: .*/\1:\2: not in the house format/p' |
    sort -t : -k 1,1 -u
}

# A make of its own, whatever the one that runs the tests was told.
warnings() {
  env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --silent syntax CC=clang WERROR=1 2>&1 ||
    echo "clang failed"
}

doubts() {
  find . \( -path ./build -o -path ./.git \) -prune -o \
    -type f \( -name '*.sh' -o -path './.ci/run' \) -print0 |
    xargs -0r shellcheck --external-sources --format=gcc || true
}

name="every C file is in the house format (make format)"
if have clang-format; then rule "$name" "$(unformatted)"; else skip "$name" "no clang-format"; fi

name="clang finds nothing to warn of"
if have clang; then rule "$name" "$(warnings)"; else skip "$name" "no clang"; fi

name="shellcheck finds nothing in the scripts"
if have shellcheck; then rule "$name" "$(doubts)"; else skip "$name" "no shellcheck"; fi
finish
