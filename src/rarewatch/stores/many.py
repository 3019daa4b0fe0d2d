"""Hundreds of rows at once, through the driver itself: SQLAlchemy writes the statement, and is spared its work on each value.

Only for columns whose values the drivers take and give as they are; a truth value comes back as a number from SQLite.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, bindparam, select
from sqlalchemy.engine import Row

from rarewatch.stores.tables import item, item_mark

_AT_ONCE = 400
_STEP = 50
"""Lists of marks are filled up to a multiple of this, so that few different statements are enough."""


def write(connection: Connection, statement: Insert, many: Sequence[Mapping[str, Any]]) -> None:
    """Insert `many` rows, which all have the same columns; none is no work. Keep `statement`: it is worded once."""
    if not many:
        return
    words, places = _in_words(statement, connection.dialect, tuple(many[0]))
    values = list(many) if places is None else list(map(itemgetter(*places), many))
    connection.exec_driver_sql(words, values)


@lru_cache
def _in_words(statement: Insert, dialect: Dialect, columns: tuple[str, ...]) -> tuple[str, Sequence[str] | None]:
    """A statement in the driver's own words, and the order of its values where they go by place."""
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    return str(compiled), compiled.positiontup


def marked(connection: Connection, marks: Iterable[bytes]) -> Iterator[Row[Any]]:
    """The items that carry one of `marks`, with the mark."""
    dialect = connection.dialect
    wanted = sorted(set(marks))
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        some += some[-1:] * (-len(some) % _STEP)
        values = tuple(some) if dialect.positional else {f"m{at}": mark for at, mark in enumerate(some)}
        yield from connection.exec_driver_sql(_marked_by(dialect, len(some)), values)


@lru_cache
def _marked_by(dialect: Dialect, size: int) -> str:
    """The statement that looks for `size` marks, in the driver's own words."""
    columns = (
        item_mark.c.mark,
        item.c.id,
        item.c.title,
        item.c.text,
        item.c.digest,
        item.c.title_only,
        item.c.published_at,
        item.c.published_offset,
        item.c.precision,
        item.c.status,
    )
    wanted = item_mark.c.mark.in_([bindparam(f"m{at}") for at in range(size)])
    return str(select(*columns).join(item, item.c.id == item_mark.c.item).where(wanted).compile(dialect=dialect))
