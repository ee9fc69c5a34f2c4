-- One model over three databases. Each says only what mix_statistics says of its rows: sums, a BLOB of 400 bytes here. They
-- merge by addition, so the result is that of all rows in one place, and no row leaves its database.

CREATE TABLE points(x REAL, y REAL);
.import --csv --skip 1 data/points.csv points
.mode box

ATTACH ':memory:' AS north;
ATTACH ':memory:' AS south;
ATTACH ':memory:' AS west;
CREATE TABLE north.points AS SELECT x, y FROM main.points WHERE y > 3;
CREATE TABLE south.points AS SELECT x, y FROM main.points WHERE y <= 3 AND x > -1;
CREATE TABLE west.points AS SELECT x, y FROM main.points WHERE y <= 3 AND x <= -1;

CREATE TABLE start(m);
INSERT INTO start VALUES ('{"family":"gaussian","weights":[0.5,0.5],"means":[[0,4],[-1,0]],
  "covariances":[[[1,0],[0,1]],[[1,0],[0,1]]]}');

CREATE TEMP VIEW em AS
WITH RECURSIVE em(iteration, m) AS (
  SELECT 0, m FROM start
   UNION ALL
  SELECT iteration + 1,
         (SELECT mix_maximize(mix_merge(s))
            FROM (SELECT mix_statistics(em.m, x, y) AS s FROM north.points
                   UNION ALL
                  SELECT mix_statistics(em.m, x, y) FROM south.points
                   UNION ALL
                  SELECT mix_statistics(em.m, x, y) FROM west.points))
    FROM em WHERE iteration < 20)
SELECT iteration, m FROM em;

.print Rows
SELECT (SELECT count(*) FROM north.points) AS north, (SELECT count(*) FROM south.points) AS south,
       (SELECT count(*) FROM west.points) AS west;

.print Log-likelihood, of the model before the iteration, over all three
SELECT iteration, printf('%.6f', m ->> 'loglik') AS loglik, m ->> 'n' AS n FROM em WHERE iteration IN (1, 2, 3, 10, 20);

.print Largest difference of a parameter from 20 iterations over all rows in one place
CREATE TEMP TABLE whole AS
WITH RECURSIVE em(iteration, m) AS (
  SELECT 0, m FROM start UNION ALL
  SELECT iteration + 1, (SELECT mix_step(em.m, x, y) FROM main.points) FROM em WHERE iteration < 20)
SELECT m FROM em WHERE iteration = 20;
SELECT max(abs(a.value - b.value)) < 1e-12 AS "below 1e-12"
  FROM (SELECT m FROM em WHERE iteration = 20) e, mix_parameters(e.m) a, whole, mix_parameters(whole.m) b
 WHERE (a.component, a.parameter, ifnull(a.i, 0), ifnull(a.j, 0)) = (b.component, b.parameter, ifnull(b.i, 0), ifnull(b.j, 0));
