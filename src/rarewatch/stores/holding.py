"""What waits, what was told of late and what nobody acknowledged, on an open SQLAlchemy connection."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from rarewatch.nouns.alert import Decision, Held, Part, Reason, Subscription, Unanswered, Verdict
from rarewatch.nouns.audience import Lately, Recent, Silence
from rarewatch.nouns.watch import Severity
from rarewatch.stores import answering, rows
from rarewatch.stores.tables import ack, alert, alert_part, held, item

_LONGEST = timedelta(days=9)
"""No hold lasts so long: what seems to has met a clock that was set back."""
_AT_ONCE = 1_000
_a, _h, _p = alert.c, held.c, alert_part.c


class SqlWaiting:
    """See `stores.waiting.Waiting`."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the desk's transaction; for looking only, any will do."""
        self._connection = connection

    def silences(self, now: datetime) -> Sequence[Silence]:
        return answering.silences(self._connection, now)

    def own_subscriptions(self) -> Sequence[Subscription]:
        return answering.own_subscriptions(self._connection)

    def held(self, story: str) -> Mapping[str, Severity]:
        found = self._connection.execute(select(_h.subscription, _h.severity).where(_h.story == int(story)))
        return {row.subscription: Severity(row.severity) for row in found}

    def lately(self, subscriptions: Collection[str], since: datetime) -> Mapping[str, Lately]:
        statement = (
            select(_a.subscription, _a.opened_at, _a.reason)
            .where(_a.opened_at > since.timestamp(), _a.subscription.in_(sorted(subscriptions)))
            .order_by(_a.opened_at, _a.id)
        )
        found: dict[str, Lately] = {}
        for row in self._connection.execute(statement):
            at, before = rows.moment(row.opened_at), found.get(row.subscription, Lately())
            storm = at if row.reason == Reason.STORM.value else before.storm_since
            found[row.subscription] = Lately((*before.at, at), storm)
        return found

    def recent(self, since: datetime) -> Sequence[Recent]:
        statement = select(_a.subscription, _a.story, _a.facts, _a.opened_at).where(_a.opened_at > since.timestamp())
        return [
            Recent(row.subscription, str(row.story), rows.facts_of(row.facts), rows.moment(row.opened_at))
            for row in self._connection.execute(statement.order_by(_a.id))
            if row.facts
        ]

    def due(self, now: datetime) -> Sequence[Held]:
        over = or_(_h.until <= now.timestamp(), _h.until > (now + _LONGEST).timestamp())
        # What a branch gathers is told with the first of it.
        gathering = select(_h.subscription).where(over, _h.reason == Reason.GROUPED.value)
        wanted = or_(over, and_(_h.reason == Reason.GROUPED.value, _h.subscription.in_(gathering)))
        columns = [column.label(f"held_{column.name}") for column in _h]
        statement = select(item, *columns).join(held, _h.item == item.c.id).where(wanted).order_by(_h.id).limit(_AT_ONCE)
        return [_held(row) for row in self._connection.execute(statement)]

    def let_go(self, ones: Iterable[Held]) -> None:
        numbers = [int(one.id) for one in ones]
        if numbers:
            self._connection.execute(delete(held).where(_h.id.in_(numbers)))

    def unanswered(self, now: datetime) -> Sequence[Unanswered]:
        seconds = now.timestamp()
        wanted = or_(_a.escalate_at <= seconds, _a.repeat_at <= seconds)
        found = self._connection.execute(select(alert).where(wanted).order_by(_a.id).limit(_AT_ONCE)).all()
        noted = select(_a.story).join(ack, ack.c.alert == _a.id).where(_a.story.in_({row.story for row in found}))
        acknowledged = set(self._connection.execute(noted).scalars())
        together = parts_of(self._connection, [row.id for row in found])
        return [_unanswered(row, together.get(row.id, ()), row.story in acknowledged, seconds) for row in found]

    def followed(self, one: Unanswered, *, again_at: datetime | None, repeats: int, now: datetime) -> None:
        values: dict[str, Any] = {"escalate_at": None} if one.escalates else {}
        if one.again:
            values |= {"repeat_at": again_at.timestamp() if again_at else None, "repeats": repeats}
        mine = update(alert).where(_a.id == int(one.alert), or_(_a.escalate_at <= now.timestamp(), _a.repeat_at <= now.timestamp()))
        self._connection.execute(mine.values(**values))

    def escalated(self, story: str, subscription: str) -> bool:
        wanted = and_(_a.story == int(story), _a.subscription == subscription, _a.reason == Reason.ESCALATED.value)
        return self._connection.execute(select(_a.id).where(wanted)).first() is not None


