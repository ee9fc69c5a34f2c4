-- Segments of customers with names, found without anybody's labels; who belongs to which, and how surely.
.import --csv ../../examples/customers/customers.csv raw
CREATE TABLE customers AS
  SELECT id, mix_number(replace(nullif(nullif(spend, 'n/a'), ''), ',', '')) AS spend, mix_number(nullif(visits, 'n/a')) AS visits FROM raw;
CREATE TABLE choice AS SELECT gmm_select(ln(spend), visits, 4, '{"columns":["log spend","visits"]}') AS m FROM customers;
SELECT m ->> 'k', m ->> 'covariance', m ->> 'warnings' FROM choice;
CREATE TABLE segment(component INTEGER PRIMARY KEY, name TEXT);
INSERT INTO segment SELECT component, iif(columns ->> '$.visits.mean' > 10, 'regular', 'now and then') FROM choice, mix_components(m);
SELECT name, count(*), count(spend), printf('%.2f', avg(spend)), printf('%.1f', avg(visits)), sum(mix_uncertainty(m, ln(spend), visits) > 0.05)
  FROM choice, customers JOIN segment ON component = mix_predict(m, ln(spend), visits) GROUP BY name ORDER BY name;
-- Of those without a spend the visits alone decide.
SELECT id, visits, name FROM choice, customers JOIN segment ON component = mix_predict(m, ln(spend), visits) WHERE spend IS NULL ORDER BY id;
