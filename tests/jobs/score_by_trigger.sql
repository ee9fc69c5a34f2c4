-- New rows get their segment as they come in.
CREATE TABLE old(x, y, kind);
INSERT INTO old VALUES (1.0, 2.1, 'low'), (1.2, 1.9, 'low'), (0.8, 2.3, NULL), (1.1, 2.4, 'low'), (5.0, 7.9, 'high'), (5.3, 8.4, NULL), (4.8, 8.1, 'high'), (5.2, 7.6, NULL);
CREATE TABLE model AS SELECT gmm_fit(x, y, kind, 2, '{"label":3,"columns":["x","y","kind"]}') AS m FROM old;
SELECT m -> 'names' FROM model;
CREATE TABLE point(id INTEGER PRIMARY KEY, x REAL, y REAL, kind TEXT, odd INTEGER);
CREATE TRIGGER point_kind AFTER INSERT ON point BEGIN
  UPDATE point SET kind = m -> 'names' ->> (mix_predict(m, NEW.x, NEW.y) - 1), odd = mix_log_density(m, NEW.x, NEW.y) < -20
    FROM model WHERE id = NEW.id;
END;
INSERT INTO point(x, y) VALUES (1.1, 2.2), (5.1, 8.0), (NULL, 7.8), (3.0, 5.0), (100, -100);
SELECT id, kind, odd FROM point;
-- A trigger that leaves out what is far from everything.
CREATE TRIGGER point_check BEFORE INSERT ON point WHEN (SELECT mix_log_density(m, NEW.x, NEW.y) < -1000 FROM model) BEGIN
  SELECT raise(IGNORE);
END;
INSERT INTO point(x, y) VALUES (1.0, 2.0), (-500, 0), (5.0, 8.0);
SELECT id, kind FROM point WHERE id > 5;
