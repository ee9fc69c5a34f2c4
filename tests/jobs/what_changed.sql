-- Models of each device and week: which devices behave differently this week?
CREATE TABLE reading AS
  WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n < 1199)
  SELECT n % 20 AS device, 1 + n / 600 AS week,
         20 + 5 * (n / 20 % 2) + n * 7919 % 101 / 101.0 + (n % 20 = 7 AND n >= 600) * 2 + (n % 20 = 11 AND n >= 600) * 3 * (n / 20 % 2) AS value FROM i;
CREATE TABLE model AS
  SELECT device, week, gmm_fit(value, 2, '{"init":{"means":[20,25]}}') AS m FROM reading WHERE week = 1 GROUP BY device, week;
-- The second week goes on from the first: component 1 stays component 1.
INSERT INTO model SELECT r.device, 2, mix_refit(m, value) FROM reading r JOIN model USING (device) WHERE r.week = 2 GROUP BY r.device;
SELECT device, component, printf('%+.1f', now.value - before.value)
  FROM model a JOIN model b USING (device), mix_parameters(a.m) AS before JOIN mix_parameters(b.m) AS now USING (component, parameter)
 WHERE a.week = 1 AND b.week = 2 AND parameter = 'mean' AND abs(now.value - before.value) > 1 ORDER BY 1, 2;
-- How much worse the old model explains the new week, in log-likelihood a reading.
SELECT r.device, printf('%.1f', (mix_loglik(b.m, value) - mix_loglik(a.m, value)) / count(*))
  FROM reading r JOIN model a ON a.device = r.device AND a.week = 1 JOIN model b ON b.device = r.device AND b.week = 2
 WHERE r.week = 2 GROUP BY r.device HAVING (mix_loglik(b.m, value) - mix_loglik(a.m, value)) / count(*) > 1;
