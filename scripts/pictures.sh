#!/bin/sh
# pictures.sh: draw examples/pictures/*.svg with the extension that scripts/demo.sh built.
set -eu
cd "$(dirname "$0")/../examples/pictures"
sqlite3 -init /dev/null -batch :memory: '.load ../../build/mixture' '.read pictures.sql' \
    "SELECT name, writefile(name || '.svg', svg) AS bytes FROM picture"
