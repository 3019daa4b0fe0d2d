"""What people in a chat ask of the archive: the alert they answer to, what was done about it, a search, how things stand. Reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from json import loads
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from rarewatch.nouns.alert import OWN, Act, DeliveryState, Parcel
from rarewatch.nouns.audience import Label
from rarewatch.stores import couriers, rows
from rarewatch.stores.answering import silences
from rarewatch.stores.tables import ack, alert, delivery, feedback, item, source_state

_ACTS = 20


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery, and where the receiver says that it stands; empty while no receipt is on record."""

    parcel: Parcel
    remote: Mapping[str, str]


def told(connection: Connection, token: str) -> Told | None:
    """The delivery with this id outside; None when there is none."""
    found = connection.execute(select(delivery.c.id, delivery.c.receipt).where(delivery.c.token == token)).one_or_none()
    if found is None:
        return None
    (parcel,) = couriers.parcels(connection, [found.id])
    return Told(parcel, loads(found.receipt) if found.receipt else {})


def acts_of(connection: Connection, parcel: Parcel, now: datetime) -> tuple[Act, ...]:
    """What people did about an alert since it was opened, the earliest first; a mute counts while it lasts."""
    number, opened = int(parcel.alert), rows.moment(_opened(connection, int(parcel.alert)))
    found = [
        Act("acknowledged", row.by, rows.moment(row.at)) for row in connection.execute(select(ack).where(ack.c.alert == number))
    ]
    judged = (
        select(feedback.c.by, func.max(feedback.c.at).label("at"))
        .where(feedback.c.item == int(parcel.item.id), feedback.c.label == Label.NOT_RELEVANT.value)
        .group_by(feedback.c.by)
        .limit(_ACTS)
    )
    found += [Act("not_relevant", row.by, rows.moment(row.at)) for row in connection.execute(judged)]
    rules = {match.rule for match in parcel.matches}
    for silence in silences(connection, now):
        named = silence.wants.rules & rules
        if len(silence.wants.rules) == 1 and named and silence.subscription == parcel.subscription and silence.begins >= opened:
            found.append(Act("muted", silence.author, silence.begins, next(iter(named)), silence.ends))
    return tuple(sorted(found, key=lambda act: act.at))


def _opened(connection: Connection, number: int) -> float:
    return float(connection.execute(select(alert.c.opened_at).where(alert.c.id == number)).scalar_one())


def search(connection: Connection, words: Sequence[str], limit: int) -> Sequence[Mapping[str, Any]]:
    """The newest announcements in whose title or text all of `words` stand, upper and lower case alike."""
    held = [
        or_(
            item.c.title.icontains(word, autoescape=True),
            item.c.text.icontains(word, autoescape=True),
            func.coalesce(item.c.attachment, "").icontains(word, autoescape=True),
        )
        for word in words
    ]
    statement = (
        select(item.c.id, item.c.title, item.c.link, item.c.source, item.c.seen_at)
        .where(item.c.source != OWN.id, *held)
        .order_by(item.c.id.desc())
        .limit(limit)
    )
    return [{**row._mapping, "seen_at": rows.moment(row.seen_at)} for row in connection.execute(statement)]  # noqa: SLF001 - the documented name


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand: sources by condition, alerts of the last day, deliveries of the last day that are not sent, by state."""

    sources: Mapping[str, int]
    troubles: Sequence[tuple[str, str]]
    alerts: int
    deliveries: Mapping[str, int]


def standing(connection: Connection, now: datetime) -> Standing:
    """How things stand at `now`; `troubles` are sources in a fault, a handful, with its name."""
    day = (now - timedelta(days=1)).timestamp()
    s = source_state.c
    sources = connection.execute(select(s.condition, func.count()).where(s.enabled).group_by(s.condition)).all()
    faults = select(s.source, s.fault).where(s.enabled, s.fault != "").order_by(s.fault_since).limit(10)
    unsent = and_(delivery.c.state != DeliveryState.SENT.value, delivery.c.created_at >= day)
    deliveries = connection.execute(select(delivery.c.state, func.count()).where(unsent).group_by(delivery.c.state)).all()
    return Standing(
        {str(row[0]): int(row[1]) for row in sources},
        [(row.source, row.fault) for row in connection.execute(faults)],
        int(connection.execute(select(func.count()).select_from(alert).where(alert.c.opened_at >= day)).scalar_one()),
        {str(row[0]): int(row[1]) for row in deliveries},
    )
