#!/bin/sh
# seeds.sh [MODULE [SEEDS]]: how much the log-likelihood that a fit reaches depends on the seed. For Old Faithful
# and iris, each k and structure: the lowest and the highest over the seeds 0, 1, ..., and how many of them come
# within 0.01 of the highest.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
seeds=${2:-100}

# spread TITLE FILE COLUMNS
spread() {
    echo "$1, $seeds seeds"
    sqlite3 -init /dev/null -batch :memory: ".load $module" ".import --csv $2 raw" ".mode column" "
CREATE TABLE t AS SELECT $3 FROM raw;
CREATE TABLE fit(k, covariance, loglik);
WITH RECURSIVE seed(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM seed WHERE i + 1 < $seeds)
INSERT INTO fit
SELECT k.value, c.value,
       (SELECT gmm_fit($4, k.value, json_object('covariance', c.value, 'seed', seed.i)) FROM t) ->> 'loglik'
  FROM seed, json_each('[2,3,4,6,9]') k, json_each('[\"EII\",\"VVI\",\"EEE\",\"VEV\",\"VVV\"]') c;
SELECT k, covariance, printf('%.4f', min(loglik)) AS lowest, printf('%.4f', max(loglik)) AS highest,
       sum(loglik > top - 0.01) AS \"reach it\"
  FROM fit JOIN (SELECT k, covariance, max(loglik) AS top FROM fit GROUP BY 1, 2) USING (k, covariance)
 GROUP BY k, covariance ORDER BY k, covariance;"
}
spread "Old Faithful" tests/data/faithful.csv "CAST(eruptions AS REAL) AS a, CAST(waiting AS REAL) AS b" "a, b"
spread iris tests/data/iris.csv \
    'CAST("Sepal.Length" AS REAL) AS a, CAST("Sepal.Width" AS REAL) AS b,
     CAST("Petal.Length" AS REAL) AS c, CAST("Petal.Width" AS REAL) AS d' "a, b, c, d"
