-- Answers from 1 to 5 to four questions: values in steps, two kinds of people.
.import --csv ../data/hard/survey.csv answers
CREATE TABLE model AS SELECT gmm_select(q1, q2, q3, q4, 4, '{"columns":["q1","q2","q3","q4"],"covariances":["EEI","VVI","EEE","VVV"]}') AS m FROM answers;
SELECT m ->> 'k', m ->> 'covariance', m -> 'step' FROM model;
SELECT component, printf('%.2f', weight), printf('%.1f %.1f %.1f %.1f', columns ->> '$.q1.mean', columns ->> '$.q2.mean', columns ->> '$.q3.mean', columns ->> '$.q4.mean')
  FROM model, mix_components(m) ORDER BY columns ->> '$.q1.mean';
-- An answer that is not given: what the others say of it.
SELECT printf('%.1f', mix_impute(m, 1, 1, NULL, 1) ->> 2), printf('%.1f', mix_impute(m, 5, 5, NULL, 5) ->> 2) FROM model;
