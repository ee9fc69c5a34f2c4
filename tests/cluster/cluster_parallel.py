"""cluster_parallel.py MODULE EXAMPLES [few]: examples/parallel against the same EM by examples/dask/shards.py in a
run that is killed and goes on, with `few` that alone; bad shards. 77, which ctest takes for skipped, where GNU
parallel is not installed."""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

from rows import EXTRAS, FILES, K, em, make_shards

module, examples = sys.argv[1:3]
script = os.path.join(examples, "parallel", "fit.sh")
few = sys.argv[3:] == ["few"]
TOL, START = (1e-4, {"max_iter": 2}) if few else (1e-6, {"max_iter": 8})
environment = os.environ | {"MIXTURE": module, "OPTIONS": json.dumps(START), "JOBS": "2", "TOL": str(TOL)}


def start(model, files, columns="x, y, word", **other):
    return subprocess.Popen([script, str(K), columns, "p", model, *files], env=environment | other, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def killed_and_resumed():
    """The model of a run whose driver dies after the second pass, with all that it started."""
    fit = start("model.json", FILES)
    for line in fit.stdout:
        if line.startswith("pass 2:"):
            break
    os.killpg(fit.pid, signal.SIGKILL)
    fit.communicate()
    out, err = start("model.json", FILES).communicate(timeout=100)
    assert "pass 1:" not in out and "converged" in out, out + err
    with open("model.json", encoding="utf-8") as file:
        return file.read().rstrip("\n")


def far_with_weights_and_labels():
    """By an ssh that goes nowhere, as far as the script can tell."""
    os.mkdir("bin")
    with open("bin/ssh", "w", encoding="ascii") as file:
        file.write('#!/bin/sh\n[ "$1" = far.example ] && exec sh -c "$2"\n')
    os.chmod("bin/ssh", 0o755)
    far = ["far.example:" + os.path.abspath(file) for file in FILES]
    fit = start("known.json", far, "x, y, word, w, l", OPTIONS=json.dumps(START | EXTRAS),
                PATH=os.path.abspath("bin") + ":" + os.environ["PATH"])
    out, err = fit.communicate(timeout=100)
    assert fit.returncode == 0, out + err
    with open("known.json", encoding="utf-8") as file:
        assert file.read().rstrip("\n") == em(examples, module, TOL, query="SELECT x, y, word, w, l FROM p",
                                              options=START, extras=EXTRAS)


def said(text, files, columns="x, y, word"):
    fit = start("bad.json", files, columns)
    _, err = fit.communicate(timeout=100)
    assert fit.returncode != 0 and text in err, err
    assert not os.path.exists("bad.json")


def main():
    make_shards()
    assert killed_and_resumed() == em(examples, module, TOL, options=START)
    if few:
        return
    far_with_weights_and_labels()
    with sqlite3.connect("empty.db") as db:
        db.execute("CREATE TABLE p(x, y, word)")
    said("missing.db: no answer", [FILES[0], "missing.db"])
    said("shard 2 of shard0.db empty.db has no rows", [FILES[0], "empty.db"])
    said("no such column: z", FILES, "x, z")
    os.remove("model.json.run")
    fit = start("model.json", FILES)
    for line in fit.stdout:
        if line.startswith("pass 1:"):
            break
    with sqlite3.connect(FILES[1], timeout=60) as db:
        db.execute("INSERT INTO p(x, y, word) VALUES (1, 1, 'a')")
        db.execute("CREATE TABLE more AS SELECT randomblob(9999)")
    _, err = fit.communicate(timeout=100)
    assert fit.returncode != 0 and "changed since the run began" in err, err


if __name__ == "__main__":
    if shutil.which("parallel") is None:
        print("parallel is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        main()
        os.chdir("/")
