-- Old Faithful: how long will people wait after an eruption that has lasted so long? Regression by mixtures: the answer
-- is a distribution, with its limits, and not a line. Run in this folder by the sqlite3 shell, after `.load` of the
-- extension:  .read prediction.sql

CREATE TABLE faithful(eruptions REAL, waiting REAL);
.mode csv
.import --skip 1 ../faithful/faithful.csv faithful
.mode box

CREATE TABLE model AS
  SELECT gmm_fit(eruptions, waiting, 2, '{"columns":["eruptions","waiting"]}') AS m FROM faithful;

.print What is said of the waiting time after an eruption of 3 minutes
SELECT mix_condition(m, 3.0, NULL) ->> 'columns' AS "column", component, printf('%.3f', weight) AS weight,
       printf('%.1f', mean ->> 0) AS mean, printf('%.1f', sqrt(covariance ->> '$[0][0]')) AS deviation
  FROM model, mix_components(mix_condition(m, 3.0, NULL));

.print The interval that nine waits in ten lie in, and the one that half are below, by how long the eruption has lasted
CREATE VIEW prediction AS
  SELECT minutes, mix_quantile(given, 0.05) AS low, mix_quantile(given, 0.5) AS median, mix_quantile(given, 0.95) AS high
    FROM (SELECT value AS minutes, mix_condition(m, value, NULL) AS given
            FROM model, json_each('[1.5,2,2.5,3,3.5,4,4.5,5]'));
SELECT minutes, printf('%.1f', low) AS low, printf('%.1f', median) AS median, printf('%.1f', high) AS high,
       printf('%s%s|', substr('                                                  ', 1, (low - 40) / 2),
              substr('|--------------------------------------------------', 1, (high - low) / 2)) AS "40 to 100 minutes"
  FROM prediction;

.print How many of the waits that were seen lie in their interval, of 90 %
SELECT printf('%.1f %%', 100 * avg(waiting BETWEEN mix_quantile(given, 0.05) AND mix_quantile(given, 0.95))) AS inside
  FROM (SELECT waiting, mix_condition(m, eruptions, NULL) AS given FROM faithful, model);

.print Whoever comes 70 minutes after an eruption of 2 minutes: how likely has the next one been missed?
SELECT printf('%.3f', mix_cdf(mix_condition(m, 2.0, NULL), 70)) AS missed FROM model;

-- The interval and the median as a picture; in your own session write it to a file by
--   SELECT writefile('prediction.svg', svg) FROM picture;
CREATE VIEW picture AS
  WITH place AS (SELECT 80 * minutes - 80 AS x, 400 - 4 * (low - 40) AS low, 400 - 4 * (median - 40) AS median,
                        400 - 4 * (high - 40) AS high FROM prediction),
       line AS (SELECT group_concat(printf('%.0f,%.0f', x, low), ' ') AS low,
                       group_concat(printf('%.0f,%.0f', x, median), ' ') AS median FROM (SELECT * FROM place ORDER BY x)),
       back AS (SELECT group_concat(printf('%.0f,%.0f', x, high), ' ') AS high FROM (SELECT * FROM place ORDER BY x DESC))
  SELECT '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 420"><polygon fill="#9ecae1" points="' || low || ' ' ||
         high || '"/><polyline fill="none" stroke="#08519c" stroke-width="2" points="' || median || '"/>' ||
         (SELECT group_concat(printf('<circle r="1.5" cx="%.1f" cy="%.1f"/>', 80 * eruptions - 80, 400 - 4 * (waiting - 40)), '')
            FROM faithful) || '</svg>' AS svg
    FROM line, back;
.print The picture
SELECT substr(svg, 1, 60) AS svg, (length(svg) - length(replace(svg, '<circle', ''))) / 7 AS eruptions FROM picture;
