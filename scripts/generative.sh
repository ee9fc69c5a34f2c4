#!/bin/sh
# generative.sh [SECONDS [newest]]: generated cases (tests/generative) for so long (60), from a seed that is new
# each day; newest: with the newest SQLite that npm's better-sqlite3 brings, built with its assertions and with all
# that it can check of how it is called.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
which=${2:-}
version=12.11.1 # of better-sqlite3
folder=$(pwd)/build/newest-sqlite

scripts/install-packages.sh test
cmake --preset release >/dev/null
cmake --build --preset release --target generative >build/generative.log || {
    cat build/generative.log
    exit 1
}

build_newest() {
    mkdir -p "$folder"
    (
        cd "$folder"
        [ -f "better-sqlite3-$version.tgz" ] || npm pack --silent "better-sqlite3@$version" >/dev/null
        tar xzf "better-sqlite3-$version.tgz" package/deps/sqlite3
        "${CC:-cc}" -O1 -fPIC -shared -Wl,-soname,libsqlite3.so.0 -o libsqlite3.so.0 -DSQLITE_DEBUG \
            -DSQLITE_ENABLE_API_ARMOR -DSQLITE_STRICT_SUBTYPE=1 -DSQLITE_ENABLE_COLUMN_METADATA \
            package/deps/sqlite3/sqlite3.c -lm -lpthread -ldl
    )
}

case "$which" in
newest)
    [ -f "$folder/libsqlite3.so.0" ] || build_newest
    export LD_LIBRARY_PATH="$folder"
    ;;
'') ;;
*)
    sed -n '2,/^set/s/^# *//p' "$0" >&2
    exit 2
    ;;
esac
exec build/release/tests/generative --seed "$(date +%Y%m%d)" --seconds "$seconds" --failures 10
