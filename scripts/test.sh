#!/bin/sh
# test.sh [PRESET...]: build and test. Without arguments what CI runs: as released, again under the address and
# undefined-behaviour sanitizers, and each fuzz target for half a minute. The long ones: tsan, memcheck.
set -eu
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    "$@" >"$log" 2>&1 || {
        cat "$log"
        echo "failed: $*"
        return 1
    }
}

[ $# -gt 0 ] || set -- release asan fuzz

failed=0
for preset in "$@"; do
    if [ "$preset" = fuzz ]; then
        echo "== fuzz"
        scripts/fuzz.sh 30 || failed=1
        continue
    fi
    [ "$preset" = memcheck ] && packages=memcheck || packages=test
    scripts/install-packages.sh "$packages"
    echo "== $preset: build"
    if ! quietly cmake --preset "$preset" || ! quietly cmake --build --preset "$preset"; then
        failed=1
        continue
    fi
    echo "== $preset: test"
    if quietly ctest --preset "$preset" --output-on-failure -j2; then
        sed -n '/tests passed/,$p' "$log" # the closing lines
    else
        failed=1
    fi
done
exit $failed
