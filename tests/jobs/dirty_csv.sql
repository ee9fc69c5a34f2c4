-- A CSV as people have it: commas in numbers, empty cells, n/a. From .import to a model of the clean rows.
.bail off
.import --csv ../../examples/customers/customers.csv raw
SELECT gmm_fit(spend, visits, 2) FROM raw;
SELECT id, spend, visits FROM raw WHERE replace(spend, ',', '') GLOB '*[^0-9.]*' OR visits GLOB '*[^0-9]*' OR spend = '' OR visits = '';
SELECT mix_number(spend) FROM raw WHERE id = 1;
CREATE VIEW customers AS
  SELECT id, mix_number(replace(nullif(nullif(spend, 'n/a'), ''), ',', '')) AS spend, mix_number(nullif(visits, 'n/a')) AS visits FROM raw;
SELECT count(*), count(spend), count(visits), printf('%.2f', sum(spend)) FROM customers;
SELECT mix_summary(gmm_fit(spend, visits, 2, '{"columns":["spend","visits"]}')) FROM customers;
