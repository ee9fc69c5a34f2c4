-- How many components, and of which shape? gmm_select fits every number with every covariance structure; mix_selection
-- lists them. BIC: lower is better.

CREATE TABLE faithful(eruptions REAL, waiting REAL);
CREATE TABLE iris(sepal_length REAL, sepal_width REAL, petal_length REAL, petal_width REAL);
.mode csv
.import --skip 1 ../examples/faithful/faithful.csv faithful
.import --skip 1 ../examples/iris/iris.csv iris
.mode box

CREATE TABLE choice AS
  SELECT 'Old Faithful' AS data, gmm_select(eruptions, waiting, 9, '{"columns":["eruptions","waiting"]}') AS m
    FROM faithful
  UNION ALL
  SELECT 'iris', gmm_select(sepal_length, sepal_width, petal_length, petal_width, 9) FROM iris;

.print The choice
SELECT data, m ->> 'k' AS k, m ->> 'covariance' AS covariance, m ->> 'parameters' AS parameters,
       printf('%.2f', m ->> 'bic') AS bic, m ->> 'warnings' AS warnings
  FROM choice;

.print The best three of each
SELECT data, rank, k, covariance, printf('%.1f', bic) AS bic
  FROM choice, mix_selection(m) WHERE rank <= 3;

.print BIC by k and structure
SELECT data, covariance,
       printf('%.1f', min(bic) FILTER (WHERE k = 1)) AS "k = 1",
       printf('%.1f', min(bic) FILTER (WHERE k = 2)) AS "k = 2",
       printf('%.1f', min(bic) FILTER (WHERE k = 3)) AS "k = 3"
  FROM choice, mix_selection(m)
 GROUP BY data, covariance ORDER BY data, min(bic);

.print The components of Old Faithful
SELECT component, printf('%.3f', weight) AS weight, printf('%.2f, %.2f', mean ->> 0, mean ->> 1) AS mean
  FROM choice, mix_components(m) WHERE data = 'Old Faithful';

.print Iris: by ICL, which counts against components that overlap
SELECT m ->> 'k' AS k, m ->> 'covariance' AS covariance, printf('%.1f', m ->> 'icl') AS icl
  FROM (SELECT gmm_select(sepal_length, sepal_width, petal_length, petal_width, 6, '{"criterion":"icl"}') AS m FROM iris);
