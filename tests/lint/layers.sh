#!/usr/bin/env bash
# The architecture as a test: which part may include which. A part is a folder of service/, or
# writers; what lies in service/ itself and in commands wires everything together.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/lint/rule.sh

# part: what it may include besides itself. "jobs+" is jobs and what jobs may include, "*" is every
# part but the tests.
table='
base:
market: base
indicators: market base
trading: market base
strategies: trading indicators market base
risk: trading market base
engine: strategies risk trading market base
stats: trading market base
parquet: base
clients: base
store: clients base
writers: clients base
feeds: store clients parquet market base
brokers: clients engine trading market base
report: stats trading market base
notify: clients base
jobs: writers feeds engine strategies risk stats report notify store trading market base
live: brokers jobs+
http: live clients jobs+
commands: *
service: *
tests: *
'

# Prints "rule<TAB>file:line: text" for every violation.
violations=$(
  find service writers tests -name '*.[ch]' 2>/dev/null | LC_ALL=C sort |
    xargs -r grep -Hn '^ *# *include *"' /dev/null |
    awk -F: -v table="$table" '
      function part_of(path,    names) {
        split(path, names, "/")
        if (names[1] != "service") return names[1]
        return names[3] == "" ? "service" : names[2]
      }
      function allowed(from, to) {
        return from == to || index(may[from], " " to " ") || index(may[from], "*") && to != "tests"
      }
      BEGIN {
        count = split(table, lines, "\n")
        for (i = 1; i <= count; i++)
          if (split(lines[i], sides, ": *") == 2) {
            sub(/jobs\+/, "jobs" may["jobs"], sides[2])
            may[sides[1]] = " " sides[2] " "
          }
      }
      {
        target = $0
        sub(/^[^"]*"/, "", target); sub(/".*/, "", target)
        from = part_of($1); to = part_of(target)
        where = $1 ":" $2 ": "
        if ((getline line < target) < 0)
          print "path\t" where "\"" target "\" is no path from the root"
        else if (!(from in may))
          print "known\t" where "the part " from " is not in the table"
        else if (!allowed(from, to))
          print "way\t" where from " may not include " to " (" target ")"
        close(target)
      }'
)
of() { sed -n "s/^$1\t//p" <<<"$violations"; }

rule "every include is a full path from the root" "$(of path)"
rule "every part has its place in the table" "$(of known)"
rule "no part includes one that stands above it" "$(of way)"
finish
