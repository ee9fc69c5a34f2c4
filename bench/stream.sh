#!/bin/sh
# stream.sh [MODULE [ROWS]]: rows inserted into a table of two columns whose trigger takes them into a model by
# mix_update, d = 2, k = 2, beside a trigger that writes the same text of the model back, and beside no trigger:
# microseconds of processor time a row, medians of five within one run of the sqlite3 shell.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
rows=${2:-20000}
model='{"family":"gaussian","weights":[0.4,0.6],"means":[[0,0],[3,3]],
  "covariances":[[[1,0.3],[0.3,1]],[[2,-0.5],[-0.5,1]]]}'

{
    cat <<SQL
.load $module
CREATE TEMP TABLE points AS SELECT x1 AS x, x2 AS y FROM mix_sample('$model', $rows, 1);
CREATE TABLE model AS SELECT gmm_fit(x, y, 2) AS m FROM points WHERE rowid <= 1000;
CREATE TABLE other AS SELECT mix_update(m, 1, 1) AS m FROM model;
CREATE TABLE plain(x, y); CREATE TABLE writes(x, y); CREATE TABLE updates(x, y);
CREATE TRIGGER write AFTER INSERT ON writes BEGIN UPDATE other SET m = (SELECT max(m) FROM other); END;
CREATE TRIGGER step AFTER INSERT ON updates BEGIN
  UPDATE model SET m = (SELECT mix_update(m, NEW.x, NEW.y, '{"memory":10000}') FROM model);
END;
.timer on
SQL
    for run in 1 2 3 4 5; do
        for table in plain writes updates; do
            echo "INSERT INTO $table SELECT x, y FROM points; -- $run"
        done
    done
} | sqlite3 -init /dev/null -batch :memory: | awk -v rows="$rows" '
    function median(first,    list, i, j, t) {
        for (i = 0; i < 5; i++) list[i] = time[first + 3 * i]
        for (i = 0; i < 5; i++) for (j = i + 1; j < 5; j++)
            if (list[j] < list[i]) { t = list[i]; list[i] = list[j]; list[j] = t }
        return list[2] * 1e6 / rows
    }
    /^Run Time/ { time[++runs] = $6 + $8 }
    END {
        plain = median(1); writes = median(2); updates = median(3)
        printf "a row: %.2f us alone, %.2f us with the model written back, %.2f us with mix_update\n",
            plain, writes, updates
        printf "mix_update costs %.1f times as much as to write the model back\n",
            (updates - plain) / (writes - plain)
    }'
