#!/bin/sh
# coverage.sh: lines and branches of src/ that the tests reach; details of each file in build/coverage/report/.
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
mkdir -p build/coverage/report
for metric in line branch; do
    [ "$metric" = line ] && option= || option=--branches
    # $option is a word or nothing.
    # shellcheck disable=SC2086
    gcovr --root . --filter src/ --object-directory build/coverage --exclude-throw-branches $option \
        --txt build/coverage/report/$metric.txt build/coverage
    echo "== $metric"
    sed -n '/^src/p; /^TOTAL/p' build/coverage/report/$metric.txt
done
gcovr --root . --filter src/ --object-directory build/coverage --html-details build/coverage/report/index.html build/coverage
