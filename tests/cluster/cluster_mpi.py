"""cluster_mpi.py MODULE EXAMPLES LIBRARY INCLUDE: examples/mpi against the same EM by examples/dask/shards.py; a
rank that is killed and the job that goes on; bad shards. 77, which ctest takes for skipped, where Open MPI is not
installed."""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

from rows import EXTRAS, FILES, K, em, make_shards

module, examples, library, include = sys.argv[1:]
# Rows enough for a job to last until it is killed.
TWENTY = str(list(range(20)))
QUERY = f"SELECT x + i.value / 100.0 AS x, y FROM p, json_each('{TWENTY}') i"
KNOWN = "SELECT x, w, y, l FROM p"
WORDS = "SELECT x, w, y, word, l FROM p"
ENVIRONMENT = os.environ | {"OPTIONS": '{"max_iter":2}', "OMPI_ALLOW_RUN_AS_ROOT": "1",
                            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
# On this machine alone: shared memory, and no address but that of loopback.
MPIRUN = ["mpirun", "--oversubscribe", "--mca", "btl", "self,vader", "--mca", "oob_tcp_if_include", "lo",
          "-n", "3"]


def build():
    for program in ("fit", "fit_any"):
        source = os.path.join(examples, "mpi", program + ".c")
        subprocess.run(["mpicc", "-std=c11", "-O1", "-I" + include, source, library,
                        "-lsqlite3", "-lm", "-lpthread", "-o", program], check=True)


def start(model, files, query=QUERY, program="fit", **other):
    return subprocess.Popen(MPIRUN + ["./" + program, str(K), query, model, *files], env=ENVIRONMENT | other,
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def a_rank_of(job):
    """The process of a rank: mpirun's children are the ranks."""
    ps = ["ps", "-o", "pid=", "--ppid", str(job.pid)]
    return int(subprocess.run(ps, capture_output=True, text=True, check=True).stdout.split()[-1])


def killed_and_resumed(**how):
    """The model's text."""
    job = start("model.json", FILES, **how)
    for line in job.stdout:
        if line.startswith("pass 2:"):
            break
    os.kill(a_rank_of(job), signal.SIGKILL)
    job.communicate(timeout=100)
    assert job.returncode != 0
    job = start("model.json", FILES, **how)
    out, err = job.communicate(timeout=100)
    assert job.returncode == 0 and "goes on after pass" in out, out + err
    with open("model.json", encoding="utf-8") as file:
        return file.read()


def numbers(value):
    return [n for part in value for n in numbers(part)] if isinstance(value, list) else [value]


def same(own, other):
    for key in ("weights", "means", "covariances", "n", "loglik", "bic", "icl"):
        for a, b in zip(numbers(own[key]), numbers(other[key]), strict=True):
            assert abs(a - b) <= 1e-9 * max(1, abs(b)), (key, a, b)


def weights_and_labels():
    job = start("known.json", FILES, KNOWN, OPTIONS=json.dumps({"max_iter": 2} | EXTRAS))
    out, err = job.communicate(timeout=100)
    assert job.returncode == 0, out + err
    with open("known.json", encoding="utf-8") as file:
        same(json.load(file), json.loads(em(examples, module, 1e-10, query=KNOWN, extras=EXTRAS)))


def words_weights_and_labels():
    """Columns of any kind, a rank killed again: the bits are those of shards.py."""
    os.remove("model.json.run")
    how = {"query": WORDS, "program": "fit_any", "OPTIONS": json.dumps({"max_iter": 2} | EXTRAS)}
    assert killed_and_resumed(**how) == em(examples, module, 1e-10, query=WORDS, extras=EXTRAS)
    with sqlite3.connect("other.db") as db:
        db.execute("CREATE TABLE p AS SELECT 1 AS x, 2 AS y, 'a' AS word")
    any_family = {"program": "fit_any"}
    said("no such column: w", [FILES[0], "other.db"], WORDS, **any_family)
    said("other.db: other columns than in the first shard", [FILES[0], "other.db"], "SELECT * FROM p",
         **any_family)
    said("missing.db: unable to open database file", [FILES[0], "missing.db"], **any_family)
    said("empty.db: no rows", [FILES[0], "empty.db"], **any_family)
    said("run: is another one", FILES, model="model.json", **any_family)


def said(text, files, query=QUERY, model="bad.json", **how):
    job = start(model, files, query, **how)
    _, err = job.communicate(timeout=100)
    assert job.returncode != 0 and text in err, err


def main():
    build()
    make_shards()
    own, other = json.loads(killed_and_resumed()), json.loads(em(examples, module, 1e-10, query=QUERY))
    assert own["columns"] == ["x", "y"] and own["converged"] is True
    same(own, other)
    weights_and_labels()
    with sqlite3.connect("empty.db") as db:
        db.execute("CREATE TABLE p(x, y, word)")
    said("empty.db: no rows", [FILES[0], "empty.db"])
    said("missing.db: unable to open database file", [FILES[0], "missing.db"])
    said("no such column: z", FILES, "SELECT z FROM p")
    said("a value that is no finite number", FILES, "SELECT x, word FROM p")
    words_weights_and_labels()


if __name__ == "__main__":
    if shutil.which("mpirun") is None or shutil.which("mpicc") is None:
        print("Open MPI is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        main()
        os.chdir("/")
