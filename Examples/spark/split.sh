#!/usr/bin/env bash
# Splits a CSV stream whose first column is the key into part-00000.csv and so on, five whole series each, with the header.
set -euo pipefail
awk -F, 'NR == 1 { header = $0; next }
    $1 != key { key = $1; if (count % 5 == 0) { part = sprintf("part-%05d.csv", count / 5); print header >part } count++ }
    { print >part }'
