-- Pictures from SQL: each is one SVG text. Here they go into a table, and the output says how large they are and what
-- stands below them; scripts/pictures.sh writes them to the files in this folder. In your own session:
--   SELECT writefile('faithful.svg', mix_plot(m, eruptions, waiting)) FROM faithful, model;
-- Run in this folder by the sqlite3 shell, after `.load` of the extension:  .read pictures.sql

CREATE TABLE faithful(eruptions REAL, waiting REAL);
CREATE TABLE iris(sepal_length REAL, sepal_width REAL, petal_length REAL, petal_width REAL);
CREATE TABLE points(x REAL, y REAL);
.mode csv
.import --skip 1 ../faithful/faithful.csv faithful
.import --skip 1 ../iris/iris.csv iris
.import --skip 1 ../../sql/data/points.csv points
.mode box

CREATE TABLE picture(name TEXT PRIMARY KEY, svg TEXT);

-- Old Faithful. Columns with their units become the names of the axes.
CREATE TABLE eruption AS
  SELECT gmm_fit(eruptions, waiting, 2, '{"columns":["eruption, minutes","waiting, minutes"]}') AS both,
         gmm_fit(waiting, 2, '{"columns":["waiting, minutes"]}') AS waiting_alone,
         gmm_fit(eruptions, waiting, 2, '{"init":{"means":[[2,50],[4,70]]}}') AS from_a_poor_start
    FROM faithful;
INSERT INTO picture
  SELECT 'faithful', mix_plot(both, eruptions, waiting, '{"title":"Old Faithful"}') FROM faithful, eruption;
INSERT INTO picture
  SELECT 'faithful-uncertainty', mix_plot(both, eruptions, waiting, '{"what":"uncertainty"}') FROM faithful, eruption;
INSERT INTO picture
  SELECT 'faithful-waiting', mix_plot(waiting_alone, waiting, '{"title":"Waiting for Old Faithful"}')
    FROM faithful, eruption;
INSERT INTO picture
  SELECT 'faithful-trace', mix_plot_model(from_a_poor_start, '{"what":"trace"}') FROM eruption;

-- The choice of k and structure: BIC of every candidate.
CREATE TABLE choice AS SELECT gmm_select(eruptions, waiting, 9) AS m FROM faithful;
INSERT INTO picture
  SELECT 'faithful-selection', mix_plot_model(m, '{"what":"selection"}') FROM choice;

-- Iris: four columns, so a matrix of pairs; and two of them.
CREATE TABLE flower AS
  SELECT gmm_fit(sepal_length, sepal_width, petal_length, petal_width, 3,
                 '{"columns":["sepal length, cm","sepal width, cm","petal length, cm","petal width, cm"]}') AS m
    FROM iris;
INSERT INTO picture
  SELECT 'iris', mix_plot(m, sepal_length, sepal_width, petal_length, petal_width, '{"title":"Iris"}')
    FROM iris, flower;
INSERT INTO picture
  SELECT 'iris-petals', mix_plot(m, sepal_length, sepal_width, petal_length, petal_width,
                                 '{"columns":["petal length, cm","petal width, cm"]}')
    FROM iris, flower;
INSERT INTO picture
  SELECT 'iris-components', mix_plot_model(m, '{"what":"components","columns":[1,2]}') FROM flower;

-- The points of a teaching notebook, and its mixture 0.1 N((0,0), I) + 0.4 N((3,3), 2I) + 0.5 N((0,5), 3I) as a surface
-- and from above.
CREATE TABLE notebook AS
  SELECT gmm_fit(x, y, 2, '{"columns":["x","y"]}') AS fit,
         '{"family":"gaussian","columns":["x","y"],"weights":[0.1,0.4,0.5],"means":[[0,0],[3,3],[0,5]],
           "covariances":[[[1,0],[0,1]],[[2,0],[0,2]],[[3,0],[0,3]]]}' AS mixture
    FROM points;
INSERT INTO picture
  SELECT 'notebook-points', mix_plot(fit, x, y) FROM points, notebook;
INSERT INTO picture
  SELECT 'notebook-surface', mix_plot_model(mixture, '{"what":"surface","palette":"viridis"}') FROM notebook;
INSERT INTO picture
  SELECT 'notebook-density', mix_plot_model(mixture, '{"levels":9}') FROM notebook;

-- Answers from 1 to 5: many rows at one place, so that points have areas as their numbers of rows.
CREATE TABLE answer AS
  SELECT round(min(max(x1, 1), 5)) AS ease, round(min(max(x2, 1), 5)) AS again
    FROM mix_sample('{"family":"gaussian","weights":[0.6,0.4],"means":[[2,2],[4,4]],
                      "covariances":[[[0.7,0.2],[0.2,0.7]],[[0.5,0.1],[0.1,0.5]]]}', 1000);
INSERT INTO picture
  SELECT 'answers', mix_plot(m, ease, again, '{"names":["ease of use, 1 to 5","would buy again, 1 to 5"]}')
    FROM answer, (SELECT gmm_fit(ease, again, 2) AS m FROM answer);

-- Amounts over three powers of ten, on logarithmic axes.
CREATE TABLE purchase AS
  SELECT exp(x1) AS amount, exp(x2) AS items
    FROM mix_sample('{"family":"gaussian","weights":[0.7,0.3],"means":[[2,0.5],[5,1.5]],
                      "covariances":[[[0.5,0.1],[0.1,0.2]],[[0.6,0.2],[0.2,0.3]]]}', 1000);
INSERT INTO picture
  SELECT 'purchases', mix_plot(m, amount, items, '{"log":"xy","names":["amount, euros","items"]}')
    FROM purchase, (SELECT gmm_fit(amount, items, 3) AS m FROM purchase);

-- Counts: probabilities beside the rows, and the rates of every column.
CREATE TABLE customer AS
  SELECT x1 AS visits, x2 AS orders, x3 AS complaints
    FROM mix_sample('{"family":"poisson","weights":[0.6,0.4],"rates":[[2,1,0.3],[9,4,0.5]]}', 1000);
INSERT INTO picture
  SELECT 'visits', mix_plot(m, visits, '{"names":["visits a month"]}')
    FROM customer, (SELECT pmm_fit(visits, 2) AS m FROM customer);
INSERT INTO picture
  SELECT 'rates', mix_plot_model(pmm_fit(visits, orders, complaints, 2), '{"names":["visits","orders","complaints"]}')
    FROM customer;

SELECT name, svg LIKE '<svg%' AND length(svg) < 300000 AS "a picture below 300 KB" FROM picture;

.print The same contour lines as a table, for those who draw elsewhere
SELECT path, probability, printf('%.4f', level) AS level, count(*) > 100 AS "more than 100 vertices",
       max(abs(mix_density(mixture, c.x, c.y) / level - 1)) < 1e-6 AS "of that density"
  FROM notebook, mix_contours(mixture, '[0.5,0.95]') c
 GROUP BY path;
