"""peers.py [-q] [SECTION...]: the tables of bench/peers.sh, which prepares what this needs."""
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

import workload

PYTHON = "/usr/bin/python3"  # Debian's, which has scikit-learn and loads extensions
MODULE = "build/release/mixture"
EXPECT = "build/release/bench/bench_expect"
PEERS = "build/release/bench/peers"
WORKS = ["W0", "W7", "W1", "W2", "W3", "W4", "W5", "W6"]
GOALS = {  # times faster than scikit-learn, than Armadillo; share of peak in percent; times the fastest peer
    "W1": "80x sklearn, 25x Armadillo", "W2": "80x sklearn, 25x Armadillo", "W3": "25x sklearn, 18x Armadillo",
    "W4": "60 % of peak", "W5": "60 % of peak", "W6": "12x the fastest",
}
# How far mean log-likelihoods may be apart. VLFeat leaves out responsibilities below 0.01.
TOLERANCE = {"VLFeat": 1e-4}
quick = "-q" in sys.argv[1:]
chosen = [word for word in sys.argv[1:] if word != "-q"]
folder = tempfile.mkdtemp()
failed = False


def run(command, threads=1):
    """What a command prints; None where it fails."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment)
    return result.stdout if result.returncode == 0 else None


def expect(work, kernel=None, threads=1, repeats=5):
    """Rows of bench_expect's table, by kernel: seconds, ns, GFLOP/s, share, log-likelihood, n."""
    command = [EXPECT, "-t", threads, "-r", repeats, "-c", 50000 if quick else 10**9, work]
    rows = {}
    for line in run(command[:1] + (["-k", kernel] if kernel else []) + command[1:]).splitlines():
        words = line.split()
        if words and words[0] == work:
            seconds, ns, rate, share, _, loglik = words[7:13]
            rows[words[1]] = {"seconds": float(seconds), "ns": float(ns), "rate": float(rate), "share": float(share),
                              "loglik": float(loglik) / int(words[3])}
    return rows


def best_kernel(work, **options):
    return list(expect(work, best_name(), **options).values())[0]


def best_name():
    if not hasattr(best_name, "found"):
        best_name.found = list(expect("W0"))[-1]
    return best_name.found


def peer(name, work, threads=1):
    """Seconds and mean log-likelihood of a peer, or None."""
    repeats = 3
    commands = {
        "sklearn": [PYTHON, "bench/peers/em_sklearn.py", folder, work, repeats],
        "mclust": ["Rscript", "bench/peers/em_mclust.R", folder, work, 1],
        "Armadillo": [f"{PEERS}/em_armadillo", folder, work, repeats, threads],
        "VLFeat": [f"{PEERS}/em_vlfeat", folder, work, repeats],
    }
    try:
        out = run(commands[name], threads)
    except FileNotFoundError:
        out = None
    return [float(word) for word in out.split()[-2:]] if out else None


def seconds_of(database, repeats, *statements):
    """Median seconds of each SQL statement."""
    out = run([PYTHON, "bench/peers/statement.py", database, MODULE, repeats] + list(statements))
    return [float(word) for word in out.split()]


def table_of(work):
    """A SQLite file with the work's rows."""
    path = f"{folder}/{work}.db"
    if not os.path.exists(path):
        d, rows = workload.rows(folder, work)
        with sqlite3.connect(path) as connection:
            columns = ", ".join(f"x{j + 1} REAL" for j in range(d))
            connection.execute(f"CREATE TABLE t({columns})")
            connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * d)})", rows)
    return path


def fit_of(d, k, options=None):
    columns = ", ".join(f"x{j + 1}" for j in range(d))
    return f"SELECT gmm_fit({columns}, {k}" + (f", '{options}'" if options else "") + ") FROM t"


def start_of(work):
    """The options that make gmm_fit begin where the others do and take as many steps."""
    k, d, covariance, iterations, weights, means, covariances = workload.start(folder, work)
    given = {"weights": weights, "means": means, "covariances": covariances}
    return d, k, json.dumps({"init": given, "covariance": covariance, "max_iter": iterations, "tol": 0,
                             "accelerate": False})


def ratio(a, b):
    return f"{a / b:.1f}x" if a and b else "-"


def heading(text):
    print(f"\n== {text}", flush=True)


