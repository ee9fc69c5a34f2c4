#!/bin/sh
# site.sh: make build/site, the documents as pages, the playground beside them, and check every link. SITE_BASE is
# the path below which it will be served (/). To look at it: python3 -m http.server -d build/site
# Only npm's installing of what site/docs/package.json names needs the network.
set -eu
cd "$(dirname "$0")/.."
scripts/playground.sh
SITE_BASE=${SITE_BASE:-/} SITE_OUT=$PWD/build/site
export SITE_BASE SITE_OUT

folder=build/vitepress
mkdir -p "$folder"
if ! cmp -s site/docs/package.json "$folder/package.json"; then
    cp site/docs/package.json "$folder"
    npm install --prefix "$folder" --silent --no-audit --no-fund
fi
rm -rf "$folder/source" build/site
mkdir -p "$folder/source/.vitepress/theme"
cp site/docs/config.mjs "$folder/source/.vitepress"
cp site/docs/theme.js "$folder/source/.vitepress/theme/index.js"
cp site/docs/style.css "$folder/source/.vitepress/theme"
mkdir "$folder/source/public"
cp build/playground/index.html "$folder/source/public/playground.html"
node site/docs/stage.mjs "$folder/source" build/wasm/sqlite-mixture.js
"$folder/node_modules/.bin/vitepress" build "$folder/source" >"$folder/log" 2>&1 || {
    cat "$folder/log"
    exit 1
}
node site/docs/check_links.mjs build/site "$SITE_BASE"
