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

-- The same, faster where EM is slow: after two steps mix_extrapolate() goes on from the three models as far as they point. That may be too
-- far: the step from there says what the log-likelihood is, and if it is lower than before, EM goes on from the third
-- model as if nothing had been tried. Phases: 0, 1: a step; 2: the jump; 3: the step from there; 4: the choice. Only
-- steps pass over the rows.
CREATE VIEW em_accelerated AS
WITH RECURSIVE em(pass, phase, m, m1, m0) AS (
  SELECT 0, 0, m, NULL, NULL FROM start
   UNION ALL
  SELECT pass + (phase IN (0, 1, 3)), (phase + 1) % 5,
         CASE phase WHEN 2 THEN mix_extrapolate(m0, m1, m)
                    WHEN 4 THEN CASE WHEN (m ->> 'loglik') >= (m0 ->> 'loglik') THEN m ELSE m0 END
                    ELSE (SELECT mix_step(em.m, x, y) FROM points) END, m, m1
    FROM em
   WHERE pass < 1000 AND (phase NOT IN (1, 2) OR m1 ->> 'loglik' IS NULL
                          OR (m ->> 'loglik') - (m1 ->> 'loglik') >= 1e-5 * (m ->> 'n')))
SELECT pass, phase, m FROM em;

.print Passes with extrapolation, and the log-likelihood that they reach
SELECT pass, printf('%.6f', (SELECT mix_loglik(e.m, x, y) FROM points)) AS loglik
  FROM (SELECT pass, m FROM em_accelerated ORDER BY pass DESC LIMIT 1) e;
