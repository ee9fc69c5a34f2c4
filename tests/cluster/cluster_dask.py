"""cluster_dask.py MODULE EXAMPLES [few]: examples/dask against the same EM without Dask, while workers and client
die; with `few` that alone, which is what CI has time for.

Workers are started here, on loopback. 77, which ctest takes for skipped, where Dask is not installed.
"""
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from rows import EXTRAS, FILES, K, em, make_shards, union, union_known

module, examples = sys.argv[1], os.path.join(sys.argv[2], "dask")
try:
    import distributed
except ImportError:
    print("distributed is not installed")
    sys.exit(77)
sys.path.insert(0, examples)
import shards  # noqa: E402

few = sys.argv[3:] == ["few"]
TOL = 1e-4 if few else 1e-6
PLAIN = "SELECT x, y, word FROM p"
# Each pass over a shard takes a while, so that a worker can die in the middle.
SLOW = ("WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 100000) "
        + PLAIN + " WHERE (SELECT count(*) FROM t) > 0")


def job(**other):
    return {"query": PLAIN, "extension": module, "keep": False, "wait": 0.2, "columns": None} | other


def start_fit(scheduler, *more, program="fit.py"):
    return subprocess.Popen(
        [sys.executable, os.path.join(examples, program), "--query", SLOW,
         *(("-k", str(K)) if program == "fit.py" else ()), "--model", "model.json", "--options", '{"max_iter": 2}',
         "--tol", str(TOL), "--extension", module, "--scheduler", scheduler, *more, *FILES],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(process, word):
    for line in process.stdout:
        if line.startswith(word):
            return
    raise AssertionError(f"no line {word}: {process.stderr.read()}")


def through_faults(cluster, client):
    """A run in which a worker dies in the middle of a pass, twice (with `few` once), and the client once."""
    fit = start_fit(cluster.scheduler_address)
    for after in ("pass 1:",) if few else ("pass 1:", "pass 3:"):
        wait_for(fit, after)
        time.sleep(0.02)
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
    wait_for(fit, "pass 3:" if few else "pass 5:")
    fit.kill()
    fit.communicate()
    with open("model.json.run", encoding="utf-8") as file:
        passes = json.load(file)["at"]["passes"]
    assert passes >= (3 if few else 5)
    score = ("--score", "answer", "--score-query", "SELECT rowid, x, y, word FROM p")
    again = start_fit(cluster.scheduler_address, *score)
    out, err = again.communicate(timeout=100)
    assert again.returncode == 0, err
    assert f"goes on after pass {passes}" in out and "scored 2441 rows" in out, out
    with open("model.json", encoding="utf-8") as file:
        return file.read()


def check_scores(model):
    db = shards.connect(FILES[2], module, 1)
    assert db.execute("SELECT count(*) FROM answer").fetchone() == (900,)
    assert db.execute("SELECT count(*) FROM p JOIN answer a ON a.rowid = p.rowid "
                      "WHERE a.component <> mix_predict(?, x, y, word)", (model,)).fetchone() == (0,)


def said(model, text, shard, **other):
    try:
        shards.ask(shard, job(**other), "mix_statistics(:m, COLUMNS)", {"m": model})
    except shards.ShardError as error:
        assert text in str(error) and shard in str(error), error
        return
    raise AssertionError(f"{shard}: nothing said of {text}")


def a_worker_dies_while_it_writes(model):
    """No shard is left half scored: the answers are those of before."""
    slow = SLOW.replace(PLAIN, "SELECT p.rowid, x, y, word FROM p") + " AND (SELECT sum(i) FROM t) > p.x"
    script = ("import sys, json; sys.path.insert(0, sys.argv[1]); import shards; "
              "shards.score(sys.argv[2], json.loads(sys.argv[3]), sys.argv[4])")
    process = subprocess.Popen([sys.executable, "-c", script, examples, FILES[2],
                                json.dumps(job(query=slow, table="answer")), model])
    while not os.path.exists(FILES[2] + "-journal"):
        assert process.poll() is None
        time.sleep(0.001)
    process.kill()
    process.wait()
    check_scores(model)


def weights_and_labels(cluster, db):
    query = "SELECT x, y, word, w, l FROM p"
    fit = start_fit(cluster.scheduler_address, "--query", query, "--model", "known.json",
                    "--options", json.dumps({"max_iter": 2} | EXTRAS), "--keep")
    out, err = fit.communicate(timeout=100)
    assert fit.returncode == 0, out + err
    with open("known.json", encoding="utf-8") as file:
        model = file.read()
    assert model == em(sys.argv[2], module, TOL, query=query, extras=EXTRAS)
    own = json.loads(model)["loglik"]
    assert abs(own - union_known(db, model)) < 1e-9 * abs(own)


def choice(cluster, db):
    """The model is the best of those that were fitted to all rows."""
    run = start_fit(cluster.scheduler_address, "--query", "SELECT x, y, w FROM p", "--model", "choice.json",
                    "--options", '{"max_iter": 2, "weight": "w"}', "--kmax", "3", "--candidates", "2",
                    program="choose.py")
    out, err = run.communicate(timeout=100)
    assert run.returncode == 0, out + err
    with open("choice.json", encoding="utf-8") as file:
        chosen = json.load(file)
    listed = [float(line.split("bic ")[1]) for line in out.splitlines() if line.startswith("k ")]
    assert len(listed) == 2 and abs(min(listed) - chosen["bic"]) < 1e-3 and chosen["converged"], out
    assert chosen["n"] == sum(db.execute("SELECT total(w) FROM p WHERE x NOTNULL OR y NOTNULL").fetchone()), out


def bad_shards(model):
    said(model, "unable to open database file", "missing.db")
    assert not os.path.exists("missing.db")
    bad = sqlite3.connect("bad.db", isolation_level=None)
    bad.execute("CREATE TABLE q(x)")
    said(model, "no such table: p", "bad.db")
    bad.execute("CREATE TABLE p(x, y, word)")
    said(model, "no rows", "bad.db")
    bad.execute("INSERT INTO p VALUES (1, 'red', 'a')")
    said(model, "TEXT 'red'", "bad.db")
    bad.execute("BEGIN EXCLUSIVE")
    said(model, "database is locked", "bad.db")
    said(model, "columns ['x', 'y', 'word']; expected ['x', 'z']", FILES[0], columns=["x", "z"])
    with open("text.db", "w", encoding="ascii") as file:
        file.write("no database, but long enough to be looked at as one" * 20)
    said(model, "file is not a database", "text.db")


def a_shard_that_changes(cluster):
    """It is said by the run; and rows that a worker has in memory are not taken for those that are there now."""
    fit = start_fit(cluster.scheduler_address, "--tol", "-1", "--model", "other.json")
    wait_for(fit, "pass 1:")
    before = shards.ask(FILES[1], job(keep=True), "count(*) + :zero", {"zero": 0})
    with sqlite3.connect(FILES[1]) as db:
        db.execute("INSERT INTO p VALUES (1, 1, 'a', 1, NULL)")
    _, err = fit.communicate(timeout=100)
    assert fit.returncode == 1 and f"{FILES[1]}: changed" in err, err
    after = shards.ask(FILES[1], job(keep=True), "count(*) + :zero", {"zero": 0})
    assert (before["answer"], after["answer"]) == (40, 41)


def all_rows_in_one_place(db):
    best = em(sys.argv[2], module, 1e-9)
    mine, theirs = union(db, best)
    assert abs(json.loads(best)["loglik"] - mine) < 1e-9 * abs(mine)
    assert mine >= theirs - 1e-6, (mine, theirs)


def main():
    make_shards()
    model, db = em(sys.argv[2], module, TOL), shards.connect(":memory:", module, 1)
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1",
                                  silence_logs=50) as cluster, distributed.Client(cluster) as client:
        assert through_faults(cluster, client) == model
        check_scores(model)
        if few:
            return
        all_rows_in_one_place(db)
        a_worker_dies_while_it_writes(model)
        weights_and_labels(cluster, db)
        choice(cluster, db)
        bad_shards(model)
        a_shard_that_changes(cluster)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        main()
        os.chdir("/")
