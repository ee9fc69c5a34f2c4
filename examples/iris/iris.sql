-- Iris: 150 flowers of three species, four lengths in centimeters. The fit does not see the species; the file has
-- them in blocks of 50 (setosa, versicolor, virginica), so that they can be compared.
-- Run in this folder by the sqlite3 shell, after `.load` of the extension:  .read iris.sql

CREATE TABLE iris(sepal_length REAL, sepal_width REAL, petal_length REAL, petal_width REAL);
.mode csv
.import --skip 1 iris.csv iris
.mode box

-- Three components with every structure of covariance matrix, compared by BIC (lower is better).
CREATE TABLE candidate AS
  SELECT value AS covariance,
         (SELECT gmm_fit(sepal_length, sepal_width, petal_length, petal_width, 3,
                         json_object('columns', json('["sepal_length","sepal_width","petal_length","petal_width"]'),
                                     'covariance', value))
            FROM iris) AS m
    FROM json_each('["full","tied","diag","spherical"]');

.print Three components, four covariance structures
SELECT covariance, m ->> 'parameters' AS parameters, printf('%.3f', m ->> 'loglik') AS loglik,
       printf('%.2f', m ->> 'bic') AS bic
  FROM candidate ORDER BY m ->> 'bic';

CREATE TABLE model AS SELECT m FROM candidate WHERE covariance = 'full';

.print The full one
SELECT component, printf('%.4f', weight) AS weight,
       printf('%.3f, %.3f, %.3f, %.3f', mean ->> 0, mean ->> 1, mean ->> 2, mean ->> 3) AS mean
  FROM model, mix_components(m);

.print Species by component
SELECT CASE (iris.rowid - 1) / 50 WHEN 0 THEN 'setosa' WHEN 1 THEN 'versicolor' ELSE 'virginica' END AS species,
       mix_predict(m, sepal_length, sepal_width, petal_length, petal_width) AS component, count(*) AS flowers
  FROM iris, model
 GROUP BY 1, 2;

.print The least certain flowers, with all their responsibilities
SELECT iris.rowid AS row, printf('%.2f', mix_uncertainty(m, sepal_length, sepal_width, petal_length, petal_width))
         AS uncertainty,
       (SELECT group_concat(printf('%.2f', probability), '  ')
          FROM mix_responsibilities(m, sepal_length, sepal_width, petal_length, petal_width)) AS probabilities
  FROM iris, model
 ORDER BY mix_uncertainty(m, sepal_length, sepal_width, petal_length, petal_width) DESC
 LIMIT 4;

.print A flower of which only the petals were measured
SELECT mix_predict(m, NULL, NULL, 4.5, 1.5) AS component,
       printf('%.2f, %.2f', mix_impute(m, NULL, NULL, 4.5, 1.5) ->> 0, mix_impute(m, NULL, NULL, 4.5, 1.5) ->> 1)
         AS "expected sepal length, width"
  FROM model;

.print Species as one component each, fitted alone: GROUP BY
SELECT species, printf('%.3f', m ->> 'loglik') AS loglik, printf('%.3f', m ->> '$.means[0][0]') AS "mean sepal length"
  FROM (SELECT (rowid - 1) / 50 AS species, gmm_fit(sepal_length, sepal_width, petal_length, petal_width, 1) AS m
          FROM iris GROUP BY species);
