/* table.js: text to columns, and what is to be seen of them before a fit. */
"use strict";

const MOST_BYTES = 100e6, MOST_COLUMNS = 500, MOST_LEVELS = 1000;
const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "-", "?"]);
const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/;

/* What is wrong with a file before it is read as text; null: nothing. */
function refuseFile(name, size) {
    if (size > MOST_BYTES) {
        return `${name} has ${Math.round(size / 1e6)} MB; this page takes ${MOST_BYTES / 1e6} MB. ` +
            "For larger tables there is the sqlite3 shell.";
    }
    return size === 0 ? `${name} is empty.` : null;
}

/* Bytes to text: UTF-8, or Latin-1 where it is not; throws where it is no text. */
function decodeText(bytes) {
    const seen = bytes.subarray(0, 65536);
    if (bytes.length > 1 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))) {
        return new TextDecoder(bytes[0] === 0xff ? "utf-16le" : "utf-16be").decode(bytes);
    }
    const controls = seen.reduce((count, byte) => count + (byte < 9 || (byte > 13 && byte < 32) ? 1 : 0), 0);
    if (controls > 0) {
        throw new Error("This file is no text. Expected comma-separated values; from a spreadsheet: save as CSV.");
    }
    try {
        return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (error) {
        return new TextDecoder("windows-1252").decode(bytes);
    }
}

/* The columns of a text: [{name, values, kind, distinct, missing}]; kind: number or text. Throws an Error that says
** what is wrong. */
function parseTable(text) {
    const parsed = Papa.parse(text, { skipEmptyLines: "greedy" });
    const quotes = parsed.errors.find((error) => error.type === "Quotes");
    if (quotes) {
        throw new Error(`A quote that is opened in row ${(quotes.row ?? 0) + 1} does not end as it should.`);
    }
    const rows = parsed.data;
    if (rows.length === 0) {
        throw new Error("There is nothing in it.");
    }
    const width = rows[0].length;
    if (width > MOST_COLUMNS) {
        throw new Error(`${width} columns; this page takes ${MOST_COLUMNS}.`);
    }
    const named = !rows[0].every((cell) => NUMBER.test(cell)); /* all numbers: there is no header */
    const first = named ? 1 : 0;
    if (rows.length <= first) {
        throw new Error("There is a line of names, but no row below it.");
    }
    const ragged = rows.findIndex((row, i) => i >= first && row.length !== width);
    if (ragged >= 0) {
        throw new Error(`Row ${ragged + 1} has ${rows[ragged].length} fields; the first has ${width}.`);
    }
    const used = new Set();
    return Array.from({ length: width }, (_, j) => {
        let name = named ? rows[0][j].trim() || `column${j + 1}` : `x${j + 1}`;
        for (let i = 2; used.has(name.toLowerCase()); i++) {
            name = `${rows[0][j].trim() || "column"}_${i}`;
        }
        used.add(name.toLowerCase());
        return describeColumn(name, rows.slice(first).map((row) => row[j]));
    });
}

function describeColumn(name, cells) {
    const missing = cells.map((cell) => MISSING.has(cell.trim().toLowerCase()));
    const numeric = cells.every((cell, i) => missing[i] || NUMBER.test(cell)) && !missing.every(Boolean);
    const values = cells.map((cell, i) => (missing[i] ? null : numeric ? Number(cell) : cell.trim()));
    const distinct = new Set(values.filter((value) => value !== null)).size;
    return {
        name, values, distinct,
        kind: numeric ? "number" : "text",
        missing: missing.filter(Boolean).length,
        count: numeric && values.every((value) => value === null || (Number.isInteger(value) && value >= 0))
    };
}

const PERIODS = { 24: "hours of a day", 360: "degrees", "6.283185307179586": "radians" };

/* A family as familiesOf() has it: with a period, of angles. */
function nameOfFamily(family) {
    const [name, period] = family.split(" ");
    return name.replace("_", " ") + (period ? `, ${PERIODS[period]}` : "");
}

/* Families that a column may have, the likeliest first. */
function familiesOf(column) {
    if (column.kind === "text") {
        return column.distinct <= MOST_LEVELS ? ["categorical"] : [];
    }
    const positive = column.values.every((value) => value === null || value > 0);
    const within = (low, high) => column.values.every((value) => value === null || (value >= low && value <= high));
    const families = ["gaussian", "student"];
    if (positive && column.values.every((value) => value === null || value < 1)) {
        families.push("beta");
    }
    if (positive) {
        families.push("lognormal", "gamma", "exponential");
    }
    if (column.count) {
        families.push("poisson", "negative_binomial");
    }
    for (const [low, high, period] of [[0, 24, 24], [0, 360, 360], [-Math.PI, 2 * Math.PI, "6.283185307179586"]]) {
        if (within(low, high)) {
            families.push(`von_mises ${period}`);
        }
    }
    if (column.distinct <= 20) {
        families.push("categorical");
    }
    return column.distinct <= 2 ? ["categorical", ...families.filter((family) => family !== "categorical")] : families;
}
