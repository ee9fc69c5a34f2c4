#!/usr/bin/python3
"""scale.py [MODULE [ROWS]]: large tables, many groups, many columns, many components, a large model: seconds, and the peak
memory of the sqlite3 shell. ROWS: of the largest table, 50,000,000; it takes 1.3 GB of disk in TMPDIR."""
import array
import json
import random
import re
import sqlite3
import subprocess
import sys
import tempfile

module = sys.argv[1] if len(sys.argv) > 1 else "build/release/mixture"
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 50_000_000
TWO = {"family": "gaussian", "weights": [0.4, 0.6], "means": [[0, 0], [4, 4]],
       "covariances": [[[1, 0.3], [0.3, 1]], [[2, -0.5], [-0.5, 1]]]}


def shell(database, *lines):
    script = "\n".join([f".load {module}", *lines, ""])
    return subprocess.run(["sqlite3", "-init", "/dev/null", "-batch", database], input=script, capture_output=True,
                          text=True, check=True).stdout


def measure(title, database, sql, promised=None):
    """promised: megabytes, with 8 d bytes a row."""
    out = shell(database, ".timer on", ".output /dev/null", f"{sql};", ".output", ".system grep VmHWM /proc/$PPID/status")
    seconds = float(re.search(r"Run Time: real ([0-9.]+)", out).group(1))
    peak = 1024e-6 * int(re.search(r"VmHWM:\s*(\d+)", out).group(1))
    bound = f"; promised {promised:.0f}" if promised else ""
    if promised and peak > promised:
        bound += ": more"
    print(f"{title:62} {seconds:9.3f} s {peak:8.1f} MB{bound}", flush=True)


def wide_model(d):
    """Two components of unit covariances whose means differ in every fourth column."""
    unit = [[1.0 if i == j else 0.001 if i + 1 == j or j + 1 == i else 0.0 for j in range(d)] for i in range(d)]
    return json.dumps({"family": "gaussian", "weights": [0.5, 0.5], "covariances": [unit, unit],
                       "means": [[0.5 * (c if j % 4 == 0 else 0) for j in range(d)] for c in range(2)]})


def make_wide(path, d, count):
    """Table w of packed rows about those means, and the model in m."""
    draw = random.Random(1)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE w(x BLOB)")
        connection.execute("CREATE TABLE m(m TEXT)")
        connection.execute("INSERT INTO m VALUES (?)", (wide_model(d),))
        for i in range(count):
            x = array.array("d", (draw.gauss(0.5 * (i % 2 if j % 4 == 0 else 0), 1) for j in range(d)))
            connection.execute("INSERT INTO w VALUES (?)", (x.tobytes(),))


with tempfile.TemporaryDirectory() as folder:
    path = f"{folder}/rows.db"
    shell(path, "PRAGMA journal_mode = OFF;", "PRAGMA synchronous = OFF;",
          f"CREATE TABLE t AS SELECT x1, x2 FROM mix_sample('{json.dumps(TWO)}', {rows}, 1);")
    measure(f"SELECT sum(x1), sum(x2), {rows} rows", path, "SELECT sum(x1), sum(x2) FROM t")
    measure(f"gmm_fit, {rows} rows, d = 2, k = 2", path, "SELECT gmm_fit(x1, x2, 2) FROM t", 16e-6 * rows + 32)
    some = rows // 50
    measure(f"gmm_select, kmax 4, {some} rows, d = 2", path,
            f"SELECT gmm_select(x1, x2, 4) FROM (SELECT * FROM t LIMIT {some})", 16e-6 * some + 32)
    for size in 20, 100:
        for groups in 1000, 100000:
            if groups * size <= rows:
                measure(f"{groups} groups of {size} rows, d = 2, k = 2", path,
                        f"SELECT gmm_fit(x1, x2, 2) FROM (SELECT rowid - 1 AS i, * FROM t LIMIT {groups * size}) GROUP BY i / {size}")
    measure("gmm_fit, 200000 rows, d = 2, k = 500, 20 iterations", path,
            "SELECT gmm_fit(x1, x2, 500, '{\"max_iter\":20}') FROM (SELECT * FROM t LIMIT 200000)", 3.2 + 32)

    path = f"{folder}/wide.db"
    make_wide(path, 500, 5000)
    measure("gmm_fit, 5000 rows, d = 500, k = 2", path, "SELECT gmm_fit(x, 2) FROM w")
    measure("the same with diagonal covariances", path, "SELECT gmm_fit(x, 2, '{\"covariance\":\"diag\"}') FROM w")

    path = f"{folder}/large.db"
    make_wide(path, 1000, 2000)
    size = len(wide_model(1000)) / 1e6
    measure(f"a model of {size:.1f} MB, d = 1000: mix_predict of 2000 rows", path, "SELECT mix_predict(m, x) FROM m, w")
    measure("the same with mix_responsibilities", path, "SELECT r.* FROM w, m, mix_responsibilities(m, x) r")
    measure("the same with mix_loglik", path, "SELECT mix_loglik(m, x) FROM m, w")
