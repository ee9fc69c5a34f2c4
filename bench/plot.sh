#!/bin/sh
# plot.sh [MODULE [ROWS]]: what a picture of a table costs, against mix_predict over the same rows, and how large
# it is, in one run of the sqlite3 shell. Least of five; needs nothing but the shell.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
rows=${2:-1000000}
model='{"family":"gaussian","weights":[0.1,0.4,0.5],"means":[[0,0],[3,3],[0,5]],
"covariances":[[[1,0],[0,1]],[[2,0],[0,2]],[[3,0],[0,3]]]}'
database=$(mktemp)
trap 'rm -f "$database"' EXIT

sqlite3 -init /dev/null -batch "$database" ".load $module" "
  CREATE TABLE points(x REAL, y REAL);
  INSERT INTO points SELECT x1, x2 FROM mix_sample('$model', $rows, 1);
  CREATE TABLE model AS SELECT gmm_fit(x, y, 3) AS m, gmm_fit(x, 3) AS m1 FROM points;"

# time_query SQL: least of the wall times of five runs, seconds.
time_query() {
    {
        echo ".load $module"
        echo ".timer on"
        for run in 1 2 3 4 5; do echo "$1; -- $run"; done
    } | sqlite3 -init /dev/null -batch "$database" |
        sed -n 's/^Run Time: real \([0-9.]*\).*/\1/p' | sort -n | sed -n 1p
}

# report COLUMNS PICTURE: PICTURE is mix_plot's model, row and options; COLUMNS its model and row.
printf '%-62s %8s %7s %8s\n' "$rows rows, k = 3" seconds ratio KB
report() {
    base=$(time_query "SELECT sum(mix_predict($1)) FROM points, model")
    seconds=$(time_query "SELECT length(mix_plot($2)) FROM points, model")
    bytes=$(sqlite3 -init /dev/null -batch "$database" ".load $module" \
        "SELECT length(mix_plot($2)) FROM points, model")
    awk -v name="mix_predict($1)" -v s="$base" 'BEGIN { printf "%-62s %8.3f %7.2f\n", name, s, 1 }'
    awk -v name="mix_plot($2)" -v s="$seconds" -v base="$base" -v bytes="$bytes" \
        'BEGIN { printf "%-62s %8.3f %7.2f %8.0f\n", name, s, s / base, bytes / 1000 }'
}
report "m, x, y" "m, x, y"
report "m, x, y" "m, x, y, '{\"what\":\"uncertainty\",\"points\":10000}'"
report "m, x, y" "m, x, y, '{\"what\":\"density\"}'"
report "m1, x" "m1, x"
