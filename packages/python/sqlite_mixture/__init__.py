"""Finite mixture models in SQLite: the loadable extension sqlite-mixture, and how to load it.

    import sqlite3, sqlite_mixture
    connection = sqlite3.connect("data.db")
    sqlite_mixture.load(connection)
    connection.execute("SELECT gmm_fit(x, y, 2) FROM points")
"""

import os
import sys

__all__ = ["load", "loadable_path", "show_svg", "__version__"]
__version__ = "@VERSION@"


def loadable_path():
    """Path of the extension without its suffix, as SQLite's load_extension() takes it."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "mixture")


def load(connection):
    """Load the extension into a connection of sqlite3 or apsw. Extensions are disabled again afterwards."""
    enable = getattr(connection, "enable_load_extension", None) or getattr(connection, "enableloadextension", None)
    if enable is None:
        raise RuntimeError(
            "this Python's sqlite3 cannot load extensions (no enable_load_extension): "
            "use the package apsw, or a Python that was built with --enable-loadable-sqlite-extensions"
        )
    enable(True)
    try:
        if hasattr(connection, "load_extension"):
            connection.load_extension(loadable_path())
        else:
            connection.loadextension(loadable_path())
    finally:
        enable(False)


class _Svg:
    def __init__(self, text):
        self.text = text

    def _repr_svg_(self):
        return self.text

    def __str__(self):
        return self.text


def show_svg(connection, sql, parameters=()):
    """The picture that a query gives (mix_plot, mix_plot_model), for Jupyter to show as a cell's last value."""
    row = next(iter(connection.execute(sql, parameters)), None)
    if row is None or not isinstance(row[0], str) or not row[0].startswith("<svg"):
        raise ValueError("the query gives no picture; expected one row with the SVG of mix_plot or mix_plot_model")
    return _Svg(row[0])


if __name__ == "__main__":
    sys.stdout.write(loadable_path() + "\n")
