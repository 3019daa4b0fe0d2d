"""`explain`: why an announcement did or did not become an alert, step by step."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from rarewatch import clock, dossier
from rarewatch.cli.archive import looking, when
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, people, put, read_config
from rarewatch.cli.sources_fare import DISABLED, fares_of
from rarewatch.cli.sources_show import state_words
from rarewatch.config import Config
from rarewatch.match import Compiled
from rarewatch.normalise import about
from rarewatch.nouns.alert import OWN
from rarewatch.nouns.health import Condition
from rarewatch.nouns.item import Item
from rarewatch.stores import conditions, views
from rarewatch.text.urls import canonical, host_of
from rarewatch.text.wording import stamp_words

_ABOUT_A_LINE = 120
_TROUBLES = 10


def explain(
    what: Annotated[str, typer.Argument(metavar="URL-or-ID", help="An address, or the number of a stored item.")],
    every: Annotated[bool, typer.Option("--all", help="Every clause of every rule, not only the first that failed.")] = False,
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why an announcement did, or did not, become an alert; exit code 1 when it was never seen."""
    loaded = read_config(folder)
    with looking(loaded) as connection:
        found = views.find(connection, what, canonical(what), what)
        if not found:
            _never_seen(what, loaded, connection, as_json)
            raise typer.Exit(Exit.FAILED)
        compiled = Compiled(loaded.watch)
        for item, row in found:
            known = about(item, loaded.sources.get(item.source))
            facts = dossier.facts(item, row, compiled, connection, known=known, audience=loaded.audience)
            put(facts) if as_json else _say(item, facts, loaded, every)


def _say_admitted(item: Item, facts: dict[str, Any], loaded: Config) -> None:
    zone = loaded.settings.console_time_zone
    echo = typer.echo
    echo(f"Item {item.id}: {item.title}\n  {item.link}")
    echo(f"  source {item.source}, published {stamp_words(item.published, zone)}, first seen {when(facts['seen_at'], loaded)}")
    for trouble in facts["source_troubles"]:
        echo(f"  its source was {_spell(trouble, loaded)}")
    admitted = facts["admitted"]
    revised = f" Revised {admitted['revisions']} time(s)." if admitted["revisions"] else ""
    echo(f"1. Admitted as {admitted['status']}: {admitted['why']}.{revised}")
    if item.title_only:
        echo("   Its text could not be read: only the title was matched.")
    if item.paper_note:
        echo(f"   Documents: {item.paper_note}.")


def _say(item: Item, facts: dict[str, Any], loaded: Config, every: bool) -> None:
    echo = typer.echo
    _say_admitted(item, facts, loaded)
    if item.source == OWN.id:
        echo("2. A notice of rarewatch to its operators: no rule is asked.")
    else:
        _say_rules(facts, every)
    story = facts["story"]
    if story is None:
        echo("3. No story: nothing to group.")
    else:
        echo(f"3. Story {story['id']}: {story['why']}.")
        for other in story["items"]:
            if str(other["id"]) != item.id:
                echo(f"   also item {other['id']} from {other['source']}: {other['title']}")
    if not facts["decisions"]:
        echo("4. Nobody was told: no rule held when it was read.")
        return
    echo("4. Decisions:")
    for made in facts["decisions"]:
        echo(f"   {made['subscription']}: {made['words']}")
    echo("5. Deliveries on this story:" if facts["deliveries"] else "5. No deliveries.")
    for sent in facts["deliveries"]:
        doubt = ", may have arrived twice" if sent["in_doubt"] else ""
        tries = f"{sent['attempts']} attempt(s) {sent['fault']}".rstrip()
        echo(f"   {sent['id']} {sent['via']} {sent['to']}: {sent['state']}{doubt}, {tries}")


def _say_rules(facts: dict[str, Any], every: bool) -> None:
    held = [verdict for verdict in facts["rules_now"] if verdict["held"]]
    typer.echo(f"2. Under today's rules {len(held)} of {len(facts['rules_now'])} hold.")
    for verdict in held:
        quotes = dict.fromkeys(
            span["text"] + (f" ({span['place']})" if "place" in span else "") for span in _all_spans(verdict["clause"])
        )
        typer.echo(f"   {verdict['rule']} ({verdict['severity']}): {', '.join(quotes)}")
    for verdict in facts["rules_now"]:
        if every:
            _say_clause(verdict["clause"], f"{verdict['rule']}: ", 2)
        elif not verdict["held"]:
            typer.echo(f"   not {verdict['rule']}: {_short(verdict['failed_at'])}")
    then = {made["rule"] for made in facts["matches_then"]}
    now = {verdict["rule"] for verdict in held}
    for rule in sorted(then - now):
        typer.echo(f"   {rule}: held when it was read, does not under today's rules")
    for rule in sorted(now - then) if facts["story"] else ():
        typer.echo(f"   {rule}: holds today, did not when it was read")


def _short(words: str) -> str:
    """A condition on about one line: a long list of terms loses its middle, `--all` and JSON have all of it."""
    return words if len(words) <= _ABOUT_A_LINE else f"{words[: _ABOUT_A_LINE - 30]} … {words[-25:]}"


def _all_spans(clause: dict[str, Any]) -> list[dict[str, Any]]:
    if not clause["held"]:
        return []
    return [*clause["spans"], *(span for part in clause["parts"] for span in _all_spans(part))]


def _say_clause(clause: dict[str, Any], lead: str, depth: int) -> None:
    quotes = ", ".join(dict.fromkeys(span["text"] for span in clause["spans"]))
    mark = "holds" if clause["held"] else "does not hold"
    typer.echo(f"{'  ' * depth}{lead}{clause['text']}: {mark}" + (f" ({quotes})" if quotes else ""))
    for part in clause["parts"]:
        _say_clause(part, "", depth + 1)


def _spell(trouble: Mapping[str, Any], loaded: Config) -> str:
    """`blocked from ... to ...: a challenge page`."""
    until = f" to {when(trouble['until'], loaded)}" if trouble["until"] else " until now"
    return f"{trouble['condition']} from {when(trouble['since'], loaded)}{until}" + f": {trouble['detail']}".removesuffix(": ")


def _never_seen(what: str, loaded: Config, connection: Connection, as_json: bool) -> None:
    host = host_of(what)
    fares = fares_of(connection, [source for source in loaded.sources.values() if host and host_of(source.url) == host])
    about = list[dict[str, Any]]()
    for fare in fares:
        troubles = list(conditions.spells(connection, fare.source.id, None, clock.now()))[:_TROUBLES]
        found = {"source": fare.source.id, "enabled": fare.source.enabled, "state": fare.state, "url": fare.source.url}
        about.append({**found, "troubles": troubles})
    if as_json:
        put({"item": None, "asked": what, "sources_on_host": about})
        return
    people.print(f"{what} was never seen.")
    for fare, line in zip(fares, about, strict=True):
        people.print(f"  source {fare.source.id} watches the same host: {state_words(fare)} ({fare.source.url})")
        for trouble in line["troubles"]:
            people.print(f"    it was {_spell(trouble, loaded)}; what it showed then was not read, or not all of it")
        if not line["troubles"] and fare.state not in {DISABLED, Condition.UNPROVEN.value}:
            people.print("    no trouble with it is on record: it did not show this address, or not where it is read")
    if host and not about:
        people.print(f"  no source watches {host}")
