#!/bin/sh
# fuzz.sh [SECONDS|quick [TARGET...]]: run each fuzz target for so long (60), or quickly as CI does, as many at
# once as there are processors, beginning with what earlier runs found worth keeping. Findings are left in
# build/fuzz/findings/TARGET/; one that is mended belongs in tests/fuzz/seeds/TARGET/.
set -eu
cd "$(dirname "$0")/.."

# Quick is a number of executions, the same work everywhere: some five seconds of a target. The fast ones come upon
# next to nothing new after a tenth of what they do in a minute.
quick_executions() {
    case "$1" in
    rows) echo 1500 ;;
    sql) echo 4000 ;;
    statistics) echo 4000 ;;
    options) echo 15000 ;;
    *) echo 60000 ;;
    esac
}

# fuzz TARGET SECONDS|quick: says how it went; a finding is printed, too.
fuzz() {
    corpus=build/fuzz/corpus/$1
    findings=build/fuzz/findings/$1
    log=build/fuzz/$1.log
    mkdir -p "$corpus" "$findings"
    limit=-max_total_time=$2
    [ "$2" != quick ] || limit=-runs=$(quick_executions "$1")
    status=0
    # -detect_leaks: at the end of each input that leaves more blocks than it found
    UBSAN_OPTIONS=print_stacktrace=1 "build/fuzz/tests/fuzz_$1" "$limit" -timeout=20 \
        -rss_limit_mb=3000 -max_len=4096 -detect_leaks=1 -print_final_stats=1 -dict=tests/fuzz/json.dict \
        -artifact_prefix="$findings/" "$corpus" "tests/fuzz/seeds/$1" >"$log" 2>&1 || status=$?
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    seconds=$(sed -n 's/^Done .* in \([0-9]*\) second.*/\1/p' "$log")
    found=$(find "$findings" -type f | wc -l)
    echo "$1: ${executions:-no} executions in ${seconds:-?} s, $found findings"
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

limit=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- sql rows statistics options model # the slow ones first

scripts/install-packages.sh fuzz
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz >build/fuzz/build.log || {
    cat build/fuzz/build.log
    exit 1
}
printf '%s\n' "$@" | xargs -P "$(nproc)" -I TARGET scripts/fuzz.sh --one TARGET "$limit"
