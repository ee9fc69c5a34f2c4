#!/bin/sh
# coverage.sh: lines and branches of src/ that the tests reach; details of each file in build/coverage/report/.
# Fails where docs/coverage.md does not list as many unreached lines of a file, or when branches fall below 95 %.
#
# Not counted: assertions, and what the compiler adds without a line of source.
set -eu
cd "$(dirname "$0")/.."

scripts/install-packages.sh coverage
cmake --preset coverage >/dev/null
cmake --build --preset coverage >build/coverage/build.log || {
    cat build/coverage/build.log
    exit 1
}
find build/coverage -name '*.gcda' -delete
ctest --preset coverage --output-on-failure -j2 >build/coverage/test.log || {
    cat build/coverage/test.log
    exit 1
}

report=build/coverage/report
mkdir -p $report
gcovr --root . --filter src/ --object-directory build/coverage \
    --exclude-throw-branches --exclude-unreachable-branches \
    --exclude-branches-by-pattern '.*\bassert\(.*' --json $report/all.json build/coverage
gcovr --root . --add-tracefile $report/all.json --html-details $report/index.html
for metric in line branch; do
    [ "$metric" = line ] && option= || option=--branches
    # $option is a word or nothing.
    # shellcheck disable=SC2086
    gcovr --root . --add-tracefile $report/all.json $option --txt $report/$metric.txt
    echo "== $metric"
    sed -n '/^src/p; /^TOTAL/p' $report/$metric.txt
done

# Unreached lines by file, as found and as listed: | `src/em/x.c` | 2 | why |
awk '/^src/ && $2 > $3 { print $1, $2 - $3 }' $report/line.txt | sort >$report/unreached.txt
# shellcheck disable=SC2016
sed -n 's/^| `\(src[^`]*\)` | \([0-9]*\) |.*/\1 \2/p' docs/coverage.md | sort >$report/listed.txt
diff $report/listed.txt $report/unreached.txt || {
    echo "docs/coverage.md lists other unreached lines (<) than there are (>)"
    exit 1
}
gcovr --root . --add-tracefile $report/all.json --fail-under-branch 95 --txt /dev/null