# ---- Sections ---------------------------------------------------------------------------------------------


def em():
    global failed
    heading("EM from a fixed start, one thread: seconds (ours: times faster); mean log-likelihoods are compared")
    names = ["sklearn", "mclust", "Armadillo", "VLFeat"]
    print(f"{'':3} {'ours':>9} " + " ".join(f"{name:>17}" for name in names) + f" {'GFLOP/s':>8} {'of peak':>8}  goal")
    for work in WORKS:
        own = best_kernel(work)
        cells = []
        for name in names:
            theirs = peer(name, work) if name != "VLFeat" or work == "W6" else None
            cells.append(f"{theirs[0]:9.4f} {ratio(theirs[0], own['seconds']):>7}" if theirs else "-")
            if theirs and abs(theirs[1] - own["loglik"]) > TOLERANCE.get(name, 1e-6) * abs(own["loglik"]):
                failed = True
                cells[-1] += "!"
                print(f"{work}: {name} ends at {theirs[1]:.12g} a row, we at {own['loglik']:.12g}")
        print(f"{work:3} {own['seconds']:9.5f} " + " ".join(f"{cell:>17}" for cell in cells) +
              f" {own['rate']:8.1f} {own['share']:6.1f} %  {GOALS.get(work, '')}", flush=True)


def threads():
    heading("two threads against one, wall time (goal: 1.85 for W2 to W5)")
    for work in ["W1", "W2", "W3", "W4", "W5"]:
        one, two = best_kernel(work)["seconds"], best_kernel(work, threads=2)["seconds"]
        both = [peer("Armadillo", work, threads) for threads in (1, 2)] if work != "W5" else [None, None]
        beside = f"; Armadillo {both[0][0] / both[1][0]:.2f}" if all(both) else ""
        print(f"{work:3} {one:9.5f} {two:9.5f}  {one / two:.2f}{beside}", flush=True)


def kernels():
    heading("each instruction set forced: seconds, ns a row, component and iteration, share of its own peak")
    for work in ["W1", "W2", "W3", "W4", "W5", "W6"]:
        rows = expect(work, repeats=3)
        cells = [f"{name} {row['seconds']:.4f} {row['ns']:7.2f} {row['share']:4.1f} %" for name, row in rows.items()]
        speed = rows["avx512"]["seconds"] / rows["avx2"]["seconds"] if len(rows) == 3 else None
        print(f"{work:3} " + "; ".join(cells) + (f"; AVX2 has {speed:.2f} of AVX-512's speed (goal 0.45)" if speed else ""),
              flush=True)


def statements():
    heading("the whole SQL statement, from the fixed start: milliseconds")
    for work, goal in (("W0", "0.3 ms"), ("W7", "a 30th of scikit-learn's fit alone")):
        d, k, options = start_of(work)
        own = seconds_of(table_of(work), 200, fit_of(d, k, options))[0]
        theirs = peer("sklearn", work)
        beside = f"; scikit-learn's fit alone {1000 * theirs[0]:.2f}, {ratio(theirs[0], own)}" if theirs else ""
        print(f"{work} {1000 * own:.3f} (goal: {goal}){beside}", flush=True)
    d, k, options = start_of("W1")
    scan, fit = seconds_of(table_of("W1"), 7, "SELECT sum(x1), sum(x2) FROM t", fit_of(d, k, options))
    print(f"W1 {1000 * fit:.0f}; SELECT sum(x1), sum(x2) {1000 * scan:.0f}: {fit / scan:.2f} times (goal: 3)")
    heading("from a SQLite file, all defaults, seconds of the whole process (goal: 8 times, log-likelihood not lower)")
    for work in ["W1", "W2", "W3"]:
        end_to_end(work)


def end_to_end(work):
    global failed
    d, k, _ = start_of(work)
    path = table_of(work)
    sql = f"SELECT m ->> 'loglik', m ->> 'n' FROM ({fit_of(d, k).replace(' FROM t', ' AS m FROM t')})"
    seconds, out = workload.timed(["sqlite3", "-init", "/dev/null", "-batch", path, f".load {MODULE}", sql])
    loglik, n = (float(word) for word in out.split("|"))
    theirs = workload.timed([PYTHON, "bench/peers/end_to_end_sklearn.py", path, str(k)])
    if theirs is None:
        print(f"{work} {seconds:.3f}; scikit-learn is not there")
        return
    other = float(theirs[1])
    failed = failed or loglik / n < other - 1e-6 * abs(other)
    print(f"{work} {seconds:.3f}, mean log-likelihood {loglik / n:.6f}; scikit-learn {theirs[0]:.3f}, {other:.6f}: "
          f"{ratio(theirs[0], seconds)}", flush=True)


