#!/usr/bin/env bash
# Scores series, of which one is too short, under GNU parallel, under xargs and in one process and compares them; and sees that a
# model that cannot be read is told by the status. PROGRAM names the program.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
PATH=$(dirname "$(readlink -f "${PROGRAM:-$(command -v oddline)}")"):$PATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$here/make_series.sh" >all.csv
head -n 6001 all.csv | oddline train - --key series --shared -o models
echo 'short,2024-01-01T00:00:00Z,1' >>all.csv
oddline score - --key series --model models <all.csv >one.csv || [ $? -eq 2 ]
# Blocks hold whole series. A header comes of each job and is the same for all.
in_parallel() {
    parallel --pipe --keep-order --header : --colsep , --group-by series --block 200k --jobs 2 \
        'oddline score - --key series --model models --threads 1 || [ $? -eq 2 ]' <all.csv |
        awk 'NR == 1 { header = $0 } NR == 1 || $0 != header'
}
in_parallel >parallel.csv
"$here/compare.sh" one.csv parallel.csv
echo "GNU parallel gives the same $(($(wc -l <parallel.csv) - 1)) rows as one process."

"$here/split.sh" <all.csv
printf '%s\n' part-*.csv | xargs -P 2 -I{} sh -c '{
    oddline score {} --key series --model models --threads 1 >{}.scores.tmp || [ $? -eq 2 ]; } && mv {}.scores.tmp {}.scores'
"$here/join.sh" part-*.csv.scores >xargs.csv
"$here/compare.sh" one.csv xargs.csv
echo "xargs gives the same $(($(wc -l <xargs.csv) - 1)) rows as one process."

for model in models/*; do truncate -s 100 "$model"; done
if in_parallel >none.csv 2>words; then echo "Damaged models were not told by the status." >&2; exit 1; fi
grep -q damaged words
echo "Damaged models are told by the status."
