#!/usr/bin/env python3
"""Choose k and structure for the rows of many SQLite databases with Dask.

    choose.py --query 'SELECT x, y FROM points' --kmax 5 --model model.json day1.db day2.db day3.db

All candidates are compared on a sample of all shards; the best few are fitted to all rows, and the best of these
is the model. Each has a run of its own, MODEL.K-STRUCTURE.run, and the same command goes on there.
"""
import json
import math
import struct

import fit
import shards

CHOICES = ("k", "covariances", "criterion", "sample")  # options of a selection that are none of a fit


def counts(sample):
    """Rows in a sample and rows that it is of (src/sqlite/row_sample.h)."""
    total, drawn = struct.unpack_from("<QQ", sample, 24)
    return drawn, total


def expected(loglik, parameters, n, drawn, total):
    """BIC of all rows, as a sample of weight n lets expect it: a log-likelihood at its maximum is half of the
    parameters above that of the truth, in the sample as in all rows."""
    more = total / drawn
    return -2 * ((loglik - parameters / 2) * more + parameters / 2) + parameters * math.log(n * more)


def main():
    own = fit.arguments(__doc__, lambda add: (
        add("--kmax", type=int, required=True, help="components at most"),
        add("--candidates", type=int, default=3, help="how many of the best are fitted to all rows"),
    ))
    db = shards.connect(":memory:", own.extension, own.wait)
    cluster = fit.Cluster(own)
    criterion = json.loads(own.options).get("criterion", "bic")
    if criterion not in ("bic", "icl", "aic"):
        raise ValueError(f"criterion is {criterion}; expected bic, icl or aic")
    sample = cluster.sample(db)
    call = (sample, own.kmax, cluster.options())
    listed = db.execute(
        "SELECT k, covariance, loglik, parameters, m ->> 'n' "
        "FROM (SELECT mix_select(?, ?, ?) AS m), mix_selection(m) WHERE loglik IS NOT NULL", call).fetchall()
    best = sorted(listed, key=lambda one: expected(*one[2:], *counts(sample)))[:own.candidates]
    models = []
    for k, structure, *_ in best:
        options = {key: value for key, value in json.loads(cluster.options()).items() if key not in CHOICES}
        options |= {"covariance": structure} if structure else {}
        call = (sample, k, json.dumps(options))
        name = f"{own.model}.{k}" + (f"-{structure}" if structure else "")
        print(name, flush=True)
        models.append(fit.run(cluster, db, name, fit.what_of(own, "kmax"),
                              lambda: db.execute("SELECT mix_fit(?, ?, ?)", call).fetchone()[0]))
    chosen = min(models, key=lambda model: json.loads(model)[criterion])
    fit.save(own.model, chosen)
    for (k, structure, *_), model in zip(best, models):
        print(f"k {k} {structure or ''}: {criterion} {json.loads(model)[criterion]:.3f}")
    fit.tell(db, chosen)


if __name__ == "__main__":
    fit.guarded(main)
