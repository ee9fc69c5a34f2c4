-- Every day the table has grown: the model goes on from yesterday's, and keeps its names, structure and numbering.
CREATE TABLE truth AS SELECT '{"family":"gaussian","weights":[0.6,0.4],"means":[[0,0],[5,4]],"covariances":[[[1,0],[0,1]],[[1,0],[0,1]]]}' AS m;
CREATE TABLE sale(day, x, y);
INSERT INTO sale SELECT 1, x1, x2 FROM truth, mix_sample(m, 500, 1);
CREATE TABLE model AS SELECT 1 AS day, gmm_fit(x, y, 2, '{"covariance":"EEI","columns":["x","y"]}') AS m FROM sale;
UPDATE model SET m = json_set(m, '$.names', json('["small","large"]'));
INSERT INTO sale SELECT 2, x1 + 0.2, x2 FROM truth, mix_sample(m, 500, 2);
INSERT INTO model SELECT 2, mix_refit(m, x, y) FROM model, sale WHERE model.day = 1;
INSERT INTO sale SELECT 3, x1 + 0.4, x2 FROM truth, mix_sample(m, 500, 3);
INSERT INTO model SELECT 3, mix_refit(m, x, y) FROM model, sale WHERE model.day = 2;
SELECT day, m ->> 'n', m ->> 'covariance', m -> 'columns', m -> 'names', m ->> 'converged', m -> 'warnings' FROM model;
SELECT day, name, printf('%.2f', columns ->> '$.x.mean') FROM model, mix_components(m);
-- As good as a fit from nothing.
SELECT (m ->> 'loglik') > (SELECT gmm_fit(x, y, 2, '{"covariance":"EEI"}') ->> 'loglik' FROM sale) - 1e-3 FROM model WHERE day = 3;
