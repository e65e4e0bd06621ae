#!/bin/sh
# Compares the scores of two builds: whether every score of every row is the same, byte for byte.
#
#     sh Benchmarks/same_scores.sh BEFORE AFTER [FOLDER]
#
# BEFORE and AFTER are two oddline programs. Both train and score the eight generated kinds, which BEFORE writes, and,
# where FOLDER is given, the files that FOLDER/train_rows.csv names (a header and lines "file,rows to train on,...").
# ROWS (1200), SEED (1) and KIND_SEED (7) may be set in the environment. Exit status: 0 all the same, 1 not, 2 wrong usage.
set -eu
[ $# -eq 2 ] || [ $# -eq 3 ] || { echo "usage: sh Benchmarks/same_scores.sh BEFORE AFTER [FOLDER]" >&2; exit 2; }
before=$1 after=$2 folder=${3:-}
rows=${ROWS:-1200} seed=${SEED:-1} kind_seed=${KIND_SEED:-7}
for program in "$before" "$after"; do
    [ -x "$program" ] || { echo "$program: is no program; name the oddline of a build" >&2; exit 2; }
done
[ -z "$folder" ] || [ -r "$folder/train_rows.csv" ] || { echo "$folder: holds no train_rows.csv" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# scores PROGRAM FILE ROWS OUT: a file for each score column, OUT.COLUMN, and their names in OUT.columns.
scores() {
    rm -f "$4".*
    "$1" score "$2" --train-rows "$3" --seed "$seed" --format csv -o "$4" 2>"$4.errors" || { cat "$4.errors" >&2; return 1; }
    # Columns that follow the values hold no quotes, so they are counted from the end.
    awk -F, -v out="$4" '
        NR == 1 {
            for (i = NF; i > 0 && ($i ~ /_score$/ || $i == "is_flagged"); i--) { name[NF - i] = $i; last = NF - i }
            for (i = last; i >= 0; i--) print name[i] > (out ".columns")
        }
        NR > 1 { for (i = 0; i <= last; i++) print $(NF - i) > (out "." name[i]) }' "$4"
    [ -s "$4.combined_score" ] || { echo "$1: wrote no scores of $2" >&2; return 1; }
}

# differences FILE FILE: the largest difference between two columns of numbers, and in how many rows they differ.
differences() {
    paste -d, "$1" "$2" | awk -F, '
        $1 != $2 { count++; d = $1 - $2; if (d < 0) d = -d; if (d > most) most = d }
        END { printf "largest difference %g, %d rows", most, count }'
}

failed=0
compare() {
    name=$(basename "$1")
    if scores "$before" "$1" "$2" "$work/before" && scores "$after" "$1" "$2" "$work/after"; then
        count=$(($(wc -l <"$work/before") - 1))
        verdict=
        cmp -s "$work/before.columns" "$work/after.columns" || verdict="other columns"
        [ "$count" -eq $(($(wc -l <"$work/after") - 1)) ] || verdict="another number of rows"
        if [ -z "$verdict" ]; then
            while read -r column; do
                cmp -s "$work/before.$column" "$work/after.$column" ||
                    verdict="$verdict${verdict:+; }$column: $(differences "$work/before.$column" "$work/after.$column")"
            done <"$work/before.columns"
        fi
    else
        count=- verdict="not scored"
    fi
    [ -z "$verdict" ] || failed=1
    echo "| $name | $count | ${verdict:-identical} |"
}

echo "| file | rows | scores |"
echo "|---|---|---|"
for kind in point contextual collective frequency amplitude trend missing-beat long-range; do
    "$before" generate "$kind" --rows "$rows" --seed "$kind_seed" -o "$work/$kind.csv"
    compare "$work/$kind.csv" "$rows"
done
if [ -n "$folder" ]; then
    awk -F, 'NR > 1 && NF > 1 { print $1 "," $2 }' "$folder/train_rows.csv" >"$work/list"
    while IFS=, read -r file train; do compare "$folder/$file" "$train"; done <"$work/list"
fi
exit "$failed"
