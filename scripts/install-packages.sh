#!/bin/sh
# install-packages.sh WHAT...: install what is missing to
#   build      build the extension
#   test       test it
#   check      check how its source is written
#   fuzz       fuzz it
#   clients    test it in other languages; what npm has goes to build/clients
#   better-sqlite3  … and in that library for Node, which npm compiles for minutes
#   cluster    test it over many databases: Dask, GNU parallel
#   mpi        … and with Open MPI
#   coverage   measure what the tests reach
#   memcheck   test it under valgrind
#   multilib   build it with 32 bits
#   wasm       build it for the browser; with SQLite's source of today in build/sqlite
#   python-package  make and test wheels
#   cross      build it for other platforms, aarch64, Windows, musl
#   wine       run what was built for Windows
#   playground  make the page to try it on
#   browser    test that page in Chromium
#   bench      measure it beside other programs
set -eu
cd "$(dirname "$0")/.."

build='build-essential cmake ninja-build libsqlite3-dev sqlite3'
tests="$build libcmocka-dev libxml2-utils locales"
clients="$tests python3 python3-apsw sqlite-utils r-cran-rsqlite"
# Debian's package npm and others' nodejs exclude each other.
node=
command -v npm >/dev/null 2>&1 || node='nodejs npm'
clients="$clients $node"

packages=
modules=
for what in "${@:-nothing}"; do
    case "$what" in
    build) packages="$packages $build" ;;
    test) packages="$packages $tests" ;;
    check) packages="$packages $build clang-format clang-tidy shellcheck" ;;
    fuzz) packages="$packages $tests clang libclang-rt-dev" ;;
    clients) packages="$packages $clients" modules="$modules libsql@0.5.29" ;; # with SQLite 3.45.1, compiled
    better-sqlite3) packages="$packages $clients" modules="$modules better-sqlite3@12.11.1" ;;
    cluster) packages="$packages $tests python3-distributed parallel" ;;
    mpi) packages="$packages $tests openmpi-bin libopenmpi-dev procps" ;;
    coverage) packages="$packages $tests gcovr" ;;
    memcheck) packages="$packages $tests valgrind" ;;
    multilib) packages="$packages $build gcc-multilib" ;;
    wasm) packages="$packages $build $node emscripten" modules="$modules better-sqlite3-source" ;;
    python-package) packages="$packages $build python3 python3-venv python3-pip" ;;
    cross)
        packages="$packages $build gcc-12-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static"
        packages="$packages gcc-mingw-w64-x86-64-posix musl-tools"
        modules="$modules better-sqlite3-source"
        ;;
    wine) packages="$packages wine64" ;;
    playground) packages="$packages $node" modules="$modules papaparse@5.7.1" ;;
    browser) packages="$packages $node chromium" modules="$modules playwright-core@1.65.1 axe-core@4.14.1" ;;
    bench) packages="$packages $tests g++ python3-sklearn r-cran-mclust libarmadillo-dev libvlfeat-dev" ;;
    *)
        sed -n '2,/^set/s/^# *//p' "$0" >&2
        exit 2
        ;;
    esac
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    "$@" >"$log" 2>&1 || {
        cat "$log"
        return 1
    }
}

install_packages() {
    missing=
    for package in $packages; do
        case " $missing " in
        *" $package "*) continue ;;
        esac
        if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$'; then
            missing="$missing $package"
        fi
    done
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            echo "Not root, and no sudo. Missing:$missing"
            return 0
        fi
        as_root=sudo
    fi
    echo "Installing$missing"
    quietly $as_root apt-get -q update
    # $as_root is a word or nothing, $missing a list of words.
    # shellcheck disable=SC2086
    quietly $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing
}

if command -v apt-get >/dev/null 2>&1; then
    install_packages
else
    echo "No apt-get here. Needed, under Debian's names:$packages"
fi

for module in $modules; do
    # For SQLite's source, which better-sqlite3 carries, nothing is compiled.
    if [ "$module" = better-sqlite3-source ]; then
        if [ ! -e build/sqlite/sqlite3.c ] && command -v npm >/dev/null 2>&1; then
            echo "Fetching SQLite's source"
            mkdir -p build/sqlite
            (cd build/sqlite && quietly npm pack --silent better-sqlite3@12.11.1 &&
                quietly tar -xzf better-sqlite3-12.11.1.tgz --strip-components=3 package/deps/sqlite3)
        fi
        continue
    fi
    name=${module%@*}
    if [ ! -d "build/clients/node_modules/$name" ] && command -v npm >/dev/null 2>&1; then
        echo "Installing $module"
        quietly npm install --prefix build/clients --no-audit --no-fund "$module"
    fi
done
