/* page.js: what the page does. Behind table.js and Papa Parse. */
"use strict";

const at = (id) => document.getElementById(id);
const show = (id, visible) => { at(id).hidden = !visible; };
const textOf = (id) => at(id).textContent;

/* ---- The worker ------------------------------------------------------------------------------------------ */

let worker = null, waiting = new Map(), nextId = 0, columns = [], started = null;

function bytesOf(base64) {
    return Uint8Array.from(atob(base64.trim()), (character) => character.charCodeAt(0));
}

function startWorker() {
    worker = new Worker(URL.createObjectURL(new Blob([textOf("worker")], { type: "text/javascript" })));
    worker.onmessage = (event) => {
        const { id, result, error, log } = event.data;
        if (log !== undefined) {
            sayProgress(log);
        } else if (waiting.has(id)) {
            const [resolve, reject] = waiting.get(id);
            waiting.delete(id);
            if (error === undefined) {
                resolve(result);
            } else {
                reject(new Error(error));
            }
        }
    };
    worker.onerror = (event) => {
        for (const [, reject] of waiting.values()) {
            reject(new Error(event.message || "the worker ended"));
        }
        waiting.clear();
    };
    started = ask("start", { wasm: bytesOf(textOf("wasm")) });
    return started;
}

function ask(op, rest) {
    return new Promise((resolve, reject) => {
        nextId++;
        waiting.set(nextId, [resolve, reject]);
        worker.postMessage({ id: nextId, op, ...rest });
    });
}

/* End what runs: the worker is ended, and another gets the table. */
async function restart() {
    worker.terminate();
    for (const [, reject] of waiting.values()) {
        reject(new Error("cancelled"));
    }
    waiting.clear();
    await startWorker();
    if (columns.length > 0) {
        await loadTable();
    }
}

function loadTable() {
    return ask("load", { columns: columns.map(({ name, values }) => ({ name, values })) });
}

/* ---- Tables on the page ------------------------------------------------------------------------------------ */

function element(name, text, attributes) {
    const made = document.createElement(name);
    if (text !== undefined && text !== null) {
        made.textContent = text;
    }
    for (const key of Object.keys(attributes || {})) {
        made.setAttribute(key, attributes[key]);
    }
    return made;
}

function format(value) {
    if (value === null) {
        return "";
    }
    if (typeof value === "number" && !Number.isInteger(value)) {
        return String(Number(value.toPrecision(6)));
    }
    return value instanceof Uint8Array ? `(${value.length} bytes)` : String(value);
}

function fillTable(table, names, rows) {
    const head = element("thead"), body = element("tbody"), headRow = element("tr");
    names.forEach((name, j) => headRow.append(element("th", name, {
        scope: "col", class: rows.every((row) => typeof row[j] !== "number") ? "text" : "" })));
    head.append(headRow);
    for (const row of rows) {
        const line = element("tr");
        row.forEach((value) => line.append(element("td", format(value),
            { class: typeof value === "number" ? "" : "text" })));
        body.append(line);
    }
    table.replaceChildren(head, body);
}

function picture(svg, caption) {
    const figure = element("figure"), image = element("img");
    image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    image.alt = caption;
    figure.append(image, element("figcaption", caption));
    return figure;
}

function download(name, parts, type) {
    const link = element("a", "", { download: name });
    link.href = URL.createObjectURL(new Blob(parts, { type }));
    document.body.append(link);
    link.click();
    link.remove();
}

/* ---- 1. Data ----------------------------------------------------------------------------------------------- */

async function takeText(text, from) {
    at("data-error").textContent = "";
    try {
        const table = parseTable(text);
        columns = table;
        await started;
        const rows = await loadTable();
        at("data-status").textContent = `${from}: ${rows} rows, ${columns.length} ${columns.length === 1 ? "column" : "columns"}.`;
        show("s-result", false);
        at("model-error").textContent = "";
        at("progress").textContent = "";
        listColumns();
        for (const section of ["s-columns", "s-model", "s-sql"]) {
            show(section, true);
        }
        await measureSteps();
    } catch (error) {
        at("data-error").textContent = error.message;
    }
}

async function takeFile(file) {
    at("data-error").textContent = refuseFile(file.name, file.size) || "";
    if (at("data-error").textContent === "") {
        try {
            await takeText(decodeText(new Uint8Array(await file.arrayBuffer())), file.name);
        } catch (error) {
            at("data-error").textContent = error.message;
        }
    }
}

