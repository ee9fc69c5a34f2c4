export interface Configuration {
    locateFile?(name: string): string;
    wasmBinary?: Uint8Array | ArrayBuffer;
    onLog?(code: number, text: string): void;
    shouldStop?(): boolean;
}
export type Value = number | string | Uint8Array | null;
export type Parameters = Value[] | Record<string, Value>;
export interface Result { columns: string[]; values: Value[][] }
export interface Statement {
    bind(values?: Parameters): boolean;
    step(): boolean;
    get(values?: Parameters): Value[];
    getAsObject(values?: Parameters): Record<string, Value>;
    getColumnNames(): string[];
    getSQL(): string;
    run(values?: Parameters): boolean;
    reset(): boolean;
    free(): boolean;
}
export interface Database {
    exec(sql: string, values?: Parameters): Result[];
    run(sql: string, values?: Parameters): Database;
    each(sql: string, values: Parameters, row: (row: Record<string, Value>) => void, done?: () => void): Database;
    prepare(sql: string, values?: Parameters): Statement;
    getRowsModified(): number;
    export(): Uint8Array;
    close(): void;
}
declare function initSqlJs(configuration?: Configuration): Promise<{ Database: new (bytes?: Uint8Array) => Database }>;
export default initSqlJs;
