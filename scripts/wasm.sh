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

# The extension for size but for its kernels, as everywhere.
quietly emcmake cmake -G Ninja -S . -B "$folder/cmake" -Wno-dev -DCMAKE_BUILD_TYPE=Release \
    -DMIXTURE_BUILD_TESTS=OFF \
    -DCMAKE_C_FLAGS_RELEASE="-Oz -DNDEBUG -msimd128" -DSQLite3_INCLUDE_DIR="$PWD/$sqlite"
quietly cmake --build "$folder/cmake" --target mixture_static
# SQLite again only when it or this has changed.
if [ -z "$(find "$folder" -name sqlite3.o -newer "$sqlite/sqlite3.c" -newer scripts/wasm.sh)" ]; then
    quietly emcc -c "$sqlite/sqlite3.c" -o "$folder/sqlite3.o" -Oz -DSQLITE_THREADSAFE=0 \
        -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_DEPRECATED -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_OMIT_TRACE \
        -DSQLITE_DEFAULT_MEMSTATUS=0 -DSQLITE_DQS=0 -DSQLITE_ENABLE_MATH_FUNCTIONS -DSQLITE_TEMP_STORE=3
fi
emcc -c packages/wasm/wasm_module.c -o "$folder/wasm_module.o" -Oz -I"$sqlite" -Iinclude

exported=_malloc,_free
for name in $(grep -o '"sqlite3_[a-z0-9_]*"' packages/wasm/api.js | tr -d '"' | sort -u); do
    exported=$exported,_$name
done
emcc "$folder/sqlite3.o" "$folder/cmake/libmixture.a" "$folder/wasm_module.o" -Oz -o "$folder/module.js" \
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
