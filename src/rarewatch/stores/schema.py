"""The tables' version: Alembic migrations, run on a connection that is already in a transaction."""

from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, text

from rarewatch.errors import Unavailable
from rarewatch.stores.tables import metadata

HEAD = "0005"
"""The version the code works with; `tests/unit/test_migrations.py` holds it to the newest migration."""
_FOLDER = Path(__file__).parent / "migrations"
_ALEMBIC = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own table, as Alembic makes it."""


def upgrade(connection: Connection) -> None:
    """Bring the tables to `HEAD`; Alembic is not even loaded when they are there already, or when there are none.

    Raises `Unavailable` when they are of a version this rarewatch does not know.
    """
    found = version(connection)
    if found == HEAD:
        return
    if not found and not set(metadata.tables) & set(inspect(connection).get_table_names()):
        _make(connection)
        return
    # Imported late: it costs a quarter of a second and ten megabytes, and only an old database needs it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    settings = Config()
    settings.set_main_option("script_location", str(_FOLDER))
    settings.attributes["connection"] = connection
    try:
        command.upgrade(settings, "head")
    except CommandError as error:
        raise Unavailable(f"the database's tables are of a version this rarewatch does not know: {error}") from error


def _make(connection: Connection) -> None:
    """All tables at once in an empty database: the same that the migrations give, which a test holds them to."""
    metadata.create_all(connection)
    _ALEMBIC.create(connection, checkfirst=True)
    connection.execute(insert(_ALEMBIC).values(version_num=HEAD))


def version(connection: Connection) -> str:
    """The version of the tables, "" for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
