"""Entry points of sqlite-utils and Datasette: each connection that they open has the functions."""

from . import load

try:
    from sqlite_utils import hookimpl as _sqlite_utils_hook
except ImportError:
    _sqlite_utils_hook = None

try:
    from datasette import hookimpl as _datasette_hook
except ImportError:
    _datasette_hook = None


def prepare_connection(conn):
    load(conn)


for _hook in (_sqlite_utils_hook, _datasette_hook):
    if _hook is not None:
        prepare_connection = _hook(prepare_connection)
