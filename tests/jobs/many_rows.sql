-- Many rows (five million on somebody's desk, 12,000 here): choose on a sample, fit all, look at the rest by SQL.
CREATE TABLE truth AS SELECT '{"family":"gaussian","weights":[0.5,0.3,0.2],"means":[[1,2],[7,3],[2,9]],"covariances":[[[1,0.3],[0.3,2]],[[1,0],[0,1]],[[2,-0.5],[-0.5,1]]]}' AS m;
CREATE TABLE event AS SELECT x1 AS x, x2 AS y, component AS made FROM truth, mix_sample(m, 12000, 5);
CREATE TABLE choice AS SELECT gmm_select(x, y, 4, '{"covariances":["EEE","VVV"]}') AS m FROM event WHERE rowid % 10 = 0;
SELECT m ->> 'k', m ->> 'covariance', m ->> 'n' FROM choice;
CREATE TABLE model AS SELECT mix_refit(m, x, y) AS m FROM choice, event;
SELECT m ->> 'n', m ->> 'converged', m -> 'warnings' FROM model;
SELECT component, printf('%.2f', weight), printf('%.1f %.1f', mean ->> 0, mean ->> 1) FROM model, mix_components(m);
SELECT printf('%.3f', avg(mix_predict(model.m, x, y) = made)) > 0.98, (SELECT mix_loglik(model.m, x, y) > mix_loglik(truth.m, x, y) FROM event)
  FROM event, model, truth;
-- The same by parts, as they would lie in several databases: the statistics of each, merged, are those of all.
CREATE TABLE part AS SELECT mix_statistics(m, x, y) AS s FROM model, event GROUP BY event.rowid % 4;
SELECT abs((mix_maximize(mix_merge(s)) ->> 'loglik') / (SELECT mix_loglik(m, x, y) FROM model, event) - 1) < 1e-12 FROM part;
