/** The path of the extension's file. */
export function getLoadablePath(): string;
/** Load it into a database of better-sqlite3, libsql, node:sqlite (with allowExtension) or bun:sqlite. */
export function load(db: { loadExtension(file: string): unknown }): void;
