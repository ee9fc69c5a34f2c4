-- EM in SQL's own hands: a recursive query around mix_step, which is one iteration. Memory stays constant however many rows
-- there are, each iteration is one line, and the rows may come from anywhere a query can reach.

CREATE TABLE points(x REAL, y REAL);
.import --csv --skip 1 data/points.csv points
.mode box

-- Any model will do to start from; this one is by hand.
CREATE TABLE start(m);
INSERT INTO start VALUES ('{"family":"gaussian","columns":["x","y"],
  "weights":[0.5272039897908414,0.4727960102091587],
  "means":[[0.6900031474839624,0.7419086239334284],[0.42466218160467817,0.2440079109231127]],
  "covariances":[[[1,0],[0,1]],[[1,0],[0,1]]]}');

-- The model of a step says the log-likelihood of the one before it. Stop when that rises by less than 1e-5 a row.
CREATE VIEW em_by_hand AS
WITH RECURSIVE em(iteration, m, before) AS (
  SELECT 0, m, NULL FROM start
   UNION ALL
  SELECT iteration + 1, (SELECT mix_step(em.m, x, y) FROM points), m ->> 'loglik'
    FROM em
   WHERE iteration < 1000 AND (before IS NULL OR (m ->> 'loglik') - before >= 1e-5 * (m ->> 'n')))
SELECT iteration, m FROM em;

.print Iterations, each with the log-likelihood of the model before it
SELECT iteration, printf('%.9f', m ->> 'loglik') AS loglik FROM em_by_hand WHERE iteration > 0;

-- The last step was only needed to see that the one before it had converged.
.print The model
SELECT c.component, printf('%.9f', c.weight) AS weight, printf('%.9f, %.9f', mean ->> 0, mean ->> 1) AS mean
  FROM (SELECT m FROM em_by_hand ORDER BY iteration DESC LIMIT 1 OFFSET 1), mix_components(m) c;

.print The same by gmm_fit
SELECT c.component, printf('%.9f', c.weight) AS weight, printf('%.9f, %.9f', mean ->> 0, mean ->> 1) AS mean
  FROM (SELECT gmm_fit(x, y, 2, json_object('init', json(m), 'tol', 1e-5)) AS m FROM points, start), mix_components(m) c;
