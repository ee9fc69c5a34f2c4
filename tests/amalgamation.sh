#!/bin/sh
# amalgamation.sh MODULE: scripts/amalgamate writes the same bytes twice; the one file compiles by the command in
# its head without a warning, exports one symbol, and gives the models of MODULE bit for bit.
set -eu
cd "$(dirname "$0")/.."
module=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

scripts/amalgamate "$folder"
scripts/amalgamate "$folder/again" >/dev/null
cmp "$folder/sqlite-mixture.c" "$folder/again/sqlite-mixture.c"
cmp "$folder/sqlite-mixture.h" "$folder/again/sqlite-mixture.h"

(cd "$folder" && "${CC:-gcc}" -O2 -shared -fPIC -Wall -Wextra sqlite-mixture.c -o mixture.so -lm) \
    2>"$folder/warnings"
[ ! -s "$folder/warnings" ] || {
    head -20 "$folder/warnings"
    exit 1
}
[ "$(nm -D --defined-only "$folder/mixture.so" | awk '{ print $3 }')" = sqlite3_mixture_init ]

# Every kernel's loops, several structures, both kinds of rows, and what is read back.
cat >"$folder/models.sql" <<'SQL'
CREATE TABLE f(eruptions, waiting);
.mode csv
.import --skip 1 tests/data/faithful.csv f
.mode list
SELECT gmm_fit(eruptions, waiting, 2) FROM f;
SELECT gmm_select(eruptions, waiting, 3) FROM f;
SELECT gmm_fit(waiting, 2, '{"covariance":"spherical"}') FROM f;
SELECT gmm_fit(x, y, z, u, v, w, 3, '{"covariance":"' || s || '"}')
  FROM (SELECT eruptions * 1 AS x, waiting * 1 AS y, eruptions * waiting AS z, waiting - eruptions AS u,
               eruptions / waiting AS v, waiting % 7 AS w FROM f),
       (SELECT 'full' AS s UNION SELECT 'diag' UNION SELECT 'VEV' UNION SELECT 'EEE') GROUP BY s;
SELECT mmm_fit(waiting % 5, waiting % 3, 2), pmm_fit(CAST(waiting AS INTEGER), 2) FROM f;
WITH m(m) AS MATERIALIZED (SELECT gmm_fit(eruptions, waiting, 2) FROM f)
SELECT mix_probabilities(m, eruptions, waiting), mix_log_density(m, eruptions, NULL),
       hex(mix_statistics(m, eruptions, waiting)), mix_uncertainty(m, eruptions, waiting)
  FROM f, m GROUP BY f.rowid;
SELECT mix_plot(m, eruptions, waiting) FROM f, (SELECT gmm_fit(eruptions, waiting, 2) AS m FROM f);
SQL
sqlite3 :memory: ".load $module" ".read $folder/models.sql" >"$folder/built"
sqlite3 :memory: ".load $folder/mixture" ".read $folder/models.sql" >"$folder/amalgamated"
[ "$(wc -l <"$folder/built")" -gt 270 ]
cmp "$folder/built" "$folder/amalgamated"
