"""`rules plan`: what edited rules would change, on everything the archive holds; nothing is applied."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import PydanticCustomError
from sqlalchemy import Connection

from rarewatch import clock, config
from rarewatch.cli.archive import looking
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, fail, people, progress, put, read_config
from rarewatch.config import Config
from rarewatch.config.units import seconds
from rarewatch.nouns.alert import Subscription
from rarewatch.nouns.item import Item
from rarewatch.nouns.memory import Archived, RulesNote
from rarewatch.plan import AlertChange, Comparison, Judge, Plan, Verdicts, rule_changes, versions
from rarewatch.stores import views

_FEW = 2_000
"""So many items are replayed without the cost of further processes."""
_AHEAD = 3
_SHOWN = 20
_SIGNS = {"added": "+", "changed": "~", "removed": "-"}


def plan(
    since: Annotated[
        str, typer.Option(help="Replay what was published since then: 180d, 12h, or a day such as 2025-10-09.")
    ] = "180d",
    against: Annotated[
        str,
        typer.Option(
            help="Compare with this folder, or with the set of this digest (`rules status`); else with what was recorded."
        ),
    ] = "",
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the edited files would change: rules, alerts more and fewer, alerts a week. Nothing is applied.

    Every archived item is matched again, each as if it were news; one story is one alert.
    """
    loaded = read_config(folder)
    begin = since_moment(since)
    with looking(loaded) as connection:
        before = _before(against, loaded, connection, begin)
        comparison = Comparison(before.audience, loaded.audience)
        total = views.count_past(connection, before.since)
        with progress("replaying", total) as bar, _judge(loaded, before, total) as judge:
            for archived, was, now in judge(views.past(connection, before.since)):
                comparison.add(archived.item, archived.story, was, now)
                bar.step()
    today = versions(loaded.watch.rules.values(), clock.now())
    changes = rule_changes(before.versions, today) if before.versions is not None else ()
    made = comparison.plan(changes)
    _put(made) if as_json else _say(made, before)


@dataclass(frozen=True)
class _Before:
    """What the edited files are compared with: a folder, or what was recorded (under the versions `only`, where given)."""

    words: str
    since: datetime
    audience: Sequence[Subscription]
    versions: Mapping[str, str] | None = None
    folder: Path | None = None
    only: frozenset[tuple[str, str]] | None = None


def since_moment(words: str) -> datetime:
    """A moment from a duration before now, or from a day."""
    try:
        return clock.now() - timedelta(seconds=seconds(words))
    except PydanticCustomError:
        pass
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        fail(f"--since {words!r} is neither a duration such as 180d nor a day such as 2025-10-09", Exit.MISTAKE)
    return found if found.tzinfo else found.replace(tzinfo=clock.now().tzinfo)


def _before(against: str, loaded: Config, connection: Connection, since: datetime) -> _Before:
    notes = [(note, at) for note, at in views.rule_sets(connection, 1000) if note.state == "in force"]
    if not against:
        known = notes[0][0].rules if notes else None
        return _Before("what was recorded", since, loaded.audience, known)
    if Path(against).is_dir():
        other = config.load(Path(against))
        return _Before(
            f"the files in {against}", since, other.audience, versions(other.watch.rules.values(), clock.now()), Path(against)
        )
    named = [(note, at) for note, at in notes if note.digest.startswith(against)]
    if not named:
        fail(
            f"--against {against!r} is neither a folder nor the digest of a set that was in force; see `rarewatch rules status`",
            Exit.MISTAKE,
        )
    note, at = named[0]
    return _Before(f"the set {note.digest[:12]}", max(since, at), loaded.audience, note.rules, only=_pairs(note))


def _pairs(note: RulesNote) -> frozenset[tuple[str, str]]:
    return frozenset((rule, version.partition("/")[0]) for rule, version in note.rules.items())


Judged = tuple[Archived, Verdicts, Verdicts]


@contextmanager
def _judge(loaded: Config, before: _Before, total: int) -> Iterator[Callable[[Iterator[Sequence[Archived]]], Iterator[Judged]]]:
    """Judges batches under both sets, in worker processes when there is much to do."""
    folders = (before.folder, loaded.folder)
    if total <= _FEW:
        _prepare(folders)
        yield lambda batches: (
            one for batch in batches for one in _paired(batch, _both([archived.item for archived in batch]), before)
        )
        return
    workers = min(os.cpu_count() or 1, 8)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_prepare, initargs=(folders,)) as pool:
        yield lambda batches: _spread(pool, batches, before, workers * _AHEAD)


