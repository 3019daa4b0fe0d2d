"""Sources on a person's screen: a table of all, and all that is known of one."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime

import typer
from sqlalchemy import Connection

from rarewatch import clock
from rarewatch._health_words import MEANING, TO_DO
from rarewatch.cli.context import table_out
from rarewatch.cli.sources_fare import DISABLED, Fare
from rarewatch.config import Config
from rarewatch.fetch.address import address
from rarewatch.nouns.health import Condition
from rarewatch.stores.robots import robots_of
from rarewatch.text.cadence import cadence_words
from rarewatch.text.wording import moment_words, shorten

_STYLES = {
    Condition.OK.value: "green",
    Condition.QUIET.value: "cyan",
    Condition.UNPROVEN.value: "dim",
    DISABLED: "dim",
    Condition.SILENT.value: "yellow",
    Condition.STALE.value: "yellow",
    Condition.STUCK.value: "yellow",
}
_TROUBLE = "bold red"
_WIDE = 240
_WIDTHS = (("source", 0), ("state", 0), ("since", 0), ("last item", 0), ("next", 68), ("every", 76), ("expected", 110))
"""Columns, and how wide a terminal must be to have room for each."""
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_DETAIL = 300


def short_span(seconds: float) -> str:
    """A length of time by its largest unit: `3 d`, `2 h`, `5 min`, `40 s`."""
    whole = max(int(seconds), 0)
    size, unit = next((one for one in _UNITS if whole >= one[0]), _UNITS[-1])
    return f"{whole // size} {unit}"


def about_span(seconds: float) -> str:
    """The same rounded, in minutes up to two hours: `8 s`, `1 min`, `90 min`, `12 h`."""
    whole = max(round(seconds), 1)
    size, unit = next(((size, unit) for size, unit in _UNITS[1:] if whole >= (7_200 if size == 3_600 else size)), _UNITS[-1])
    return f"{round(whole / size)} {unit}"


def state_words(fare: Fare) -> str:
    """The state in words: `not read yet`, `ok`, and with a suspicion behind a question mark, `ok, blocked?`."""
    words = "not read yet" if fare.state == Condition.UNPROVEN.value else fare.state
    suspect = fare.vitals.suspect
    return f"{words}, {suspect}?" if suspect and fare.source.enabled else words


def table(fares: Sequence[Fare], loaded: Config) -> None:
    """One line a source, as many columns as there is room for, and below what is wrong with those where something is."""
    from rich.console import Console  # noqa: PLC0415 - only where a table is asked for
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else _WIDE
    heads = [head for head, least in _WIDTHS if width >= least]
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        shown.add_column(head, overflow="fold", no_wrap=head not in {"source", "state", "expected"})
    now = clock.now()
    for fare in fares:
        row = [Text(cell) for cell in _cells(fare, now)][: len(heads)]
        row[1].stylize(_STYLES.get(fare.state, _TROUBLE))
        shown.add_row(*row)
    console = table_out if terminal else Console(width=width, highlight=False, markup=False, emoji=False)
    console.print(shown)
    for line in _below(fares, loaded):
        typer.echo(line)


def _cells(fare: Fare, now: datetime) -> Iterator[str]:
    vitals, line = fare.vitals, fare.line or {}
    yield fare.source.id
    yield state_words(fare)
    yield short_span((now - vitals.since).total_seconds()) if vitals.since and fare.source.enabled else ""
    yield _since(line.get("last_new_at") or line.get("last_item_at"), now) or "never"
    yield _until(line.get("due_at"), now) if fare.source.enabled and line else ""
    yield short_span(fare.source.cadence.every)
    yield cadence_words(vitals.arrivals)


def _since(moment: str | None, now: datetime) -> str:
    return f"{short_span((now - datetime.fromisoformat(moment)).total_seconds())} ago" if moment else ""


def _until(moment: str | None, now: datetime) -> str:
    left = (datetime.fromisoformat(moment) - now).total_seconds() if moment else 0.0
    return f"in {short_span(left)}" if left >= 1 else "now"


def _below(fares: Sequence[Fare], loaded: Config) -> Iterator[str]:
    """What is wrong, a line a source, and how many there are of each state."""
    wrong = [(fare.source.id, wrong_words(fare, loaded)) for fare in fares if fare.source.enabled]
    wrong = [(name, words) for name, words in wrong if words]
    yield from ["", *(f"{name}: {words}" for name, words in wrong)] if wrong else ()
    counts = dict[str, int]()
    for fare in fares:
        counts[fare.state] = counts.get(fare.state, 0) + 1
    yield ""
    yield f"{len(fares)} source(s)" + "".join(f", {number} {state}" for state, number in sorted(counts.items(), key=_often))


def _often(count: tuple[str, int]) -> tuple[int, str]:
    return -count[1], count[0]


def wrong_words(fare: Fare, loaded: Config) -> str:
    """What is wrong with a source and since when, in a line; "" for nothing."""
    vitals, line, zone = fare.vitals, fare.line or {}, loaded.settings.console_time_zone
    if vitals.condition.is_trouble:
        since = f" since {moment_words(vitals.since, zone)}" if vitals.since else ""
        return f"{vitals.condition}{since}: {shorten(vitals.detail, _DETAIL)}"
    if line.get("fault"):
        return f"{line['failures']} time(s) in a row: {shorten(line['fault_detail'], _DETAIL)}"
    return vitals.detail


def show(fares: Sequence[Fare], loaded: Config, connection: Connection) -> None:
    """All that is known of each of some sources."""
    for place, fare in enumerate(fares):
        for line in ([""] if place else []) + list(_in_full(fare, loaded, connection)):
            typer.echo(line)


def _in_full(fare: Fare, loaded: Config, connection: Connection) -> Iterator[str]:
    source, vitals, zone = fare.source, fare.vitals, loaded.settings.console_time_zone
    since = f" since {moment_words(vitals.since, zone)}" if vitals.since and source.enabled else ""
    yield f"{source.id}: {state_words(fare)}{since}"
    if source.enabled:
        yield f"  {MEANING[vitals.condition]}"
    if source.enabled and (wrong := vitals.detail or wrong_words(fare, loaded)):
        yield f"  What was seen: {shorten(wrong, _DETAIL)}"
    if advice := TO_DO.get(vitals.condition):
        yield f"  {advice}"
    for name, words in _rows(fare, loaded, connection):
        yield f"  {name + ':':<13}{words}"
    if fare.history:
        yield "  history:"
    for spell in fare.history:
        begun, ended = (moment_words(datetime.fromisoformat(at), zone) if at else "now" for at in (spell["since"], spell["until"]))
        detail = f": {shorten(spell['detail'], _DETAIL)}" if spell["detail"] else ""
        yield f"    {begun} to {ended}: {spell['condition']}{detail}"
    if fare.titles:
        yield "  what was read last:"
    for title in fare.titles:
        yield f"    {shorten(title, 200)}"


def _rows(fare: Fare, loaded: Config, connection: Connection) -> Iterator[tuple[str, str]]:
    source, vitals, line, zone = fare.source, fare.vitals, fare.line or {}, loaded.settings.console_time_zone

    def at(moment: str | datetime | None) -> str:
        found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return moment_words(found, zone) if found else "never"

    yield "publisher", f"{source.publisher.name} ({source.publisher.tier.label})"
    yield "address", f"{source.url} ({source.kind})"
    yield (
        "read",
        f"every {short_span(source.cadence.every)}, {line.get('polls', 0)} times so far, last {at(line.get('last_poll_at'))}",
    )
    if source.enabled:
        yield "delay", f"at this hour, told about {about_span(fare.expected_delay)} after it appears"
    yield "last good", at(line.get("last_ok_at"))
    yield "next", at(line.get("due_at")) if source.enabled else "not at all: it is disabled"
    yield "items", f"{line.get('items', 0)}, the last new one {at(line.get('last_new_at'))}"
    yield "newest date", at(vitals.newest)
    yield "expected", cadence_words(vitals.arrivals) or "not known yet"
    if vitals.quiet_at or vitals.silent_at:
        ends = [(vitals.quiet_at, Condition.QUIET), (vitals.silent_at, Condition.SILENT)]
        yield "without more", "; ".join(f"{condition} after {at(end)}" for end, condition in ends if end)
    if vitals.hosts:
        yield "leads to", ", ".join(vitals.hosts)
    note = robots_of(connection, address(source.url).origin)
    yield "robots.txt", note.detail or f"status {note.status}" if note else "not asked" if source.access.robots else "not obeyed"
