-- How many components? Fit each number and compare by BIC: lower is better.

CREATE TABLE faithful(eruptions REAL, waiting REAL);
.mode csv
.import --skip 1 ../examples/faithful/faithful.csv faithful
.mode box

CREATE TABLE candidate AS
  SELECT k.value AS k, covariance.value AS covariance,
         (SELECT gmm_fit(eruptions, waiting, k.value, json_object('covariance', covariance.value)) FROM faithful) AS m
    FROM json_each('[1,2,3,4]') k, json_each('["full","tied","diag","spherical"]') covariance;

.print BIC by k and covariance structure
SELECT k,
       printf('%.1f', min(m ->> 'bic') FILTER (WHERE covariance = 'full')) AS full,
       printf('%.1f', min(m ->> 'bic') FILTER (WHERE covariance = 'tied')) AS tied,
       printf('%.1f', min(m ->> 'bic') FILTER (WHERE covariance = 'diag')) AS diag,
       printf('%.1f', min(m ->> 'bic') FILTER (WHERE covariance = 'spherical')) AS spherical
  FROM candidate GROUP BY k;

.print The best
SELECT k, covariance, printf('%.2f', m ->> 'loglik') AS loglik, m ->> 'parameters' AS parameters,
       printf('%.2f', m ->> 'bic') AS bic
  FROM candidate ORDER BY m ->> 'bic' LIMIT 1;