def _spread(pool: ProcessPoolExecutor, batches: Iterator[Sequence[Archived]], before: _Before, most: int) -> Iterator[Judged]:
    """In the order of the batches, with only a few of them in memory."""
    under_way: deque[tuple[Sequence[Archived], Future[list[tuple[Verdicts, Verdicts]]]]] = deque()
    for batch in batches:
        under_way.append((batch, pool.submit(_both, [archived.item for archived in batch])))
        if len(under_way) >= most:
            done, result = under_way.popleft()
            yield from _paired(done, result.result(), before)
    for done, result in under_way:
        yield from _paired(done, result.result(), before)


def _paired(batch: Sequence[Archived], judged: Sequence[tuple[Verdicts, Verdicts]], before: _Before) -> Iterator[Judged]:
    for archived, (was, now) in zip(batch, judged, strict=True):
        if before.folder:
            yield archived, was, now
        else:
            # Nothing was recorded of a source's past: it tells the volume, and neither gains nor loses.
            yield archived, now if archived.past else _recorded(archived, before.only), now


def _recorded(archived: Archived, only: frozenset[tuple[str, str]] | None) -> Verdicts:
    """What held when the item was read; where several versions of a rule did, the most severe."""
    held: dict[str, int] = {}
    for rule, version, severity in archived.held:
        if only is None or (rule, version) in only:
            held[rule] = max(severity, held.get(rule, 0))
    return tuple(held.items())


_JUDGE: list[Judge] = []
"""The judge of this process: both sets are read and made ready once in each."""


def _prepare(folders: tuple[Path | None, Path]) -> None:
    before, after = folders
    edited = config.load(after)
    _JUDGE[:] = [Judge(config.load_watch(before) if before else None, edited.watch, edited.sources)]


def _both(items: Sequence[Item]) -> list[tuple[Verdicts, Verdicts]]:
    return [_JUDGE[0](item) for item in items]


def _put(made: Plan) -> None:
    for change in made.rules:
        put({"kind": "rule", "rule": change.rule, "change": change.change})
    for alert in made.alerts:
        put({
            "kind": "alert",
            "change": "gained" if alert.gained else "lost",
            "subscription": alert.subscription,
            "item": alert.item,
            "source": alert.source,
            "title": alert.title,
            "at": alert.at.isoformat(timespec="seconds"),
            "severity": alert.severity.label,
            "rules": list(alert.rules),
        })  # fmt: skip
    for volume in made.volumes:
        put({
            "kind": "volume",
            "subscription": volume.subscription,
            "alerts_a_week_before": round(volume.before, 2),
            "alerts_a_week_after": round(volume.after, 2),
        })  # fmt: skip
    put({"kind": "sum", "items": made.items, "weeks": round(made.weeks, 1), "gained": made.gained, "lost": made.lost})


def _say(made: Plan, before: _Before) -> None:
    echo = typer.echo
    if before.versions is None:
        echo("Rules: no service has run on this archive yet, so which rules would change cannot be told (--against DIR can).")
    elif made.rules:
        echo("Rules:")
        for change in made.rules:
            echo(f"  {_SIGNS[change.change]} {change.rule}")
    for volume in made.volumes:
        echo(f"Subscriber {volume.subscription}: {volume.before:.1f} alert(s) a week before, {volume.after:.1f} after")
        mine = [alert for alert in made.alerts if alert.subscription == volume.subscription]
        for alert in mine[:_SHOWN]:
            echo(_alert(alert))
        if len(mine) > _SHOWN:
            echo(f"  … and {len(mine) - _SHOWN} more; --json shows them all")
    kinds = [sum(change.change == kind for change in made.rules) for kind in _SIGNS]
    echo(
        f"Plan: {kinds[0]} rule(s) to add, {kinds[1]} to change, {kinds[2]} to remove; "
        f"{made.gained} alert(s) more, {made.lost} fewer, against {before.words}."
    )
    people.print(f"{made.items} item(s) of {made.weeks:.1f} week(s) were matched again. Nothing was applied.")


def _alert(alert: AlertChange) -> str:
    sign = "+" if alert.gained else "-"
    rules = ", ".join(alert.rules)
    return f"  {sign} {alert.at:%Y-%m-%d}  {alert.title}  [{alert.severity.label}: {rules}] {alert.source} #{alert.item}"
