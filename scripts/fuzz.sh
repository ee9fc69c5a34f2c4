#!/bin/sh
# fuzz.sh [SECONDS [TARGET...]]: run each fuzz target for so long (60), beginning with what earlier runs found worth
# keeping. Findings are left in build/fuzz/findings/TARGET/; one that is mended belongs in tests/fuzz/seeds/TARGET/.
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- model options rows statistics sql

scripts/install-packages.sh fuzz
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz >build/fuzz/build.log || {
    cat build/fuzz/build.log
    exit 1
}

failed=0
for target in "$@"; do
    corpus=build/fuzz/corpus/$target
    findings=build/fuzz/findings/$target
    log=build/fuzz/$target.log
    mkdir -p "$corpus" "$findings"
    status=0
    # -detect_leaks: at the end of each input that leaves more blocks than it found
    UBSAN_OPTIONS=print_stacktrace=1 "build/fuzz/tests/fuzz_$target" -max_total_time="$seconds" -timeout=20 \
        -rss_limit_mb=3000 -max_len=4096 -detect_leaks=1 -print_final_stats=1 -dict=tests/fuzz/json.dict \
        -artifact_prefix="$findings/" "$corpus" "tests/fuzz/seeds/$target" >"$log" 2>&1 || status=$?
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    found=$(find "$findings" -type f | wc -l)
    echo "$target: ${executions:-no} executions in $seconds s, $found findings"
    if [ "$status" -ne 0 ] || [ "$found" -ne 0 ]; then
        grep -m1 -A12 -E 'not so:|ERROR: |runtime error' "$log" || tail -5 "$log"
        failed=1
    fi
done
exit $failed
