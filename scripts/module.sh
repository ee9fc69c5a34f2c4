#!/bin/sh
# module.sh [PLATFORM]: build the module that is released, of the amalgamation: build/packages/PLATFORM/mixture.so
# (or .dll). PLATFORM: linux-x86_64, linux-aarch64, windows-x86_64; without: this machine's.
set -eu
cd "$(dirname "$0")/.."
platform=${1:-linux-$(uname -m)}
folder=build/packages/$platform
# Of a module for old systems: newest version of glibc that it may ask for.
newest=2.17

includes=/usr/include
case "$platform" in
linux-x86_64) compiler=gcc prefix='' ;;
linux-aarch64) compiler=aarch64-linux-gnu-gcc-12 prefix=aarch64-linux-gnu- ;;
windows-x86_64) compiler=x86_64-w64-mingw32-gcc-posix prefix=x86_64-w64-mingw32- ;;
*)
    sed -n '2,3s/^# *//p' "$0" >&2
    exit 2
    ;;
esac
[ "$(uname -m)" != aarch64 ] || [ "$platform" != linux-aarch64 ] || compiler=gcc prefix=''

mkdir -p "$folder"
scripts/amalgamate build/amalgamation >/dev/null
# SQLite's headers alone: a cross compiler has a C library of its own.
cp "$includes/sqlite3.h" "$includes/sqlite3ext.h" build/amalgamation
case "$platform" in
windows-*)
    "$compiler" -O2 -shared -static -pthread -Ibuild/amalgamation build/amalgamation/sqlite-mixture.c -s \
        -o "$folder/mixture.dll" -lm
    echo "$folder/mixture.dll"
    exit
    ;;
esac
"$compiler" -O2 -fPIC -shared -include packages/linux/old_glibc.h -Ibuild/amalgamation \
    build/amalgamation/sqlite-mixture.c -o "$folder/mixture.so" -Wl,-z,defs -Wl,-z,nodelete \
    -Wl,-z,max-page-size=16384 -Wl,--build-id=none -Wl,--no-as-needed -l:libm.so.6 -l:libpthread.so.0
"${prefix}strip" "$folder/mixture.so"

needed=$("${prefix}objdump" -T "$folder/mixture.so" | sed -n 's/.*GLIBC_\([0-9.]*\)) *\(.*\)/\1 \2/p' | sort -Vu)
last=$(printf '%s\n%s\n' "$needed" "$newest" | awk '{ print $1 }' | sort -V | tail -1)
if [ "$last" != "$newest" ]; then
    echo "$folder/mixture.so needs more than glibc $newest; name these in packages/linux/old_glibc.h:"
    printf '%s\n' "$needed" | awk -v newest="$newest" '{ split($1, v, "."); split(newest, n, ".") }
        v[1] + 0 > n[1] + 0 || (v[1] == n[1] && v[2] + 0 > n[2] + 0)'
    exit 1
fi
[ "$("${prefix}nm" -D --defined-only "$folder/mixture.so" | awk '{ print $3 }')" = sqlite3_mixture_init ]
last=$(printf '%s\n' "$needed" | tail -1)
echo "$folder/mixture.so: $(wc -c <"$folder/mixture.so") bytes, glibc ${last%% *}"