/* ---- 2. Columns -------------------------------------------------------------------------------------------- */

const quoted = (name) => '"' + name.replace(/"/g, '""') + '"';
const literal = (text) => "'" + text.replace(/'/g, "''") + "'";

/* A column that tells rows apart is none to fit. */
function worthUsing(column) {
    const name = column.name.toLowerCase();
    const names = /^(id|rowid|index|nr|no)$|_id$/.test(name);
    return column.distinct > 1 && !names && column.kind === "number";
}

function listColumns() {
    const body = at("columns").tBodies[0];
    body.replaceChildren();
    let used = 0;
    columns.forEach((column, j) => {
        const families = familiesOf(column), row = element("tr"), box = element("input"), choice = element("select");
        box.type = "checkbox";
        box.id = `use-${j}`;
        box.checked = families.length > 0 && worthUsing(column) && used++ < 8;
        box.disabled = families.length === 0;
        box.setAttribute("aria-label", `use ${column.name}`);
        choice.id = `family-${j}`;
        choice.setAttribute("aria-label", `family of ${column.name}`);
        families.forEach((family) => choice.append(element("option", nameOfFamily(family), { value: family })));
        const use = element("td"), kind = element("td");
        use.append(box);
        kind.append(families.length > 0 ? choice : document.createTextNode("too many levels"));
        row.append(use, element("th", column.name, { scope: "row", class: "text" }), element("td", column.kind,
            { class: "text" }), element("td", column.distinct), element("td", column.missing),
        element("td", "", { id: `step-${j}` }), kind);
        body.append(row);
    });
}

async function measureSteps() {
    const numbers = columns.map((column, j) => j).filter((j) => columns[j].kind === "number");
    const results = await ask("execAll", { statements: numbers.map((j) =>
        `SELECT json_extract(gmm_fit(${quoted(columns[j].name)}, 1, '{"max_iter":0}'), '$.step[0]') FROM data`) });
    numbers.forEach((j, i) => {
        const step = results[i].error ? null : results[i][0].values[0][0];
        at(`step-${j}`).textContent = step > 0 ? format(step) : "";
    });
}

function chosen() {
    return columns.map((column, j) => ({ column, j })).filter(({ j }) => at(`use-${j}`).checked)
        .map(({ column, j }) => ({ name: column.name, family: at(`family-${j}`).value }));
}

/* ---- 3. Model ---------------------------------------------------------------------------------------------- */

let running = false, begun = 0, timer = null, last = "";

function sayProgress(text) {
    if (running && !/statement aborts/.test(text)) {
        last = text;
        tick();
    }
}

function tick() {
    const seconds = Math.round((performance.now() - begun) / 1000);
    at("progress").textContent = running ? `Working: ${seconds} s${last ? " — " + last : ""}` : "";
}

function setRunning(now) {
    running = now;
    at("run").disabled = at("execute").disabled = now;
    at("cancel").disabled = !now;
    clearInterval(timer);
    last = "";
    if (now) {
        begun = performance.now();
        timer = setInterval(tick, 1000);
    }
    tick();
}

/* The statement that fits, to be run here and anywhere. */
function fitStatement(use, how, k) {
    const gaussian = use.every(({ family }) => family === "gaussian"), options = {};
    options.columns = use.map(({ name }) => name);
    if (at("structure").value !== "" && use.some(({ family }) => family === "gaussian" || family === "student")) {
        options.covariance = at("structure").value;
    }
    if (!gaussian) {
        options.families = Object.fromEntries(use.map(({ name, family }) => {
            const [of, period] = family.split(" ");
            return [name, period ? { family: of, period: Number(period) } : of];
        }));
    }
    const name = (gaussian ? "gmm_" : "mix_") + how;
    return `SELECT ${name}(${use.map((column) => quoted(column.name)).join(", ")}, ${k},\n` +
        `               ${literal(JSON.stringify(options))}) AS m FROM data`;
}

async function findGroups() {
    const use = chosen(), how = document.querySelector('input[name="how"]:checked').value, k = Number(at("k").value);
    at("model-error").textContent = "";
    if (use.length === 0) {
        at("model-error").textContent = "No column is used: tick one at least.";
        return;
    }
    if (!Number.isInteger(k) || k < 1 || k > 50) {
        at("model-error").textContent = "How many groups? A whole number from 1 to 50.";
        return;
    }
    const statement = fitStatement(use, how, k);
    setRunning(true);
    try {
        await ask("exec", { sql: `DROP TABLE IF EXISTS model; CREATE TABLE model AS ${statement}` });
        await showModel(use, how, statement);
    } catch (error) {
        at("model-error").textContent = error.message === "cancelled" ? "Cancelled." : error.message;
    } finally {
        setRunning(false);
    }
}

/* ---- 4. What was found -------------------------------------------------------------------------------------- */

const MOST_POINTS = 4000;

async function showModel(use, how, statement) {
    const list = use.map(({ name }) => quoted(name)).join(", ");
    const rows = columns[0].values.length, thin = Math.ceil(rows / MOST_POINTS);
    const few = thin > 1 ? ` WHERE data.rowid % ${thin} = 0` : "";
    const statements = {
        model: "SELECT m FROM model",
        summary: "SELECT mix_summary(m) FROM model",
        warnings: "SELECT value FROM model, json_each(m, '$.warnings')",
        components: "SELECT component, name, weight, columns FROM model, mix_components(m)",
        plot: `SELECT mix_plot(m, ${list}) FROM data, model${few}`,
        selection: how === "select" ? `SELECT mix_plot_model(m, '{"what":"selection"}') FROM model` : "SELECT NULL",
        profile: `SELECT coalesce(mix_name(m, component), component) AS "group", "column", level, mean, overall_mean,
                         difference FROM model, mix_profile(m) LIMIT 40`,
        unusual: `SELECT data.rowid AS "row", ${list}, mix_predict(m, ${list}) AS component,
                         mix_tail(m, ${list}) AS tail
                    FROM data, model ORDER BY tail, mix_log_density(m, ${list}) LIMIT 12`
    };
    const names = Object.keys(statements);
    const results = await ask("execAll", { statements: names.map((name) => statements[name]) });
    const result = Object.fromEntries(names.map((name, i) => [name, results[i]]));
    const single = (name) => (result[name].error || result[name].length === 0 ? null : result[name][0].values[0][0]);
    if (single("model") === null) {
        throw new Error("No row has all values that are used: nothing was fitted.");
    }
    const model = JSON.parse(single("model"));

    at("warnings").replaceChildren(...(model.warnings || []).map((text) => element("li", text)));
    fillComponents(model, use, result.components);
    at("summary").textContent = single("summary") ?? result.summary.error ?? "";
    at("pictures").replaceChildren();
    if (single("plot")) {
        at("pictures").append(picture(single("plot"), `Rows by group${thin > 1 ? `, one of ${thin}` : ""}`));
    }
    if (single("selection")) {
        at("pictures").append(picture(single("selection"), "The criterion by number of groups: the lowest was chosen"));
    }
    fillResult("profile", result.profile);
    fillResult("unusual", result.unusual);
    offerReasons(use);
    at("sql").textContent = `CREATE TABLE model AS ${statement};\n\nSELECT data.*, mix_predict(m, ${list}) AS component,\n` +
        `       mix_uncertainty(m, ${list}) AS uncertainty\n  FROM data, model;\n`;
    show("s-result", true);
    at("h-result").focus();
}

function fillResult(id, result) {
    if (result.error || result.length === 0) {
        fillTable(at(id), ["none"], []);
    } else {
        fillTable(at(id), result[0].columns, result[0].values);
    }
}

/* The number of an unusual row is a button that says why it is one. */
function offerReasons(use) {
    const list = use.map(({ name }) => `data.${quoted(name)}`).join(", ");
    show("reasons", false);
    for (const row of at("unusual").tBodies[0].rows) {
        const number = row.cells[0].textContent, button = element("button", number, { type: "button" });
        button.setAttribute("aria-label", `why row ${number} is unusual`);
        button.addEventListener("click", saying("model-error", async () => {
            const [result] = await ask("exec", { sql: `SELECT r."column", r.value, r.component, r.mean, r.deviation, r.z,
                r.conditional_mean, r.conditional_z, r.evidence
                FROM data, model, mix_explain(m, ${list}) AS r
                WHERE data.rowid = ${Number(number)}` });
            at("reasons-title").textContent = `Row ${number}, column by column`;
            fillResult("reasons-table", result ? [result] : []);
            show("reasons", true);
        }));
        row.cells[0].replaceChildren(button);
    }
}

/* What mix_components says of each column: {mean, deviation}, {rate}, {level, probability}, … */
function fillComponents(model, use, found) {
    const names = ["group", "share"], components = found.error ? [] : found[0].values;
    const columnsOf = components.map(([, , , text]) => (text === null ? {} : JSON.parse(text)));
    const rows = components.map(([component, name, weight]) => [name ?? component, weight]);
    for (const { name } of use) {
        const members = Object.keys(columnsOf.find((of) => of[name])?.[name] ?? {});
        for (const member of members) {
            names.push(members.length === 1 || member === "mean" || member === "level" ? `${name} (${member})` : member);
            rows.forEach((row, c) => row.push(columnsOf[c][name]?.[member] ?? null));
        }
    }
    fillTable(at("components"), names, rows);
    at("components-about").textContent = `${rows.length} ${rows.length === 1 ? "group" : "groups"}` +
        (model.covariance ? `, ${model.covariance}` : "") + `, log-likelihood ${format(model.loglik)}, BIC ${format(model.bic)}.`;
}

async function rowsAsCsv() {
    const list = chosen().map(({ name }) => quoted(name)).join(", ");
    const [result] = await ask("exec", { sql: `SELECT data.*, mix_predict(m, ${list}) AS component,
        mix_uncertainty(m, ${list}) AS uncertainty FROM data, model` });
    return Papa.unparse({ fields: result.columns, data: result.values });
}

/* ---- 5. SQL ------------------------------------------------------------------------------------------------ */

const MOST_SHOWN = 200;

async function execute() {
    at("query-error").textContent = "";
    at("query-result").replaceChildren();
    setRunning(true);
    try {
        const results = await ask("exec", { sql: at("query").value });
        if (results.length === 0) {
            at("query-result").append(element("p", "Done; no rows."));
        }
        for (const { columns: names, values } of results) {
            if (values.length === 1 && values[0].length === 1 && /^<svg[\s>]/.test(values[0][0])) {
                at("query-result").append(picture(values[0][0], names[0]));
                continue;
            }
            const holder = element("div", "", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Result" });
            const table = element("table");
            fillTable(table, names, values.slice(0, MOST_SHOWN));
            if (values.length > MOST_SHOWN) {
                table.prepend(element("caption", `The first ${MOST_SHOWN} of ${values.length} rows`));
            }
            holder.append(table);
            at("query-result").append(holder);
        }
    } catch (error) {
        at("query-error").textContent = error.message === "cancelled" ? "Cancelled." : error.message;
    } finally {
        setRunning(false);
    }
}

/* ---- What is clicked ---------------------------------------------------------------------------------------- */

function saying(id, action) {
    return async () => {
        try {
            at(id).textContent = "";
            await action();
        } catch (error) {
            at(id).textContent = error.message;
        }
    };
}

at("file").addEventListener("change", () => at("file").files.length > 0 && takeFile(at("file").files[0]));
at("use-paste").addEventListener("click", () => takeText(at("paste").value, "Pasted"));
document.querySelectorAll(".sample").forEach((button) => button.addEventListener("click", () =>
    takeText(textOf(`sample-${button.dataset.sample}`).trim(), button.textContent)));
["dragover", "dragleave", "drop"].forEach((name) => at("drop").addEventListener(name, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length > 0) {
        takeFile(event.dataTransfer.files[0]);
    }
}));
at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!running) {
        findGroups();
    }
});
at("cancel").addEventListener("click", restart);
at("execute").addEventListener("click", execute);
at("get-model").addEventListener("click", saying("model-error", async () => {
    const [result] = await ask("exec", { sql: "SELECT m FROM model" });
    download("model.json", [result.values[0][0]], "application/json");
}));
at("get-csv").addEventListener("click", saying("model-error", async () =>
    download("rows.csv", [await rowsAsCsv()], "text/csv")));
at("get-database").addEventListener("click", saying("model-error", async () =>
    download("data.db", [await ask("save")], "application/vnd.sqlite3")));

/* #sql=… is SQL to try, of the documents: it is not run before somebody says so. */
function takeHash() {
    const sql = new URLSearchParams(location.hash.slice(1)).get("sql");
    if (sql !== null) {
        at("query").value = sql;
        show("s-sql", true);
        at("execute").focus();
    }
}
window.addEventListener("hashchange", takeHash);
takeHash();

startWorker().catch((error) => {
    at("data-error").textContent = `SQLite cannot run here: ${error.message}`;
});
