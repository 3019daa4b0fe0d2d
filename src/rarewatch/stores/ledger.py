"""The register of what is expected and of what came, on an open SQLAlchemy connection."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from rarewatch.nouns.alert import OWN
from rarewatch.nouns.expected import Look, Mark, Numbered, State
from rarewatch.nouns.health import Condition
from rarewatch.nouns.item import Status
from rarewatch.nouns.memory import Archived
from rarewatch.stores import rows
from rarewatch.stores.tables import expectation, item, match, numbered, source_state, story_item

_AT_ONCE = 500


class SqlRegister:
    """See `stores.register.Register`."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the desk's transaction; for looking only, any will do."""
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    def marks(self, subject: str, since: datetime | None = None) -> Mapping[str, Mark]:
        e = expectation.c
        statement = select(expectation).where(e.expected == subject).order_by(e.at, e.period)
        if since is not None:
            own = e.state.in_([State.CURSOR.value, State.BEGUN.value])
            statement = statement.where(or_(e.at >= since.timestamp(), own))
        return {
            row.period: Mark(State(row.state), rows.moment(row.at), str(row.item or ""), row.detail)
            for row in self._connection.execute(statement)
        }

    def mark(self, subject: str, period: str, mark: Mark) -> None:
        content: dict[str, Any] = {
            "state": mark.state.value,
            "item": int(mark.item) if mark.item else None,
            "at": mark.at.timestamp(),
            "detail": rows.words(mark.detail),
        }
        statement = self._insert(expectation).values(expected=subject, period=period, **content)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["expected", "period"], set_=content))

    def numbers(self, series: str) -> Sequence[Numbered]:
        n = numbered.c
        statement = (
            select(n.year, n.number, n.item, n.seen_at, item.c.title, item.c.link)
            .join(item, item.c.id == n.item)
            .where(n.series == series)
            .order_by(n.year, n.number)
        )
        return [
            Numbered((row.year, row.number), str(row.item), rows.moment(row.seen_at), row.title, row.link)
            for row in self._connection.execute(statement)
        ]

    def number(self, series: str, seen: Numbered) -> None:
        year, number = seen.number
        row = {"series": series, "year": year, "number": number, "item": int(seen.item), "seen_at": seen.seen_at.timestamp()}
        self._connection.execute(self._insert(numbered).values(**row).on_conflict_do_nothing())

    def newest(self) -> int:
        return int(self._connection.execute(select(func.coalesce(func.max(item.c.id), 0))).scalar_one())

    def items(self, after: int, limit: int, sources: Collection[str], rules: Collection[str]) -> Sequence[Archived]:
        return self._items(item.c.id > after, sources, rules, limit)

    def items_since(self, since: datetime, sources: Collection[str], rules: Collection[str]) -> Sequence[Archived]:
        # Numbers are given in the order of seeing, and a range of numbers is read without a look at anything before it.
        first = select(item.c.id).where(item.c.seen_at >= since.timestamp()).order_by(item.c.seen_at, item.c.id).limit(1)
        number = self._connection.execute(first).scalar_one_or_none()
        return [] if number is None else self._items(item.c.id >= number, sources, rules, None)

    def _items(
        self, where: ColumnElement[bool], sources: Collection[str], rules: Collection[str], limit: int | None
    ) -> Sequence[Archived]:
        where = and_(where, item.c.source != OWN.id)
        if sources:
            where = and_(where, item.c.source.in_(sorted(sources)))
        if rules:
            matched = select(match.c.item).where(match.c.item == item.c.id, match.c.rule.in_(sorted(rules)))
            where = and_(where, matched.exists())
        statement = select(item, story_item.c.story).outerjoin(story_item, story_item.c.item == item.c.id)
        found = self._connection.execute(statement.where(where).order_by(item.c.id).limit(limit)).all()
        held: dict[int, list[tuple[str, str, int]]] = {}
        m = match.c
        for start in range(0, len(found), _AT_ONCE):
            some = m.item.in_([row.id for row in found[start : start + _AT_ONCE]])
            for row in self._connection.execute(select(m.item, m.rule, m.rule_digest, m.severity).where(some)):
                held.setdefault(row.item, []).append((row.rule, row.rule_digest, row.severity))
        return [
            Archived(rows.item_of(row), str(row.story or ""), tuple(held.get(row.id, ())), row.status == Status.BASELINE.value)
            for row in found
        ]

    def sources_of(self, story: str) -> frozenset[str]:
        statement = select(item.c.source).join(story_item, story_item.c.item == item.c.id)
        return frozenset(self._connection.execute(statement.where(story_item.c.story == int(story))).scalars())

    def looks(self) -> Mapping[str, Look]:
        s = source_state.c
        statement = select(s.source, s.last_poll_at, s.condition, s.condition_detail, s.fault, s.fault_detail).where(
            s.enabled, s.source != OWN.id
        )
        found = {}
        for row in self._connection.execute(statement):
            words = ""
            if Condition(row.condition).is_trouble:
                words = f"{row.condition}: {row.condition_detail or ''}".rstrip(": ")
            elif row.fault:
                words = row.fault_detail or row.fault
            found[row.source] = Look(rows.moment(row.last_poll_at) if row.last_poll_at is not None else None, words)
        return found
