#!/usr/bin/env bash
# Scores series under GNU parallel and in one process and compares the two, byte by byte.
# PROGRAM names the program; 60 series of 600 rows unless SERIES says otherwise.
set -euo pipefail
program=${PROGRAM:-oddline}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo series,time,value >all.csv
for number in $(seq "${SERIES:-60}"); do
    "$program" generate contextual --rows 600 --seed "$number" |
        awk -F, -v key="s$number" 'NR > 1 { print key "," $1 "," $2 }' >>all.csv
done
head -n 6001 all.csv | "$program" train - --key series --shared -o models
"$program" score - --key series --model models <all.csv >one.csv
export program
# A header a job, which is the same for all; blocks hold whole series.
parallel --pipe --keep-order --header : --colsep , --group-by series --block 200k --jobs 2 \
    '"$program" score - --key series --model models | tail -n +2' <all.csv >rest.csv
# Byte by byte with AVX-512; with other instructions the last digits may differ, and the comparison allows for 1e-5.
tail -n +2 one.csv | cmp -s - rest.csv || paste -d, <(tail -n +2 one.csv) rest.csv | awk -F, '
    NF % 2 { bad = 1 }
    { for (i = 1; i <= NF / 2; i++) { d = $i - $(i + NF / 2); if ($i != $(i + NF / 2) && (d > 1e-5 || d < -1e-5)) bad = 1 } }
    END { exit bad }'
echo "GNU parallel gives the same $(wc -l <rest.csv) rows as one process."
