-- report.sql: what choices.sh found: m, f and s are the cells of mclust, gmm_fit and gmm_select, mt and ot the
-- seconds.
.mode column
CREATE VIEW rows_of AS SELECT name, substr(name, 1, instr(name, '-') - 1) AS kind FROM ot;

.print 'gmm_fit beside mclust, by structure (log-likelihoods; sound fits)'
SELECT covariance, count(*) AS cells, sum(f.loglik < m.loglik - 0.05) AS lower,
       sum(f.loglik < m.loglik - 1) AS "lower by 1", sum(abs(f.loglik - m.loglik) <= 0.05) AS equal,
       sum(f.loglik > m.loglik + 0.05) AS higher, printf('%.1f', max(m.loglik - f.loglik)) AS "most below"
  FROM f JOIN m USING (name, k, covariance) WHERE f.sound GROUP BY covariance
 UNION ALL
SELECT 'all', count(*), sum(f.loglik < m.loglik - 0.05), sum(f.loglik < m.loglik - 1),
       sum(abs(f.loglik - m.loglik) <= 0.05), sum(f.loglik > m.loglik + 0.05),
       printf('%.1f', max(m.loglik - f.loglik))
  FROM f JOIN m USING (name, k, covariance) WHERE f.sound;

.print
.print 'cells of gmm_select beside mclust, by structure'
SELECT covariance, count(*) AS cells, sum(s.loglik < m.loglik - 0.05) AS lower,
       sum(s.loglik < m.loglik - 1) AS "lower by 1", sum(abs(s.loglik - m.loglik) <= 0.05) AS equal,
       sum(s.loglik > m.loglik + 0.05) AS higher, printf('%.1f', max(m.loglik - s.loglik)) AS "most below"
  FROM s JOIN m USING (name, k, covariance) WHERE s.sound AND k > 1 GROUP BY covariance
 UNION ALL
SELECT 'all', count(*), sum(s.loglik < m.loglik - 0.05), sum(s.loglik < m.loglik - 1),
       sum(abs(s.loglik - m.loglik) <= 0.05), sum(s.loglik > m.loglik + 0.05),
       printf('%.1f', max(m.loglik - s.loglik))
  FROM s JOIN m USING (name, k, covariance) WHERE s.sound AND k > 1;

.print
.print 'cells of gmm_select beside gmm_fit with defaults (sound in both)'
SELECT covariance, count(*) AS cells, sum(s.loglik < f.loglik - 1) AS "lower by 1",
       sum(s.loglik < f.loglik - 10) AS "by 10", sum(s.loglik > f.loglik + 1) AS "higher by 1",
       printf('%.1f', max(f.loglik - s.loglik)) AS "most below"
  FROM s JOIN f USING (name, k, covariance) WHERE s.sound AND f.sound GROUP BY covariance
 UNION ALL
SELECT 'all', count(*), sum(s.loglik < f.loglik - 1), sum(s.loglik < f.loglik - 10), sum(s.loglik > f.loglik + 1),
       printf('%.1f', max(f.loglik - s.loglik))
  FROM s JOIN f USING (name, k, covariance) WHERE s.sound AND f.sound
 UNION ALL
SELECT kind, count(*), sum(s.loglik < f.loglik - 1), sum(s.loglik < f.loglik - 10), sum(s.loglik > f.loglik + 1),
       printf('%.1f', max(f.loglik - s.loglik))
  FROM s JOIN f USING (name, k, covariance) JOIN rows_of USING (name) WHERE s.sound AND f.sound GROUP BY kind;

.print
.print 'seconds of CPU: selections beside mclust, and the fits one by one'
SELECT CASE WHEN n < 100 THEN 'n < 100' ELSE 'n >= 100' END AS rows, count(*) AS sets,
       printf('%.2f', sum(selected)) AS gmm_select, printf('%.2f', sum(seconds)) AS mclust,
       printf('%.2f', sum(selected) / sum(seconds)) AS ratio, printf('%.2f', sum(fitted)) AS "gmm_fit"
  FROM ot JOIN mt USING (name) JOIN sizes USING (name) GROUP BY 1;
