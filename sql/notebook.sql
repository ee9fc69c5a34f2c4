-- A classic teaching notebook on EM, redone in SQL alone: coins whose owner is known, coins whose owner is not, a mixture
-- density on a grid, and two Gaussians found among 1,000 points. Figures and data: the notebook's (tests/data/README.md).

.mode box

.print 1. Complete data: five rows of ten tosses, and which coin each is from
CREATE TABLE complete(coin INTEGER, heads INTEGER, tails INTEGER);
INSERT INTO complete VALUES (1, 7, 3), (1, 9, 1), (2, 2, 8), (1, 6, 4), (2, 0, 10);

-- All rows are labelled, so maximum likelihood is in closed form: shares of heads.
CREATE VIEW complete_fit AS
  SELECT mmm_fit(coin, heads, tails, 2, '{"columns":["coin","heads","tails"],"label":"coin"}') AS m FROM complete;

-- Negative log-likelihood of the tosses given the coins, for any chances of heads.
CREATE VIEW complete_nll AS
SELECT a.value AS a, b.value AS b,
       (SELECT -sum(r.log_density)
          FROM complete c,
               mix_responsibilities(json_object('family', 'multinomial', 'weights', json('[0.5,0.5]'), 'probabilities',
                                                json_array(json_array(a.value, 1 - a.value),
                                                           json_array(b.value, 1 - b.value))),
                                    c.heads, c.tails) r
         WHERE r.component = c.coin) AS nll
  FROM json_each('[0.7323333333333333,0.7333333333333333,0.7343333333333333]') a, json_each('[0.099,0.1,0.101]') b;

SELECT printf('%.6f', m ->> '$.probabilities[0][0]') AS "coin A", printf('%.6f', m ->> '$.probabilities[1][0]') AS "coin B",
       (SELECT printf('%.9f', nll) FROM complete_nll WHERE a = 0.7333333333333333 AND b = 0.1) AS "negative log-likelihood"
  FROM complete_fit;

.print .. and around that minimum
SELECT printf('%.4f', a) AS "coin A", printf('%.9f', min(nll) FILTER (WHERE b = 0.099)) AS "B 0.099",
       printf('%.9f', min(nll) FILTER (WHERE b = 0.1)) AS "B 0.1", printf('%.9f', min(nll) FILTER (WHERE b = 0.101)) AS "B 0.101"
  FROM complete_nll GROUP BY a;

.print 2. Coins unknown: EM from (0.6, 0.5), each coin picked as often as the other
CREATE TABLE toss(heads INTEGER, tails INTEGER);
INSERT INTO toss VALUES (5, 5), (9, 1), (8, 2), (4, 6), (7, 3);

-- The notebook watches the expected complete-data log-likelihood, without the coefficient and the coins' weights: the sum over
-- rows and coins of responsibility times (heads ln theta + tails ln (1 - theta)), all under the model before the step.
CREATE VIEW coin_em AS
WITH RECURSIVE em(iteration, m, before) AS (
  SELECT 0, '{"family":"multinomial","equal_weights":true,"weights":[0.5,0.5],"probabilities":[[0.6,0.4],[0.5,0.5]]}', NULL
   UNION ALL
  SELECT iteration + 1, (SELECT mix_step(em.m, heads, tails) FROM toss), em.m FROM em WHERE iteration < 20)
SELECT iteration, p1.value AS a, p2.value AS b,
       (SELECT sum(r.probability * (heads * ln(q.value) + tails * ln(1 - q.value)))
          FROM toss, mix_responsibilities(em.before, heads, tails) r, mix_parameters(em.before) q
         WHERE q.component = r.component AND q.parameter = 'probability' AND q.i = 1) AS expected
  FROM em, mix_parameters(m) p1, mix_parameters(m) p2
 WHERE iteration > 0 AND p1.component = 1 AND p1.parameter = 'probability' AND p1.i = 1
   AND p2.component = 2 AND p2.parameter = 'probability' AND p2.i = 1;

CREATE VIEW coin_steps AS
SELECT iteration, a, b, expected, expected - lag(expected) OVER (ORDER BY iteration) AS rise FROM coin_em;

.print .. until it rises by less than 0.01
SELECT iteration, printf('%.4f', a) AS theta_A, printf('%.4f', b) AS theta_B, printf('%.2f', expected) AS expected
  FROM coin_steps
 WHERE iteration <= (SELECT min(iteration) FROM coin_steps WHERE rise < 0.01);

