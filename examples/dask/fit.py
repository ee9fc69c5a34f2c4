#!/usr/bin/env python3
"""Fit one model to the rows of many SQLite databases with Dask.

    fit.py --query 'SELECT x, y FROM points' -k 3 --model model.json day1.db day2.db day3.db

The start is a fit to a sample of all shards; then EM, one pass over all shards a line. The run is written to
MODEL.run after each pass, and the same command goes on from there.
"""
import argparse
import json
import os
import sqlite3
import sys

import distributed
import shards


def arguments(about, extra):
    parser = argparse.ArgumentParser(description=about)
    add = parser.add_argument
    add("shards", nargs="+", metavar="SHARD", help="a path, or an address of SQLite: file:...")
    add("--query", required=True, help="the rows: a query that gives the columns, the same in all shards")
    add("--model", required=True, help="file that the model is written to")
    add("--options", default="{}", help="options of the fit, a JSON object")
    add("--extension", default="mixture", help="the extension, as each worker loads it")
    add("--scheduler", help="address of Dask's scheduler; none: workers on this machine")
    add("--workers", type=int, help="how many of these")
    add("--sample", type=int, default=20000, help="rows of the sample for the start")
    add("--seed", type=int, default=0, help="of the sample")
    add("--tol", type=float, default=1e-10, help="rest: the log-likelihood rises by less a row")
    add("--passes", type=int, default=1000, help="at most")
    add("--keep", action="store_true", help="workers keep the rows in memory")
    add("--wait", type=float, default=10, help="seconds to wait for a locked shard")
    extra(add)
    own = parser.parse_args()
    own.shards = [shard if shard.startswith("file:") else os.path.abspath(shard) for shard in own.shards]
    return own


def save(file, text):
    """All or nothing: whoever reads meanwhile, or after a crash, finds a whole file."""
    with open(file + ".new", "w", encoding="utf-8") as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())
    os.replace(file + ".new", file)


class Cluster:
    """The workers, and what each call needs to know."""

    def __init__(self, own):
        self.own = own
        self.job = {key: getattr(own, key) for key in ("query", "extension", "keep", "wait")} | {"columns": None}
        if own.scheduler:
            self.client = distributed.Client(own.scheduler)
        else:
            local = distributed.LocalCluster(own.workers, threads_per_worker=1, dashboard_address=None)
            self.client = distributed.Client(local)
        self.client.upload_file(shards.__file__)  # a new worker gets it, too
        self.states = {}

    def all(self, function, *rest):
        """`function` of each shard, in their order. What a lost worker had is done again; an error ends all."""
        same = [[each] * len(self.own.shards) for each in rest]
        futures = self.client.map(function, self.own.shards, *same, pure=False)
        try:
            if sys.stderr.isatty():
                distributed.progress(futures, notebook=False)
            return self.client.gather(futures)
        except BaseException:
            self.client.cancel(futures)
            raise

    def ask(self, call, argument):
        found = self.all(shards.ask, self.job, call, argument)
        for shard, got in zip(self.own.shards, found):
            first = self.states.setdefault(shard, got["state"])
            if self.job["columns"] is None:
                self.job["columns"] = got["columns"]
            shards.check_columns(shard, got["columns"], self.job)
            if got["state"] != first:
                raise shards.ShardError(f"{shard}: changed since the run began; expected the same rows in a pass")
        return [got["answer"] for got in found]

    def sample(self, db):
        draw = {"n": self.own.sample, "seed": self.own.seed}
        return shards.merge(db, self.ask("mix_sample_rows(:n, mix_row(COLUMNS), :seed)", draw))

    def options(self, keys=None):
        """Of the fit, or those of these names, which a pass takes."""
        given = {key: value for key, value in json.loads(self.own.options).items() if not keys or key in keys}
        return json.dumps({"columns": self.job["columns"]} | given)


def run(cluster, db, name, what, start):
    """EM to its rest, from start() or from where a run of that name ended; with what the model says of itself."""
    own, file = cluster.own, f"{name}.run"
    if os.path.exists(file):
        with open(file, encoding="utf-8") as old:
            kept = json.load(old)
        if kept["what"] != what:
            raise ValueError(f"{file} is of another run; expected the same shards, query and options, or no file")
        cluster.states, cluster.job["columns"] = kept["states"], kept["columns"]
        going = shards.Run(db, kept["at"])
        print(f"{name}: goes on after pass {going.at['passes']}", flush=True)
    else:
        going = shards.Run(db, shards.Run.begin(start(), own.tol))
    at, rows = going.at, cluster.options(("weight", "label"))
    while not at["done"] and at["passes"] < own.passes:
        going.step(cluster.ask("mix_statistics(:m, COLUMNS, :rows)", {"m": going.model(), "rows": rows}))
        state = {"what": what, "states": cluster.states, "columns": cluster.job["columns"], "at": at}
        save(name, at["models"][0])
        save(file, json.dumps(state))
        print(f"pass {at['passes']}: log-likelihood {at['loglik']:.6f}", flush=True)
    return at["models"][0]


def what_of(own, *more):
    """What must be the same for a run to go on."""
    return {key: getattr(own, key) for key in ("shards", "query", "options", "sample", "seed", "tol", *more)}


def tell(db, model):
    print(db.execute("SELECT mix_summary(?)", (model,)).fetchone()[0], end="", flush=True)


def main():
    own = arguments(__doc__, lambda add: (
        add("-k", type=int, required=True, help="components"),
        add("--score", metavar="TABLE", help="then write each row's component to this table of its shard"),
        add("--score-query", metavar="QUERY", help="its rows: a key, and the columns of the model"),
    ))
    db = shards.connect(":memory:", own.extension, own.wait)
    cluster = Cluster(own)

    def start():
        call = (cluster.sample(db), own.k, cluster.options())
        return db.execute("SELECT mix_fit(?, ?, ?)", call).fetchone()[0]

    model = run(cluster, db, own.model, what_of(own, "k"), start)
    tell(db, model)
    if own.score:
        job = cluster.job | {"query": own.score_query, "table": own.score}
        print(f"scored {sum(cluster.all(shards.score, job, model))} rows", flush=True)


def guarded(main):
    try:
        main()
    except (shards.ShardError, ValueError, sqlite3.Error, distributed.KilledWorker) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    guarded(main)
