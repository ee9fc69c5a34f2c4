#!/bin/sh
# check.sh: how the source is written: its layout (.clang-format), the width of lines, what shellcheck finds in the
# scripts, and clang-tidy in src/ and include/ (.clang-tidy).
set -eu
export LC_ALL=C.UTF-8 # characters are counted, not bytes
cd "$(dirname "$0")/.."

scripts/install-packages.sh check
cmake --preset release >/dev/null # clang-tidy reads how files are compiled

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0

# complain WHAT: about the lines of $log, if there are any.
complain() {
    if [ -s "$log" ]; then
        echo "$1"
        cat "$log"
        failed=1
    fi
}

find src include tests bench -name '*.[ch]' -exec clang-format -n --Werror {} + >"$log" 2>&1 || true
complain 'Other than clang-format -i lays it out:'

# In C a line may be longer for a string, which is not broken.
{
    find src include tests bench -name '*.[ch]' -exec grep -nE '.{116}' {} + |
        grep -vE '^[^:]*:[0-9]*: *[^ /*][^"]*"'
    find scripts tests bench cmake .ci CMakeLists.txt -type f \
        \( -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt -o -name run \) -exec grep -nE '.{116}' {} +
} >"$log" || true
complain 'Longer than 115 columns:'

# shellcheck disable=SC2046
shellcheck .ci/run scripts/amalgamate $(find scripts tests bench -name '*.sh') >"$log" 2>&1 || true
complain 'By shellcheck:'

find src -name '*.c' -print0 | xargs -0 -n 12 -P "$(nproc)" clang-tidy -p build/release --quiet \
    >"$log" 2>&1 || {
    sed -i '/warnings* generated\.$/d' "$log"
    complain 'By clang-tidy:'
    failed=1
}
exit $failed
