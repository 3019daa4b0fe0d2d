"""What the service asks the archive about itself, on an open connection."""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Select, and_, delete, func, or_, select, update

from rarewatch.nouns.alert import OWN, DeliveryState, Reason
from rarewatch.nouns.expected import State
from rarewatch.nouns.item import Status
from rarewatch.nouns.vigil import CANARY, Dead, Figures, Sent
from rarewatch.stores import rows
from rarewatch.stores.addresses import SqlAddresses
from rarewatch.stores.tables import alert, decision, delivery, expectation, item, item_mark, source_state, story, story_item

_KEPT = 200
"""So many canaries stay in the archive at least, and twice as many at most."""
_a, _d = alert.c, delivery.c


class Archive(Protocol):
    """What of a store is needed here."""

    def begin(self) -> AbstractContextManager[Connection]:
        """One transaction."""
        ...

    def look(self) -> AbstractContextManager[Connection]:
        """A connection for reading only."""
        ...


def newest_canary(connection: Connection) -> Sent | None:
    """The canary released last; None while there was none."""
    # Backwards from the newest alert: a few rows are looked at, however large the archive.
    newest = select(_a.id).where(_a.subscription == CANARY).order_by(_a.id.desc()).limit(1).scalar_subquery()
    row = connection.execute(select(delivery).where(_d.alert == newest)).first()
    if row is None:
        return None
    return Sent(
        row.token,
        row.via,
        row.to,
        DeliveryState(row.state),
        rows.moment(row.created_at),
        rows.moment(row.sent_at) if row.sent_at is not None else None,
        json.loads(row.receipt) if row.receipt else {},
        row.fault,
    )


def retire_canaries(connection: Connection) -> None:
    """Give up canaries that a newer one overtook, and forget those that are long past.

    Without this a channel that was out of order for a day would get a hundred of them at once. Rows with the highest numbers stay:
    a number must never be given twice.
    """
    newest = select(_a.id).where(_a.subscription == CANARY).order_by(_a.id.desc()).limit(2 * _KEPT)
    found = list(connection.execute(newest).scalars())
    overtaken = and_(_d.alert.in_(found[1:_KEPT]), _d.state == DeliveryState.DUE.value)
    connection.execute(update(delivery).where(overtaken).values(state=DeliveryState.DEAD.value, fault="a newer canary left"))
    if len(found) < 2 * _KEPT:
        return
    old = connection.execute(select(_a.id, _a.item, _a.story).where(_a.id.in_(found[_KEPT:]))).all()
    alerts, items, stories = [one.id for one in old], [one.item for one in old], [one.story for one in old]
    connection.execute(delete(delivery).where(_d.alert.in_(alerts)))
    connection.execute(delete(alert).where(_a.id.in_(alerts)))
    connection.execute(delete(decision).where(decision.c.item.in_(items)))
    connection.execute(delete(story_item).where(story_item.c.item.in_(items)))
    connection.execute(delete(item_mark).where(item_mark.c.item.in_(items)))
    connection.execute(delete(item).where(item.c.id.in_(items)))
    connection.execute(delete(story).where(story.c.id.in_(stories)))


def newest_notice(connection: Connection, *beginnings: str) -> str:
    """The key of the newest notice whose key begins with one of these; "" where there is none."""
    begins = or_(*(item.c.key.startswith(beginning, autoescape=True) for beginning in beginnings))
    statement = select(item.c.key).where(and_(item.c.source == OWN.id, begins)).order_by(item.c.id.desc()).limit(1)
    return connection.execute(statement).scalar_one_or_none() or ""


def begun_before(connection: Connection, moment: datetime) -> bool:
    """Whether anything was read before `moment`."""
    first = connection.execute(select(func.min(item.c.seen_at))).scalar_one_or_none()
    return first is not None and first < moment.timestamp()


def dead_since(connection: Connection, since: datetime, besides: str) -> Sequence[Dead]:
    """Deliveries that died since then, the oldest first, but for canaries and notices whose key begins with `besides`.

    Nor those to addresses that are not written to any more: of each of these operators were told when it was given up.
    """
    own = and_(item.c.source == OWN.id, item.c.key.startswith(besides, autoescape=True))
    statement = (
        select(_d.via, _d.to, _d.fault, _d.due_at, _a.subscription, item.c.title)
        .join(alert, _a.id == _d.alert)
        .join(item, item.c.id == _a.item)
        .where(_d.state == DeliveryState.DEAD.value, _d.due_at > since.timestamp(), _a.subscription != CANARY, ~own)
        .order_by(_d.due_at, _d.id)
    )
    found = connection.execute(statement).all()
    barred = SqlAddresses(connection).barred((row.to, row.subscription) for row in found)
    return [
        Dead(row.via, row.to, row.title, row.fault, rows.moment(row.due_at))
        for row in found
        if (row.to, row.subscription) not in barred
    ]


def figures(connection: Connection, since: datetime, until: datetime) -> Figures:
    """What an all-clear counts, of the time from `since` to `until`."""
    begin, end, s, e = since.timestamp(), until.timestamp(), source_state.c, expectation.c
    by_condition = select(s.condition, func.count()).where(s.enabled, s.source != OWN.id).group_by(s.condition)
    real = and_(_a.subscription != CANARY, _a.reason != Reason.NOTICE.value)
    open_ = _d.state.in_([DeliveryState.DUE.value, DeliveryState.SENDING.value])
    delivered = select(func.count()).select_from(delivery).join(alert, _a.id == _d.alert).where(_a.subscription != CANARY)
    sent = delivered.where(_d.state == DeliveryState.SENT.value, _d.sent_at.between(begin, end))

    def count(statement: Select[Any]) -> int:
        return int(connection.execute(statement).scalar_one() or 0)

    return Figures(
        conditions={row[0]: row[1] for row in connection.execute(by_condition)},
        polls=count(select(func.sum(s.polls)).where(s.source != OWN.id)),
        items=count(
            select(func.count())
            .select_from(item)
            .where(item.c.source != OWN.id, item.c.status == Status.NEW.value, item.c.seen_at.between(begin, end))
        ),
        alerts=count(select(func.count()).select_from(alert).where(real, _a.opened_at.between(begin, end))),
        sent=count(sent),
        dead=count(delivered.where(_d.state == DeliveryState.DEAD.value, _d.due_at.between(begin, end))),
        doubtful=count(delivered.where(_d.in_doubt, or_(open_, _d.sent_at.between(begin, end)))),
        waiting=count(delivered.where(open_)),
        leads=count(select(func.count()).select_from(expectation).where(e.state == State.MISSING.value)),
    )
