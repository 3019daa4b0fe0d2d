"""What sites' robots.txt said when they were last asked: statements inside a transaction of the store's."""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select

from rarewatch.nouns.robots import RobotsNote
from rarewatch.stores import rows
from rarewatch.stores.tables import robots


def note(connection: Connection, told: RobotsNote) -> None:
    """Write `told` down in place of what was known of its origin."""
    connection.execute(delete(robots).where(robots.c.origin == told.origin))
    row = {
        "origin": told.origin,
        "at": told.at.timestamp(),
        "status": told.status,
        "text": told.text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}"),
        "detail": rows.words(told.detail),
    }
    connection.execute(insert(robots), [row])


def robots_of(connection: Connection, origin: str) -> RobotsNote | None:
    """What is known of an origin (`fetch.address.Address.origin`); None when it was never asked."""
    row = connection.execute(select(robots).where(robots.c.origin == origin)).one_or_none()
    return RobotsNote(row.origin, datetime.fromtimestamp(row.at, UTC), row.status, row.text, row.detail) if row else None
