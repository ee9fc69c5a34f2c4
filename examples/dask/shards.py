"""One model over many SQLite databases: what a worker does with one of them, and EM around it.

A shard is a database and a query in it. From it go the sums of a pass (mix_statistics) or a sample of its rows
(mix_sample_rows), never the rows. Only the Python standard library is used here; fit.py and choose.py bring Dask.
"""
import json
import os
import sqlite3
import urllib.parse


class ShardError(Exception):
    """What is wrong with a shard, and with which. Nothing goes on without it."""


# ---- A shard, on a worker --------------------------------------------------------------------------------------

_kept = {}  # rows in memory, of a worker that was asked to keep them: shard -> (what it was, connection)


def uri(shard, mode):
    """A path as an address that creates nothing; an address (file:...) stays as it is."""
    if shard.startswith("file:"):
        return shard
    return "file:" + urllib.parse.quote(os.path.abspath(shard)) + "?mode=" + mode


def path(shard):
    return urllib.parse.unquote(shard[5:].split("?")[0]) if shard.startswith("file:") else shard


def state(shard):
    """What changes when the database does: size and time of its file and of its write-ahead log."""
    found = []
    for name in (path(shard), path(shard) + "-wal"):
        try:
            about = os.stat(name)
            found += [about.st_size, about.st_mtime_ns] if about.st_size else [0, 0]
        except OSError:
            found += [0, 0]
    return found


def connect(address, extension, wait):
    db = sqlite3.connect(address, uri=True, timeout=wait, isolation_level=None)
    db.enable_load_extension(True)
    db.load_extension(extension)
    db.enable_load_extension(False)
    return db


def names(db, query):
    return [column[0] for column in db.execute(f"SELECT * FROM ({query}) LIMIT 0").description]


def quoted(columns):
    return ", ".join('"' + name.replace('"', '""') + '"' for name in columns)


def keep(shard, job):
    """The rows in this worker's memory, read once as long as the shard does not change."""
    was = state(shard)
    if shard not in _kept or _kept[shard][0] != was:
        db = connect(":memory:", job["extension"], job["wait"])
        db.execute("ATTACH ? AS shard", (uri(shard, "ro"),))
        columns = names(db, job["query"])
        db.execute(f"CREATE TABLE main.kept AS SELECT * FROM ({job['query']})")
        db.execute("DETACH shard")
        _kept[shard] = (was, db, columns)
    return _kept[shard][1]


def check_columns(shard, columns, job):
    if job["columns"] is not None and columns != job["columns"]:
        raise ShardError(f"{shard}: columns {columns}; expected {job['columns']}, as in the first shard")


def ask(shard, job, call, argument):
    """`call` over the rows of a shard, in which COLUMNS stands for their names; with what the
    shard was meanwhile, and is made of."""
    try:
        before = state(shard)
        if job["keep"]:
            db, query = keep(shard, job), "SELECT * FROM kept"
        else:
            db, query = connect(uri(shard, "ro"), job["extension"], job["wait"]), job["query"]
        columns = names(db, query)
        check_columns(shard, columns, job)
        call = call.replace("COLUMNS", quoted(columns))
        answer, rows = db.execute(f"SELECT {call}, count(*) FROM ({query})", argument).fetchone()
        if not job["keep"]:
            db.close()
    except sqlite3.Error as error:
        raise ShardError(f"{shard}: {error}") from None
    if state(shard) != before:
        raise ShardError(f"{shard}: changed while it was read; expected a database that nobody writes to")
    if rows == 0 or answer is None:
        raise ShardError(f"{shard}: no rows; expected some, or a list of shards without it")
    return {"answer": answer, "rows": rows, "columns": columns, "state": before}


def score(shard, job, model):
    """Write each row's component back, all or nothing: a table of the query's first column, which tells rows
    apart, component and probability. The query gives that column and those of the model."""
    table = quoted([job["table"]])
    try:
        db = connect(uri(shard, "rw"), job["extension"], job["wait"])
        key, *columns = names(db, job["query"])
        row = f"mix_row({quoted(columns)})"
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"DROP TABLE IF EXISTS main.{table}")
        db.execute(
            f"CREATE TABLE main.{table} AS WITH model(m) AS MATERIALIZED (SELECT ?) "
            f"SELECT {quoted([key])}, mix_predict(m, {row}) AS component, "
            f"1 - mix_uncertainty(m, {row}) AS probability FROM ({job['query']}), model",
            (model,),
        )
        (rows,) = db.execute(f"SELECT count(*) FROM main.{table}").fetchone()
        db.execute("COMMIT")
        db.close()
    except sqlite3.Error as error:
        raise ShardError(f"{shard}: {error}") from None
    return rows


# ---- EM, wherever it is driven from ----------------------------------------------------------------------------


def merge(db, parts):
    """Statistics, or samples, of all shards, in their order: sums of doubles depend on it."""
    db.execute("CREATE TEMP TABLE IF NOT EXISTS part(i INTEGER PRIMARY KEY, s BLOB)")
    db.execute("DELETE FROM part")
    db.executemany("INSERT INTO part VALUES (?, ?)", enumerate(parts))
    return db.execute("SELECT mix_merge(s) FROM (SELECT s FROM part ORDER BY i)").fetchone()[0]


class Run:
    """EM as far as it has come. A step is one pass over all shards. After two steps there is a jump ahead, and if
    the step from there finds a lower log-likelihood than before, EM goes on from where the jump began. `at` is all
    of it: whoever keeps that goes on with the same bits."""

    def __init__(self, db, at):
        self.db, self.at = db, at

    @staticmethod
    def begin(model, tol):
        return {"phase": "first", "models": [model], "loglik": None, "passes": 0, "tol": tol, "done": False}

    def model(self):
        """The model whose statistics are wanted next."""
        return self.at["models"][-1]

    def step(self, parts):
        """From the statistics of all shards under model() to what comes next."""
        at, model = self.at, self.model()
        (following,) = self.db.execute("SELECT mix_maximize(?)", (merge(self.db, parts),)).fetchone()
        loglik, n = (json.loads(following)[key] for key in ("loglik", "n"))
        at["passes"] += 1
        if at["phase"] == "jumped" and loglik < at["loglik"]:
            at.update(models=at["models"][:1], phase="first")  # too far
            return
        rise = None if at["loglik"] is None else loglik - at["loglik"]
        at["loglik"] = loglik
        if at["phase"] != "jumped" and rise is not None and rise < at["tol"] * n:
            at.update(models=[self.describe(model, following)], done=True)
        elif at["phase"] == "second":
            three = (*at["models"], following)
            (ahead,) = self.db.execute("SELECT mix_extrapolate(?, ?, ?)", three).fetchone()
            at.update(models=[following, ahead], phase="jumped")
        elif at["phase"] == "first":
            at.update(models=[model, following], phase="second")
        else:
            at.update(models=[following], phase="first")

    def describe(self, model, following):
        """The model with what the step from it says of the rows."""
        return self.db.execute(
            "SELECT json_set(json_remove(?1, '$.stepped', '$.trace', '$.seed', '$.selection'), "
            "'$.n', ?2 -> '$.n', '$.skipped', ?2 -> '$.skipped', '$.loglik', ?2 -> '$.loglik', "
            "'$.parameters', ?2 -> '$.parameters', "
            "'$.aic', ?2 -> '$.aic', '$.bic', ?2 -> '$.bic', '$.icl', ?2 -> '$.icl', '$.iterations', ?3, "
            "'$.converged', json('true'))",
            (model, following, self.at["passes"]),
        ).fetchone()[0]
