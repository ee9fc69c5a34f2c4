#!/usr/bin/env bash
# coverage_intervals.sh [MODULE [SETS]]: how often the 95 % intervals of mix_intervals hold the truth, for tables
# of 300 rows drawn from a mixture of two components. Each share is of SETS tables (500), so about 1 % from the
# truth.
set -euo pipefail
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
sets=${2:-500}

sqlite3 -box <<SQL
.load $module
CREATE TABLE truth AS SELECT '{"family":"gaussian","weights":[0.6,0.4],"means":[[0,0],[3,2]],
  "covariances":[[[1,0.5],[0.5,2]],[[0.5,0],[0,1]]]}' AS m;
CREATE TABLE drawn AS
  WITH RECURSIVE sets(s) AS (VALUES (1) UNION ALL SELECT s + 1 FROM sets WHERE s < $sets)
  SELECT s, x1, x2 FROM sets, truth, mix_sample(m, 300, s);
CREATE TABLE fits AS
  SELECT s, gmm_fit(x1, x2, 2, json_object('init', json(m))) AS f FROM drawn, truth GROUP BY s;
CREATE TABLE sure AS SELECT s, mix_bootstrap(f, x1, x2) AS b FROM drawn JOIN fits USING (s) GROUP BY s;
SELECT t.parameter, count(*) AS intervals, round(avg(t.value BETWEEN i.low AND i.high), 3) AS percentile,
       round(avg(t.value BETWEEN i.normal_low AND i.normal_high), 3) AS normal
  FROM truth, sure, mix_parameters(m) AS t JOIN mix_intervals(b) AS i ON i.component = t.component
   AND i.parameter = t.parameter AND i.i IS t.i AND i.j IS t.j
 GROUP BY t.parameter;
SQL
