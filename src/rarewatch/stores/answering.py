"""What people answer, in the database: silences, acknowledgements, judgements, subscriptions of their own."""

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

from rarewatch.nouns.alert import Subscription, Target
from rarewatch.nouns.audience import Acknowledged, Judged, Label, Silence
from rarewatch.stores import rows
from rarewatch.stores.tables import ack, alert, feedback, item, own_subscription, silence

_s, _f, _o = silence.c, feedback.c, own_subscription.c


class SqlAnswers:
    """See `stores.answers.Answers`; for a store that has `begin` and `look`."""

    if TYPE_CHECKING:

        def begin(self) -> AbstractContextManager[Connection]: ...
        def look(self) -> AbstractContextManager[Connection]: ...

    def silence(self, kept: Silence) -> str:
        with self.begin() as connection:
            number = connection.execute(select(func.coalesce(func.max(_s.id), 0) + 1)).scalar_one()
            row = {
                "id": number,
                "wants": rows.wants_text(kept.wants),
                "subscription": kept.subscription,
                "author": rows.words(kept.author),
                "reason": rows.words(kept.reason),
                "begins_at": kept.begins.timestamp(),
                "ends_at": kept.ends.timestamp(),
            }
            connection.execute(insert(silence), [row])
        return str(number)

    def silences(self, now: datetime | None = None) -> Sequence[Silence]:
        with self.look() as connection:
            return silences(connection, now)

    def lift(self, number: str, by: str, at: datetime) -> bool:
        values = {"lifted_at": at.timestamp(), "lifted_by": rows.words(by)}
        with self.begin() as connection:
            mine = update(silence).where(_s.id == rows.number_of(number), _s.lifted_at.is_(None), _s.ends_at > at.timestamp())
            return connection.execute(mine.values(**values)).rowcount == 1

    def acknowledge(self, number: str, by: str, at: datetime) -> Acknowledged | None:
        of = rows.number_of(number)
        with self.begin() as connection:
            if connection.execute(select(alert.c.id).where(alert.c.id == of)).first() is None:
                return None
            row = {"alert": of, "by": rows.words(by), "at": at.timestamp()}
            connection.execute(_insert(connection)(ack).values(**row).on_conflict_do_nothing())
            found = connection.execute(select(ack).where(ack.c.alert == of)).one()
        return Acknowledged(str(found.alert), found.by, rows.moment(found.at))

    def feedback(self, number: str, rule: str, label: Label, by: str, at: datetime) -> bool:
        of = rows.number_of(number)
        with self.begin() as connection:
            if connection.execute(select(item.c.id).where(item.c.id == of)).first() is None:
                return False
            content = {"label": label.value, "at": at.timestamp()}
            statement = _insert(connection)(feedback).values(item=of, rule=rule[:200], by=rows.words(by)[:200], **content)
            connection.execute(statement.on_conflict_do_update(index_elements=["item", "rule", "by"], set_=content))
        return True

    def judged(self, since: datetime | None = None) -> Sequence[Judged]:
        statement = select(feedback).order_by(_f.at, _f.item, _f.rule, _f.by)
        if since is not None:
            statement = statement.where(_f.at >= since.timestamp())
        with self.look() as connection:
            return [
                Judged(str(row.item), row.rule, Label(row.label), row.by, rows.moment(row.at))
                for row in connection.execute(statement)
            ]

    def subscribe(self, subscription: Subscription, owner: str, at: datetime) -> None:
        wants = replace(subscription.wants, rules=subscription.rules, min_severity=subscription.min_severity)
        content: dict[str, Any] = {
            "owner": owner[:200],
            "name": rows.words(subscription.name),
            "targets": json.dumps([[target.via, target.to] for target in subscription.targets]),
            "wants": rows.wants_text(wants),
            "time_zone": subscription.time_zone,
            "at": at.timestamp(),
        }
        with self.begin() as connection:
            statement = _insert(connection)(own_subscription).values(id=subscription.id, **content)
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=content))

    def unsubscribe(self, subscription: str, owner: str) -> bool:
        with self.begin() as connection:
            mine = delete(own_subscription).where(_o.id == subscription, _o.owner == owner)
            return connection.execute(mine).rowcount == 1

    def own_subscriptions(self, owner: str = "") -> Sequence[Subscription]:
        with self.look() as connection:
            return own_subscriptions(connection, owner)


def silences(connection: Connection, now: datetime | None) -> Sequence[Silence]:
    """See `stores.answers.Answers.silences`."""
    statement = select(silence).order_by(_s.id)
    if now is not None:
        statement = statement.where(_s.ends_at > now.timestamp(), _s.lifted_at.is_(None))
    return [_silence(row) for row in connection.execute(statement)]


def _silence(row: Row[Any]) -> Silence:
    ends = row.ends_at if row.lifted_at is None else min(row.ends_at, row.lifted_at)
    return Silence(
        id=str(row.id),
        wants=rows.wants_of(row.wants),
        author=row.author,
        reason=row.reason,
        begins=rows.moment(row.begins_at),
        ends=rows.moment(ends),
        subscription=row.subscription,
        lifted_by=row.lifted_by,
    )


def own_subscriptions(connection: Connection, owner: str = "") -> Sequence[Subscription]:
    """See `stores.answers.Answers.own_subscriptions`."""
    statement = select(own_subscription).order_by(_o.id)
    if owner:
        statement = statement.where(_o.owner == owner)
    return [_own(row) for row in connection.execute(statement)]


def _own(row: Row[Any]) -> Subscription:
    wants = rows.wants_of(row.wants)
    targets = tuple(Target(via, to) for via, to in json.loads(row.targets))
    return Subscription(row.id, row.name, targets, wants.rules, wants.min_severity, row.time_zone, wants=wants)


def _insert(connection: Connection) -> Any:
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
