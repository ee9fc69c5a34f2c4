// client.js MODULE LIBRARY: the extension through libsql or better-sqlite3, which have one interface and bring a newer
// SQLite each.
'use strict';
const assert = require('assert');

const [module_file, library] = process.argv.slice(2);
let db;
try {
    const Database = require(library);
    db = new Database(':memory:');
} catch (problem) {
    console.log(`${library} is not installed: ${problem.code || problem.message.split('\n')[0]}`);
    process.exit(77); // skipped
}
db.loadExtension(module_file);
const one = (sql, ...values) => Object.values(db.prepare(sql).get(...values))[0];
console.log(one('SELECT mixture_debug()'));

// Two heaps of points, 100 apart.
db.exec('CREATE TABLE p(x REAL, y REAL)');
const insert = db.prepare('INSERT INTO p VALUES (?, ?)');
const points = Array.from({ length: 200 }, (_, i) => [100 * (i % 2) + (i % 7), 50 * (i % 2) + (i % 5) * 0.5]);
points.forEach((point) => insert.run(point));

const text = one('SELECT gmm_fit(x, y, 2) FROM p');
const model = JSON.parse(text);
assert.strictEqual(model.n, 200);
const heap = (high) => points.map(([x]) => x).filter((x) => (x >= 50) === high);
const mean = (xs) => xs.reduce((a, b) => a + b) / xs.length;
const means = model.means.map(([x]) => x).sort((a, b) => a - b);
[false, true].forEach((high, i) => assert(Math.abs(means[i] - mean(heap(high))) < 1e-6));

const component = (high) => model.means.findIndex(([x]) => x > 50 === high) + 1;
const predicted = db.prepare('SELECT mix_predict(?, x, y) AS component FROM p ORDER BY rowid').all(text);
assert.deepStrictEqual(predicted.map((row) => row.component), points.map(([x]) => component(x >= 50)));

const sums = db
    .prepare('SELECT sum(r.probability) AS sum FROM p, mix_responsibilities(?, p.x, p.y) r GROUP BY p.rowid')
    .all(text)
    .map((row) => row.sum);
assert.strictEqual(sums.length, 200);
sums.forEach((sum) => assert(Math.abs(sum - 1) < 1e-12));

const chosen = one(`SELECT gmm_select(x, y, 3, '{"covariance":"EII"}') FROM p`);
assert.strictEqual(one('SELECT k FROM mix_selection(?) WHERE rank = 1', chosen), JSON.parse(chosen).k);

// Models and options as JSONB, which SQLite has from 3.45 on.
const options = `'{"columns":["x","y"],"covariance":"EII"}'`;
assert.strictEqual(one(`SELECT gmm_fit(x, y, 2, jsonb(${options})) = gmm_fit(x, y, 2, ${options}) FROM p`), 1);
db.exec('CREATE TABLE m AS SELECT gmm_fit(x, y, 2) AS m, jsonb(gmm_fit(x, y, 2)) AS b FROM p');
assert.strictEqual(one('SELECT typeof(b) FROM m'), 'blob');
assert.strictEqual(one('SELECT min(mix_density(b, x, y) = mix_density(m, x, y)) FROM p, m'), 1);
assert.strictEqual(one('SELECT mix_refit(b, x, y) = mix_refit(m, x, y) FROM p, m'), 1);
assert.strictEqual(one('SELECT count(*) FROM p, m, mix_responsibilities(b, p.x, p.y)'), 400);
// Any JSON whatever comes through JSONB as it was.
const odd = String.raw`{a:'it\'s', 'b c':[1,-2.5e-3,0x10,.5,5.,null,true], d:{e:"\u00e9\n\"q\""}}`;
assert.throws(() => one('SELECT mix_summary(jsonb(?))', odd), { message: 'mix_summary: argument 1 (model): key family is missing' });

assert.throws(() => db.prepare(`SELECT gmm_fit(x, 'abc', 2) FROM p`).get(), {
    message: "gmm_fit: argument 2 (x2) is TEXT 'abc' in row 1; expected a number",
});
db.close();