def groups():
    count = 1000 if quick else 10000
    heading(f"{count} groups of 100 rows, d = 2, k = 2, all defaults, seconds (goal: 2 s for 10000, 50 times)")
    path = f"{folder}/groups.db"
    make = ('{"family":"gaussian","weights":[0.4,0.6],"means":[[0,0],[4,4]],'
            '"covariances":[[[1,0.3],[0.3,1]],[[2,-0.5],[-0.5,1]]]}')
    seconds_of(path, 1, f"CREATE TABLE t AS SELECT (rowid - 1) / 100 AS g, x1, x2 FROM mix_sample('{make}', {100 * count}, 1)")
    own = seconds_of(path, 3, "SELECT gmm_fit(x1, x2, 2) FROM t GROUP BY g")[0]
    some = 200
    theirs = workload.timed([PYTHON, "bench/peers/groups_sklearn.py", path, str(some)])
    loop = float(theirs[1]) / some * count if theirs else None
    print(f"{own:.2f}; scikit-learn in a loop {loop:.1f} (from {some} groups): {ratio(loop, own)}" if loop else f"{own:.2f}")


def scoring():
    heading("scoring a joined table")
    print(run(["bench/scoring.sh", MODULE, 50000 if quick else 1000000]), end="")


def memory():
    heading("peak memory of the process above one that only opens the table, MB (goal: 8 d bytes a row + 32 MB)")
    for work in ["W1", "W3", "W5"]:
        d, k, _ = start_of(work)
        base, peak = (peak_memory(table_of(work), sql) for sql in ("SELECT count(*) FROM t", fit_of(d, k)))
        n = workload.shape(folder, work)[0]
        print(f"{work} {(peak - base) / 1e6:.1f}; 8 d n + 32 MB is {8 * d * n / 1e6 + 32:.1f}", flush=True)


def peak_memory(database, sql):
    """Peak resident bytes of a sqlite3 shell; it asks for that itself, since a child's begin with its parent's."""
    script = f".load {MODULE}\n.output /dev/null\n{sql};\n.output\n.system grep VmHWM /proc/$PPID/status\n"
    out = subprocess.run(["sqlite3", "-init", "/dev/null", "-batch", database], input=script, capture_output=True,
                         text=True, check=True).stdout
    return 1024 * int(re.search(r"VmHWM:\s*(\d+)", out).group(1))


def growth():
    heading("cost as one of n, d, k grows fourfold (linear: 4; d with full covariances: at most 16)")
    for kind in ("", ",diag"):
        n, d, k = (10000, 8, 4) if quick else (400000, 8, 4)
        base = best_kernel(f"{n},{d},{k}{kind}")["seconds"]
        cells = [f"{name} {best_kernel(f'{n * a},{d * b},{k * c}{kind}', repeats=3)['seconds'] / base:.2f}"
                 for name, a, b, c in (("n", 4, 1, 1), ("d", 1, 4, 1), ("k", 1, 1, 4))]
        print(f"{kind[1:] or 'full'}: " + ", ".join(cells), flush=True)


SECTIONS = {f.__name__: f for f in (em, threads, kernels, statements, groups, scoring, memory, growth)}
for word in chosen:
    if word not in SECTIONS:
        sys.exit(f"unknown section {word}; expected one of {' '.join(SECTIONS)}")
try:
    run([EXPECT, "-c", 50000 if quick else 10**9, "-w", folder] + WORKS)
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            print(f"{line.split(':')[1].strip()}, {os.cpu_count()} processors, kernel {best_name()}")
            break
    for name in chosen or SECTIONS:
        SECTIONS[name]()
finally:
    for name in os.listdir(folder):
        os.remove(f"{folder}/{name}")
    os.rmdir(folder)
sys.exit(1 if failed else 0)
