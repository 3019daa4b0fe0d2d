"""Looking into the archive, for people and for `--json`: read-only, outside any transaction."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select
from sqlalchemy.engine import Row

from rarewatch.nouns.alert import OWN
from rarewatch.nouns.item import Item, Status
from rarewatch.nouns.memory import Archived, RulesNote
from rarewatch.nouns.vigil import CANARY
from rarewatch.nouns.watch import Match, Severity
from rarewatch.stores import rows
from rarewatch.stores.tables import (
    alert,
    alert_part,
    decision,
    delivery,
    item,
    match,
    near_miss,
    rule_set,
    source_state,
    story,
    story_item,
)

Line = dict[str, Any]
_NEWS = item.c.source != OWN.id
"""What publishers said, without the program's own notices: no rule is asked about those."""


def _moments(line: Line) -> Line:
    """Seconds since 1970 become ISO 8601 in UTC, or at the publisher's own offset; JSON kept in columns becomes values again."""
    offset = line.pop("published_offset", None)
    for name in [name for name in line if name.endswith(("_at", "_until", "_since", "first_due"))]:
        found = rows.published(line[name], offset if name == "published_at" else None)
        line[name] = found.isoformat(timespec="seconds") if found else None
    if "receipt" in line:
        line["receipt"] = json.loads(line["receipt"]) if line["receipt"] else None
    return line


def _lines(connection: Connection, statement: Select[Any]) -> list[Line]:
    return [_moments(dict(row._mapping)) for row in connection.execute(statement)]  # noqa: SLF001 - the documented name


def sources(connection: Connection) -> Sequence[Line]:
    """The state of every source that was ever enrolled, with its `Vitals`, the number of its items and its newest."""
    newest = (
        select(
            item.c.source,
            func.count().label("number"),
            func.max(item.c.published_at).label("last_published_at"),
            func.max(item.c.seen_at).label("last_item_at"),
        )
        .group_by(item.c.source)
        .subquery()
    )
    s = source_state.c
    columns = [s.source, s.url, s.enabled, s.due_at, s.polls, s.last_poll_at, s.last_ok_at, s.last_new_at]
    columns += [s.failures, s.fault, s.fault_detail, s.fault_since, s.baselined_at]
    columns += [s.vitals]
    counts = [func.coalesce(newest.c.number, 0).label("items"), newest.c.last_published_at, newest.c.last_item_at]
    real = s.source != OWN.id  # canaries come from a source of our own
    statement = select(*columns, *counts).outerjoin(newest, newest.c.source == s.source).where(real).order_by(s.source)
    found = _lines(connection, statement)
    return [{**line, "vitals": rows.vitals_of(line["vitals"])} for line in found]


def latest_titles(connection: Connection, source: str, limit: int) -> Sequence[str]:
    """The newest titles of a source."""
    statement = select(item.c.title).where(item.c.source == source).order_by(item.c.seen_at.desc(), item.c.id).limit(limit)
    return list(connection.execute(statement).scalars())


def alerts(connection: Connection, limit: int, subscription: str = "", least: int = 0) -> Sequence[Line]:
    """The newest alerts, the newest first, with what became of their deliveries; canaries only where they are asked for."""
    told = (
        select(delivery.c.alert, delivery.c.state, func.count().label("number"))
        .group_by(delivery.c.alert, delivery.c.state)
        .order_by(delivery.c.alert)
    )
    a = alert.c
    statement = (
        select(
            a.id, a.story, a.item, a.subscription, a.severity, a.reason, a.opened_at, a.matches, a.publisher,
            item.c.title, item.c.link, item.c.source, item.c.published_at, item.c.published_offset, item.c.precision,
        )
        .join(item, item.c.id == a.item)
        .where(a.severity >= least)
        .order_by(a.id.desc())
        .limit(limit)
    )  # fmt: skip
    wanted = a.subscription == subscription if subscription else a.subscription != CANARY
    statement = statement.where(wanted)
    found = _lines(connection, statement)
    states: dict[int, dict[str, int]] = {}
    for row in connection.execute(told.where(delivery.c.alert.in_([line["id"] for line in found]))):
        states.setdefault(row.alert, {})[row.state] = row.number
    for line in found:
        line["rules"] = [made.rule for made in rows.matches_of(line.pop("matches"))]
        line["publisher"] = rows.publisher_of(line["publisher"]).name
        line["deliveries"] = states.get(line["id"], {})
    return found


def deliveries(connection: Connection, limit: int, state: str = "", via: str = "", of: str = "") -> Sequence[Line]:
    """Deliveries, the newest first, as filtered by state, notifier and alert id; without an alert no canaries."""
    d = delivery.c
    statement = (
        select(
            d.id, d.alert, d.via, d.to, d.state, d.attempts, d.in_doubt, d.created_at, d.due_at, d.sent_at,
            d.fault, d.fault_reason, d.receipt, alert.c.subscription, alert.c.severity, item.c.title,
        )
        .join(alert, alert.c.id == d.alert)
        .join(item, item.c.id == alert.c.item)
        .order_by(d.id.desc())
        .limit(limit)
    )  # fmt: skip
    for column, value in ((d.state, state), (d.via, via)):
        if value:
            statement = statement.where(column == value)
    statement = statement.where(d.alert == rows.number_of(of) if of else alert.c.subscription != CANARY)
    return _lines(connection, statement)


