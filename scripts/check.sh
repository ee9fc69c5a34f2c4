#!/bin/sh
# check.sh: how the source is written: its layout (.clang-format), the width of lines, what shellcheck finds in the
# scripts, functions of the C library that src/ does without, and clang-tidy in src/ and include/ (.clang-tidy).
set -eu
export LC_ALL=C.UTF-8 # characters are counted, not bytes
cd "$(dirname "$0")/.."

scripts/install-packages.sh check
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

# In C a line may be longer for a string, which is not broken, and with it those of its macro.
{
    find src include tests bench -name '*.[ch]' -exec grep -nE '.{116}' {} + |
        grep -vE '^[^:]*:[0-9]*: *[^ /*][^"]*"|\\$'
    find scripts tests bench cmake .ci CMakeLists.txt -type f \
        \( -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt -o -name run \) -exec grep -nE '.{116}' {} +
} >"$log" || true
complain 'Longer than 115 columns:'

# shellcheck disable=SC2046
shellcheck .ci/run scripts/amalgamate $(find scripts tests bench -name '*.sh') >"$log" 2>&1 || true
complain 'By shellcheck:'

# All memory is SQLite's, a library does not print or end a host, and what platforms differ in is in portable.[ch].
{
    grep -rnE '\b(malloc|calloc|realloc|strdup|strndup|asprintf|qsort|qsort_r|printf|puts|exit|abort)\(' src
    grep -rnE '\b(lgamma|lgamma_r|rand|srand|setlocale|newlocale|strtok)\(' src | grep -v '^src/base/portable\.'
} >"$log" || true
complain 'Of the C library, but not for here:'

# A floor in one translation unit: to read headers takes most of the time.
units=build/tidy
mkdir -p "$units"
for floor in src/*; do
    {
        [ "$floor" != src/kernel ] || printf '#define %s\n' 'MIX_KERNEL base' 'MIX_KERNEL_BITS 128'
        find "$PWD/$floor" -name '*.c' -printf '#include "%p"\n' | sort
    } >"$units/${floor##*/}.c"
done
# shellcheck disable=SC2046
find "$units" -name '*.c' -print0 | xargs -0 -I UNIT -P "$(nproc)" clang-tidy --quiet --config-file=.clang-tidy \
    --checks=-bugprone-suspicious-include UNIT -- -std=c11 -D_GNU_SOURCE \
    $(find include src -type d -printf '-I%p ') >"$log" 2>&1 || {
    sed -i '/warnings* generated\.$/d' "$log"
    complain 'By clang-tidy:'
    failed=1
}
exit $failed
