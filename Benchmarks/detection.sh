#!/bin/sh
# Prints every table of detection: the default recipe over labelled files and generated kinds with three seeds, both
# models over the length of their windows, and one change of the recipe at a time (this last one takes an hour).
#
#     sh Benchmarks/detection.sh FOLDER
#
# FOLDER holds labelled CSV files and train_rows.csv, a header and lines "file,rows to train on,...".
set -eu
folder=${1:?"usage: sh Benchmarks/detection.sh FOLDER"}
cd "$(dirname "$0")/.."
swift build -c release --product oddline-bench
bench=.build/release/oddline-bench
files=$(awk -F, -v folder="$folder" 'NR > 1 { print folder "/" $1 ":" $2 }' "$folder/train_rows.csv")
"$bench" detection $files --kinds --seeds 3
echo
"$bench" context
echo
"$bench" search $files --kinds
