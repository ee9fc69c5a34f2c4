#!/bin/sh
# install-packages.sh build|test|fuzz|coverage|memcheck|clients|bench: install what is missing to build the
# extension, to test it, to fuzz it, to measure what the tests reach, to test it under valgrind, to test it in
# other languages, or to measure it beside other programs.
set -eu

packages='build-essential cmake ninja-build libsqlite3-dev sqlite3'
case "${1:-}" in
build) ;;
test) packages="$packages libcmocka-dev libxml2-utils" ;;
fuzz) packages="$packages libcmocka-dev libxml2-utils clang libclang-rt-dev" ;;
coverage) packages="$packages libcmocka-dev libxml2-utils gcovr" ;;
memcheck) packages="$packages libcmocka-dev libxml2-utils valgrind" ;;
clients) packages="$packages libcmocka-dev libxml2-utils python3 python3-apsw sqlite-utils r-cran-rsqlite nodejs npm" ;;
bench) packages="$packages g++ python3-sklearn r-cran-mclust libarmadillo-dev libvlfeat-dev" ;;
*)
    echo "usage: $0 build|test|fuzz|coverage|memcheck|clients|bench" >&2
    exit 2
    ;;
esac

if ! command -v apt-get >/dev/null 2>&1; then
    echo "No apt-get here. Needed, under Debian's names: $packages"
    exit 0
fi

# better-sqlite3 for the tests in Node: no package of Debian's. It is compiled, which takes minutes.
install_better_sqlite3() {
    if command -v npm >/dev/null 2>&1 && [ ! -d "$(npm root --global)/better-sqlite3" ]; then
        echo "Installing better-sqlite3"
        npm install --global --no-audit --no-fund --allow-scripts=better-sqlite3 better-sqlite3
    fi
}

missing=
for package in $packages; do
    if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$'; then
        missing="$missing $package"
    fi
done
if [ -z "$missing" ]; then
    [ "$1" != clients ] || install_better_sqlite3
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "Not root, and no sudo. Missing:$missing"
        exit 0
    fi
    as_root=sudo
fi

echo "Installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# $as_root is a word or nothing, $missing a list of words.
# shellcheck disable=SC2086
if ! { $as_root apt-get -q update && $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends install $missing; } >"$log" 2>&1; then
    cat "$log"
    exit 1
fi
[ "$1" != clients ] || install_better_sqlite3
