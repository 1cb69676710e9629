# Sourced by the lint scripts: one test line a rule, its violations ("file:line: text") above it.
# shellcheck shell=bash
rules=0 broken=0

rule() { # what holds, the violations (none: it does)
  rules=$((rules + 1))
  if [ -z "$2" ]; then
    echo "ok $rules - $1"
  else
    printf '%s\nnot ok %s - %s\n' "$2" "$rules" "$1"
    broken=1
  fi
}

skip() { # what would be looked at, why it is not
  rules=$((rules + 1))
  echo "ok $rules - $1 # SKIP $2"
}

finish() {
  echo "1..$rules"
  exit "$broken"
}
