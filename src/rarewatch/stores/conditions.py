"""The conditions of sources on an open connection: what is remembered of each, and the history of its changes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, func, insert, or_, select, update

from rarewatch.nouns.health import Change, Condition, Vitals
from rarewatch.nouns.source import Claim
from rarewatch.stores import rows
from rarewatch.stores.tables import source_condition, source_state

HISTORY_KEPT = 200
"""So many changes of a source's condition are remembered."""

_h, _s = source_condition.c, source_state.c
_REMEMBER = (
    update(source_state)
    .where(_s.source == bindparam("of"), or_(bindparam("address", type_=Text) == "", _s.url == bindparam("address", type_=Text)))
    .values(
        condition=bindparam("named"),
        condition_since=bindparam("from"),
        condition_detail=bindparam("seen"),
        vitals=bindparam("all"),
    )
)
_ADDRESS = select(_s.url).where(_s.source == bindparam("of"))
_LAST = select(func.coalesce(func.max(_h.id), 0))
_ADD = insert(source_condition)
_FORGET = delete(source_condition).where(
    _h.source == bindparam("of"),
    _h.id
    <= select(_h.id).where(_h.source == bindparam("of")).order_by(_h.id.desc()).offset(HISTORY_KEPT).limit(1).scalar_subquery(),
)


def vitals_row(claim: Claim, vitals: Vitals) -> dict[str, Any]:
    """What `remember` writes for a claim that is closed with other vitals than it was made with."""
    return {
        "of": claim.source,
        "address": claim.url,
        "named": vitals.condition.value,
        "from": vitals.since.timestamp() if vitals.since else None,
        "seen": rows.words(vitals.detail),
        "all": rows.vitals_text(vitals),
    }


def remember(connection: Connection, many: Sequence[dict[str, Any]]) -> None:
    """Write the vitals of sources that still have the address they were learned at."""
    if many:
        connection.execute(_REMEMBER, many)


def append(connection: Connection, source: str, condition: Condition, at: datetime, detail: str) -> None:
    """Add to a source's history; what is older than its last two hundred changes is forgotten."""
    _add(connection, source, condition, at, detail)
    connection.execute(_FORGET, {"of": source})


def _add(connection: Connection, source: str, condition: Condition, at: datetime, detail: str) -> None:
    number = connection.execute(_LAST).scalar_one() + 1
    values = {"id": number, "source": source, "condition": condition.value, "at": at.timestamp(), "detail": rows.words(detail)}
    connection.execute(_ADD, [values])


def changed(connection: Connection, claim: Claim, change: Change) -> bool:
    """Record a change; False when the source has another address by now, or is gone: what was seen at the old one says nothing."""
    address = connection.execute(_ADDRESS, {"of": claim.source}).scalar_one_or_none()
    if address is None or claim.url not in {"", address}:
        return False
    # The first reading of a source leaves nothing to forget, and there may be thousands in a row.
    add = _add if change.was is Condition.UNPROVEN else append
    add(connection, change.source, change.now, change.at, change.detail)
    return True


def history(connection: Connection, sources: Collection[str]) -> Mapping[str, Sequence[dict[str, Any]]]:
    """The changes of each source's condition, the newest first: condition, since, until (None for the present one) and detail."""
    found: dict[str, list[dict[str, Any]]] = {source: [] for source in sources}
    statement = select(source_condition).where(_h.source.in_(sorted(sources))).order_by(_h.id.desc())
    for row in connection.execute(statement):
        told = found[row.source]
        since = rows.moment(row.at).isoformat(timespec="seconds")
        told.append(
            {"condition": row.condition, "since": since, "until": told[-1]["since"] if told else None, "detail": row.detail}
        )
    return found


def spells(connection: Connection, source: str, begin: datetime | None, end: datetime) -> Sequence[dict[str, Any]]:
    """The troubles of a source that lay, wholly or in part, between two moments (None: from the beginning), the newest first."""
    found = []
    for spell in history(connection, [source])[source]:
        since, until = datetime.fromisoformat(spell["since"]), spell["until"]
        over = begin is not None and until is not None and datetime.fromisoformat(until) <= begin
        condition = rows.condition_of(spell["condition"])
        if condition is not None and condition.is_trouble and since <= end and not over:
            found.append(spell)
    return found
