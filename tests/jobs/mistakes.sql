-- Typical mistakes, and the one line that mends each.
.bail off
CREATE TABLE p(x, y, t);
INSERT INTO p VALUES (1.0, 2.1, 'a'), (1.2, 1.9, 'b'), (0.8, 2.3, ''), (1.1, 2.4, '1,5'), (5.0, 7.9, '3'), (5.3, 8.4, NULL), (4.8, 8.1, 'n/a'), (5.2, 7.6, '9');
CREATE TABLE model AS SELECT gmm_fit(x, y, 2, '{"columns":["x","y"]}') AS m FROM p;
SELECT gmm_fit(x, y) FROM p;
SELECT gmm_fit(2, x, y) FROM p;
SELECT gmm_fit(x, y, '2 components') FROM p;
SELECT gmm_fit(x, y, 2, 'full') FROM p;
SELECT gmm_fit(x, y, 2, '{covariance:full}') FROM p;
SELECT gmm_fit(x, y, 2, '{"covariance":"round"}') FROM p;
SELECT gmm_fit(x, y, 2, '{"cov":"full"}') FROM p;
SELECT gmm_fit(x, y, 2, '{"columns":["x"]}') FROM p;
SELECT gmm_fit(x, y, 2, '{"seed":"1"}') FROM p;
SELECT gmm_fit(x, y, 0) FROM p;
SELECT gmm_fit(x, y, 9) FROM p;
SELECT gmm_fit(x, t, 2) FROM p;
SELECT gmm_fit(x, nullif(t, 'a'), 2) FROM p WHERE rowid > 2;
SELECT gmm_fit(x, nullif(t, ''), 2, '{"columns":["x","t"]}') FROM p WHERE rowid > 2;
SELECT mmm_fit(x, y, 2) FROM p;
SELECT gmm_fit(x, y, t, 2, '{"label":"t"}') FROM p;
SELECT gmm_fit(x, y, 2, '{"init":{"means":[[1,2]]}}') FROM p;
SELECT mix_predict(m, x) FROM p, model;
SELECT mix_predict('m', x, y) FROM p, model;
SELECT mix_predict(x, y, m) FROM p, model;
SELECT mix_probability(m, x, y) FROM p, model;
SELECT mix_probability(m, 3, x, y) FROM p, model;
SELECT mix_plot(m, x, y, 'My points') FROM p, model;
SELECT mix_refit(m, x) FROM p, model;
SELECT mix_components(m) FROM model;
SELECT component FROM mix_components;
SELECT mix_plot_model(m, '{"what":"selection"}') FROM model;
SELECT mix_summary('{"family":"gaussian","weights":[0.5,0.6],"means":[0,1],"covariances":[1,1]}');
SELECT mix_summary('{"family":"gaussian","weights":[0.5,0.5],"means":[0,1],"covariances":[1]}');
-- The same, mended.
SELECT gmm_fit(x, mix_number(replace(nullif(nullif(t, 'n/a'), ''), ',', '.')), 1) ->> 'n' FROM p WHERE rowid > 2;
