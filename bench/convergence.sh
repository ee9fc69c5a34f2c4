#!/bin/sh
# convergence.sh [MODULE [D [SEED]]]: the EM maps that plain and accelerated EM take to the end (tol 1e-12) of a
# fit that is hard for EM: 2,000 rows of two Gaussians in D (1 to 8) dimensions, with the same covariance and means
# one deviation apart. "difference" is the accelerated log-likelihood above the plain one, per 1,000 rows. Needs
# nothing but the sqlite3 shell.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture}
d=${2:-2}
seed=${3:-1}

# A pair of Gaussians in d dimensions with unit covariances, as JSON; their means: -h and h in the first column, 0
# and `other` in the others.
pair() {
    awk -v d="$d" -v h="$1" -v other="$2" 'BEGIN {
        for (i = 1; i <= d; i++) {
            low = low (i == 1 ? -h : ",0")
            high = high (i == 1 ? h : "," other)
            row = ""
            for (j = 1; j <= d; j++) row = row (j > 1 ? "," : "") (i == j)
            unit = unit (i > 1 ? "," : "") "[" row "]"
        }
        printf "\"weights\":[0.5,0.5],\"means\":[[%s],[%s]],\"covariances\":[[%s],[%s]]", low, high, unit, unit
    }'
}
columns=$(seq -s ', ' -f 'x%g' "$d")

sqlite3 -init /dev/null -batch :memory: <<END
.load $module
.mode column
CREATE TABLE points AS SELECT $columns FROM mix_sample('{"family":"gaussian",$(pair 0.5 0)}', 2000, $seed);
CREATE TABLE fits AS
  SELECT s.key AS number, s.value AS structure, a.value AS accelerate,
         (SELECT gmm_fit($columns, 2, json_object('covariance', s.value, 'accelerate', json(a.value), 'tol', 1e-12,
                 'max_iter', 1000000, 'init', json('{$(pair 1 0.5)}'))) FROM points) AS m
    FROM json_each('["EII","VII","EEI","VEI","EVI","VVI","EEE","VEE","EVE","VVE","EEV","VEV","EVV","VVV"]') s,
         json_each('["false","true"]') a;
SELECT structure, p.m ->> 'iterations' AS plain, f.m ->> 'iterations' AS accelerated,
       format('%.3f', (f.m ->> 'iterations') / (0.0 + (p.m ->> 'iterations'))) AS ratio,
       format('%.1e', ((f.m ->> 'loglik') - (p.m ->> 'loglik')) / 2) AS difference
  FROM fits p JOIN fits f USING (structure)
 WHERE p.accelerate = 'false' AND f.accelerate = 'true' ORDER BY p.number;
END
