"""The desk's book on an open SQLAlchemy connection."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Insert,
    Table,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from rarewatch.errors import SourceFault
from rarewatch.nouns.alert import OWN, Decision, Subscription, Verdict
from rarewatch.nouns.health import Change, Notice, Vitals
from rarewatch.nouns.item import Admission, Item, Status
from rarewatch.nouns.memory import NEAR_MISSES_KEPT, Candidate, Known, NearMiss
from rarewatch.nouns.source import Claim, Publisher, Reading
from rarewatch.nouns.watch import Match, Severity
from rarewatch.stores import alerting, claims, conditions, holding, many, notices, rows
from rarewatch.stores.addresses import SqlAddresses
from rarewatch.stores.holding import SqlWaiting
from rarewatch.stores.ledger import SqlRegister
from rarewatch.stores.tables import (
    alert,
    alert_part,
    decision,
    held,
    item,
    item_mark,
    match,
    near_miss,
    story,
    story_item,
    story_print,
)

_LEAST_SHARED = 3
_BEST = 5


def _lead_to(statement: sqlite.Insert | postgresql.Insert) -> Insert:
    return statement.on_conflict_do_update(index_elements=["mark"], set_={"item": statement.excluded.item})


_NEW_ITEM = insert(item)
_LEAD_TO = {"sqlite": _lead_to(sqlite.insert(item_mark)), "postgresql": _lead_to(postgresql.insert(item_mark))}


class SqlBook:
    """See `stores.Book`. Rows nobody asks for again in this transaction are gathered and written at once at the end."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside the desk's transaction."""
        self._connection = connection
        self._next: dict[str, int] = {}
        self._waiting: list[tuple[Table, dict[str, Any]]] = []
        self._read: list[dict[str, Any]] = []
        self._vitals: list[dict[str, Any]] = []
        self._revised: set[int] = set()
        self._near: dict[int, list[dict[str, Any]]] = {}
        self._forget = 0.0

    @property
    def waiting(self) -> SqlWaiting:
        return SqlWaiting(self._connection)

    @property
    def register(self) -> SqlRegister:
        return SqlRegister(self._connection)

    @property
    def addresses(self) -> SqlAddresses:
        return SqlAddresses(self._connection)

    def known(self, marks: Iterable[bytes]) -> Mapping[bytes, Known]:
        found: dict[bytes, Known] = {}
        for row in many.marked(self._connection, marks):
            found[bytes(row.mark)] = Known(
                str(row.id),
                row.title,
                row.text,
                row.digest,
                bool(row.title_only),
                rows.stamp(row),
                past=row.status == Status.BASELINE.value,
            )
        return found

    def keep(self, admissions: Sequence[Admission], marks: Callable[[Item], Iterable[bytes]]) -> Sequence[Admission]:
        kept, new, pointers = [], [], {}
        for admission in admissions:
            thing = admission.item
            if admission.status in {Status.NEW, Status.BASELINE}:
                number = self._number(item)
                new.append(rows.item_row(thing, number, admission.status.value, admission.why))
            elif admission.known_as:
                number = int(admission.known_as)
                if admission.status is Status.REVISED:
                    self._revise(thing, number)
            else:
                kept.append(admission)
                continue
            pointers.update(dict.fromkeys(marks(thing), number))
            kept.append(replace(admission, item=replace(thing, id=str(number))))
        many.write(self._connection, _NEW_ITEM, new)
        self._point(pointers)
        return kept

    def _revise(self, thing: Item, number: int) -> None:
        self._revised.add(number)
        self._connection.execute(
            update(item).where(item.c.id == number).values(**rows.item_content(thing), revision=item.c.revision + 1)
        )

    def _point(self, pointers: Mapping[bytes, int]) -> None:
        """Let every mark lead to the item that carried it last."""
        found = [{"mark": mark, "item": number} for mark, number in pointers.items()]
        many.write(self._connection, _LEAD_TO[self._connection.dialect.name], found)

    def candidates(self, prints: Iterable[int], since: datetime) -> Sequence[Candidate]:
        wanted = sorted(set(prints))
        shared = func.count()
        statement = (
            select(story_print.c.item)
            .where(story_print.c.print.in_(wanted), story_print.c.seen_at >= since.timestamp())
            .group_by(story_print.c.item)
            .having(shared >= min(_LEAST_SHARED, len(wanted)))
            .order_by(shared.desc(), story_print.c.item)
            .limit(_BEST)
        )
        best = list(self._connection.execute(statement).scalars())
        if not best:
            return []
        statement = select(item, story_item.c.story).join(story_item, story_item.c.item == item.c.id)
        found = {row.id: row for row in self._connection.execute(statement.where(item.c.id.in_(best)))}
        return [
            Candidate(str(row.story), str(row.id), row.source, row.title, row.text, rows.stamp(row))
            for row in (found[number] for number in best if number in found)
        ]

    def attach(self, thing: Item, to: str, why: str, prints: Iterable[int]) -> str:
        number, seen_at = int(thing.id), thing.seen_at.timestamp()
        where = select(story_item.c.story).where(story_item.c.item == number)
        already = self._connection.execute(where).scalar_one_or_none()
        if already is not None:
            return str(already)
        chosen = int(to) if to else self._number(story)
        if to:
            self._connection.execute(update(story).where(story.c.id == chosen).values(moved_at=seen_at))
        else:
            opened = {"id": chosen, "opened_at": seen_at, "moved_at": seen_at, "headline": thing.title}
            self._connection.execute(insert(story), [opened])
        self._connection.execute(insert(story_item), [{"item": number, "story": chosen, "why": why}])
        found = [{"print": value, "item": number, "seen_at": seen_at} for value in sorted(set(prints))]
        if found:
            self._connection.execute(insert(story_print), found)
        return str(chosen)

    def told(self, of: str) -> frozenset[str]:
        inside = select(alert_part.c.alert).where(alert_part.c.story == int(of))
        statement = select(alert.c.subscription).where(or_(alert.c.story == int(of), alert.c.id.in_(inside)))
        return frozenset(self._connection.execute(statement).scalars())

    def matched(self, thing: Item, matches: Sequence[Match]) -> None:
        number = int(thing.id)
        maker = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        found = [
            {
                "item": number,
                "rule": m.rule,
                "rule_digest": m.rule_digest,
                "severity": int(m.severity),
                "spans": rows.spans_text(m.spans),
            }
            for m in matches
        ]
        if found:
            statement = maker(match)
            self._connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["item", "rule", "rule_digest"], set_={"spans": statement.excluded.spans}
                ),
                found,
            )

    def nearly(self, thing: Item, misses: Sequence[NearMiss], now: datetime) -> None:
        number, at = int(thing.id), now.timestamp()
        # What the title of a revised item missed, its text may have brought: no miss is worth writing down, too.
        if not misses and number not in self._revised:
            return
        self._near[number] = [
            {"item": number, "rule": one.rule, "rule_digest": one.rule_digest, "clause": one.clause, "at": at} for one in misses
        ]
        self._forget = (now - NEAR_MISSES_KEPT).timestamp()

    def decided(self, decisions: Sequence[Decision], publisher: Publisher, now: datetime) -> int:
        return self._decided(decisions, publisher, now, Severity.LOG)

    def _decided(self, decisions: Sequence[Decision], publisher: Publisher, now: datetime, least: Severity) -> int:
        opened = 0
        for made in decisions:
            for item_, story_ in [(part.item.id, part.story) for part in made.parts] or [(made.item, made.story)]:
                self._add(
                    decision,
                    item=int(item_),
                    story=int(story_),
                    subscription=made.subscription,
                    verdict=made.verdict.value,
                    reason=made.reason.value,
                    at=now.timestamp(),
                    detail=rows.words(made.detail),
                    held_until=made.until.timestamp() if made.until else None,
                )
            if made.verdict is Verdict.TELL:
                opened += alerting.open_alert(self._connection, made, publisher, now, least=least, number=self._number)
            elif made.verdict is Verdict.HOLD:
                holding.wait(self._connection, made, self._number(held), rows.publisher_text(publisher), now)
        return opened

    def read(
        self, claim: Claim, reading: Reading, *, new: int, due_at: datetime, now: datetime, vitals: Vitals | None = None
    ) -> None:
        self._read.append(claims.row(claim, reading, new=new, due_at=due_at, now=now))
        self._remember(claim, vitals)

    def failed(self, claim: Claim, fault: SourceFault, *, due_at: datetime, now: datetime, vitals: Vitals | None = None) -> None:
        claims.fail(self._connection, claim, fault, due_at, now)
        self._remember(claim, vitals)

    def _remember(self, claim: Claim, vitals: Vitals | None) -> None:
        if vitals is not None and vitals != claim.vitals:
            self._vitals.append(conditions.vitals_row(claim, vitals))

    def changed(self, claim: Claim, change: Change) -> bool:
        return conditions.changed(self._connection, claim, change)

    def notify(self, notice: Notice, operators: Sequence[Subscription]) -> int:
        mark = notices.mark_of(notice)
        if self.known([mark]):
            return 0
        admission = Admission(notices.item_of(notice), Status.NEW, "a notice to operators")
        thing = self.keep([admission], lambda _: [mark])[0].item
        story = self.attach(thing, "", "a notice stands alone", ())
        decisions = [notices.decide(notice, thing.id, story, one) for one in operators if one.operator]
        return self._decided(decisions, OWN, notice.at, notice.severity)

    def flush(self) -> None:
        """Write what was gathered; called once, before the commit."""
        by_table: dict[Table, list[dict[str, Any]]] = {}
        for table, row in self._waiting:
            by_table.setdefault(table, []).append(row)
        for table, waiting in by_table.items():
            self._connection.execute(insert(table), waiting)
        claims.close(self._connection, self._read)
        conditions.remember(self._connection, self._vitals)
        if self._near:
            self._connection.execute(
                delete(near_miss).where(near_miss.c.item == bindparam("of")), [{"of": of} for of in self._near]
            )
            if any(self._near.values()):
                self._connection.execute(insert(near_miss), [row for found in self._near.values() for row in found])
            self._connection.execute(delete(near_miss).where(near_miss.c.at < self._forget))

    def _add(self, table: Table, **row: Any) -> None:
        self._waiting.append((table, {"id": self._number(table), **row}))

    def _number(self, table: Table) -> int:
        """The next id of `table`; safe because the desk is alone in its transaction."""
        last = self._next.get(table.name)
        if last is None:
            last = self._connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        self._next[table.name] = last + 1
        return last + 1
