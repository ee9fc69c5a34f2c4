#!/bin/sh
# test.sh: build and test as released, and again under the address and undefined-behaviour sanitizers.
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

scripts/install-packages.sh test

failed=0
for preset in release asan; do
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
