/* worker.js: the database, in a worker, so that the page stays alive. Behind initSqlJs of the package for WebAssembly.
** Takes {id, op, …}, answers {id, result} or {id, error}; {log} is a line of SQLite's log: how far a long fit is. */
"use strict";
let database = null;

function quoted(name) {
    return '"' + name.replace(/"/g, '""') + '"';
}

const operations = {
    /* Start with the module's bytes. */
    async start(message) {
        const SQL = await initSqlJs({
            wasmBinary: message.wasm,
            onLog: (code, text) => postMessage({ log: text, code: code })
        });
        database = new SQL.Database();
        return database.exec("SELECT mixture_version()")[0].values[0][0];
    },
    /* The table `data` of columns {name, values}; a value is a number, a text or null. */
    load(message) {
        const names = message.columns.map((column) => quoted(column.name)), rows = message.columns[0].values.length;
        database.run("DROP TABLE IF EXISTS model; DROP TABLE IF EXISTS data");
        database.run(`CREATE TABLE data(${names.join(", ")})`);
        database.run("BEGIN");
        const insert = database.prepare(`INSERT INTO data VALUES (${names.map(() => "?").join(", ")})`);
        try {
            for (let row = 0; row < rows; row++) {
                insert.run(message.columns.map((column) => column.values[row]));
            }
        } finally {
            insert.free();
            database.run("COMMIT");
        }
        return rows;
    },
    exec(message) {
        return database.exec(message.sql, message.values);
    },
    /* Each of them; what fails is {error}. */
    execAll(message) {
        return message.statements.map((sql) => {
            try {
                return database.exec(sql);
            } catch (error) {
                return { error: error.message };
            }
        });
    },
    save() {
        return database.export();
    }
};

self.onmessage = async function (event) {
    const message = event.data;
    try {
        postMessage({ id: message.id, result: await operations[message.op](message) });
    } catch (error) {
        postMessage({ id: message.id, error: error.message || String(error) });
    }
};
