#!/usr/bin/env bash
# The program as its user runs it, built with sanitizers: the end-to-end tests with address and
# undefined, the parallel backtests among them with thread as well.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lint/rule.sh

# What failed, with the sanitizer's report, which the tests quote.
failures() { # variant, test
  local said
  said=$(PLAYBOOK=$PWD/build/$1/playbook python3 "$2" 2>&1) || sed '/^ok /d' <<<"$said"
}

runs() { # variant, test...
  local variant=$1 test
  shift
  for test; do
    rule "$test, $variant" "$(failures "$variant" "$test")"
  done
}

# Without those that put a library of their own before the sanitizer's, and those that look at the
# memory held: what is freed stays with the sanitizer for a while.
mapfile -t scripts < <(grep -L -e faulty_program -e ru_maxrss tests/e2e/test_*.py)
runs address-undefined "${scripts[@]}"
runs thread tests/e2e/test_backtest.py
finish
