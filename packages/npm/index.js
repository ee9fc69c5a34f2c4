/* sqlite-mixture: where the extension of this platform is, and how to load it. */
"use strict";
const path = require("path");
const platforms = {
    "linux-x64": ["sqlite-mixture-linux-x64", "mixture.so"],
    "linux-arm64": ["sqlite-mixture-linux-arm64", "mixture.so"],
    "win32-x64": ["sqlite-mixture-win32-x64", "mixture.dll"]
};

/* The file's path. */
function getLoadablePath() {
    const name = `${process.platform}-${process.arch}`, found = platforms[name];
    if (!found) {
        throw new Error(`sqlite-mixture: no build for ${name}; there are ${Object.keys(platforms).join(", ")}`);
    }
    let folder;
    try {
        folder = path.dirname(require.resolve(found[0] + "/package.json"));
    } catch (error) {
        throw new Error(`sqlite-mixture: the package ${found[0]} is not installed; were optional dependencies left out?`);
    }
    return path.join(folder, found[1]);
}

/* Load it into a database of better-sqlite3, libsql, node:sqlite (with allowExtension) or bun:sqlite. */
function load(db) {
    if (typeof db.enableLoadExtension === "function") {
        db.enableLoadExtension(true);
        try {
            db.loadExtension(getLoadablePath());
        } finally {
            db.enableLoadExtension(false);
        }
    } else {
        db.loadExtension(getLoadablePath());
    }
}

module.exports = { getLoadablePath, load };
