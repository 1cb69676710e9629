#!/usr/bin/env bash
# A sample of the tests and of what the program does, under valgrind: no error, nothing leaked. It
# sees the released binary, where the sanitizers see one of their own.
#
# PLAYBOOK names the program; the tests are those of build/release.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lint/rule.sh

programs=(base/test_file base/test_json jobs/test_journal jobs/test_playbooks settings/test_settings
  writers/test_csv_writer)
command -v valgrind >/dev/null || {
  skip "valgrind finds nothing" "no valgrind"
  finish
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OUTPUT_DIR=$folder/output
export ALPACA_DATA_URL=http://127.0.0.1:1 # where nobody listens

# What valgrind says, or that the program did not end as it should.
faults() { # status expected, command
  local expected=$1 status=0
  shift
  valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=all \
    --errors-for-leak-kinds=all --log-file="$folder/%p.log" "$@" >"$folder/said" 2>&1 || status=$?
  cat "$folder"/*.log
  rm -f "$folder"/*.log
  [ "$status" = "$expected" ] || {
    tail -n 5 "$folder/said"
    echo "status $status, not $expected"
  }
}

clean() { # name, status expected, command
  local name=$1
  shift
  rule "valgrind finds nothing: $name" "$(faults "$@")"
}

clean "version" 0 "$PLAYBOOK" version
clean "check, without a provider" 3 "$PLAYBOOK" check
clean "demo, with trades and journal" 0 "$PLAYBOOK" demo
clean "demo, in place of what it wrote before" 0 "$PLAYBOOK" demo

clean "bars from Parquet to text" 0 "$PLAYBOOK" data convert examples/QQQ.parquet "$folder/all.csv"
mkdir "$folder/bars"
head -n 5000 "$folder/all.csv" >"$folder/bars/QQQ.csv"
clean "bars from text to Parquet" 0 \
  "$PLAYBOOK" data convert "$folder/bars/QQQ.csv" "$folder/some.parquet"
backtest=("$PLAYBOOK" backtest --strategy dp20 --timeframe 5Min --symbol QQQ)
clean "a folder of bars, costs and JSON" 0 "${backtest[@]}" --bars "$folder/bars" \
  --fee 0.005/share --slippage 1bps --json --output "$folder/trades.csv"
clean "a flag that is unknown" 2 "${backtest[@]}" --bars "$folder/bars" --colour red
clean "bars that are not there" 3 "${backtest[@]}" --bars "$folder/none.csv"
clean "a place that cannot be written" 4 "${backtest[@]}" --bars "$folder/bars" \
  --output "$folder/some.parquet/trades.csv"
echo '2022-02-14T14:30:00Z,1,2' >>"$folder/bars/QQQ.csv"
clean "a row cut short" 3 "${backtest[@]}" --bars "$folder/bars"

for program in "${programs[@]}"; do
  clean "tests/$program" 0 "build/release/tests/$program"
done
finish
