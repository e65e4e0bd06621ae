#!/usr/bin/env bash
# Writes CSV files one after the other, with the header of the first alone.
set -euo pipefail
head -n 1 "$1"
for file in "$@"; do tail -n +2 "$file"; done
