#!/bin/sh
# demo.sh: build the extension as build/mixture.so and run an example with it.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    "$@" >"$log" 2>&1 || {
        cat "$log"
        echo "failed: $*"
        exit 1
    }
}

scripts/install-packages.sh build

echo "Building"
quietly cmake --preset release -B build/demo -DMIXTURE_BUILD_TESTS=OFF -DMIXTURE_WERROR=OFF
quietly cmake --build build/demo
# By way of a new file: a program that has the old one loaded keeps it.
cp build/demo/mixture.so build/mixture.so.new
mv build/mixture.so.new build/mixture.so

echo "Running examples/faithful/faithful.sql"
echo
cd examples/faithful
sqlite3 -init /dev/null -batch :memory: <<END
.bail on
.load "$root/build/mixture"
.read faithful.sql
END
echo
echo "Now yours: sqlite3 DATABASE, and then: .load $root/build/mixture"
