#!/bin/sh
# wasm.sh [MODULE [ROWS]]: a fit and a score in WebAssembly beside the loaded module, both in one process of Node
# (libsql: SQLite 3.45.1), one thread each, over the same database. Medians of five, taken by turns; it fails when
# the results differ. Needs what scripts/wasm.sh made.
set -eu
cd "$(dirname "$0")/.."
module=${1:-build/release/mixture.so}
rows=${2:-100000}
scripts/install-packages.sh clients
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

three='{"family":"gaussian","weights":[0.5,0.3,0.2],"means":[[0,0],[2,1],[1,3]],
"covariances":[[[1,0.3],[0.3,1]],[[2,-0.5],[-0.5,1]],[[1,0],[0,1]]]}'
sqlite3 -init /dev/null -batch "$folder/data.db" ".load $module" "
  CREATE TABLE points AS SELECT x1 AS x, x2 AS y FROM mix_sample('$three', $rows, 1);
  CREATE TABLE model AS SELECT gmm_fit(x, y, 3) AS m FROM points;"

NODE_PATH=build/clients/node_modules \
    node - "$module" "$folder/data.db" "$PWD/build/wasm/sqlite-mixture.js" <<'NODE'
const [module, file, wasm] = process.argv.slice(2), Libsql = require("libsql");
require(wasm)().then((SQL) => {
    const native = new Libsql(file), inside = new SQL.Database(require("fs").readFileSync(file));
    native.loadExtension(module);
    const ask = { native: (sql) => Object.values(native.prepare(sql).get())[0],
        wasm: (sql) => inside.exec(sql)[0].values[0][0] };
    console.log(ask.native("SELECT count(*) || ' rows, d = 2, k = 3; native: ' || mixture_debug() FROM points"));
    const line = (cells) =>
        console.log(cells.map((cell, i) => (i ? cell.padStart(8) : cell.padEnd(70))).join(" "));
    line(["", "native", "wasm", "ratio"]);
    for (const sql of [`SELECT gmm_fit(x, y, 3, '{"threads":1}') ->> '$.loglik' FROM points`,
        "SELECT sum(mix_log_density(m, x, y)) FROM points, model", "SELECT sum(x) + sum(y) FROM points"]) {
        const seconds = { native: [], wasm: [] }, said = {};
        for (let turn = 0; turn < 5; turn++) {
            for (const where of ["native", "wasm"]) {
                const start = performance.now();
                said[where] = ask[where](sql);
                seconds[where].push((performance.now() - start) / 1000);
            }
        }
        if (!(Math.abs(said.native - said.wasm) <= 1e-9 * Math.abs(said.native))) {
            throw new Error(`${sql}: native ${said.native}, wasm ${said.wasm}`);
        }
        const [a, b] = [seconds.native, seconds.wasm].map((list) => list.sort((x, y) => x - y)[2]);
        line([sql, a.toFixed(3), b.toFixed(3), (b / a).toFixed(2)]);
    }
});
NODE
