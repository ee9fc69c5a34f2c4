#!/bin/sh
# cross.sh TARGET...: build the extension for another system, and test it as far as that can be done here:
#   aarch64  under qemu-user: the tests of the kernels, of numbers and of the documentation
#   windows  x86-64, under wine: it loads, and its answers are this machine's
#   musl     x86-64 with another C library: it builds without a warning
#   wasm     in Node: its answers are this machine's
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    "$@" >"$folder/log" 2>&1 || {
        cat "$folder/log"
        exit 1
    }
}

# This machine's answers to tests/cross/script.sql in $folder/expected.
expected() {
    quietly cmake --preset release -B build/demo -DMIXTURE_BUILD_TESTS=OFF -DMIXTURE_WERROR=OFF
    quietly cmake --build build/demo --target mixture
    sqlite3 -init /dev/null -batch -bail :memory: ".load build/demo/mixture" ".read tests/cross/script.sql" \
        >"$folder/expected"
    [ "$(wc -l <"$folder/expected")" -gt 50 ]
}

compare() {
    awk -f tests/cross/same_numbers.awk "$folder/expected" "$folder/found"
    echo "$1: $(wc -l <"$folder/found") lines of answers are this machine's"
}

cross_aarch64() {
    libraries=$folder/root/usr/lib/aarch64-linux-gnu
    emulator=qemu-aarch64-static
    tests='kernel/.*|json/number|fit/fit|fit/reference|model/score'
    if [ ! -e "$folder/root/usr/bin/sqlite3" ]; then
        # Debian's packages for arm64, by a state of apt of their own: this machine's stays as it is.
        mkdir -p "$folder/lists/partial" "$folder/packages"
        options="-q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::Lists=$folder/lists
            -o Dir::State::status=/dev/null -o Dir::Cache=$folder/cache -o APT::Sandbox::User=root"
        # shellcheck disable=SC2086 # a list of words
        quietly apt-get $options update
        # shellcheck disable=SC2086
        (cd "$folder/packages" && quietly apt-get $options download libcmocka0 libcmocka-dev libsqlite3-0 \
            libsqlite3-dev sqlite3 libreadline8 libtinfo6 zlib1g)
        for package in "$folder"/packages/*.deb; do
            dpkg-deb -x "$package" "$folder/root"
        done
        [ ! -d "$folder/root/lib" ] || cp -a "$folder/root/lib/." "$folder/root/usr/lib/"
    fi
    cat >"$folder/sqlite3" <<SHELL
#!/bin/sh
exec qemu-aarch64-static -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH="$libraries" \\
    "$folder/root/usr/bin/sqlite3" "\$@"
SHELL
    chmod +x "$folder/sqlite3"
    quietly cmake -G Ninja -S . -B "$folder/build" -DCMAKE_BUILD_TYPE=Release -DCMAKE_SYSTEM_NAME=Linux \
        -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc-12 \
        "-DCMAKE_CROSSCOMPILING_EMULATOR=$emulator;-L;/usr/aarch64-linux-gnu;-E;LD_LIBRARY_PATH=$libraries" \
        -DSQLite3_INCLUDE_DIR="$folder/root/usr/include" -DSQLite3_LIBRARY="$libraries/libsqlite3.so.0" \
        -DCMOCKA_INCLUDE_DIR="$folder/root/usr/include" -DCMOCKA_LIBRARY="$libraries/libcmocka.so.0" \
        -DSQLITE3_SHELL="$folder/root/usr/bin/sqlite3"
    targets=$(ninja -C "$folder/build" -t targets all | sed -n 's/: phony$//p' |
        grep -xE "test_($(echo "$tests" | tr / _))")
    # shellcheck disable=SC2086
    quietly cmake --build "$folder/build" --target mixture $targets
    (cd "$folder/build" && ctest --output-on-failure -j2 -R "^($tests|doc/.*)\$") |
        grep -E 'tests passed|Failed|\*\*\*'
    (cd "$folder/build" && "$folder/sqlite3" -init /dev/null -batch :memory: ".load ./mixture" \
        ".read $root/tests/cross/script.sql") >"$folder/found"
    compare aarch64
}

cross_windows() {
    scripts/module.sh windows-x86_64
    quietly x86_64-w64-mingw32-gcc-posix -O1 -static -pthread -Ibuild/sqlite tests/cross/host.c \
        build/sqlite/sqlite3.c -o "$folder/host.exe"
    cp build/packages/windows-x86_64/mixture.dll "$folder"
    wine=$(command -v wine64 || echo /usr/lib/wine/wine64)
    export WINEDEBUG=-all WINEPREFIX="$folder/wine"
    "$wine" "$folder/host.exe" "$folder/mixture.dll" tests/cross/script.sql | tr -d '\r' >"$folder/found"
    compare windows
}

cross_musl() {
    scripts/amalgamate "$folder"
    cp build/sqlite/sqlite3.h build/sqlite/sqlite3ext.h "$folder"
    quietly musl-gcc -O1 -shared -fPIC -Wall -Wextra -Werror -I"$folder" "$folder/sqlite-mixture.c" \
        -o "$folder/mixture.so" -lm
    echo "musl: builds without a warning"
}

cross_wasm() {
    scripts/wasm.sh
    node - "$root/build/wasm/sqlite-mixture.js" tests/cross/script.sql >"$folder/found" <<'NODE'
const [module, script] = process.argv.slice(2);
require(module)().then((SQL) => {
    for (const { values } of new SQL.Database().exec(require("fs").readFileSync(script, "utf8"))) {
        values.forEach((row) => console.log(row.map((value) => value ?? "").join("|")));
    }
});
NODE
    compare wasm
}

[ $# -gt 0 ] || set -- none
for target in "$@"; do
    folder=$root/build/cross/$target
    case "$target" in
    aarch64) scripts/install-packages.sh test cross ;;
    windows) scripts/install-packages.sh build cross wine ;;
    musl) scripts/install-packages.sh build cross ;;
    wasm) scripts/install-packages.sh build wasm ;;
    *)
        sed -n '2,/^set/s/^# *//p' "$0" | sed '$d' >&2
        exit 2
        ;;
    esac
    mkdir -p "$folder"
    [ "$target" = musl ] || expected
    "cross_$target"
done
