#!/bin/sh
# windows.sh [MODULE [WINDOWS [ANEW]]]: a fit over each window of 1,000 rows, d = 2, k = 2, that go on from each
# other, beside fits of single windows anew, of which ANEW, evenly spread, are made: milliseconds of processor
# time a window, within one run of the sqlite3 shell; and by how much the log-likelihood a row of the former is
# lower at worst. The time of reading the rows alone is taken off the latter.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
windows=${2:-20000}
anew=${3:-200}

sqlite3 -init /dev/null -batch :memory: <<END |
.load $module
CREATE TABLE points(i INTEGER PRIMARY KEY, x, y);
INSERT INTO points SELECT i, x1 + (component = 2) * 4.0 * i / $windows, x2 FROM mix_sample(
  '{"family":"gaussian","weights":[0.4,0.6],"means":[[0,0],[3,3]],
    "covariances":[[[1,0.3],[0.3,1]],[[2,-0.5],[-0.5,1]]]}', $windows + 999, 1);
CREATE TABLE some AS SELECT i FROM points WHERE i >= 1000 AND i % ($windows / $anew) = 0;
.timer on
CREATE TABLE moving AS SELECT i, gmm_fit(x, y, 2, '{"few_rows":"null","threads":1}')
  OVER (ORDER BY i ROWS 999 PRECEDING) AS m FROM points;
CREATE TABLE single AS SELECT i, (SELECT gmm_fit(x, y, 2, '{"threads":1}') FROM points
  WHERE points.i BETWEEN some.i - 999 AND some.i) AS m FROM some;
CREATE TABLE scan AS SELECT i, (SELECT sum(x + y) FROM points
  WHERE points.i BETWEEN some.i - 999 AND some.i) FROM some;
.timer off
SELECT 'lower', max(((single.m ->> 'loglik') - (moving.m ->> 'loglik')) / 1000), count(*)
  FROM single JOIN moving USING (i);
END
    tr '|' ' ' | awk -v windows="$windows" '
        /^Run Time/ { time[++runs] = 1000 * ($6 + $8) }
        /^lower/ { lower = $2; singles = $3 }
        END {
            moving = time[1] / (windows + 999); single = (time[2] - time[3]) / singles
            printf "%d windows: %.3f ms each; %d anew: %.3f ms each; ratio %.3f; lower by %.1e a row at worst\n",
                windows, moving, singles, single, moving / single, lower
        }'
