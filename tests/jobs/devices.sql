-- A model for each of 2,000 devices, some of which have hardly any readings; then readings in any order against them.
.bail off
CREATE TABLE reading AS
  WITH RECURSIVE device(d) AS (SELECT 1 UNION ALL SELECT d + 1 FROM device WHERE d < 2000)
  SELECT d AS device, i % 2 AS high, d % 7 + 10 * (i % 2) + (d * 7919 + i * i * 104729) % 1009 / 1009.0 AS value
    FROM device, (SELECT value AS i FROM json_each('[0,1,2,3,4,5,6,7,8,9]')) WHERE d % 40 > 0 OR i = 0;
SELECT count(m) FROM (SELECT gmm_fit(value, 2) AS m FROM reading GROUP BY device);
CREATE TABLE model AS SELECT device, gmm_fit(value, 2, '{"few_rows":"null"}') AS m FROM reading GROUP BY device;
SELECT count(*), count(m), sum(m ->> 'n'), sum(m ->> 'converged') FROM model;
SELECT m ->> 'k', m ->> '$.warnings[0]', count(*)
  FROM (SELECT gmm_fit(value, 2, '{"few_rows":"fewer"}') AS m FROM reading WHERE device <= 80 GROUP BY device) GROUP BY 1, 2;
-- Each component is one of the two halves that the readings were made of.
SELECT count(*), sum(abs(mean - (device % 7 + 10 * (place - 1) + 0.5)) < 0.5)
  FROM (SELECT device, mean ->> 0 AS mean, row_number() OVER (PARTITION BY device ORDER BY mean ->> 0) AS place FROM model, mix_components(m));
-- Readings in another order than the models': each model is read once all the same.
SELECT count(*), sum((mix_predict(m, value) = mix_predict(m, device % 7 + 10.5)) = high)
  FROM (SELECT * FROM reading ORDER BY value * 7919 % 1, device) JOIN model USING (device) WHERE m IS NOT NULL;