.print .. until it rises by less than 1e-6; the notebook counts from 0 and calls this index 18
SELECT iteration, printf('%.10f', a) AS theta_A, printf('%.10f', b) AS theta_B, printf('%.9f', expected) AS expected
  FROM coin_steps WHERE rise < 1e-6 ORDER BY iteration LIMIT 1;

.print 3. A hundred rows of a hundred tosses, ten random starts, the best
CREATE TABLE coins(heads INTEGER, tails INTEGER);
.import --csv --skip 1 data/coins.csv coins

CREATE TABLE tries AS
SELECT seed.value AS seed,
       (SELECT mmm_fit(heads, tails, 2, json_object('init', 'random', 'n_init', 1, 'seed', seed.value,
                                                    'equal_weights', json('true'), 'tol', 1e-12)) FROM coins) AS m
  FROM json_each('[1,2,3,4,5,6,7,8,9,10]') seed;

CREATE VIEW coins_best AS
SELECT min(p.value) AS low, max(p.value) AS high,
       (SELECT sum(r.probability * (heads * ln(q.value) + tails * ln(1 - q.value)))
          FROM coins, mix_responsibilities(m, heads, tails) r, mix_parameters(m) q
         WHERE q.component = r.component AND q.parameter = 'probability' AND q.i = 1) AS expected
  FROM (SELECT m FROM tries ORDER BY m ->> 'loglik' DESC LIMIT 1), mix_parameters(m) p
 WHERE p.parameter = 'probability' AND p.i = 1;
SELECT printf('%.4f', low) AS "lower theta", printf('%.4f', high) AS "higher theta", printf('%.9f', expected) AS expected
  FROM coins_best;

.print 4. The density 0.1 N((0,0), I) + 0.4 N((3,3), 2I) + 0.5 N((0,5), 3I)
CREATE TABLE three(m);
INSERT INTO three VALUES ('{"family":"gaussian","weights":[0.1,0.4,0.5],"means":[[0,0],[3,3],[0,5]],
  "covariances":[[[1,0],[0,1]],[[2,0],[0,2]],[[3,0],[0,3]]]}');
SELECT at.value AS "x = y", printf('%.15f', mix_density(m, at.value, at.value)) AS density FROM three, json_each('[0,1,2]') at;

.print .. on a grid of 200 by 200, and evaluated directly
CREATE TABLE grid AS
SELECT g.x, g.y, g.density,
       0.1 * exp(-(g.x * g.x + g.y * g.y) / 2) / (2 * pi()) +
       0.4 * exp(-((g.x - 3) * (g.x - 3) + (g.y - 3) * (g.y - 3)) / 4) / (4 * pi()) +
       0.5 * exp(-(g.x * g.x + (g.y - 5) * (g.y - 5)) / 6) / (6 * pi()) AS direct
  FROM three, mix_grid(m, 200, 200) g;
SELECT printf('%.9f', max(density)) AS highest, printf('%.6f', sum(density)) AS sum,
       abs(max(density) / max(direct) - 1) < 1e-12 AND abs(sum(density) / sum(direct) - 1) < 1e-12 AS "equal to 1e-12"
  FROM grid;

.print 5. Two Gaussians among 1,000 points, from the given start
CREATE TABLE points(x REAL, y REAL);
.import --csv --skip 1 data/points.csv points

CREATE VIEW two AS
SELECT gmm_fit(x, y, 2, '{"tol":1e-5,"init":{"weights":[0.5272039897908414,0.4727960102091587],
         "means":[[0.6900031474839624,0.7419086239334284],[0.42466218160467817,0.2440079109231127]],
         "covariances":[[[1,0],[0,1]],[[1,0],[0,1]]]}}') AS m FROM points;
SELECT m ->> 'iterations' AS iterations, printf('%.9f', m ->> 'loglik') AS loglik FROM two;
SELECT component, printf('%.6f', weight) AS weight, printf('%.6f, %.6f', mean ->> 0, mean ->> 1) AS mean,
       printf('%.6f, %.6f, %.6f', covariance ->> '$[0][0]', covariance ->> '$[0][1]', covariance ->> '$[1][1]')
         AS "variance, covariance, variance"
  FROM two, mix_components(m);
SELECT iteration, printf('%.6f', loglik) AS loglik FROM two, mix_trace(m) WHERE iteration > 0;
