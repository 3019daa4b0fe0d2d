"""`route test`: who would be told of an announcement, by which way, when, and why the others would not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from rarewatch import clock, telling
from rarewatch.cli.archive import looking, when
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, fail, put, read_config
from rarewatch.config import Config
from rarewatch.decide import decide
from rarewatch.dossier import words_of
from rarewatch.match import Compiled
from rarewatch.normalise import about, content_digest
from rarewatch.nouns.alert import Decision
from rarewatch.nouns.audience import Scene
from rarewatch.nouns.item import Admission, Item, Status
from rarewatch.nouns.source import Source
from rarewatch.stores import views
from rarewatch.stores.answering import own_subscriptions, silences
from rarewatch.text.urls import canonical

route = typer.Typer(help="Who is told of what, and when.", no_args_is_help=True)


@route.command("test")
def would_go(
    number: Annotated[str, typer.Option("--item", help="A stored item, by its number.")] = "",
    url: Annotated[str, typer.Option(help="A stored item, by its address.")] = "",
    title: Annotated[str, typer.Option(help="The title of an announcement that need not exist.")] = "",
    text: Annotated[str, typer.Option(help="Its text.")] = "",
    source: Annotated[str, typer.Option(help="The source it is to come from; left out, the first there is.")] = "",
    at: Annotated[str, typer.Option(help="When it is to come, as 2026-11-22T23:00+01:00; left out, now.")] = "",
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who would be told of an announcement as if it were new, where and when, and for all others why not."""
    loaded = read_config(folder)
    now = _moment(at)
    item = _found(loaded, number, url) if number or url else _made(loaded, title, text, source, now)
    compiled = Compiled(loaded.watch)
    place = loaded.sources.get(item.source)
    known = about(item, place)
    matches = compiled.matches(item.title, item.text, item.attachment, about=known)
    facts = telling.facts_about(item, known, matches, compiled)
    with looking(loaded) as connection:
        audience = (*loaded.audience, *own_subscriptions(connection))
        policy = replace(loaded.policy, silences=tuple(silences(connection, now)))
    admission = Admission(replace(item, id=item.id or "0"), Status.NEW, "asked for")
    made = decide(admission, "0", matches, audience, frozenset(), facts=facts, scene=Scene(now, policy)) if matches else ()
    _say(item, [match.rule for match in matches], made, loaded, as_json)


def _moment(at: str) -> datetime:
    try:
        found = datetime.fromisoformat(at) if at else clock.now()
    except ValueError:
        fail(f"{at!r} is not a moment: write 2026-11-22T23:00+01:00", Exit.MISTAKE)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _found(loaded: Config, number: str, url: str) -> Item:
    with looking(loaded) as connection:
        found = views.find(connection, number, canonical(url) if url else "", url)
    if not found:
        fail(f"there is no item {number or url}", Exit.FAILED)
    return found[0][0]


def _made(loaded: Config, title: str, text: str, name: str, now: datetime) -> Item:
    if not title.strip():
        fail("name an announcement with --item, --url or --title", Exit.MISTAKE)
    if name and name not in loaded.sources:
        fail(f"there is no source {name!r}", Exit.MISTAKE)
    place: Source | None = loaded.sources[name] if name else next(iter(loaded.sources.values()), None)
    language = place.language if place else "zh"
    return Item(place.id if place else "", "", "", "", title, text, language, None, now, content_digest(title, text))


def _say(item: Item, rules: Sequence[str], made: Sequence[Decision], loaded: Config, as_json: bool) -> None:
    lines: list[dict[str, Any]] = [
        {
            "subscription": one.subscription,
            "verdict": one.verdict.value,
            "reason": one.reason.value,
            "targets": [f"{target.via}:{target.to}" for target in one.targets],
            "until": one.until.isoformat(timespec="seconds") if one.until else None,
            "detail": one.detail,
        }
        for one in made
    ]
    if as_json:
        put({"title": item.title, "source": item.source, "rules": list(rules), "decisions": lines})
        return
    typer.echo(f"{item.title}\n  source {item.source}; rules: {', '.join(rules) or 'none holds, so nobody is told'}")
    for line in lines:
        until = when(line["until"], loaded) if line["until"] else None
        words = words_of(line["verdict"], line["reason"], line["detail"], until)
        where = f" -> {', '.join(line['targets'])}" if line["targets"] else ""
        typer.echo(f"  {line['subscription']}: {words}{where}")
