"""`expected`: what ought to come, what came, and what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rarewatch import clock
from rarewatch import expected as events
from rarewatch import ledger as series
from rarewatch import witnesses as testimony
from rarewatch.cli.archive import looking, when
from rarewatch.cli.context import ConfigOption, JsonOption, columns, people, put, read_config
from rarewatch.completeness import subject_of
from rarewatch.config import Config
from rarewatch.nouns.expected import Expected, Ledger, Mark, State, Witnesses
from rarewatch.stores.ledger import SqlRegister
from rarewatch.stores.register import Register
from rarewatch.text.workdays import is_workday

_BEFORE, _AFTER = timedelta(days=120), timedelta(days=400)
_PAST_PERIODS = 2
_SHOWN = 12
Line = dict[str, Any]


def expected(folder: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show series of numbers with their gaps, events with their times, and who brings the same facts."""
    loaded = read_config(folder)
    with looking(loaded) as connection:
        lines = list(_lines(loaded, SqlRegister(connection), clock.now()))
    if as_json:
        for line in lines:
            put(line)
    elif lines:
        columns([_row(line, loaded) for line in lines], ["what", "state", "when", "detail"])
    else:
        people.print("nothing is expected: expectations.yaml names no ledger, no event and no witnesses")


def _lines(loaded: Config, register: Register, now: datetime) -> Iterator[Line]:
    what = loaded.expectations
    for ledger in what.ledgers:
        yield _series(ledger, register)
    for event in what.expected:
        yield from _periods(event, register, now)
    for group in what.witnesses:
        yield _group(group, register, [name for name in group.sources if loaded.sources[name].enabled])


def _series(ledger: Ledger, register: Register) -> Line:
    numbers, marks = register.numbers(ledger.id), register.marks(subject_of(ledger))
    begun = marks.get("begun")
    newest = numbers[-1] if numbers else None
    of = {state: [period for period, mark in marks.items() if mark.state is state and period[:1].isdigit()] for state in State}
    begin = series.number_of(begun.detail) if begun else None
    hints = {series.number_of(period): marks[period] for period in of[State.HINTED]}
    leads = series.missing(begin, {one.number: one.seen_at for one in numbers}, hints) if begin else []
    open_ = [series.written(lead.number) for lead in leads]
    return {
        "kind": "ledger",
        "id": ledger.id,
        "name": ledger.name,
        "state": "missing" if of[State.MISSING] else "complete" if newest else "nothing seen",
        "begins": begun.detail if begun else None,
        "seen": sum(one.number >= begin for one in numbers) if begin else 0,
        "newest": {"number": series.written(newest.number), "title": newest.title, "link": newest.link} if newest else None,
        "missing": sorted(of[State.MISSING], key=series.number_of),
        "waiting": [number for number in open_ if number not in of[State.MISSING]],
        "late": sorted(of[State.LATE], key=series.number_of),
    }


def _periods(event: Expected, register: Register, now: datetime) -> Iterator[Line]:
    """The last periods that were looked at and are over, and the one that is open or comes next."""
    marks = register.marks(subject_of(event))
    begun = marks.get("begun")
    among = events.periods(event, now - _BEFORE, now + _AFTER, is_workday)
    over = [period for period in among if period.closes <= now]
    looked_at = [period for period in over if begun and period.closes > begun.at]
    for period in [*looked_at[-_PAST_PERIODS:], *among[len(over) : len(over) + 1]]:
        mark = marks.get(period.key)
        yield {
            "kind": "expected",
            "id": event.id,
            "name": event.name,
            "state": _state(mark, ahead=period.opens > now, over=period.closes <= now),
            "period": period.key,
            "opens_at": period.opens.isoformat(),
            "closes_at": period.closes.isoformat(),
            "item": mark.item or None if mark else None,
            "title": mark.detail if mark else "",
        }


def _state(mark: Mark | None, *, ahead: bool, over: bool) -> str:
    if mark:
        return mark.state.value
    return "ahead" if ahead else "not yet seen" if over else "open"


def _group(group: Witnesses, register: Register, enabled: Sequence[str]) -> Line:
    marks = {period: mark for period, mark in register.marks(subject_of(group)).items() if period.isdecimal()}
    decided = {story: mark for story, mark in marks.items() if mark.state is not State.WAITING}
    last = max(decided.items(), key=lambda one: one[1].at, default=None)
    silent: Mapping[str, int] = testimony.counts_of(last[1]) if last else {}
    return {
        "kind": "witnesses",
        "id": group.id,
        "name": group.fact,
        "state": last[1].state.value if last else "nothing seen",
        "sources": list(enabled),
        "waiting": len(marks) - len(decided),
        "stories": len(decided),
        "alone": sum(mark.state is State.ALONE for mark in decided.values()),
        "last": {"story": last[0], "at": last[1].at.isoformat(timespec="seconds"), "came": testimony.came_of(last[1])}
        if last
        else None,
        "silent": [{"source": source, "in_a_row": count} for source, count in sorted(silent.items()) if count],
    }


def _row(line: Line, loaded: Config) -> list[str]:
    if line["kind"] == "ledger":
        missing = [f"No. {number} {word}" for word in ("missing", "waiting") for number in line[word]]
        more = f", and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        since = f"{line['seen']} since {line['begins']}, newest {line['newest']['number']}" if line["newest"] else ""
        return [f"{line['name']} ({line['id']})", line["state"], since, ", ".join(missing[:_SHOWN]) + more]
    if line["kind"] == "expected":
        last = datetime.fromisoformat(line["closes_at"]) - timedelta(minutes=1)
        until = f"{line['opens_at'][:10]} to {last:%Y-%m-%d %H:%M}"
        return [f"{line['name']} ({line['id']})", line["state"], until, line["title"]]
    came = f"last by {', '.join(line['last']['came'])}" if line["last"] else ""
    silent = [f"{one['source']} silent {one['in_a_row']} time(s) in a row" for one in line["silent"]]
    at = when(line["last"]["at"], loaded) if line["last"] else ""
    return [f"{line['name']} ({line['id']})", line["state"], at, "; ".join(filter(None, [came, *silent]))]
