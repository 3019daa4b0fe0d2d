"""The moments of every delivery that arrived, for sums over them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.engine import Row

from rarewatch.nouns.alert import OWN, DeliveryState, Reason, Verdict
from rarewatch.nouns.vigil import Trip
from rarewatch.stores import rows
from rarewatch.stores.tables import ack, alert, decision, delivery, item, source_state

_SENT = DeliveryState.SENT.value


def trips(connection: Connection, since: datetime, until: datetime | None = None) -> Iterator[Trip]:
    """What was sent since then (and before `until`), in the order of sending.

    Only what was told at once: a digest or the end of quiet hours waits because somebody wants it to.
    """
    d, a, i, s, made = delivery.c, alert.c, item.c, source_state.c, decision.c
    waited = select(made.id).where(made.item == a.item, made.subscription == a.subscription, made.verdict == Verdict.HOLD.value)
    statement: Select[Any] = (
        select(
            i.source, i.published_at, i.published_offset, i.precision, i.seen_at, a.opened_at, d.via, d.sent_at,
            s.baselined_at, ack.c.at.label("acknowledged"),
        )
        .select_from(delivery)
        .join(alert, a.id == d.alert)
        .join(item, i.id == a.item)
        .outerjoin(source_state, s.source == i.source)
        .outerjoin(ack, ack.c.alert == a.id)
        .where(d.state == _SENT, d.sent_at >= since.timestamp(), a.reason == Reason.FIRST.value, i.source != OWN.id)
        .where(~waited.exists())
        .order_by(d.sent_at, d.id)
    )  # fmt: skip
    if until is not None:
        statement = statement.where(d.sent_at < until.timestamp())
    for row in connection.execute(statement):
        yield _trip(row)


def _trip(row: Row[Any]) -> Trip:
    return Trip(
        row.source,
        row.via,
        rows.stamp(row),
        rows.moment(row.seen_at),
        rows.moment(row.opened_at),
        rows.moment(row.sent_at),
        past=row.published_at is not None and (row.baselined_at is None or row.published_at < row.baselined_at),
        acknowledged=rows.moment(row.acknowledged) if row.acknowledged is not None else None,
    )
