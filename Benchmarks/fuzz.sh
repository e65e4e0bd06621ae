#!/bin/sh
# Feeds every reader of outside data with what libFuzzer makes of the seeds in Tests/Fuzzing/Corpus, under AddressSanitizer.
#
#     sh Benchmarks/fuzz.sh [TARGET...]
#
# Without targets, all of them, one after another. SECONDS_EACH (60), WORK (a folder for the inputs found on the way,
# .build-fuzz/work) and FUZZER (a program that is built already) may be set in the environment. Prints a line a target with the number of executions; where a
# reader crashes, takes more than 20 s or more than 2 GB, the input is kept in WORK and the exit status is 1.
set -eu
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-60} work=${WORK:-.build-fuzz/work}
[ $# -gt 0 ] || set -- csv jsonl document influx keyed times gzip sqlite model detector theme configuration keys json http token
fuzzer=${FUZZER:-.build-fuzz/release/OddlineFuzz}
[ -n "${FUZZER:-}" ] || ODDLINE_FUZZ=1 swift build -c release --build-path .build-fuzz --product OddlineFuzz >&2
failed=0 total=0
echo "| target | executions | a second | edges |"
echo "|---|---|---|---|"
for target; do
    mkdir -p "$work/$target" "$work/found"
    log=$work/$target.log
    status=0
    SWIFT_BACKTRACE=enable=no ODDLINE_FUZZ_TARGET=$target ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 "$fuzzer" \
        -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=1024 -max_len=4096 -use_value_profile=1 \
        -print_final_stats=1 -artifact_prefix="$work/found/$target-" "$work/$target" "Tests/Fuzzing/Corpus/$target" \
        >"$log" 2>&1 || status=$?
    runs=$(awk '/stat::number_of_executed_units/ { print $2 }' "$log")
    edges=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | cut -d' ' -f2)
    total=$((total + ${runs:-0}))
    echo "| $target | ${runs:-0} | $((${runs:-0} / seconds)) | ${edges:-0} |"
    [ "$status" -eq 0 ] || { failed=1; echo "$target: see $log and $work/found" >&2; }
done
echo "| all | $total | | |"
exit "$failed"
