"""`silence`, `ack`, `feedback`: what a person says about alerts."""

import getpass
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

import typer
from pydantic_core import PydanticCustomError

from rarewatch import app, clock
from rarewatch.cli.archive import looking, when
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, columns, fail, people, put, read_config
from rarewatch.config import Config
from rarewatch.config.units import some_seconds, suggestion
from rarewatch.nouns.audience import Label, Silence, Wants
from rarewatch.nouns.source import Tier
from rarewatch.stores.answering import silences

silence = typer.Typer(help="Keep alerts back for a while, with a reason.", no_args_is_help=True)
Names = list[str] | None


def _author(given: str) -> str:
    return given.strip() or getpass.getuser()


def _known(what: str, given: Names, there: Iterable[str]) -> frozenset[str]:
    known = sorted(there)
    for name in given or ():
        if name not in known:
            fail(f"there is no {what} {name!r}: {suggestion(name, known) or 'see the configuration'}", Exit.MISTAKE)
    return frozenset(given or ())


def _seconds(text: str) -> float:
    try:
        return some_seconds(text)
    except PydanticCustomError:
        fail(f"{text!r} is not a duration: write 90s, 2m, 1h, 1d", Exit.MISTAKE)


@silence.command("add")
def add(
    for_: Annotated[str, typer.Option("--for", help="How long, as 2h or 1d.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever wonders.")],
    rule: Annotated[Names, typer.Option(help="Only what this rule holds for; several: one of them.", show_default=False)] = None,
    entity: Annotated[Names, typer.Option(help="Only what names this entity.", show_default=False)] = None,
    source: Annotated[Names, typer.Option(help="Only what comes from this source.", show_default=False)] = None,
    tier: Annotated[Names, typer.Option(help="Only publishers of this tier.", show_default=False)] = None,
    subscriber: Annotated[str, typer.Option(help="Only for this subscriber; left out, for all.")] = "",
    author: Annotated[str, typer.Option(help="Who asks for it; left out, whoever is signed in.")] = "",
    folder: ConfigOption = None,
) -> None:
    """Tell nobody (or one subscriber) of what is named, for a while; what is silenced is recorded and not told later."""
    loaded = read_config(folder)
    if not reason.strip():
        fail("a silence needs a reason", Exit.MISTAKE)
    if subscriber:
        _known("subscriber", [subscriber], (one.id for one in loaded.audience))
    wants = Wants(
        rules=_known("rule", rule, loaded.watch.rules),
        entities=_known("entity", entity, loaded.watch.entities),
        sources=_known("source", source, loaded.sources),
        tiers=_known("tier", tier, (one.value for one in Tier)),
    )
    if wants == Wants() and not subscriber:
        fail("this would silence everything for everybody: name a rule, entity, source, tier or subscriber", Exit.MISTAKE)
    now = clock.now()
    ends = now + timedelta(seconds=_seconds(for_))
    with app.open_archive(loaded) as archive:
        number = archive.silence(Silence("", wants, _author(author), reason.strip(), now, ends, subscriber))
    people.print(f"silence {number} until {when(ends.isoformat(), loaded)}; `rarewatch silence lift {number}` ends it")


@silence.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Those that ended, too.")] = False,
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the silences in force: what they keep back, who asked for them and why."""
    loaded = read_config(folder)
    with looking(loaded) as connection:
        lines = [_line(one) for one in silences(connection, None if every else clock.now())]
    if as_json:
        for line in lines:
            put(line)
    elif lines:
        columns([_row(line, loaded) for line in lines], ["id", "what", "for", "until", "by", "reason"])
    else:
        people.print("nothing is silenced")


def _line(one: Silence) -> dict[str, Any]:
    wants = {name: sorted(getattr(one.wants, name)) for name in ("rules", "entities", "sources", "tiers")}
    return {
        "id": one.id,
        "subscription": one.subscription,
        "author": one.author,
        "reason": one.reason,
        "begins_at": one.begins.isoformat(timespec="seconds"),
        "ends_at": one.ends.isoformat(timespec="seconds"),
        "lifted_by": one.lifted_by,
        **wants,
    }


def _row(line: dict[str, Any], loaded: Config) -> list[str]:
    what = ", ".join(name for key in ("rules", "entities", "sources", "tiers") for name in line[key])
    until = when(line["ends_at"], loaded)
    return [line["id"], what or "everything", line["subscription"] or "all", until, line["author"], line["reason"]]


@silence.command("lift")
def lift(
    number: Annotated[str, typer.Argument(metavar="ID", help="The number of a silence.")],
    author: Annotated[str, typer.Option(help="Who ends it; left out, whoever is signed in.")] = "",
    folder: ConfigOption = None,
) -> None:
    """End a silence now; exit code 1 when there is none of that number in force."""
    with app.open_archive(read_config(folder)) as archive:
        lifted = archive.lift(number, _author(author), clock.now())
    if not lifted:
        fail(f"there is no silence {number} in force; `rarewatch silence list` shows all", Exit.FAILED)
    people.print(f"silence {number} is lifted")


def ack(
    alert: Annotated[str, typer.Argument(help="The number of an alert, as `rarewatch alerts` shows it.")],
    author: Annotated[str, typer.Option(help="Who takes note; left out, whoever is signed in.")] = "",
    folder: ConfigOption = None,
) -> None:
    """Take note of an alert, so that it is neither repeated nor escalated; exit code 1 when there is no such alert."""
    loaded = read_config(folder)
    with app.open_archive(loaded) as archive:
        noted = archive.acknowledge(alert, _author(author), clock.now())
    if noted is None:
        fail(f"there is no alert {alert}; `rarewatch alerts` shows them", Exit.FAILED)
    people.print(f"acknowledged by {noted.by}, {when(noted.at.isoformat(), loaded)}")


def feedback(
    item: Annotated[str, typer.Argument(help="The number of an item, as `rarewatch alerts` or `explain` shows it.")],
    label: Annotated[
        str, typer.Option("--label", help="relevant, not_relevant, or missed: nobody was told, and should have been.")
    ],
    rule: Annotated[str, typer.Option(help="The rule this is about; left out, the item as such.")] = "",
    author: Annotated[str, typer.Option(help="Who says so; left out, whoever is signed in.")] = "",
    folder: ConfigOption = None,
) -> None:
    """Say whether an item was worth telling; exit code 1 when there is no such item."""
    loaded = read_config(folder)
    if label not in set(Label):
        fail(f"{label!r} is none of {', '.join(Label)}", Exit.MISTAKE)
    if rule:
        _known("rule", [rule], loaded.watch.rules)
    with app.open_archive(loaded) as archive:
        kept = archive.feedback(item, rule, Label(label), _author(author), clock.now())
    if not kept:
        fail(f"there is no item {item}", Exit.FAILED)
    people.print(f"item {item}: {label}")
