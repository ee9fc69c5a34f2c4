#!/bin/sh
# old_sqlite.sh [VERSION...]: the extension, built not to ask for SQLite 3.40 (-DMIX_OLDEST_SQLITE=3031000), in
# programs with older ones inside: its answers to tests/cross/script.sql are this machine's. VERSION is one of
# npm's better-sqlite3, which carries SQLite's source: 6.0.0 has 3.31.1, 7.4.0 3.35.2, 7.5.0 3.37.2, 7.6.0 3.39.0.
set -eu
cd "$(dirname "$0")/.."
scripts/install-packages.sh build clients
[ $# -gt 0 ] || set -- 6.0.0 7.4.0 7.5.0 7.6.0

folder=build/old_sqlite
mkdir -p "$folder"
scripts/amalgamate "$folder" >/dev/null
cc -O1 -shared -fPIC -DMIX_OLDEST_SQLITE=3031000 "$folder/sqlite-mixture.c" -o "$folder/mixture.so" -lm
sqlite3 -init /dev/null -batch -bail :memory: ".load $folder/mixture" ".read tests/cross/script.sql" \
    >"$folder/expected"

for version in "$@"; do
    source=$folder/$version
    if [ ! -e "$source" ]; then
        mkdir -p "$source"
        (cd "$source" && npm pack --silent "better-sqlite3@$version" >/dev/null && tar -xzf ./*.tgz)
        # Versions before 8 carry an archive in the archive.
        find "$source/package/deps" -name 'sqlite3.tar.gz' -exec tar -xzf {} -C "$source/package/deps" \;
    fi
    sqlite=$(find "$source" -name sqlite3.c)
    [ -x "$source/host" ] || cc -O1 -DSQLITE_ENABLE_JSON1 -I"${sqlite%/*}" tests/cross/host.c "$sqlite" \
        -o "$source/host" -lpthread -ldl -lm
    "$source/host" "$folder/mixture.so" tests/cross/script.sql >"$folder/found"
    awk -f tests/cross/same_numbers.awk "$folder/expected" "$folder/found"
    sed -n 's/^#define SQLITE_VERSION  *"\(.*\)"$/SQLite \1: the answers are the same/p' "$sqlite"
done
