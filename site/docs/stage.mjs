/* stage.mjs TARGET WASM.js: lay out what vitepress is to make pages of, in TARGET: the documents as they are, a page for
** each file or folder of the project that they link to, and examples.json: which blocks of SQL can be tried in the
** playground, found by running them there. Run in the project's root. */
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";

const [target, wasm] = process.argv.slice(2);
const documents = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md",
    ...fs.readdirSync("docs").filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)];
const pageOf = (file) => (file === "README.md" ? "index.md" : file);
const languages = { ".sql": "sql", ".h": "c", ".c": "c", ".sh": "sh", ".py": "python", ".js": "js" };

function write(file, text) {
    fs.mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
    fs.writeFileSync(path.join(target, file), text);
}

/* ---- Files that documents link to --------------------------------------------------------------------------- */

const made = new Set();

function copy(file) {
    fs.mkdirSync(path.dirname(path.join(target, file)), { recursive: true });
    fs.copyFileSync(file, path.join(target, file));
}

/* A page that shows a file, or what is in a folder. */
function show(file) {
    if (made.has(file) || file.endsWith(".md")) {
        return;
    }
    made.add(file);
    if (fs.statSync(file).isDirectory()) {
        const inside = fs.readdirSync(file).filter((name) => !name.startsWith(".")).sort();
        const lines = inside.map((name) => {
            show(path.join(file, name));
            return `- [${name}](./${name}${fs.statSync(path.join(file, name)).isDirectory() ? "/index.md" : ".md"})`;
        });
        write(`${file}/index.md`, `# ${file}\n\n${lines.join("\n")}\n`);
    } else if (file.endsWith(".svg")) {
        copy(file);
        write(`${file}.md`, `# ${file}\n\n![${path.basename(file, ".svg")}](./${path.basename(file)})\n`);
    } else {
        const text = fs.readFileSync(file, "utf8"), fence = "`````";
        write(`${file}.md`, `# ${file}\n\n${fence}${languages[path.extname(file)] ?? "text"}\n${text}\n${fence}\n`);
    }
}

for (const file of documents) {
    const text = fs.readFileSync(file, "utf8");
    write(pageOf(file), text);
    for (const [, image, link] of text.matchAll(/(!?)\[[^\]]*\]\(([^)#\s]+)[^)]*\)/g)) {
        if (!/^[a-z]+:/.test(link)) {
            const linked = path.join(path.dirname(file), link).replace(/\/$/, "");
            if (!fs.existsSync(linked)) {
                throw new Error(`${file}: a link to ${link}, which does not exist`);
            }
            image ? copy(linked) : show(linked);
        }
    }
}

/* ---- Examples to try ---------------------------------------------------------------------------------------- */

const quoted = (text) => `'${text.replace(/'/g, "''")}'`;

/* What the shell's .import --csv FILE TABLE does, in SQL. */
function imported(file, table) {
    const [names, ...rows] = Papa.parse(fs.readFileSync(file, "utf8"), { skipEmptyLines: true }).data;
    return `CREATE TABLE ${table}(${names.map((name) => `"${name}" TEXT`).join(", ")});\nINSERT INTO ${table} VALUES\n` +
        `${rows.map((row) => `  (${row.map(quoted).join(", ")})`).join(",\n")};`;
}

/* A block without the shell's commands; null where it has others than those that only say how rows are shown. */
function withoutCommands(block) {
    const lines = block.split("\n").map((line) => {
        const words = line.split(/\s+/);
        if (words[0] === ".import" && words[1] === "--csv" && words.length === 4) {
            return imported(words[2], words[3]);
        }
        return /^\.(mode|load|nullvalue)\b/.test(line) ? null : line;
    }).filter((line) => line !== null);
    return lines.some((line) => line.startsWith(".")) ? null : lines.join("\n").trim();
}

/* Of a block and the output that the document gives it {sql, setup}, the latter what later ones may need of it; null
** where it has nothing to run, or ends in an error that the document does not tell of. */
function example(db, block, output) {
    const sql = withoutCommands(block);
    if (sql === null || sql === "") {
        return null;
    }
    const setup = [];
    try {
        for (const statement of db.iterateStatements(sql)) {
            while (statement.step()) {
                /* as the page does */
            }
            if (!/^\s*(--[^\n]*\n\s*)*(SELECT|WITH(?![^]*\b(INSERT|UPDATE|DELETE)\b)|EXPLAIN|VALUES)\b/i.test(statement.getSQL())) {
                setup.push(statement.getSQL().trim());
            }
            statement.free();
        }
    } catch (error) {
        if (!output.includes(error.message)) {
            return null;
        }
    }
    return { sql, setup: setup.join("\n") };
}

const require = createRequire(path.resolve("build/clients/package.json"));
const Papa = require("papaparse"), SQL = await require(path.resolve(wasm))();
const examples = {};
for (const file of documents) {
    const blocks = [...fs.readFileSync(file, "utf8").matchAll(
        /^```sql[ \t]*\n([^]*?)^```(?:\n\n?(?:[^\n]+:\n\n)?```text\n([^]*?)^```)?/gm)];
    const db = new SQL.Database();
    examples[pageOf(file)] = blocks.map(([, block, output]) => example(db, block, output ?? ""));
    const tried = examples[pageOf(file)].filter(Boolean).length;
    if (blocks.length > 0) {
        console.log(`${file}: ${tried} of ${blocks.length} examples can be tried in the page`);
    }
}
write("examples.json", JSON.stringify(examples));
