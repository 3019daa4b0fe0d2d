"""Claims on sources, on an open connection: closed with what was read, or with a fault."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Float, Integer, Text, bindparam, case, func, or_, update

from rarewatch.errors import SourceFault
from rarewatch.nouns.source import Claim, Reading
from rarewatch.stores import rows
from rarewatch.stores.tables import source_state

_MARKS_KEPT = 2_000
_NEVER_WHOLE = 3
"""After so many faults in a row a part of the page is taken for all there is."""


def row(claim: Claim, reading: Reading, *, new: int, due_at: datetime, now: datetime) -> dict[str, Any]:
    """What `close` writes for a claim that was read."""
    seconds = now.timestamp()
    fault = reading.own_fault
    marks = list(dict.fromkeys(reading.marks))
    if reading.unchanged or not reading.complete:
        # What was not read again is still known: a part of a page must not make the rest look new.
        marks = list(dict.fromkeys([*marks, *sorted(claim.seen.marks)]))
    validators = reading.validators if reading.complete else claim.seen.validators
    # A document that never is whole must not leave its source new for ever: what is new there would always count as the past.
    based = reading.covers_the_page or (claim.failures >= _NEVER_WHOLE and claim.seen.marks)
    return {
        "of": claim.source,
        "address": claim.url,
        "due": due_at.timestamp(),
        "tag": validators.etag,
        "modified": validators.last_modified,
        "hash": validators.body,
        "known": "\n".join(marks[:_MARKS_KEPT]),
        "base": seconds if based else None,
        "now": seconds,
        "fresh": seconds if new else None,
        "failed": claim.failures + 1 if fault else 0,
        "named": fault.name if fault else "",
        "told": rows.words(str(fault)) if fault else "",
        "since": seconds if fault else None,
    }


def close(connection: Connection, many: Sequence[dict[str, Any]]) -> None:
    """Close claims with what was read, whatever of them still counts."""
    if many:
        connection.execute(_CLOSE_CLAIM, many)


def fail(connection: Connection, claim: Claim, fault: SourceFault, due_at: datetime, now: datetime) -> None:
    """Close a claim with a fault."""
    values = {
        "lease_until": None,
        "due_at": due_at.timestamp(),
        "polls": _s.polls + 1,
        "last_poll_at": now.timestamp(),
        "failures": _s.failures + 1,
        "fault": fault.name,
        "fault_detail": rows.words(str(fault)),
        "fault_since": func.coalesce(_s.fault_since, now.timestamp()),
    }
    still = _s.url == (claim.url or _s.url)
    connection.execute(update(source_state).where(_s.source == claim.source, still).values(**values))


_s = source_state.c
_CLOSE_CLAIM = (
    update(source_state)
    .where(_s.source == bindparam("of"), or_(bindparam("address", type_=Text) == "", _s.url == bindparam("address", type_=Text)))
    .values(
        lease_until=None,
        due_at=bindparam("due"),
        etag=bindparam("tag"),
        last_modified=bindparam("modified"),
        body=bindparam("hash"),
        marks=bindparam("known"),
        baselined_at=func.coalesce(_s.baselined_at, bindparam("base", type_=Float)),
        polls=_s.polls + 1,
        last_poll_at=bindparam("now"),
        last_ok_at=bindparam("now"),
        last_new_at=func.coalesce(bindparam("fresh", type_=Float), _s.last_new_at),
        failures=bindparam("failed", type_=Integer),
        fault=bindparam("named"),
        fault_detail=bindparam("told"),
        fault_since=case(
            (bindparam("failed", type_=Integer) > 0, func.coalesce(_s.fault_since, bindparam("since", type_=Float))),
            else_=None,
        ),
    )
)
