#!/bin/sh
# fuzz.sh [SECONDS [TARGET...]]: run each fuzz target for so long (60), as many at once as there are processors,
# beginning with what earlier runs found worth keeping. Findings are left in build/fuzz/findings/TARGET/; one that
# is mended belongs in tests/fuzz/seeds/TARGET/.
set -eu
cd "$(dirname "$0")/.."

# fuzz TARGET SECONDS: says how it went; a finding is printed, too.
fuzz() {
    corpus=build/fuzz/corpus/$1
    findings=build/fuzz/findings/$1
    log=build/fuzz/$1.log
    mkdir -p "$corpus" "$findings"
    status=0
    # -detect_leaks: at the end of each input that leaves more blocks than it found
    UBSAN_OPTIONS=print_stacktrace=1 "build/fuzz/tests/fuzz_$1" -max_total_time="$2" -timeout=20 \
        -rss_limit_mb=3000 -max_len=4096 -detect_leaks=1 -print_final_stats=1 -dict=tests/fuzz/json.dict \
        -artifact_prefix="$findings/" "$corpus" "tests/fuzz/seeds/$1" >"$log" 2>&1 || status=$?
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    found=$(find "$findings" -type f | wc -l)
    echo "$1: ${executions:-no} executions in $2 s, $found findings"
    if [ "$status" -ne 0 ] || [ "$found" -ne 0 ]; then
        grep -m1 -A12 -E 'not so:|ERROR: |runtime error' "$log" || tail -5 "$log"
        for finding in "$findings"/*; do
            [ -f "$finding" ] || continue
            echo "$finding, for base64 -d:"
            base64 "$finding"
        done
        return 1
    fi
}

if [ "${1:-}" = --one ]; then
    fuzz "$2" "$3"
    exit
fi

seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- sql rows statistics options model # the slow ones first

scripts/install-packages.sh fuzz
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz >build/fuzz/build.log || {
    cat build/fuzz/build.log
    exit 1
}
printf '%s\n' "$@" | xargs -P "$(nproc)" -I TARGET scripts/fuzz.sh --one TARGET "$seconds"
