"""Is anything missing: numbers in a series, events at their time, the same fact from a second source.

A duty of its own, once a minute, in one transaction of the desk's: it looks at what came since it looked last, writes down what it
found, and tells operators what is missing. Done twice it finds nothing new; killed half-way it has done nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rarewatch import expected as events
from rarewatch import ledger as series
from rarewatch import witnesses as testimony
from rarewatch.nouns.alert import Subscription
from rarewatch.nouns.expected import Expectations, Expected, Ledger, Look, Mark, Number, Numbered, State, Witnesses
from rarewatch.nouns.health import Notice
from rarewatch.nouns.memory import Archived
from rarewatch.stores import Book, Store
from rarewatch.stores.register import Register

EVERY_SECONDS = 60.0
AT_ONCE = 500
"""So many new items of one subject are looked at in one run; the others in the next."""
_AGAIN = timedelta(days=2)
"""What was seen since is looked at again: a revision brings the text, and with it a number or a match."""
_PATIENCE = timedelta(hours=6)
"""So long after the start a source that is not read at all no longer holds up the word that something is missing."""
_BACK = timedelta(days=90)
_CURSOR, _BEGUN = "cursor", "begun"


@dataclass(frozen=True)
class Inquiry:
    """What one run works with; `started` is when this process began to read sources."""

    book: Book
    register: Register
    operators: Sequence[Subscription]
    looks: Mapping[str, Look]
    is_workday: events.IsWorkday
    started: datetime
    now: datetime

    def tell(self, notice: Notice) -> int:
        """Keep a notice; how many deliveries that opened."""
        return self.book.notify(notice, self.operators)

    def looked(self, sources: Collection[str], deadline: datetime) -> bool:
        """Whether these sources (all, when none is named) were tried after `deadline`: before that nothing is called missing."""
        if self.now - max(self.started, deadline) >= _PATIENCE:
            return True
        asked = [look for source, look in self.looks.items() if not sources or source in sources]
        return all(look.at is not None and look.at >= deadline for look in asked)

    def begun(self, subject: str, marks: dict[str, Mark]) -> dict[str, Mark]:
        """`marks` with the moment from which on this subject is looked at; what lies before cannot be missed."""
        if _BEGUN not in marks:
            marks[_BEGUN] = Mark(State.BEGUN, self.now)
            self.register.mark(subject, _BEGUN, marks[_BEGUN])
        return marks

    def fresh(self, subject: str, sources: Collection[str], rules: Collection[str], marks: Mapping[str, Mark]) -> list[Archived]:
        """Items that came since the last run, and those of the last days once more; moves the cursor on."""
        register, cursor = self.register, marks.get(_CURSOR)
        after, newest = int(cursor.detail) if cursor else 0, register.newest()
        new = register.items(after, AT_ONCE, sources, rules)
        reached = int(new[-1].item.id) if len(new) == AT_ONCE else newest
        if reached != after or cursor is None:
            register.mark(subject, _CURSOR, Mark(State.CURSOR, self.now, "", str(reached)))
        again = register.items_since(self.now - _AGAIN, sources, rules) if cursor else ()
        found = {int(one.item.id): one for one in (*again, *new) if int(one.item.id) <= reached}
        return [found[number] for number in sorted(found)]


def look(
    store: Store,
    what: Expectations,
    operators: Sequence[Subscription],
    is_workday: events.IsWorkday,
    *,
    started: datetime,
    now: datetime,
) -> int:
    """Look once whether anything is missing; returns how many deliveries that opened. Raises `Unavailable`."""
    if not (what.ledgers or what.expected or what.witnesses):
        return 0
    with store.desk() as book:
        inquiry = Inquiry(book, book.register, operators, book.register.looks(), is_workday, started, now)
        told = sum(_ledger(ledger, inquiry) for ledger in what.ledgers)
        told += sum(_event(expected, inquiry) for expected in what.expected)
        return told + sum(_witnesses(group, inquiry) for group in what.witnesses)


def subject_of(one: Ledger | Expected | Witnesses) -> str:
    """Under which name the marks of one thing expected are kept."""
    kind = "ledger" if isinstance(one, Ledger) else "expected" if isinstance(one, Expected) else "witness"
    return f"{kind}:{one.id}"


def _ledger(ledger: Ledger, inquiry: Inquiry) -> int:
    register, subject = inquiry.register, subject_of(ledger)
    marks = dict(register.marks(subject))
    seen = {one.number: one for one in register.numbers(ledger.id)}
    known = frozenset(seen)
    fresh = inquiry.fresh(subject, ledger.sources, (), marks)
    found = _enter(ledger, fresh, seen, register)
    begun = marks.get(_BEGUN)
    begin = series.begins(ledger, begun, found, known, inquiry.now)
    if begin is None:
        return 0
    if begun is None or series.number_of(begun.detail) != begin:
        at = begun.at if begun else inquiry.now
        register.mark(subject, _BEGUN, Mark(State.BEGUN, at, "", series.written(begin)))
    for period, mark in series.new_hints(ledger, [one.item for one in fresh], frozenset(seen), begin).items():
        if period not in marks:
            marks[period] = mark
            register.mark(subject, period, mark)
    for period, mark in marks.items():
        if mark.state in {State.MISSING, State.HINTED} and period[:1].isdigit() and (one := seen.get(series.number_of(period))):
            state = State.LATE if mark.state is State.MISSING else State.SEEN
            marks[period] = Mark(state, inquiry.now, one.item, mark.detail)
            register.mark(subject, period, marks[period])
    return _tell_leads(ledger, seen, marks, begin, inquiry)


def _enter(
    ledger: Ledger, fresh: Sequence[Archived], seen: dict[Number, Numbered], register: Register
) -> list[tuple[Number, bool]]:
    """Write down the numbers that items bear; those that are new, each with whether its item belongs to the past of its source."""
    found = []
    for one in fresh:
        number = series.own_number(one.item, ledger)
        if number and number not in seen:
            seen[number] = Numbered(number, one.item.id, one.item.seen_at, one.item.title, one.item.link)
            register.number(ledger.id, seen[number])
            found.append((number, one.past))
    return found


def _tell_leads(ledger: Ledger, seen: Mapping[Number, Numbered], marks: Mapping[str, Mark], begin: Number, inquiry: Inquiry) -> int:
    hints = {series.number_of(period): mark for period, mark in marks.items() if mark.state is State.HINTED}
    grace, now = timedelta(seconds=ledger.grace), inquiry.now
    leads = [
        lead
        for lead in series.missing(begin, {number: one.seen_at for number, one in seen.items()}, hints)
        if now - lead.since >= grace and inquiry.looked(ledger.sources, lead.since + grace)
    ]
    single, rest = series.to_tell(leads, marks, now)
    told = sum(inquiry.tell(series.lead_notice(ledger, lead, seen, now)) for lead in single)
    if rest:
        notice = series.summary_notice(ledger, rest, now)
        told += inquiry.tell(notice)
        inquiry.register.mark(subject_of(ledger), series.summary_of(now), Mark(State.SEEN, now, "", notice.headline))
    for lead in (*single, *rest):
        period = series.written(lead.number)
        hint = lead.mark or Mark(State.MISSING, now)
        inquiry.register.mark(subject_of(ledger), period, Mark(State.MISSING, now, hint.item, hint.detail))
    return told


def _event(expected: Expected, inquiry: Inquiry) -> int:
    register, subject, now = inquiry.register, subject_of(expected), inquiry.now
    marks = inquiry.begun(subject, dict(register.marks(subject)))
    fresh = inquiry.fresh(subject, expected.seen_by.sources, expected.seen_by.rules, marks)
    among = events.periods(expected, now - _BACK, now, inquiry.is_workday)
    for one in fresh:
        period = events.period_of(one.item, among) if events.is_the_one(expected.seen_by, one) else None
        if period and (mark := events.arrived(one.item, period, marks.get(period.key), now)):
            marks[period.key] = mark
            register.mark(subject, period.key, mark)
    told, sources = 0, expected.seen_by.sources
    blind = bool(sources) and sources.isdisjoint(inquiry.looks)
    for period, state in events.overdue(expected, among, marks, marks[_BEGUN].at, now):
        if inquiry.looked(sources, period.closes + timedelta(seconds=expected.grace)):
            register.mark(subject, period.key, Mark(State.UNKNOWN if blind else state, now))
            if state is State.MISSING and not blind:
                told += inquiry.tell(events.missed_notice(expected, period, _trouble(inquiry, sources), now))
    return told


def _trouble(inquiry: Inquiry, sources: Collection[str]) -> dict[str, str]:
    return {source: look.trouble for source, look in inquiry.looks.items() if source in sources and look.trouble}


def _witnesses(group: Witnesses, inquiry: Inquiry) -> int:
    group = replace(group, sources=tuple(source for source in group.sources if source in inquiry.looks))
    if len(group.sources) < 2:
        return 0
    register, subject, now = inquiry.register, subject_of(group), inquiry.now
    marks = inquiry.begun(subject, dict(register.marks(subject, now - _BACK)))
    fresh = [one for one in inquiry.fresh(subject, group.sources, group.rules, marks) if one.item.seen_at >= marks[_BEGUN].at]
    for one in testimony.first_words(group, fresh, marks):
        marks[one.story] = Mark(State.WAITING, one.item.seen_at, one.item.id)
        register.mark(subject, one.story, marks[one.story])
    told = 0
    for story, mark in sorted(marks.items(), key=lambda one: (one[1].at, one[0])):
        deadline = mark.at + timedelta(seconds=group.within)
        if testimony.is_over(group, mark, now) and inquiry.looked(group.sources, deadline):
            told += _decide(group, story, mark, marks, inquiry)
    return told


def _decide(group: Witnesses, story: str, mark: Mark, marks: dict[str, Mark], inquiry: Inquiry) -> int:
    """The time of a story is over: who brought it, in the same story or as a match of the same rules within the time."""
    register, within = inquiry.register, timedelta(seconds=group.within)
    near = register.items_since(mark.at - within, group.sources, group.rules)
    by_rule = {one.item.source for one in near if one.item.seen_at <= mark.at + within}
    came = (by_rule | register.sources_of(story)) & set(group.sources)
    before = testimony.counts_of(_last_decided(marks))
    done = testimony.outcome(group, came, _trouble(inquiry, group.sources), before, mark.at)
    marks[story] = Mark(done.state, mark.at, mark.item, done.detail)
    register.mark(subject_of(group), story, marks[story])
    first = next((one for one in near if one.item.id == mark.item), None)
    silent = testimony.to_look_at(before, testimony.counts_of(done))
    return inquiry.tell(testimony.silence_notice(group, silent, first, inquiry.now)) if first and silent else 0


def _last_decided(marks: Mapping[str, Mark]) -> Mark | None:
    decided = [mark for mark in marks.values() if mark.state in {State.SEEN, State.ALONE}]
    return max(decided, key=lambda mark: (mark.at, int(mark.item or 0)), default=None)
