#!/bin/sh
# package.sh KIND...: build a package into build/packages, install it in an empty place and ask it for a fit there:
#   wheel    for Python (sqlite-mixture): this machine's platform, and what cross compilers there are for
#   npm      for Node (sqlite-mixture and one package a platform)
#   wasm     for browsers and Node (sqlite-mixture-wasm)
#   deb      libsqlite3-mod-mixture and its -dev, for Debian
#   archive  a module a platform, the amalgamation, sqlpkg.json, checksums
# Nothing is uploaded: docs/releasing.md.
set -eu
cd "$(dirname "$0")/.."
root=$(pwd)
version=$(sed -n 's/^#define MIXTURE_VERSION "\(.*\)"$/\1/p' include/mixture.h)
out=$root/build/packages
# Times in archives: the commit's.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
mkdir -p "$out"
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT

# Of Old Faithful's two components; what every package must say.
query='SELECT round(json_extract(gmm_fit(eruptions, waiting, 2), '\''$.loglik'\''), 4) FROM f'
expected=-1130.264

# has COMMAND
has() {
    command -v "$1" >/dev/null 2>&1
}

# quietly COMMAND...: its output is shown only when it fails.
quietly() {
    "$@" >"$empty/log" 2>&1 || {
        cat "$empty/log"
        exit 1
    }
}

# Platforms that can be built for here.
platforms="linux-$(uname -m)"
has aarch64-linux-gnu-gcc-12 && [ "$(uname -m)" != aarch64 ] && platforms="$platforms linux-aarch64"
has x86_64-w64-mingw32-gcc-posix && platforms="$platforms windows-x86_64"

# build_modules: for all of them, once.
built=
build_modules() {
    [ -z "$built" ] || return 0
    for platform in $platforms; do
        scripts/module.sh "$platform"
    done
    built=yes
}

# module_of PLATFORM
module_of() {
    case "$1" in
    windows-*) echo "$out/$1/mixture.dll" ;;
    *) echo "$out/$1/mixture.so" ;;
    esac
}

# said WHAT RESULT: compare.
said() {
    if [ "$2" != "$expected" ]; then
        echo "$1 said $2; expected $expected"
        exit 1
    fi
    echo "$1: installed in an empty place, gmm_fit says $2"
}

package_wheel() {
    scripts/install-packages.sh python-package
    build_modules
    for platform in $platforms; do
        case "$platform" in
        linux-*) tag=manylinux_2_17_${platform#linux-}.manylinux2014_${platform#linux-} ;;
        windows-*) tag=win_amd64 ;;
        esac
        python3 packages/python/build_wheel.py "$version" "$tag" "$(module_of "$platform")" \
            packages/python/README.md "$out/python"
    done
    # Debian's, which can load extensions, where there is another before it.
    python=/usr/bin/python3
    [ -x "$python" ] || python=python3
    "$python" -m venv "$empty/venv"
    "$empty/venv/bin/pip" install --quiet --no-index "$out/python/sqlite_mixture-$version"-*"_$(uname -m).whl"
    said wheel "$(cd "$empty" && "$empty/venv/bin/python" - "$root/tests/data/faithful.csv" "$query" <<'PYTHON'
import csv, sqlite3, sys
import sqlite_mixture
connection = sqlite3.connect(":memory:")
sqlite_mixture.load(connection)
connection.execute("CREATE TABLE f(eruptions, waiting)")
with open(sys.argv[1]) as file:
    rows = [tuple(map(float, row)) for row in list(csv.reader(file))[1:]]
connection.executemany("INSERT INTO f VALUES (?, ?)", rows)
connection.execute("CREATE TABLE model AS SELECT gmm_fit(eruptions, waiting, 2) AS m FROM f")
picture = sqlite_mixture.show_svg(connection, "SELECT mix_plot(m, eruptions, waiting) FROM f, model")
assert picture._repr_svg_().startswith("<svg")
assert sqlite_mixture.__version__ == connection.execute("SELECT mixture_version()").fetchone()[0]
print(connection.execute(sys.argv[2]).fetchone()[0])
PYTHON
    )"
}

