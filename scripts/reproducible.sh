#!/bin/sh
# reproducible.sh: build the amalgamation, this machine's wheel and the playground of the last commit twice, in two
# folders of different names: the bytes are the same. Minutes.
set -eu
cd "$(dirname "$0")/.."
scripts/install-packages.sh wasm playground python-package
version=$(sed -n 's/^#define MIXTURE_VERSION "\(.*\)"$/\1/p' include/mixture.h)
commit=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct "$commit")
export SOURCE_DATE_EPOCH

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for copy in one another/further; do
    git clone -q . "$folder/$copy"
    git -C "$folder/$copy" checkout -q "$commit" # the same, whatever is committed meanwhile
    mkdir "$folder/$copy/build"
    # What npm brought, which is the same for both.
    cp -r build/clients build/sqlite "$folder/$copy/build"
    (
        cd "$folder/$copy"
        scripts/module.sh >/dev/null
        python3 packages/python/build_wheel.py "$version" "manylinux_2_17_$(uname -m)" \
            "build/packages/linux-$(uname -m)/mixture.so" packages/python/README.md build/packages/python \
            >/dev/null
        scripts/playground.sh >/dev/null
    )
done

cd "$folder"
wheel=$(basename one/build/packages/python/*.whl)
for file in build/amalgamation/sqlite-mixture.c build/amalgamation/sqlite-mixture.h \
    "build/packages/linux-$(uname -m)/mixture.so" "build/packages/python/$wheel" build/playground/index.html; do
    cmp "one/$file" "another/further/$file"
    echo "the same bytes: $file, $(sha256sum <"one/$file" | cut -c1-16)"
done