def wait(connection: Connection, made: Decision, number: int, publisher: str, now: datetime) -> None:
    """Let an alert wait; one that waits already waits for the new reason, until then. `publisher` is its JSON."""
    assert made.until is not None
    assert made.facts is not None
    until = {"reason": made.reason.value, "until": made.until.timestamp()}
    row = {
        "id": number,
        "item": int(made.item),
        "story": int(made.story),
        "subscription": made.subscription,
        **until,
        "severity": int(max(match.severity for match in made.matches)),
        "matches": rows.matches_text(made.matches),
        "publisher": publisher,
        "facts": rows.facts_text(made.facts),
        "at": now.timestamp(),
    }
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = insert(held).values(**row)
    connection.execute(statement.on_conflict_do_update(index_elements=["story", "subscription"], set_=until))


def part_rows(parts: Sequence[Part], number: int) -> list[dict[str, Any]]:
    """The rows of what an alert tells together."""
    return [
        {
            "alert": number,
            "place": place,
            "item": int(part.item.id),
            "story": int(part.story),
            "reason": part.reason.value,
            "severity": int(part.severity),
            "matches": rows.matches_text(part.matches),
            "publisher": rows.publisher_text(part.publisher),
            "at": part.at.timestamp(),
        }
        for place, part in enumerate(parts)
    ]


def parts_of(connection: Connection, alerts: Sequence[int]) -> Mapping[int, tuple[Part, ...]]:
    """What each of `alerts` tells together, in order; none for those that tell one story."""
    names = ("alert", "story", "reason", "matches", "publisher", "at")
    columns = [_p[name].label(f"held_{name}") for name in names]
    statement = select(item, *columns).join(alert_part, _p.item == item.c.id).where(_p.alert.in_(alerts))
    found: dict[int, list[Part]] = {}
    for row in connection.execute(statement.order_by(_p.alert, _p.place)):
        found.setdefault(row.held_alert, []).append(_part(row))
    return {number: tuple(parts) for number, parts in found.items()}


def _part(row: Row[Any]) -> Part:
    return Part(
        item=rows.item_of(row),
        story=str(row.held_story),
        reason=Reason(row.held_reason),
        publisher=rows.publisher_of(row.held_publisher),
        matches=rows.matches_of(row.held_matches),
        at=rows.moment(row.held_at),
    )


def _held(row: Row[Any]) -> Held:
    return Held(
        id=str(row.held_id),
        subscription=row.held_subscription,
        severity=Severity(row.held_severity),
        until=rows.moment(row.held_until),
        facts=rows.facts_of(row.held_facts),
        part=_part(row),
    )


def _unanswered(row: Row[Any], parts: tuple[Part, ...], acknowledged: bool, now: float) -> Unanswered:  # noqa: FBT001 - a row's last word
    told = Decision(
        item=str(row.item),
        story=str(row.story),
        subscription=row.subscription,
        verdict=Verdict.TELL,
        reason=Reason(row.reason),
        matches=rows.matches_of(row.matches),
        facts=rows.facts_of(row.facts) if row.facts else None,
        parts=parts,
    )
    return Unanswered(
        alert=str(row.id),
        subscription=row.subscription,
        decided=told,
        publisher=rows.publisher_of(row.publisher),
        severity=Severity(row.severity),
        opened_at=rows.moment(row.opened_at),
        repeats=row.repeats or 0,
        escalates=row.escalate_at is not None and row.escalate_at <= now,
        again=row.repeat_at is not None and row.repeat_at <= now,
        acknowledged=acknowledged,
    )
