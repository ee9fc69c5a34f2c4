-- A model that follows a stream: each reading that arrives updates it, in a trigger, and no earlier reading is read again.
-- The model counts for at most 10,000 readings, so that older ones fade: each keeps 9,999 / 10,000 of its weight when the
-- next one comes.

.mode box
CREATE TABLE reading(time INTEGER PRIMARY KEY, temperature REAL, pressure REAL);
CREATE TABLE model(m);

-- Two states of a machine. After the first 2,000 readings the warm one slowly becomes warmer, by 8 degrees in the end.
CREATE TEMP TABLE arriving AS
  SELECT i AS time, x1 + (component = 2) * 8.0 * max(i - 2000, 0) / 22000 AS temperature, x2 AS pressure
    FROM mix_sample('{"family":"gaussian","weights":[0.7,0.3],"means":[[40,2],[60,3]],
      "covariances":[[[4,0],[0,0.04]],[[9,0.3],[0.3,0.09]]]}', 24000, 1);

-- A fit of what has come so far is where the model begins.
INSERT INTO reading SELECT * FROM arriving WHERE time <= 2000;
INSERT INTO model
  SELECT gmm_fit(temperature, pressure, 2, '{"columns":["temperature","pressure"]}') FROM reading;
CREATE TEMP TABLE start AS SELECT m FROM model;

CREATE TRIGGER reading_arrived AFTER INSERT ON reading
BEGIN
  UPDATE model SET m = (SELECT mix_update(m, NEW.temperature, NEW.pressure, '{"memory":10000}') FROM model);
END;

INSERT INTO reading SELECT * FROM arriving WHERE time > 2000;

-- Readings that fade like this are 10,000 old on average, as the last 20,000 are when all of them count alike.
.print The model, and a fit of the last 20,000 readings
SELECT what, m ->> 'n' AS n, component, printf('%.2f', weight) AS share, printf('%.1f', mean ->> 0) AS temperature,
       printf('%.1f', mean ->> 1) AS pressure
  FROM (SELECT 'start' AS what, m FROM start
         UNION ALL
        SELECT 'stream', m FROM model
         UNION ALL
        SELECT 'fit', gmm_fit(temperature, pressure, 2) FROM reading WHERE time > 4000), mix_components(m);

.print The last 2,000 readings are likelier under it than under the model at the start, by so much each
SELECT printf('%.1f', (mix_loglik(model.m, temperature, pressure) - mix_loglik(start.m, temperature, pressure)) / 2000) AS gain
  FROM reading, model, start WHERE time > 22000;
