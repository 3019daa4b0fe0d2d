"""One rarewatch at a time on one database, unless an engine for several machines says otherwise."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, exc, text
from sqlalchemy.engine import URL

from rarewatch.errors import Conflict, Unavailable

_ALONE = 0x7261_7266
"""The advisory lock a lone process holds on PostgreSQL."""


@contextmanager
def file_lock(url: URL) -> Iterator[None]:
    """Hold the file beside the SQLite database; the system lets go of it when the process dies, whatever kills it.

    Raises `Conflict` when another process holds it. A database in memory needs no lock.
    """
    if not url.database or url.database == ":memory:":
        yield
        return
    path = Path(f"{url.database}.lock")
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise Unavailable(f"the lock file {path} cannot be opened: {error.strerror}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise Conflict(
                f"another rarewatch (process {holder}) works on {url.database}; stop it first, or give this one its own database"
            ) from error
        os.truncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def session_lock(engine: Engine) -> Iterator[None]:
    """The same on PostgreSQL: an advisory lock that ends with its connection.

    Raises `Conflict` when another process holds it, `Unavailable` when the database does not answer.
    """
    try:
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except exc.OperationalError as error:
        raise Unavailable("the database cannot be reached") from error
    # Taken out of the pool, where it would live on and hold the lock after it was given back.
    connection.detach()
    with connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _ALONE}).scalar():
            raise Conflict("another rarewatch works on this database; stop it first, or give this one its own database")
        yield