def find(connection: Connection, number: str, canonical: str, link: str) -> Sequence[tuple[Item, Row[Any]]]:
    """The items with this id, or under this address, the newest first; each with its row."""
    if number.isdecimal():
        statement = select(item).where(item.c.id == rows.number_of(number))
    else:
        statement = select(item).where(or_(item.c.url == canonical, item.c.link == link)).order_by(item.c.id.desc()).limit(20)
    return [(rows.item_of(row), row) for row in connection.execute(statement)]


def matches_of(connection: Connection, number: str) -> Sequence[Match]:
    """The matches recorded for an item, under whatever version of the rules."""
    statement = select(match).where(match.c.item == int(number)).order_by(match.c.severity.desc(), match.c.rule)
    return [
        Match(row.rule, row.rule_digest, Severity(row.severity), rows.spans_of(row.spans)) for row in connection.execute(statement)
    ]


def story_of(connection: Connection, number: str) -> Line | None:
    """The story an item belongs to: why, and the items told with it."""
    mine = connection.execute(select(story_item).where(story_item.c.item == int(number))).one_or_none()
    if mine is None:
        return None
    told = select(story).where(story.c.id == mine.story)
    line = _moments(dict(connection.execute(told).one()._mapping))  # noqa: SLF001 - the documented name
    together = (
        select(item.c.id, item.c.source, item.c.title, item.c.link, story_item.c.why)
        .join(story_item, story_item.c.item == item.c.id)
        .where(story_item.c.story == mine.story)
        .order_by(item.c.id)
    )
    return {**line, "why": mine.why, "items": _lines(connection, together)}


def decisions_of(connection: Connection, number: str) -> Sequence[Line]:
    """What was decided for an item, subscription by subscription, in the order it was decided."""
    return _lines(connection, select(decision).where(decision.c.item == int(number)).order_by(decision.c.id))


def deliveries_of(connection: Connection, story_number: int) -> Sequence[Line]:
    """Every delivery made for a story, alone or together with others."""
    together = select(alert_part.c.alert).where(alert_part.c.story == story_number)
    statement = (
        select(delivery, alert.c.subscription)
        .join(alert, alert.c.id == delivery.c.alert)
        .where(or_(alert.c.story == story_number, alert.c.id.in_(together)))
        .order_by(delivery.c.id)
    )
    return _lines(connection, statement)


def rule_sets(connection: Connection, limit: int) -> Sequence[tuple[RulesNote, datetime]]:
    """Which sets of rules came into force or were refused, the newest first, each with its moment."""
    statement = select(rule_set).order_by(rule_set.c.id.desc()).limit(limit)
    return [
        (RulesNote(row.state, row.digest, json.loads(row.rules), row.words), rows.moment(row.at))
        for row in connection.execute(statement)
    ]


def past(connection: Connection, since: datetime, batch: int = 200) -> Iterator[Sequence[Archived]]:
    """Every item published since then (seen, where no date is known), the oldest first, in batches that are read one at a time."""
    last = 0
    statement = select(item, story_item.c.story).outerjoin(story_item, story_item.c.item == item.c.id).where(_after(since))
    while found := connection.execute(statement.where(item.c.id > last).order_by(item.c.id).limit(batch)).all():
        first, last = found[0].id, found[-1].id
        yield _archived(connection, found, match.c.item.between(first, last))


def count_past(connection: Connection, since: datetime) -> int:
    """How many items `past` gives."""
    return int(connection.execute(select(func.count()).select_from(item).where(_after(since))).scalar_one())


def _after(since: datetime) -> ColumnElement[bool]:
    return and_(_NEWS, func.coalesce(item.c.published_at, item.c.seen_at) >= since.timestamp())


def newest(connection: Connection, limit: int) -> Sequence[Archived]:
    """The items seen last, the oldest of them first."""
    statement = select(item, story_item.c.story).outerjoin(story_item, story_item.c.item == item.c.id)
    found = connection.execute(statement.where(_NEWS).order_by(item.c.id.desc()).limit(limit)).all()[::-1]
    return _archived(connection, found, match.c.item >= found[0].id) if found else []


def near_misses(connection: Connection, since: datetime) -> Sequence[Line]:
    """What missed a rule by one clause since then, the newest first."""
    n = near_miss.c
    statement = (
        select(n.item, n.rule, n.rule_digest.label("version"), n.clause, n.at, item.c.title, item.c.source, item.c.link)
        .join(item, item.c.id == n.item)
        .where(n.at >= since.timestamp())
        .order_by(n.at.desc(), n.item.desc(), n.rule)
    )
    return [{**line, "at": rows.moment(line["at"]).isoformat(timespec="seconds")} for line in _lines(connection, statement)]


def _archived(connection: Connection, found: Sequence[Row[Any]], where: ColumnElement[bool]) -> Sequence[Archived]:
    held: dict[int, list[tuple[str, str, int]]] = {}
    for row in connection.execute(select(match.c.item, match.c.rule, match.c.rule_digest, match.c.severity).where(where)):
        held.setdefault(row.item, []).append((row.rule, row.rule_digest, row.severity))
    return [
        Archived(rows.item_of(row), str(row.story or ""), tuple(held.get(row.id, ())), row.status == Status.BASELINE.value)
        for row in found
    ]