# npm_manifest NAME DESCRIPTION MEMBER...: a package.json on standard output; members are JSON, without a comma.
npm_manifest() {
    printf '{\n  "name": "%s",\n  "version": "%s",\n' "$1" "$version"
    printf '  "description": "%s",\n  "license": "MIT"' "$2"
    shift 2
    for member in "$@"; do
        printf ',\n  %s' "$member"
    done
    printf '\n}\n'
}

package_npm() {
    scripts/install-packages.sh clients
    build_modules
    rm -rf "$out/npm"
    optional=
    for platform in $platforms; do
        case "$platform" in
        linux-x86_64) name=linux-x64 system=linux processor=x64 library='"libc": ["glibc"]' ;;
        linux-aarch64) name=linux-arm64 system=linux processor=arm64 library='"libc": ["glibc"]' ;;
        windows-x86_64) name=win32-x64 system=win32 processor=x64 library= ;;
        esac
        package=$out/npm/sqlite-mixture-$name
        mkdir -p "$package"
        cp "$(module_of "$platform")" LICENSE "$package"
        npm_manifest "sqlite-mixture-$name" "sqlite-mixture for $name" "\"os\": [\"$system\"]" \
            "\"cpu\": [\"$processor\"]" ${library:+"$library"} \
            >"$package/package.json"
        optional="$optional${optional:+, }\"sqlite-mixture-$name\": \"$version\""
    done
    package=$out/npm/sqlite-mixture
    mkdir -p "$package"
    cp packages/npm/index.js packages/npm/index.d.ts packages/npm/README.md LICENSE "$package"
    npm_manifest sqlite-mixture "Finite mixture models in SQLite, fitted by expectation-maximization" \
        '"main": "index.js"' '"types": "index.d.ts"' '"keywords": ["sqlite", "mixture", "clustering", "em"]' \
        "\"optionalDependencies\": {$optional}" >"$package/package.json"
    for package in "$out"/npm/sqlite-mixture*/; do
        (cd "$out/npm" && npm pack --silent "$package")
    done
    name=linux-x64
    [ "$(uname -m)" = x86_64 ] || name=linux-arm64
    echo '{}' >"$empty/package.json"
    (cd "$empty" && npm install --silent --no-audit --no-fund --omit=optional --offline \
        "$out/npm/sqlite-mixture-$version.tgz" "$out/npm/sqlite-mixture-$name-$version.tgz")
    said npm "$(cd "$empty" && NODE_PATH=$root/build/clients/node_modules \
        node - "$root/tests/data/faithful.csv" "$query" <<'NODE'
const [file, query] = process.argv.slice(2), Database = require("libsql"), mixture = require("sqlite-mixture");
const db = new Database(":memory:");
mixture.load(db);
db.exec("CREATE TABLE f(eruptions, waiting)");
const insert = db.prepare("INSERT INTO f VALUES (?, ?)");
for (const line of require("fs").readFileSync(file, "utf8").trim().split("\n").slice(1)) {
    insert.run(...line.split(",").map(Number));
}
console.log(Object.values(db.prepare(query).get())[0]);
NODE
    )"
}

