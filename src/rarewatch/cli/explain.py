"""`explain`: why an announcement did or did not become an alert, step by step."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy import Connection
from sqlalchemy.engine import Row

from rarewatch import clock
from rarewatch.cli.archive import looking, when
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, people, put, read_config
from rarewatch.cli.sources_fare import DISABLED, fares_of
from rarewatch.cli.sources_show import state_words
from rarewatch.config import Config
from rarewatch.match import Compiled, failing
from rarewatch.normalise import about
from rarewatch.nouns.alert import OWN, Reason, Subscription, Verdict
from rarewatch.nouns.health import Condition
from rarewatch.nouns.item import Item, Status
from rarewatch.nouns.paper import page_at
from rarewatch.nouns.watch import About, Clause, Rule, Span
from rarewatch.stores import conditions, views
from rarewatch.text.urls import canonical, host_of
from rarewatch.text.wording import stamp_words

_ABOUT_A_LINE = 120
_TROUBLES = 10
REASONS = {
    Reason.FIRST: "told: the first on this story",
    Reason.SEEN: "not told: seen before",
    Reason.BASELINE: "not told: it belongs to the past of a source that was new",
    Reason.NO_MATCH: "not told: no rule held",
    Reason.NOT_SUBSCRIBED: "not told: none of this subscriber's rules held",
    Reason.BELOW_SEVERITY: "not told: less severe than this subscriber asks for",
    Reason.ALREADY_TOLD: "not told again: this subscriber was told of the story before",
    Reason.NOTICE: "told: a notice to operators",
}


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
            facts = _facts(item, row, compiled, connection, known, loaded.audience)
            put(facts) if as_json else _say(item, facts, loaded, every)


def _decided(item: Item, row: Row[Any], audience: Sequence[Subscription], connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Subscriber, verdict and reason: as recorded; of a source's past nothing is, for it was nobody's news."""
    recorded = views.decisions_of(connection, item.id)
    for made in recorded:
        yield made["subscription"], made["verdict"], made["reason"]
    if not recorded and row.status == Status.BASELINE.value:
        for subscription in (one for one in audience if not one.operator):
            yield subscription.id, Verdict.SKIP.value, Reason.BASELINE.value


def _facts(
    item: Item, row: Row[Any], compiled: Compiled, connection: Connection, known: About, audience: Sequence[Subscription]
) -> dict[str, Any]:
    story = views.story_of(connection, item.id)
    rules = compiled.explain(item.title, item.text, item.attachment, about=known) if item.source != OWN.id else ()
    published = item.published.at if item.published else None
    return {
        "item": item.id,
        "source": item.source,
        "title": item.title,
        "link": item.link,
        "published": item.published.at.isoformat() if item.published else None,
        "precision": item.published.precision if item.published else None,
        "seen_at": item.seen_at.isoformat(),
        "admitted": {
            "status": row.status,
            "why": row.why,
            "revisions": row.revision,
            "title_only": item.title_only,
            "papers": item.paper_note,
        },
        "source_troubles": list(conditions.spells(connection, item.source, published or item.seen_at, item.seen_at)),
        "rules_now": [_verdict(rule, clause, item) for rule, clause in rules],
        "matches_then": [
            {"rule": m.rule, "version": m.rule_digest, "severity": m.severity.label, "evidence": [_span(s, item) for s in m.spans]}
            for m in views.matches_of(connection, item.id)
        ],
        "story": story,
        "decisions": [
            {"subscription": who, "verdict": verdict, "reason": reason, "words": REASONS[Reason(reason)]}
            for who, verdict, reason in _decided(item, row, audience, connection)
        ],
        "deliveries": list(views.deliveries_of(connection, story["id"])) if story else [],
    }


def _span(span: Span, item: Item) -> dict[str, Any]:
    page = page_at(item.pages, span.start) if span.field == "attachment" else None
    told = {"field": span.field, "start": span.start, "end": span.end, "text": span.text}
    return told | ({"place": page.place} if page else {})


def _verdict(rule: Rule, clause: Clause, item: Item) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "version": rule.digest,
        "severity": rule.severity.label,
        "held": clause.held,
        "failed_at": _failed_at(clause),
        "clause": _clause(clause, item),
    }


def _failed_at(clause: Clause) -> str:
    """The condition that decided against a rule, in words; "" for a rule that holds."""
    decided = failing(clause)
    if decided is None:
        return ""
    return f"it must not hold: {decided.text}" if decided.held else decided.text


def _clause(clause: Clause, item: Item) -> dict[str, Any]:
    return {
        "text": clause.text,
        "held": clause.held,
        "spans": [_span(span, item) for span in clause.spans],
        "parts": [_clause(part, item) for part in clause.parts],
    }


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
