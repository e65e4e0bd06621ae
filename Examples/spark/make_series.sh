#!/usr/bin/env bash
# Writes many series as CSV with the columns series, time and value: 60 of 600 rows unless SERIES says otherwise.
set -euo pipefail
echo series,time,value
for number in $(seq "${SERIES:-60}"); do
    oddline generate contextual --rows 600 --seed "$number" |
        awk -F, -v key="s$number" 'NR > 1 { print key "," $1 "," $2 }'
done
