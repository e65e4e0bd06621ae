#!/usr/bin/env bash
# Whether two files of scores are equal: byte by byte with AVX-512; with other instructions the last digits of scores may differ,
# and this allows for 1e-5. Keys, times, values and flags are the same text.
set -euo pipefail
cmp -s "$1" "$2" || paste -d, "$1" "$2" | awk -F, '
    NR == 1 { width = NF / 2; for (i = 1; i <= width; i++) isScore[i] = $i ~ /_score$/ }
    NF != 2 * width { bad = 1 }
    { for (i = 1; i <= width; i++) {
        other = $(i + width)
        if ($i "" == other "") continue
        difference = $i - other
        if (!isScore[i] || $i == "" || other == "" || difference > 1e-5 || difference < -1e-5) bad = 1
    } }
    END { exit bad }' || { echo "$2 differs from $1." >&2; exit 1; }
