-- Old Faithful: how long eruptions last and how long people wait for the next one, in minutes.
-- Run in this folder by the sqlite3 shell, after `.load` of the extension:  .read faithful.sql

CREATE TABLE faithful(eruptions REAL, waiting REAL);
.mode csv
.import --skip 1 faithful.csv faithful
.mode box

-- The whole fit: two Gaussian components for two columns.
CREATE TABLE model AS
  SELECT gmm_fit(eruptions, waiting, 2, '{"columns":["eruptions","waiting"]}') AS m FROM faithful;

.print The components: short eruptions after short waits, long ones after long waits
SELECT component, round(weight, 4) AS weight,
       printf('%.3f, %.2f', mean ->> 0, mean ->> 1) AS mean,
       printf('%.4f, %.4f, %.3f', covariance ->> '$[0][0]', covariance ->> '$[0][1]', covariance ->> '$[1][1]')
         AS "variance, covariance, variance"
  FROM model, mix_components(m);

.print The fit
SELECT m ->> 'n' AS n, round(m ->> 'loglik', 4) AS loglik, m ->> 'parameters' AS parameters,
       round(m ->> 'bic', 3) AS bic, round(m ->> 'icl', 3) AS icl, m ->> 'converged' AS converged
  FROM model;

.print Rows with their component, and how sure that is
SELECT f.rowid AS row, eruptions, waiting, mix_predict(m, eruptions, waiting) AS component,
       printf('%.6f', mix_probability(m, 1, eruptions, waiting)) AS p1,
       printf('%.6f', mix_probability(m, 2, eruptions, waiting)) AS p2
  FROM faithful f, model
 WHERE f.rowid <= 5;

.print The rows that could be either
SELECT f.rowid AS row, eruptions, waiting, r.component, printf('%.4f', r.probability) AS probability
  FROM faithful f, model, mix_responsibilities(m, f.eruptions, f.waiting) r
 WHERE mix_uncertainty(m, eruptions, waiting) > 0.05
 ORDER BY f.rowid, r.component;

.print How long to wait after an eruption of 3 minutes, by the model
SELECT printf('%.1f', mix_impute(m, 3.0, NULL) ->> 1) AS waiting,
       printf('%.3f', mix_probability(m, 1, 3.0, NULL)) AS "share of long ones"
  FROM model;

.print How the log-likelihood rises from a poor start, iteration by iteration
SELECT iteration, printf('%.3f', loglik) AS loglik
  FROM (SELECT gmm_fit(eruptions, waiting, 2, '{"init":{"means":[[2,50],[4,70]]}, "tol":1e-3}') AS m FROM faithful),
       mix_trace(m);
