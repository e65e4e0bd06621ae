#!/usr/bin/env bash
# Whether two files of scores are equal: byte by byte with AVX-512; with other instructions the last digits may differ, and
# this allows for 1e-5.
set -euo pipefail
cmp -s "$1" "$2" || paste -d, "$1" "$2" | awk -F, '
    NF % 2 { bad = 1 }
    { for (i = 1; i <= NF / 2; i++) { d = $i - $(i + NF / 2); if ($i != $(i + NF / 2) && (d > 1e-5 || d < -1e-5)) bad = 1 } }
    END { exit bad }' || { echo "$2 differs from $1." >&2; exit 1; }
