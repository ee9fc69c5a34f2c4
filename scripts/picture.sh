#!/bin/sh
# picture.sh: draw the README's picture with the extension that scripts/demo.sh built.
set -eu
cd "$(dirname "$0")/../sql"
sqlite3 -init /dev/null -batch :memory: '.load ../build/mixture' '.read scatter.sql' >../examples/faithful/faithful.svg