package_wasm() {
    scripts/wasm.sh
    package=$out/wasm/sqlite-mixture-wasm
    rm -rf "$out/wasm"
    mkdir -p "$package"
    cp build/wasm/sqlite-mixture.js build/wasm/sqlite-mixture.wasm packages/wasm/index.d.ts \
        packages/wasm/README.md LICENSE "$package"
    npm_manifest sqlite-mixture-wasm "SQLite with finite mixture models inside, in the interface of sql.js" \
        '"main": "sqlite-mixture.js"' '"types": "index.d.ts"' \
        '"keywords": ["sqlite", "mixture", "clustering", "wasm"]' \
        >"$package/package.json"
    (cd "$out/wasm" && npm pack --silent "$package")
    (cd "$empty" && echo '{}' >package.json &&
        npm install --silent --no-audit --no-fund --offline "$out/wasm/sqlite-mixture-wasm-$version.tgz")
    said wasm "$(cd "$empty" && node - "$root/tests/data/faithful.csv" "$query" <<'NODE'
const [file, query] = process.argv.slice(2);
require("sqlite-mixture-wasm")().then((SQL) => {
    const db = new SQL.Database();
    db.run("CREATE TABLE f(eruptions, waiting)");
    for (const line of require("fs").readFileSync(file, "utf8").trim().split("\n").slice(1)) {
        db.run("INSERT INTO f VALUES (?, ?)", line.split(",").map(Number));
    }
    console.log(new SQL.Database(db.export()).exec(query)[0].values[0][0]);
});
NODE
    )"
}

package_deb() {
    scripts/install-packages.sh build
    quietly cmake --preset release -B build/deb -DMIXTURE_BUILD_TESTS=OFF -DMIXTURE_WERROR=OFF \
        -DCMAKE_INSTALL_PREFIX=/usr \
        -DCMAKE_INSTALL_LIBDIR="lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)"
    quietly cmake --build build/deb --target mixture mixture_static
    rm -rf "$out/deb"
    (cd build/deb && quietly cpack -G DEB -B "$out/deb")
    rm -rf "$out/deb/_CPack_Packages"
    ls "$out"/deb/*.deb
    dpkg-deb -x "$(ls "$out"/deb/libsqlite3-mod-mixture_*.deb)" "$empty/deb"
    dpkg-deb -x "$(ls "$out"/deb/libsqlite3-mod-mixture-dev_*.deb)" "$empty/deb"
    [ -e "$empty/deb/usr/include/sqlite-mixture.h" ]
    module=$(find "$empty/deb" -name mixture.so)
    said deb "$(sqlite3 -init /dev/null -batch :memory: ".load ${module%.so}" \
        "CREATE TABLE f(eruptions, waiting)" ".import --csv --skip 1 tests/data/faithful.csv f" "$query")"
}

# archive NAME FOLDER FILE...: a tar file whose bytes follow from its contents.
archive() {
    name=$1 from=$2
    shift 2
    tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --mode=u=rwX,go=rX \
        -C "$from" -cf - "$@" | gzip -n -9 >"$out/release/$name"
}

package_archive() {
    build_modules
    rm -rf "$out/release"
    mkdir -p "$out/release"
    for platform in $platforms; do
        module=$(module_of "$platform")
        cp LICENSE README.md "$out/$platform"
        archive "sqlite-mixture-$version-$platform.tar.gz" "$out/$platform" "${module##*/}" LICENSE README.md
    done
    cp LICENSE build/amalgamation
    archive "sqlite-mixture-$version-amalgamation.tar.gz" build/amalgamation \
        sqlite-mixture.c sqlite-mixture.h LICENSE
    sed "s/@VERSION@/$version/g" packages/sqlpkg/sqlpkg.json.in >"$out/release/sqlpkg.json"
    (cd "$out/release" && sha256sum ./* >SHA256SUMS && cat SHA256SUMS)
    tar -xzf "$out/release/sqlite-mixture-$version-linux-$(uname -m).tar.gz" -C "$empty"
    said archive "$(sqlite3 -init /dev/null -batch :memory: ".load $empty/mixture" \
        "CREATE TABLE f(eruptions, waiting)" ".import --csv --skip 1 tests/data/faithful.csv f" "$query")"
}

[ $# -gt 0 ] || set -- none
for kind in "$@"; do
    case "$kind" in
    wheel | npm | wasm | deb | archive) "package_$kind" ;;
    *)
        sed -n '2,/^set/s/^# *//p' "$0" | sed '$d' >&2
        exit 2
        ;;
    esac
done
