-- Topics of documents from rows (document, word, count), without a column for each word.
CREATE TABLE word(document, word, n);
INSERT INTO word VALUES ('a', 'goal', 3), ('a', 'match', 2), ('b', 'goal', 1), ('b', 'match', 4), ('c', 'vote', 3), ('c', 'law', 2),
  ('d', 'vote', 2), ('d', 'law', 4), ('e', 'match', 2), ('e', 'goal', 4), ('f', 'law', 3), ('f', 'vote', 1), ('f', 'match', 1),
  ('g', 'goal', 2), ('g', 'match', 2), ('g', 'vote', 1), ('h', 'law', 2), ('h', 'vote', 5);
CREATE VIEW vocabulary AS SELECT word FROM word GROUP BY word;
CREATE VIEW document AS
  SELECT document, json_group_array(ifnull(n, 0)) AS counts
    FROM (SELECT d.document, v.word, n FROM (SELECT DISTINCT document FROM word) d JOIN vocabulary v LEFT JOIN word w ON w.document = d.document AND w.word = v.word ORDER BY 1, 2)
   GROUP BY document;
SELECT * FROM document LIMIT 2;
CREATE TABLE topic AS SELECT mmm_fit(counts, 2, json_object('columns', (SELECT json_group_array(word) FROM (SELECT word FROM vocabulary ORDER BY word)))) AS m FROM document;
SELECT m -> 'columns', m -> 'warnings' FROM topic;
SELECT group_concat(document, ' ') FROM (SELECT document, mix_predict(m, counts) AS topic FROM document, topic ORDER BY document) GROUP BY topic ORDER BY 1;
SELECT group_concat(column, ' ') FROM (SELECT component, column FROM topic, mix_parameters(m) WHERE parameter = 'probability' AND value > 0.2 ORDER BY component, column)
 GROUP BY component ORDER BY 1;
