/* api.js: initSqlJs(): SQLite with sqlite-mixture inside, in the interface of sql.js: a Promise of { Database }.
**
**     const SQL = await initSqlJs();
**     const db = new SQL.Database();            // or new SQL.Database(bytes), a file's
**     db.exec("SELECT gmm_fit(x, y, 2) FROM points");
**
** Of the configuration: locateFile(name), wasmBinary; onLog(code, text), SQLite's log, in which long fits say how far
** they are; shouldStop(), asked now and then: true interrupts what runs. */
function initSqlJs(config) {
    "use strict";
    const ROW = 100, DONE = 101, INTEGER = 1, FLOAT = 2, TEXT = 3, BLOB = 4;

    const settings = Object.assign({}, config);
    /* In Node the loader would fetch a path. */
    if (typeof process === "object" && process.versions && process.versions.node && !settings.wasmBinary) {
        const name = "sqlite-mixture.wasm";
        settings.wasmBinary = require("fs").readFileSync(
            settings.locateFile ? settings.locateFile(name) : require("path").join(__dirname, name));
    }

    return createSqliteMixture(settings).then(function (module) {
        const number = "number";
        const call = (name, result, types) => module.cwrap(name, result, types);
        const sqlite = {
            start: call("wasm_start", number, []),
            open: call("wasm_open", number, [number, number]),
            serialize: call("wasm_serialize", number, [number, number]),
            bindText: call("wasm_bind_text", number, [number, number, number, number]),
            bindBlob: call("wasm_bind_blob", number, [number, number, number, number]),
            close: call("sqlite3_close_v2", number, [number]),
            message: call("sqlite3_errmsg", "string", [number]),
            changes: call("sqlite3_changes", number, [number]),
            prepare: call("sqlite3_prepare_v2", number, [number, number, number, number, number]),
            step: call("sqlite3_step", number, [number]),
            reset: call("sqlite3_reset", number, [number]),
            clear: call("sqlite3_clear_bindings", number, [number]),
            finalize: call("sqlite3_finalize", number, [number]),
            bindCount: call("sqlite3_bind_parameter_count", number, [number]),
            bindIndex: call("sqlite3_bind_parameter_index", number, [number, "string"]),
            bindNull: call("sqlite3_bind_null", number, [number, number]),
            bindDouble: call("sqlite3_bind_double", number, [number, number, number]),
            bindInteger: call("sqlite3_bind_int", number, [number, number, number]),
            columnCount: call("sqlite3_column_count", number, [number]),
            dataCount: call("sqlite3_data_count", number, [number]),
            columnName: call("sqlite3_column_name", "string", [number, number]),
            columnType: call("sqlite3_column_type", number, [number, number]),
            columnDouble: call("sqlite3_column_double", number, [number, number]),
            columnText: call("sqlite3_column_text", number, [number, number]),
            columnBlob: call("sqlite3_column_blob", number, [number, number]),
            columnBytes: call("sqlite3_column_bytes", number, [number, number]),
            sql: call("sqlite3_sql", "string", [number]),
            malloc: call("sqlite3_malloc", number, [number]),
            free: call("sqlite3_free", null, [number])
        };
        if (sqlite.start() !== 0) {
            throw new Error("SQLite cannot start");
        }

        /* Memory of the module for the bytes, and what `use` makes of its address. */
        function withBytes(bytes, use) {
            const at = sqlite.malloc(bytes.length + 1);
            if (at === 0) {
                throw new Error("out of memory");
            }
            module.HEAPU8.set(bytes, at);
            module.HEAPU8[at + bytes.length] = 0;
            try {
                return use(at, bytes.length);
            } finally {
                sqlite.free(at);
            }
        }
        const encoder = new TextEncoder(), decoder = new TextDecoder();

        class Statement {
            constructor(db, handle) {
                this.db = db;
                this.handle = handle;
            }
            check(code) {
                if (code !== 0) {
                    throw new Error(sqlite.message(this.db.handle));
                }
            }
            open() {
                if (this.handle === 0) {
                    throw new Error("Statement closed");
                }
            }
            bindAt(at, value) {
                if (value === null || value === undefined) {
                    this.check(sqlite.bindNull(this.handle, at));
                } else if (typeof value === "number") {
                    const integer = (value | 0) === value && !Object.is(value, -0);
                    this.check((integer ? sqlite.bindInteger : sqlite.bindDouble)(this.handle, at, value));
                } else if (typeof value === "boolean") {
                    this.check(sqlite.bindInteger(this.handle, at, value ? 1 : 0));
                } else if (value instanceof Uint8Array || Array.isArray(value)) {
                    withBytes(Uint8Array.from(value),
                        (bytes, size) => this.check(sqlite.bindBlob(this.handle, at, bytes, size)));
                } else {
                    withBytes(encoder.encode(String(value)),
                        (bytes, size) => this.check(sqlite.bindText(this.handle, at, bytes, size)));
                }
            }
            /* Of an array by place, of an object by name, the sign included: {":x": 1}. */
            bind(values) {
                this.open();
                this.reset();
                if (Array.isArray(values)) {
                    const count = sqlite.bindCount(this.handle);
                    if (values.length > count) {
                        throw new Error(`${values.length} values for ${count} parameters`);
                    }
                    values.forEach((value, i) => this.bindAt(i + 1, value));
                } else if (values) {
                    for (const name of Object.keys(values)) {
                        const at = sqlite.bindIndex(this.handle, name);
                        if (at !== 0) {
                            this.bindAt(at, values[name]);
                        }
                    }
                }
                return true;
            }
            /* Whether there is a row. */
            step() {
                this.open();
                const code = sqlite.step(this.handle);
                if (code === ROW) {
                    return true;
                }
                if (code !== DONE) {
                    const error = new Error(sqlite.message(this.db.handle));
                    sqlite.reset(this.handle);
                    throw error;
                }
                return false;
            }
            getColumnNames() {
                this.open();
                return Array.from({ length: sqlite.columnCount(this.handle) },
                    (_, i) => sqlite.columnName(this.handle, i));
            }
            /* The row. Integers beyond 2^53 are rounded, as JavaScript's numbers are, but for useBigInt. */
            get(values, options) {
                if (values !== null && values !== undefined && this.bind(values)) {
                    this.step();
                }
                return Array.from({ length: sqlite.dataCount(this.handle) }, (_, i) => this.value(i, options));
            }
            value(i, options) {
                switch (sqlite.columnType(this.handle, i)) {
                case INTEGER:
                    return options && options.useBigInt ? BigInt(this.text(i)) : sqlite.columnDouble(this.handle, i);
                case FLOAT:
                    return sqlite.columnDouble(this.handle, i);
                case TEXT:
                    return this.text(i);
                case BLOB: {
                    const at = sqlite.columnBlob(this.handle, i), size = sqlite.columnBytes(this.handle, i);
                    return module.HEAPU8.slice(at, at + size);
                }
                default:
                    return null;
                }
            }
            text(i) {
                const at = sqlite.columnText(this.handle, i), size = sqlite.columnBytes(this.handle, i);
                return decoder.decode(module.HEAPU8.subarray(at, at + size));
            }
            getAsObject(values, options) {
                const row = this.get(values, options), names = this.getColumnNames();
                return Object.fromEntries(names.map((name, i) => [name, row[i]]));
            }
            getSQL() {
                return sqlite.sql(this.handle);
            }
            run(values) {
                if (values !== null && values !== undefined) {
                    this.bind(values);
                }
                this.step();
                return this.reset();
            }
            reset() {
                this.open();
                sqlite.reset(this.handle);
                sqlite.clear(this.handle);
                return true;
            }
            free() {
                if (this.handle !== 0) {
                    sqlite.finalize(this.handle);
                    this.db.statements.delete(this);
                    this.handle = 0;
                }
                return true;
            }
        }

        class Database {
            constructor(bytes) {
                this.statements = new Set();
                this.openBytes(bytes);
            }
            openBytes(bytes) {
                let at = 0;
                if (bytes && bytes.length > 0) {
                    at = sqlite.malloc(bytes.length);
                    if (at === 0) {
                        throw new Error("out of memory");
                    }
                    module.HEAPU8.set(bytes, at);
                }
                this.handle = sqlite.open(at, bytes ? bytes.length : 0);
                if (this.handle === 0) {
                    throw new Error("out of memory");
                }
            }
            /* Each statement of the text: [the prepared ones, one by one]. */
            *iterateStatements(sql) {
                if (this.handle === 0) {
                    throw new Error("Database closed");
                }
                const bytes = encoder.encode(sql), text = sqlite.malloc(bytes.length + 1), out = sqlite.malloc(8);
                if (text === 0 || out === 0) {
                    sqlite.free(text);
                    sqlite.free(out);
                    throw new Error("out of memory");
                }
                module.HEAPU8.set(bytes, text);
                module.HEAPU8[text + bytes.length] = 0;
                try {
                    for (let at = text; at < text + bytes.length;) {
                        if (sqlite.prepare(this.handle, at, -1, out, out + 4) !== 0) {
                            throw new Error(sqlite.message(this.handle));
                        }
                        const handle = module.HEAP32[out >> 2];
                        at = module.HEAP32[(out + 4) >> 2];
                        if (handle !== 0) {
                            const statement = new Statement(this, handle);
                            this.statements.add(statement);
                            yield statement;
                        }
                    }
                } finally {
                    sqlite.free(text);
                    sqlite.free(out);
                }
            }
            prepare(sql, values) {
                for (const statement of this.iterateStatements(sql)) {
                    if (values !== null && values !== undefined) {
                        statement.bind(values);
                    }
                    return statement;
                }
                throw new Error("Nothing to prepare");
            }
            /* [{columns, values}] of the statements that have rows. */
            exec(sql, values, options) {
                const results = [];
                for (const statement of this.iterateStatements(sql)) {
                    try {
                        if (values !== null && values !== undefined) {
                            statement.bind(values);
                        }
                        let result = null;
                        while (statement.step()) {
                            if (result === null) {
                                result = { columns: statement.getColumnNames(), values: [] };
                                results.push(result);
                            }
                            result.values.push(statement.get(null, options));
                        }
                    } finally {
                        statement.free();
                    }
                }
                return results;
            }
            run(sql, values) {
                for (const statement of this.iterateStatements(sql)) {
                    try {
                        if (values !== null && values !== undefined) {
                            statement.bind(values);
                        }
                        while (statement.step()) {
                            /* its rows are not wanted */
                        }
                    } finally {
                        statement.free();
                    }
                }
                return this;
            }
            each(sql, values, row, done) {
                if (typeof values === "function") {
                    [values, row, done] = [undefined, values, row];
                }
                const statement = this.prepare(sql, values);
                try {
                    while (statement.step()) {
                        row(statement.getAsObject());
                    }
                } finally {
                    statement.free();
                }
                if (typeof done === "function") {
                    done();
                }
                return this;
            }
            getRowsModified() {
                return sqlite.changes(this.handle);
            }
            /* The bytes of a database file. Ends open statements. */
            export() {
                this.statements.forEach((statement) => statement.free());
                const out = sqlite.malloc(4), at = out === 0 ? 0 : sqlite.serialize(this.handle, out);
                const size = out === 0 ? 0 : module.HEAP32[out >> 2];
                sqlite.free(out);
                if (at === 0 && size > 0) {
                    throw new Error("out of memory");
                }
                const bytes = module.HEAPU8.slice(at, at + size);
                sqlite.free(at);
                return bytes;
            }
            close() {
                if (this.handle !== 0) {
                    this.statements.forEach((statement) => statement.free());
                    sqlite.close(this.handle);
                    this.handle = 0;
                }
            }
        }
        return { Database, Statement };
    });
}

if (typeof exports === "object" && typeof module === "object") {
    module.exports = initSqlJs;
    module.exports.default = initSqlJs;
}
