#!/bin/sh
# groups.sh [MODULE [ROWS [MODELS]]]: rows scored by the model of their group, sorted by group and shuffled, beside
# SQLite's own join of the same tables; and a model fitted again to a table that has grown, beside a fit from
# nothing. Processor time within one run of the sqlite3 shell, medians of five; needs nothing but the shell.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
rows=${2:-600000}
models=${3:-2000}
two='{"family":"gaussian","weights":[0.4,0.6],"means":[[0,0],[3,3]],
"covariances":[[[1,0.3],[0.3,1]],[[2,-0.5],[-0.5,1]]]}'
three='{"family":"gaussian","weights":[0.5,0.3,0.2],"means":[[0,0],[2,1],[1,3]],
"covariances":[[[1,0.3],[0.3,1]],[[2,-0.5],[-0.5,1]],[[1,0],[0,1]]]}'
database=$(mktemp)
trap 'rm -f "$database"' EXIT

# Each group's model is the same but for its means, so that every text differs.
sqlite3 -init /dev/null -batch "$database" ".load $module" "
  CREATE TABLE model(device INTEGER PRIMARY KEY, m);
  WITH RECURSIVE d(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM d WHERE i < $models)
    INSERT INTO model SELECT i, json_set('$two', '\$.means[0][0]', i / 1000.0, '\$.trace',
      (SELECT json_group_array(device / 7.0) FROM (SELECT i AS device FROM d LIMIT 20))) FROM d;
  CREATE TABLE sorted(device, x, y);
  INSERT INTO sorted SELECT i * $models / $rows + 1, x1, x2 FROM mix_sample('$two', $rows, 1) WHERE i < $rows;
  CREATE TABLE shuffled AS SELECT * FROM sorted ORDER BY x;
  CREATE TABLE points AS SELECT x1 AS x, x2 AS y FROM mix_sample('$three', 50000, 2);
  CREATE TABLE before AS SELECT gmm_fit(x, y, 3) AS m FROM points WHERE rowid <= 45000;"

# cost SQL: median of the processor times of five runs, seconds.
cost() {
    {
        echo ".load $module"
        echo ".timer on"
        for run in 1 2 3 4 5; do echo "$1; -- $run"; done
    } | sqlite3 -init /dev/null -batch "$database" |
        awk '/^Run Time/ { print $6 + $8 }' | sort -n | sed -n 3p
}

# compare NAME SECONDS NAME SECONDS
compare() {
    awk -v first="$1" -v a="$2" -v second="$3" -v b="$4" \
        'BEGIN { printf "%-34s %8.3f   %-34s %8.3f   %6.2f\n", first, a, second, b, b / a }'
}

join="JOIN model USING (device)"
printf '%d rows, %d models, d = 2, k = 2: seconds, and how many times the first the second is\n' "$rows" "$models"
compare "join alone, sorted" "$(cost "SELECT sum((m > 'a') + x + y) FROM sorted $join")" \
    "join alone, shuffled" "$(cost "SELECT sum((m > 'a') + x + y) FROM shuffled $join")"
sorted=$(cost "SELECT sum(mix_predict(m, x, y)) FROM sorted $join")
shuffled=$(cost "SELECT sum(mix_predict(m, x, y)) FROM shuffled $join")
compare "mix_predict, sorted" "$sorted" "mix_predict, shuffled" "$shuffled"

printf '50000 rows, d = 2, k = 3, of which the model has seen 45000\n'
cold=$(cost "SELECT length(gmm_fit(x, y, 3)) FROM points")
compare "gmm_fit" "$cold" "mix_refit" "$(cost "SELECT length(mix_refit(m, x, y)) FROM before, points")"
compare "gmm_fit" "$cold" "gmm_fit, init the model" \
    "$(cost "SELECT length(gmm_fit(x, y, 3, json_object('init', m))) FROM before, points")"
