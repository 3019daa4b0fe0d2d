"""What every test may ask for: a clock that stands still, and databases of its own."""

import logging
import os
import shutil
from contextlib import closing

import pytest
import structlog

from making import StillClock
from private_postgres import NoPostgresError, PrivatePostgres
from rarewatch.stores.sql import SqlStore

POSTGRES = pytest.param("postgresql", marks=pytest.mark.postgres)


@pytest.fixture(autouse=True)
def logging_as_before():
    """Logging is the process's, and every command sets it up anew: put it back, so that every test stands alone."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture(scope="session")
def postgres_server():
    """One server a process: several workers of pytest-xdist do not meet."""
    try:
        server = PrivatePostgres()
    except NoPostgresError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI must test on PostgreSQL: {error}")
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {error}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_server):
    name = postgres_server.make()
    with closing(SqlStore(postgres_server.url(name))) as store:
        store.migrate()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "template.db"
    with closing(SqlStore(f"sqlite:///{path}")) as store:
        store.migrate()
    return path


@pytest.fixture
def sqlite_url(tmp_path, sqlite_template):
    shutil.copy(sqlite_template, tmp_path / "rarewatch.db")
    return f"sqlite:///{tmp_path / 'rarewatch.db'}"


@pytest.fixture
def postgres_url(postgres_server, postgres_template):
    name = postgres_server.make(postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", POSTGRES])
def database_url(request):
    """A database with today's tables, on either system."""
    return request.getfixturevalue(f"{request.param}_url".replace("postgresql", "postgres"))


@pytest.fixture(params=["sqlite", POSTGRES])
def empty_database_url(request, tmp_path):
    """A database without tables, on either system."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'deep' / 'er' / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = server.make()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def store(database_url):
    with closing(SqlStore(database_url)) as opened:
        yield opened
