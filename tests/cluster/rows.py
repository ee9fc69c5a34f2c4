"""The shards that all ways of fitting over several databases are tried on."""
import json
import os
import sqlite3
import sys

K = 3
FILES = [f"shard{i}.db" for i in range(4)]
SIZES = [1, 40, 900, 1500]


def row(i, own):
    """Two groups, and one that only a shard with `own` has; NULLs in two columns, and words; weights, of which one
    in four is 0 and some are NULL; and the group of one in six."""
    a, b = i * 7919 % 1009 / 200, i * 104729 % 997 / 150
    group = i % 2 if not own or i % 3 else 2
    x, y = a + 4 * (group == 1), b + 30 * (group == 2) + a
    weight, known = (i % 4, None)[i % 13 == 4], (None, 3 if group == 2 else 1 + group)[i % 6 == 0]
    return (x if i % 11 != 5 else None, y if i % 7 != 3 else None, "abc"[(i // 5 + group) % 3], weight, known)


def make_shards():
    for file, size in zip(FILES, SIZES):
        with sqlite3.connect(file) as db:
            db.execute("CREATE TABLE p(x, y, word, w, l)")
            db.executemany("INSERT INTO p VALUES (?, ?, ?, ?, ?)", (row(i, size == 900) for i in range(size)))


EXTRAS = {"weight": "w", "label": "l"}


def em(examples, module, tol, query="SELECT x, y, word FROM p", options=None, extras=None):
    """The model by shards.py in this process."""
    sys.path.insert(0, os.path.join(examples, "dask"))
    import shards

    job = {"query": query, "extension": module, "keep": False, "wait": 1, "columns": None}

    def ask(call, argument):
        return [shards.ask(file, job, call, argument)["answer"] for file in FILES]

    db = shards.connect(":memory:", module, 1)
    sample = shards.merge(db, ask("mix_sample_rows(:n, mix_row(COLUMNS), :seed)", {"n": 20000, "seed": 0}))
    columns = shards.names(shards.connect(shards.uri(FILES[0], "ro"), module, 1), query)
    rows = {"columns": columns} | (extras or {})
    options = json.dumps(rows | ({"max_iter": 2} if options is None else options))
    (start,) = db.execute("SELECT mix_fit(?, ?, ?)", (sample, K, options)).fetchone()
    run = shards.Run(db, shards.Run.begin(start, tol))
    while not run.at["done"]:
        run.step(ask("mix_statistics(:m, COLUMNS, :rows)", {"m": run.model(), "rows": json.dumps(rows)}))
    return run.at["models"][0]


def union(db, model):
    """Log-likelihoods of all rows in one place: of the model, and of mix_fit."""
    db.execute("CREATE TABLE p(x, y, word, w, l)")
    for file in FILES:
        db.execute("ATTACH ? AS s", (file,))
        db.execute("INSERT INTO p SELECT * FROM s.p")
        db.execute("DETACH s")
    sql = "SELECT mix_loglik(?, x, y, word), mix_fit(x, y, word, ?) ->> 'loglik' FROM p"
    return db.execute(sql, (model, K)).fetchone()


def union_known(db, model):
    """Of the rows that union() has brought there that of a model which knows their weights and labels."""
    return db.execute("SELECT mix_loglik(?, x, y, word, w, l, ?) FROM p",
                      (model, json.dumps({"weight": 4, "label": 5}))).fetchone()[0]
