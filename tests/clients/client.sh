#!/bin/sh
# client.sh MODULE: the extension through the command sqlite-utils.
set -eu

command -v sqlite-utils >/dev/null || {
    echo "sqlite-utils is not installed"
    exit 77 # skipped
}
module=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'x,y\n0,1\n1,0\n0,0\n1,1\n100,51\n101,50\n100,50\n101,51\n' >"$folder/points.csv"
sqlite-utils insert "$folder/db" p "$folder/points.csv" --csv --detect-types

# query SQL EXPECTED
query() {
    result=$(sqlite-utils query "$folder/db" "$1" --load-extension "$module" --raw 2>&1) || true
    [ "$result" = "$2" ] || {
        echo "$1"
        echo "gave $result; expected $2"
        exit 1
    }
}
query "SELECT json_valid(gmm_fit(x, y, 2)) FROM p" 1
eii="'{\"covariance\":\"EII\"}'"
query "SELECT count(DISTINCT mix_predict(m, x, y)) FROM p, (SELECT gmm_fit(x, y, 2, $eii) AS m FROM p)" 2
query "SELECT round(sum(r.probability), 9)
         FROM p, (SELECT gmm_fit(x, y, 2) AS m FROM p), mix_responsibilities(m, x, y) r" 8.0
query "SELECT count(*) FROM (SELECT gmm_select(x, y, 2, $eii) AS m FROM p), mix_selection(m)" 2
query "SELECT gmm_fit(x, 'abc', 2) FROM p" \
    "Error: gmm_fit: argument 2 (x2) is TEXT 'abc' in row 1; expected a number"
