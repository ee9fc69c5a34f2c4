"""The shards that all ways of fitting over several databases are tried on."""
import json
import os
import sqlite3
import sys

K = 3
FILES = [f"shard{i}.db" for i in range(4)]
SIZES = [1, 40, 900, 1500]


def row(i, own):
    """Two groups, and one that only a shard with `own` has; NULLs in two columns, and words."""
    a, b = i * 7919 % 1009 / 200, i * 104729 % 997 / 150
    group = i % 2 if not own or i % 3 else 2
    x, y = a + 4 * (group == 1), b + 30 * (group == 2) + a
    return (x if i % 11 != 5 else None, y if i % 7 != 3 else None, "abc"[(i // 5 + group) % 3])


def make_shards():
    for file, size in zip(FILES, SIZES):
        with sqlite3.connect(file) as db:
            db.execute("CREATE TABLE p(x, y, word)")
            db.executemany("INSERT INTO p VALUES (?, ?, ?)", (row(i, size == 900) for i in range(size)))


def em(examples, module, tol, query="SELECT x, y, word FROM p", options=None):
    """The model by shards.py in this process."""
    sys.path.insert(0, os.path.join(examples, "dask"))
    import shards

    job = {"query": query, "extension": module, "keep": False, "wait": 1, "columns": None}

    def ask(call, argument):
        return [shards.ask(file, job, call, argument)["answer"] for file in FILES]

    db = shards.connect(":memory:", module, 1)
    sample = shards.merge(db, ask("mix_sample_rows(:n, mix_row(COLUMNS), :seed)", {"n": 20000, "seed": 0}))
    columns = shards.names(shards.connect(shards.uri(FILES[0], "ro"), module, 1), query)
    options = json.dumps({"columns": columns} | ({"max_iter": 2} if options is None else options))
    (start,) = db.execute("SELECT mix_fit(?, ?, ?)", (sample, K, options)).fetchone()
    run = shards.Run(db, shards.Run.begin(start, tol))
    while not run.at["done"]:
        run.step(ask("mix_statistics(:m, COLUMNS)", {"m": run.model()}))
    return run.at["models"][0]


def union(db, model):
    """Log-likelihoods of all rows in one place: of the model, and of mix_fit."""
    db.execute("CREATE TABLE p(x, y, word)")
    for file in FILES:
        db.execute("ATTACH ? AS s", (file,))
        db.execute("INSERT INTO p SELECT * FROM s.p")
        db.execute("DETACH s")
    sql = "SELECT mix_loglik(?, x, y, word), mix_fit(x, y, word, ?) ->> 'loglik' FROM p"
    return db.execute(sql, (model, K)).fetchone()
