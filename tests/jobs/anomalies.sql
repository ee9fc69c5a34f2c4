-- Which rows fit nowhere? The least usual of the rows that were fitted, and a limit for new ones.
CREATE TABLE truth AS SELECT '{"family":"gaussian","weights":[0.7,0.3],"means":[[0,0],[8,8]],"covariances":[[[1,0.8],[0.8,1]],[[1,0],[0,2]]]}' AS m;
CREATE TABLE log(id INTEGER PRIMARY KEY, x, y);
INSERT INTO log(x, y) SELECT x1, x2 FROM truth, mix_sample(m, 2000, 4);
INSERT INTO log VALUES (10001, 3, -3), (10002, 4, 4), (10003, 8, -8), (10004, NULL, 40);
CREATE TABLE model AS SELECT gmm_fit(x, y, 2) AS m FROM log WHERE id <= 2000;
SELECT id FROM (SELECT id, mix_log_density(m, x, y) AS d FROM log, model ORDER BY d LIMIT 4) ORDER BY id;
-- One in a thousand of the rows that were fitted is below this.
CREATE TABLE bound AS SELECT mix_log_density(m, x, y) AS d FROM log, model WHERE id <= 2000 ORDER BY d LIMIT 1 OFFSET 2;
SELECT count(*), sum(id > 2000) FROM log, model, bound WHERE mix_log_density(m, x, y) < bound.d;
-- Unusual in which direction: distances to each component, in deviations.
SELECT id, group_concat(printf('%.1f', mix_distance(m, component, x, y)), ' ') FROM log, model, mix_components(m) WHERE id > 10000 GROUP BY id;
