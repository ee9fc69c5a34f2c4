-- EM for the two-coin problem in plain SQL: no function of the extension is used, only SQLite's own. It shows the arithmetic,
-- and the tests hold mmm_fit against it.
--
-- Each row is ten tosses of one of two coins, we do not know which; each coin is picked as often as the other. From a guess
-- of their chances of heads, a and b:
--   expect: the responsibility of coin A for a row, r = A / (A + B) with A = a^heads (1-a)^tails, B likewise;
--   maximize: a = (sum of r heads) / (sum of r tosses), b likewise with 1 - r.

CREATE TABLE toss(heads INTEGER, tails INTEGER);
INSERT INTO toss VALUES (5, 5), (9, 1), (8, 2), (4, 6), (7, 3);

CREATE VIEW textbook_em AS
WITH RECURSIVE em(iteration, a, b) AS (
  SELECT 0, 0.6, 0.5
   UNION ALL
  SELECT iteration + 1,
         (SELECT sum(r * heads) / sum(r * (heads + tails))
            FROM (SELECT heads, tails, pow(em.a, heads) * pow(1 - em.a, tails) /
                         (pow(em.a, heads) * pow(1 - em.a, tails) + pow(em.b, heads) * pow(1 - em.b, tails)) AS r
                    FROM toss)),
         (SELECT sum(r * heads) / sum(r * (heads + tails))
            FROM (SELECT heads, tails, pow(em.b, heads) * pow(1 - em.b, tails) /
                         (pow(em.a, heads) * pow(1 - em.a, tails) + pow(em.b, heads) * pow(1 - em.b, tails)) AS r
                    FROM toss))
    FROM em WHERE iteration < 20)
SELECT * FROM em;

SELECT iteration, printf('%.10f', a) AS a, printf('%.10f', b) AS b FROM textbook_em;
