// jobs.js MODULE LIBRARY: the scripts of tests/jobs, statement by statement, through libsql or better-sqlite3; what they
// print must be what the sqlite3 shell prints.
'use strict';
const fs = require('fs');
const path = require('path');

const [module_file, library] = process.argv.slice(2);
const folder = path.join(__dirname, '..', 'jobs');
let Database;
try {
    Database = require(library);
    new Database(':memory:').close();
} catch (problem) {
    console.log(`${library} is not installed: ${problem.code || problem.message.split('\n')[0]}`);
    process.exit(77); // skipped
}

// The rows of a CSV file; quotes may stand around a field, doubled within.
function read_csv(file) {
    const text = fs.readFileSync(file, 'utf8');
    const fields = text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g);
    const rows = [[]];
    for (const [whole, quoted, plain, end] of fields) {
        if (whole === '') {
            break;
        }
        rows[rows.length - 1].push(quoted !== undefined ? quoted.replaceAll('""', '"') : plain);
        if (end !== ',') {
            rows.push([]);
        }
    }
    return rows.filter((row) => row.length > 0);
}

// As the shell's .import --csv into a table that is not there: all columns TEXT, named by the first line.
function import_csv(db, file, table) {
    const [names, ...rows] = read_csv(path.join(folder, file));
    db.exec(`CREATE TABLE "${table}"(${names.map((name) => `"${name}" TEXT`).join(', ')})`);
    const insert = db.prepare(`INSERT INTO "${table}" VALUES (${names.map(() => '?').join(', ')})`);
    rows.forEach((row) => insert.run(row));
}

// A value as the shell's list mode shows it.
function show(value) {
    if (typeof value === 'number' && !Number.isInteger(value)) {
        throw new Error(`${value}: a job prints floating-point numbers through printf only`);
    }
    return value === null ? '' : String(value);
}

// The statements of a script with the lines where they begin; .import as one of them.
function* statements(script) {
    let text = '';
    let line = 0;
    let first = 0;
    for (const row of script.split('\n')) {
        line++;
        if (text === '' && (/^\s*(--.*)?$/.test(row) || /^\.(?!import)/.test(row))) {
            continue;
        }
        first = text === '' ? line : first;
        text += row + '\n';
        const whole = text.startsWith('CREATE TRIGGER') ? /\nEND;\n$/ : /;\n$/;
        if (text.startsWith('.import') || whole.test(text)) {
            yield [text, first];
            text = '';
        }
    }
}

function run(script) {
    const db = new Database(':memory:');
    db.loadExtension(module_file);
    const lines = [];
    for (const [text, line] of statements(script)) {
        const [, file, table] = /^\.import --csv (\S+) (\S+)/.exec(text) || [];
        let phase = 'Parse';
        try {
            if (file !== undefined) {
                import_csv(db, file, table);
                continue;
            }
            const statement = db.prepare(text);
            phase = 'Runtime';
            if (/^\s*SELECT/.test(text)) {
                const rows = statement.raw().all();
                lines.push(...rows.map((row) => row.map(show).join('|')));
            } else {
                statement.run();
            }
        } catch (problem) {
            lines.push(`${phase} error near line ${line}: ${problem.message}`);
        }
    }
    db.close();
    return lines.join('\n') + '\n';
}

// Less the two lines by which the shell shows where a parse error is.
const expected = (name) =>
    fs.readFileSync(path.join(folder, 'expected', `${name}.txt`), 'utf8').replace(/.*\n *(\^--- error here|error here ---\^)\n/g, '');

let failed = 0;
const names = fs.readdirSync(folder).filter((file) => file.endsWith('.sql')).map((file) => file.slice(0, -4));
for (const name of names) {
    const printed = run(fs.readFileSync(path.join(folder, `${name}.sql`), 'utf8'));
    if (printed !== expected(name)) {
        console.log(`${name} printed\n${printed}wanted\n${expected(name)}`);
        failed++;
    }
}
console.log(`${names.length} jobs, ${failed} failed`);
process.exit(failed > 0 || names.length === 0 ? 1 : 0);
