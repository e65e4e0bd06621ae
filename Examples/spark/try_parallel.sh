#!/usr/bin/env bash
# Scores series under GNU parallel and in one process and compares the two. PROGRAM names the program.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
PATH=$(dirname "$(readlink -f "${PROGRAM:-$(command -v oddline)}")"):$PATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$here/make_series.sh" >all.csv
head -n 6001 all.csv | oddline train - --key series --shared -o models
oddline score - --key series --model models <all.csv >one.csv
head -n 1 one.csv >rest.csv
# A header a job, which is the same for all; blocks hold whole series.
parallel --pipe --keep-order --header : --colsep , --group-by series --block 200k --jobs 2 \
    'oddline score - --key series --model models | tail -n +2' <all.csv >>rest.csv
"$here/compare.sh" one.csv rest.csv
echo "GNU parallel gives the same $(($(wc -l <rest.csv) - 1)) rows as one process."
