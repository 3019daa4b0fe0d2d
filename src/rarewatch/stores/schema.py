"""The tables' version: Alembic migrations, run on a connection that is already in a transaction."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from rarewatch.errors import Unavailable

HEAD = "0003"
"""The version the code works with; `tests/unit/test_migrations.py` holds it to the newest migration."""
_FOLDER = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Bring the tables to `HEAD`; does nothing, and does not even load Alembic, when they are there already.

    Raises `Unavailable` when they are of a version this rarewatch does not know.
    """
    if version(connection) == HEAD:
        return
    # Imported late: it costs a quarter of a second, and only a new or old database needs it.
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


def version(connection: Connection) -> str:
    """The version of the tables, "" for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
