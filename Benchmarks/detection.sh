#!/bin/sh
# Prints every table of detection: the default recipe over labelled files and generated kinds with three seeds, both
# models over the length of their windows, and one change of the recipe at a time (this last one takes hours).
#
#     sh Benchmarks/detection.sh FOLDER [FOLDER ...]
#
# Each FOLDER holds labelled CSV files and train_rows.csv, a header and lines "file,rows to train on,...". Series are grouped by
# their folder, and by what their names begin with where that is uni_ or multi_.
set -eu
[ $# -gt 0 ] || { echo "usage: sh Benchmarks/detection.sh FOLDER [FOLDER ...]" >&2; exit 2; }
files=
for folder in "$@"; do
    folder=$(cd "$folder" && pwd)
    files="$files $(awk -F, -v folder="$folder" -v group="$(basename "$folder")" 'NR > 1 {
        own = $1 ~ /^uni_/ ? group "-univariate" : $1 ~ /^multi_/ ? group "-multivariate" : group
        print own "=" folder "/" $1 ":" $2 }' "$folder/train_rows.csv")"
done
cd "$(dirname "$0")/.."
make bench
bench=.build/release/oddline-bench
"$bench" detection $files --kinds --moving --clean --seeds 3
echo
"$bench" context
echo
"$bench" search $files --kinds --moving
