"""workload.py: the works that bench_expect has written, and what running a command costs."""
import array
import subprocess
import time


def shape(folder, work):
    with open(f"{folder}/{work}.shape") as file:
        n, d, k, covariance, iterations = file.read().split()
    return int(n), int(d), int(k), covariance, int(iterations)


def doubles(path, count):
    x = array.array("d")
    with open(path, "rb") as file:
        x.fromfile(file, count)
    return x


def rows(folder, work):
    """The number of columns and the rows, as tuples."""
    n, d, _, _, _ = shape(folder, work)
    x = doubles(f"{folder}/{work}.rows", n * d)
    return d, zip(*[iter(x)] * d)


def start(folder, work):
    """k, d, structure, iterations, and weights, means and covariances as lists."""
    _, d, k, covariance, iterations = shape(folder, work)
    x = doubles(f"{folder}/{work}.start", k * (1 + d + d * d)).tolist()
    means, covariances = x[k:k + k * d], x[k + k * d:]
    return (k, d, covariance, iterations, x[:k], [means[c * d:(c + 1) * d] for c in range(k)],
            [[covariances[(c * d + i) * d:(c * d + i + 1) * d] for i in range(d)] for c in range(k)])


def timed(command):
    """The least wall time of three runs of a command and what it printed; None where it fails."""
    best = None
    for _ in range(3):
        begin = time.perf_counter()
        result = subprocess.run(command, capture_output=True, text=True)
        seconds = time.perf_counter() - begin
        if result.returncode != 0:
            return None
        best = (seconds, result.stdout) if best is None or seconds < best[0] else best
    return best
