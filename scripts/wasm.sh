#!/bin/sh
# wasm.sh: build SQLite with the extension inside for the browser and Node: build/wasm/sqlite-mixture.js and .wasm,
# in the interface of sql.js.
set -eu
cd "$(dirname "$0")/.."
scripts/install-packages.sh wasm

# Where emscripten, as Debian has it, finds its modules with a Node that is not Debian's.
export NODE_PATH="/usr/share/nodejs${NODE_PATH:+:$NODE_PATH}"

folder=build/wasm
sqlite=build/sqlite
mkdir -p "$folder"
# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    "$@" >"$folder/log" 2>&1 || {
        cat "$folder/log"
        exit 1
    }
}

# What every browser with SIMD has, too; and all of one piece, for size: what nothing calls is left out.
common='-Oz -flto -DNDEBUG -mbulk-memory -mnontrapping-fptoint -msign-ext'
# compile SOURCE FLAG...: emcc -c into the folder.
compile() {
    source=$1
    object=$folder/$(basename "$source" .c).o
    shift
    # shellcheck disable=SC2086 # a list of words
    quietly emcc -c "$source" -o "$object" -I"$sqlite" -Iinclude $common "$@"
    objects="$objects $object"
}
objects=
quietly scripts/amalgamate "$folder"
compile "$folder/sqlite-mixture.c" -DSQLITE_CORE -D_GNU_SOURCE -ffp-contract=off -msimd128
# There are no files: neither an operating system's nor WAL. What else is left out api.js has no call for.
compile "$sqlite/sqlite3.c" -DSQLITE_THREADSAFE=0 -DSQLITE_OS_OTHER=1 -DSQLITE_TEMP_STORE=3 -DSQLITE_OMIT_WAL \
    -DSQLITE_DEFAULT_MEMSTATUS=0 -DSQLITE_DQS=0 -DSQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_OMIT_LOAD_EXTENSION \
    -DSQLITE_OMIT_DEPRECATED -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_OMIT_TRACE -DSQLITE_OMIT_AUTHORIZATION \
    -DSQLITE_OMIT_INCRBLOB -DSQLITE_OMIT_DECLTYPE -DSQLITE_OMIT_GET_TABLE -DSQLITE_OMIT_COMPLETE \
    -DSQLITE_UNTESTABLE
compile packages/wasm/wasm_module.c
compile packages/wasm/wasm_vfs.c
compile packages/wasm/wasm_memcmp.c -O2 -fno-lto -fno-builtin

exported=_malloc,_free
for name in $(grep -o '"sqlite3_[a-z0-9_]*"' packages/wasm/api.js | tr -d '"' | sort -u); do
    exported=$exported,_$name
done
# shellcheck disable=SC2086 # lists of words
emcc $objects $common -o "$folder/module.js" \
    -sMODULARIZE=1 -sEXPORT_NAME=createSqliteMixture -sALLOW_MEMORY_GROWTH=1 -sMAXIMUM_MEMORY=4GB -sFILESYSTEM=0 \
    -sENVIRONMENT=web,worker,node -sEXPORTED_FUNCTIONS="$exported" -sEXPORTED_RUNTIME_METHODS=cwrap \
    -sTOTAL_STACK=1MB
{
    cat "$folder/module.js"
    sed 's/^ *//; /^\/\*.*\*\/$/d' packages/wasm/api.js # without indentation and short comments
} | sed 's/module\.wasm/sqlite-mixture.wasm/g' >"$folder/sqlite-mixture.js"
mv "$folder/module.wasm" "$folder/sqlite-mixture.wasm"
rm "$folder/module.js"
gzip -9 -c "$folder/sqlite-mixture.js" "$folder/sqlite-mixture.wasm" | wc -c |
    sed "s|^|$folder/sqlite-mixture.js and .wasm: bytes by gzip: |"
