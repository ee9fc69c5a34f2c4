#!/bin/sh
# playground.sh: make build/playground/index.html, the page on which the extension is tried: one file that needs no
# other and connects to nowhere. The same sources give the same bytes.
set -eu
cd "$(dirname "$0")/.."
scripts/wasm.sh
scripts/install-packages.sh playground

folder=build/playground
mkdir -p "$folder"
base64 -w 0 build/wasm/sqlite-mixture.wasm >"$folder/wasm"
cat build/wasm/sqlite-mixture.js site/playground/worker.js >"$folder/worker"
cp build/clients/node_modules/papaparse/papaparse.min.js "$folder/papaparse"
cp tests/data/faithful.csv "$folder/faithful"
cp tests/data/iris.csv "$folder/iris"
cp tests/data/points.csv "$folder/points"
cp site/playground/style.css "$folder/style"
cp site/playground/table.js "$folder/table"
cp site/playground/page.js "$folder/page"
sed -n 's/^#define MIXTURE_VERSION "\(.*\)"$/\1/p' include/mixture.h | tr -d '\n' >"$folder/version"
# Each {name} of the page becomes that file; a script must not end early, nor its text begin a comment of HTML.
awk -v folder="$folder" -v parts='style|wasm|worker|faithful|iris|points|papaparse|table|page|version' '
    function content(name, file, text, line) {
        file = folder "/" name
        text = ""
        while ((getline line <file) > 0) {
            text = text (text == "" ? "" : "\n") line
        }
        close(file)
        gsub(/<\/script/, "<\\/script", text)
        gsub(/<!--/, "<\\!--", text)
        return text
    }
    {
        while (match($0, "(/[*] )?[{](" parts ")[}]( [*]/)?")) {
            name = substr($0, RSTART, RLENGTH)
            gsub(/[^a-z]/, "", name)
            printf "%s", substr($0, 1, RSTART - 1)
            printf "%s", content(name)
            $0 = substr($0, RSTART + RLENGTH)
        }
        print
    }' site/playground/page.html >"$folder/index.html"
for part in wasm worker papaparse faithful iris points style table page version; do
    rm "$folder/$part"
done
gzip -9 -c "$folder/index.html" | wc -c | sed "s|^|$folder/index.html: bytes by gzip: |"
