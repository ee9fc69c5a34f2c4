"""client.py MODULE sqlite3|apsw: the extension through a Python module, as a program uses it."""

import array
import json
import sys
import threading

SKIPPED = 77


def open_sqlite3(module):
    import sqlite3

    connection = sqlite3.connect(":memory:", check_same_thread=False)
    if not hasattr(connection, "enable_load_extension"):
        print("this Python was built without enable_load_extension")
        sys.exit(SKIPPED)
    connection.enable_load_extension(True)
    connection.load_extension(module)
    return connection, sqlite3.OperationalError, sqlite3.OperationalError


def open_apsw(module):
    try:
        import apsw
    except ImportError:
        print("apsw is not installed")
        sys.exit(SKIPPED)
    connection = apsw.Connection(":memory:")
    connection.enableloadextension(True)
    connection.loadextension(module)
    return connection, apsw.SQLError, apsw.InterruptError


def main(module, client):
    opened = open_apsw(module) if client == "apsw" else open_sqlite3(module)
    connection, error, interrupt = opened
    cursor = connection.cursor()

    def rows(sql, *bindings):
        return list(cursor.execute(sql, bindings))

    def fails(sql, kind):
        try:
            rows(sql)
        except kind as problem:
            return str(problem)
        raise AssertionError("no error: " + sql)

    # Two heaps of points, 100 apart.
    rows("CREATE TABLE p(x REAL, y REAL)")
    points = [(100 * (i % 2) + i % 7, 50 * (i % 2) + i % 5 * 0.5) for i in range(200)]
    cursor.executemany("INSERT INTO p VALUES (?, ?)", points)
    [[text]] = rows("SELECT gmm_fit(x, y, 2) FROM p")
    model = json.loads(text)
    assert model["n"] == 200 and model["converged"], text
    means = sorted(mean[0] for mean in model["means"])
    for heap in range(2):  # the heaps' own means
        own = [x for x, y in points if (x >= 50) == bool(heap)]
        assert abs(means[heap] - sum(own) / len(own)) < 1e-6, text

    near, far = (
        next(i + 1 for i, mean in enumerate(model["means"]) if (mean[0] > 50) == high) for high in (False, True)
    )
    predicted = rows("SELECT mix_predict(?, x, y) FROM p ORDER BY rowid", text)
    assert predicted == [(far if x >= 50 else near,) for x, y in points]

    # A list, and a vector of floats, in place of the values.
    for (x, y), (component,) in zip(points[:9], predicted):
        vector = array.array("f", [x, y]).tobytes()
        assert rows("SELECT mix_predict(?, ?)", text, json.dumps([x, y])) == [(component,)]
        assert rows("SELECT mix_predict(?, ?)", text, vector) == [(component,)]

    sums = rows(
        "SELECT p.rowid, sum(r.probability), count(*) FROM p, mix_responsibilities(?, p.x, p.y) r GROUP BY p.rowid",
        text,
    )
    assert len(sums) == 200 and all(abs(s - 1) < 1e-12 and n == 2 for _, s, n in sums)

    [[chosen]] = rows("SELECT gmm_select(x, y, 3, '{\"covariance\":\"EII\"}') FROM p")
    assert json.loads(chosen)["k"] >= 2
    assert rows("SELECT rank, k FROM mix_selection(?)", chosen)[0] == (1, json.loads(chosen)["k"])

    message = fails("SELECT gmm_fit(x, 'abc', 2) FROM p", error)
    assert "gmm_fit: argument 2 (x2) is TEXT 'abc' in row 1; expected a number" in message, message

    # A fit that would take minutes.
    timer = threading.Timer(0.2, connection.interrupt)
    timer.start()
    fails(
        "WITH RECURSIVE s(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM s WHERE i < 20000) "
        "SELECT gmm_fit(i, i * i % 1009, 40, '{\"n_init\":10000,\"max_iter\":1000000000,\"tol\":0}') FROM s",
        interrupt,
    )
    timer.join()
    assert rows("SELECT count(*) FROM mix_components(?)", text) == [(2,)]
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
