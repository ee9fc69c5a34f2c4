-- A report in one HTML file: words, a choice, pictures.
.import --csv ../data/faithful.csv faithful
CREATE TABLE choice AS SELECT gmm_select(eruptions, waiting, 4, '{"columns":["eruptions","waiting"]}') AS m FROM faithful;
SELECT k, covariance, printf('%.2f', bic) FROM choice, mix_selection(m) LIMIT 3;
CREATE TABLE page AS
  SELECT '<!DOCTYPE html><meta charset="utf-8"><title>Old Faithful</title><h1>Old Faithful</h1><pre>' ||
         replace(replace((SELECT mix_summary(m) FROM choice), '&', '&amp;'), '<', '&lt;') || '</pre>' ||
         (SELECT mix_plot(m, eruptions, waiting, '{"title":"Eruptions"}') FROM choice, faithful) ||
         (SELECT mix_plot_model(m, '{"what":"selection"}') FROM choice) ||
         (SELECT '<table>' || group_concat(printf('<tr><td>%d<td>%.1f %%<td>%.2f<td>%.1f', component, 100 * weight, mean ->> 0, mean ->> 1), '') || '</table>'
            FROM choice, mix_components(m)) AS html;
SELECT length(html) BETWEEN 20000 AND 300000, (length(html) - length(replace(html, '<svg ', ''))) / 5, html LIKE '%>Eruptions<%', instr(html, 'NULL') FROM page;
SELECT substr(html, instr(html, '<table>')) FROM page;
