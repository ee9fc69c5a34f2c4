#!/bin/sh
# test32.sh: build for x86 with 32 bits, with the compiler of a 64-bit Debian, and run all test programs. The
# sqlite3 shell and other programs have 64 bits there and cannot load the result: what runs in them is left out,
# and what takes minutes.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
build=build/x86-32
packages=$root/$build/packages

scripts/install-packages.sh test
scripts/install-packages.sh multilib

# SQLite and cmocka of 32 bits are unpacked here, not installed.
if [ ! -d "$packages/usr" ]; then
    mkdir -p "$packages"
    foreign=$(dpkg --print-foreign-architectures)
    case " $foreign " in
    *i386*) ;;
    *)
        dpkg --add-architecture i386
        trap 'dpkg --remove-architecture i386' EXIT
        apt-get -q update >/dev/null || echo "apt-get update: not all lists are new"
        ;;
    esac
    (cd "$packages" && apt-get -q download libsqlite3-0:i386 libcmocka0:i386)
    for package in "$packages"/*.deb; do
        dpkg -x "$package" "$packages"
    done
fi
libraries=$packages/usr/lib/i386-linux-gnu

cmake -G Ninja -B $build -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-m32 -DMIXTURE_WERROR=OFF \
    -DSQLite3_LIBRARY="$libraries/libsqlite3.so.0" -DSQLite3_INCLUDE_DIR=/usr/include \
    -DCMOCKA_LIBRARY="$libraries/libcmocka.so.0" -DCMOCKA_INCLUDE_DIR=/usr/include >/dev/null
cmake --build $build >$build/build.log || {
    cat $build/build.log
    exit 1
}
LD_LIBRARY_PATH=$libraries ctest --test-dir $build --output-on-failure -j2 -LE 'client|example|job|doc'
