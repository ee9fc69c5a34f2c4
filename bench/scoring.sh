#!/bin/sh
# scoring.sh [MODULE [ROWS]]: what fitting and scoring a table costs, against SQLite's own SELECT sum(x), sum(y)
# over the same table, in one run of the sqlite3 shell. Medians of five; needs nothing but the shell.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
rows=${2:-1000000}
model='{"family":"gaussian","weights":[0.4,0.6],"means":[[0,0],[3,3]],
"covariances":[[[1,0.3],[0.3,1]],[[2,-0.5],[-0.5,1]]]}'
database=$(mktemp)
trap 'rm -f "$database"' EXIT

sqlite3 -init /dev/null -batch "$database" ".load $module" "
  CREATE TABLE points(x REAL, y REAL);
  INSERT INTO points SELECT x1, x2 FROM mix_sample('$model', $rows, 1);
  CREATE TABLE model AS SELECT gmm_fit(x, y, 2) AS m FROM points;"

# time_query SQL: median of the wall times of five runs, seconds.
time_query() {
    {
        echo ".load $module"
        echo ".timer on"
        for run in 1 2 3 4 5; do echo "$1; -- $run"; done
    } | sqlite3 -init /dev/null -batch "$database" |
        sed -n 's/^Run Time: real \([0-9.]*\).*/\1/p' | sort -n | sed -n 3p
}

scan=$(time_query "SELECT sum(x), sum(y) FROM points")
printf '%-62s %8s %7s\n' "$rows rows, d = 2, k = 2" seconds ratio
report() {
    seconds=$(time_query "$1")
    awk -v name="$1" -v s="$seconds" -v base="$scan" \
        'BEGIN { printf "%-62s %8.3f %7.2f\n", substr(name, 1, 62), s, s / base }'
}
report "SELECT sum(x), sum(y) FROM points"
report "SELECT sum(mix_predict(m, x, y)) FROM points, model"
report "SELECT sum(mix_density(m, x, y)) FROM points, model"
report "SELECT mix_loglik(m, x, y) FROM points, model"
report "SELECT sum(r.probability) FROM points p, model, mix_responsibilities(m, p.x, p.y) r"
report "SELECT length(gmm_fit(x, y, 2)) FROM points"
report "SELECT length(mix_step(m, x, y)) FROM points, model"
