-- script.sql: what is run on other systems and compared with this one: fits of several families and structures, one to
-- twelve columns (code of its own for few, tiles for many), scores, tables, messages.
CREATE TABLE p AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400),
    u AS (SELECT i, i % 3 AS g, ((i * 7919) % 1009) / 1009.0 AS u1, ((i * 6131) % 997) / 997.0 AS u2,
                 ((i * 4271) % 991) / 991.0 AS u3, ((i * 3571) % 983) / 983.0 AS u4 FROM n)
  SELECT i, g * 10.0 + (u1 + u2 + u3) * (1 + g) AS a, (g = 1) * 12.0 + (u1 - u3 + 0.3 * u2) * 2 AS b,
         (g = 2) * 9 + u3 + 2 * u4 AS c, g * 5 + (u4 - u1) * (3 - g) AS d, (i % 2) * 20 + (i * 31) % 4 AS n FROM u;
SELECT json_extract(m, '$.loglik'), json_extract(m, '$.converged'), json_extract(m, '$.weights')
  FROM (SELECT gmm_fit(a, 3, '{"tol":1e-13}') AS m FROM p);
SELECT s, json_extract(m, '$.loglik'), json_extract(m, '$.means')
  FROM (SELECT value AS s, (SELECT gmm_fit(a, b, 3, json_object('covariance', value, 'tol', 1e-13)) FROM p) AS m
          FROM json_each('["EII","VVI","EEE","VVV","VEV","EVE"]'));
SELECT json_extract(m, '$.loglik') FROM (SELECT gmm_fit(a, b, c, d, 2, '{"tol":1e-13}') AS m FROM p);
SELECT json_extract(m, '$.loglik') FROM (SELECT gmm_fit(a, b, c, d, a*b, a*c, a*d, b*c, b*d, c*d, a-b*c, b-c*d, 2, '{"tol":1e-13}') AS m FROM p);
SELECT json_extract(m, '$.loglik'), json_extract(m, '$.rates') FROM (SELECT pmm_fit(n, 2) AS m FROM p);
SELECT json_extract(m, '$.loglik') FROM (SELECT mmm_fit(n, i % 5, 2) AS m FROM p);
CREATE TABLE m AS SELECT gmm_fit(a, b, 3, '{"tol":1e-13}') AS m FROM p;
SELECT mix_predict(m, a, b), mix_log_density(m, a, b), mix_probability(m, 1, a, NULL) FROM p, m WHERE i <= 20;
SELECT mix_loglik(m, a, b) FROM p, m;
SELECT component, parameter, i, j, value FROM m, mix_parameters(m);
SELECT json_extract(gmm_select(a, b, 4), '$.covariance') FROM p;
SELECT printf('%.12g', json_extract(mix_step(m, a, b), '$.loglik')) FROM p, m;
SELECT length(mix_plot_model(m)) > 1000, mix_number(' 12.5 '), mixture_version() FROM m;
