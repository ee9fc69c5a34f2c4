#!/bin/sh
# test.sh [STEP...]: check how the source is written, build and test. A step is check, fuzz, cross or a preset;
# without arguments those of CI: check, as released, again under the address and undefined-behaviour sanitizers,
# and a few thousand executions of each fuzz target. The long ones: tsan, memcheck, cross (aarch64 under qemu, wasm
# in Node).
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

# test_preset PRESET
test_preset() {
    packages='test'
    [ "$1" != memcheck ] || packages=memcheck
    scripts/install-packages.sh "$packages"
    echo "== $1: build"
    quietly cmake --preset "$1" && quietly cmake --build --preset "$1" || return 1
    echo "== $1: test"
    quietly ctest --preset "$1" --output-on-failure -j2 || return 1
    sed -n '/tests passed/,$p' "$log" # the closing lines, with the tests that were skipped
    awk '/^[0-9]+\/[0-9]+ Test: / { test = $3 }
        /^\[  SKIPPED \] [a-z]/ && !said[test, $4]++ { print "skipped: " test ": " $4 }' \
        "build/$1/Testing/Temporary/LastTest.log"
}

# What fuzzing found worth keeping, where gcc's sanitizers see what clang's leave out (cmake/flags.cmake).
replay_corpus() {
    for corpus in build/fuzz/corpus/*; do
        quietly build/asan/tests/replay_"${corpus##*/}" "$corpus" || return 1
    done
}

skipped=
[ $# -gt 0 ] || {
    set -- check release asan fuzz
    skipped='cross: aarch64 under qemu, wasm in Node'
}

failed=0
for step in "$@"; do
    case "$step" in
    check)
        echo "== check"
        scripts/check.sh || failed=1
        ;;
    fuzz)
        echo "== fuzz"
        scripts/fuzz.sh quick || failed=1
        case " $* " in
        *" asan fuzz "*) replay_corpus || failed=1 ;;
        esac
        ;;
    cross) scripts/cross.sh aarch64 wasm || failed=1 ;;
    *) test_preset "$step" || failed=1 ;;
    esac
done
[ -z "$skipped" ] || echo "skipped: $skipped"
exit $failed
