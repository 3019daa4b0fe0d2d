"""`sources doctor`: holds each source's YAML to what its site serves today."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from rarewatch import clock, log
from rarewatch.app import open_web
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, fail, people, progress, put, read_config
from rarewatch.cli.sources_look import Fetch, Look, Notes, look
from rarewatch.config import Config
from rarewatch.errors import BadTLS, SourceFault
from rarewatch.fetch.robots import verdict
from rarewatch.fingerprint import Guess, fingerprint
from rarewatch.fingerprint.examine import Evidence, charset_of, examine, newest_of, paging_words
from rarewatch.fingerprint.hits import hits
from rarewatch.nouns.source import Get, Got, Source
from rarewatch.sources import jpaas
from rarewatch.text.urls import canonical


def doctor(
    names: Annotated[
        list[str] | None, typer.Argument(help="Source ids; none means all that are enabled.", show_default=False)
    ] = None,
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read sources once and show what differs from their YAML; nothing is stored and nobody is told.

    Exit code 1 when something differs.
    """
    loaded = read_config(folder)
    for name in names or []:
        if name not in loaded.sources:
            fail(f"there is no source {name!r}; `rarewatch sources` without a name lists them", Exit.MISTAKE)
    chosen = [loaded.sources[name] for name in names] if names else [one for one in loaded.sources.values() if one.enabled]
    lines = asyncio.run(_examined(loaded, chosen))
    for line in lines:
        put(line) if as_json else _say(line)
    differ = sum(bool(line["differs"]) for line in lines)
    people.print(f"{len(lines)} source(s), {differ} differ(s) from the configuration")
    if differ:
        raise typer.Exit(Exit.FAILED)


async def _examined(loaded: Config, chosen: Sequence[Source]) -> list[dict[str, Any]]:
    notes = Notes()
    web = open_web(loaded, memory=notes)
    places = asyncio.Semaphore(loaded.settings.workers.readers)
    async with web:
        with progress("examining", len(chosen)) as bar:

            async def one(source: Source) -> dict[str, Any]:
                async with places:
                    with web.session() as session:
                        line = await _line(source, session.get, notes)
                bar.step()
                return line

            return list(await asyncio.gather(*(one(source) for source in chosen)))


async def _line(source: Source, get: Fetch, notes: Notes) -> dict[str, Any]:
    """Everything that one look at `source` shows."""
    seen = await look(source, get)
    lists, articles = _parted(seen)
    first = lists[0] if lists else None
    evidence = Evidence(
        fault=seen.fault,
        items=seen.items,
        first=first,
        guesses=await asyncio.to_thread(_guesses, lists, source),
        hits=await asyncio.to_thread(hits, source, lists, articles),
        asked=seen.exchanges[0].get.url if seen.exchanges else "",
        page=await _column(source, get),
    )
    diagnosis = examine(source, evidence, clock.now())
    newest = newest_of(seen.items)
    return {
        "source": source.id,
        "condition": diagnosis.condition.value,
        "differs": [log.redact(words) for words in diagnosis.differs],
        "proposed": list(diagnosis.proposed),
        **_transport(source, seen, first, notes),
        "kind": source.kind,
        "looks_like": [guess.kind for guess in evidence.guesses],
        "items": len(seen.items),
        "newest": newest.isoformat() if newest else None,
        "newest_within": source.expects.newest_within,
        "selectors": [{"option": hit.option, "selector": hit.selector, "hits": hit.hits, "of": hit.of} for hit in evidence.hits],
        "paging": paging_words(source, len(seen.items)),
        "article": _article(seen, articles),
        "notes": [log.redact(str(fault)) for fault in seen.reading.faults] if seen.reading else [],
    }


def _guesses(lists: Sequence[Got], source: Source) -> list[Guess]:
    for got in lists[:1]:
        try:
            return fingerprint(got, source.url)
        except SourceFault:
            return []
    return []


async def _column(source: Source, get: Fetch) -> Got | None:
    """The column's page of a JPAAS source whose unit is written down: only there is seen whether that is still right."""
    if not isinstance(source.options, jpaas.Options) or not source.options.unit:
        return None
    try:
        return await get(Get(source.url), source.access)
    except SourceFault:
        return None


def _parted(seen: Look) -> tuple[list[Got], list[Got]]:
    """The answers that make up the list, and those that are articles."""
    entries = {item.url for item in seen.items}
    answers = [(one.get, one.got) for one in seen.exchanges if one.got is not None]
    lists = [got for number, (get, got) in enumerate(answers) if not number or canonical(get.url) not in entries]
    return lists, [got for number, (get, got) in enumerate(answers) if number and canonical(get.url) in entries]


def _transport(source: Source, seen: Look, first: Got | None, notes: Notes) -> dict[str, Any]:
    begun = seen.exchanges[0] if seen.exchanges else None
    parts = urlsplit(source.url)
    note = notes.by_origin.get(f"{parts.scheme}://{parts.netloc}")
    declared, decoded = charset_of(first) if first is not None else ("", None)
    headers: Mapping[str, str] = first.headers if first is not None else {}
    secure = "ok" if parts.scheme == "https" else "none"
    return {
        "url": source.url,
        "landed": first.url if first is not None else None,
        "status": first.status if first is not None else (seen.fault.name if seen.fault else None),
        "seconds": round(begun.seconds, 2) if begun else None,
        "tls": "bad" if isinstance(seen.fault, BadTLS) else secure,
        "robots": "not asked" if not source.access.robots else verdict(note, source.url) if note else "not reached",
        "charset": {"declared": declared, "found": decoded.encoding if decoded else None},
        "validators": {"etag": "etag" in headers, "last_modified": "last-modified" in headers},
    }


def _article(seen: Look, articles: Sequence[Got]) -> dict[str, Any] | None:
    """Of the first article that was fetched: whether it has a title, how much text, and its date."""
    fetched = {canonical(got.url) for got in articles}
    item = next((item for item in seen.items if item.url in fetched), None)
    if item is None:
        return None
    when = item.published.at.isoformat() if item.published else None
    return {"url": item.link, "title": bool(item.title), "characters": len(item.text), "published": when}


def _say(line: Mapping[str, Any]) -> None:
    typer.echo(f"{line['source']}: {line['condition']}")
    typer.echo(f"  {line['url']}" + (f" -> {line['landed']}" if line["landed"] not in {None, line["url"]} else ""))
    asked = [name.replace("_", "-") for name, offered in line["validators"].items() if offered]
    charset = line["charset"]
    about = [
        f"status {line['status']} in {line['seconds']} s",
        f"tls {line['tls']}",
        f"charset {charset['found']} (declared {charset['declared'] or 'nowhere in the header'})",
        "validators: " + (", ".join(asked) or "none"),
    ]
    typer.echo("  " + "; ".join(about))
    typer.echo(f"  robots.txt: {line['robots']}")
    typer.echo(f"  kind {line['kind']}, looks like: {', '.join(line['looks_like']) or 'nothing known'}")
    typer.echo(f"  {line['items']} item(s), the newest of {line['newest'] or 'no known date'}; {line['paging']}")
    for hit in line["selectors"]:
        typer.echo(f"    {hit['option']} {hit['selector']!r}: {hit['hits']}" + (f" of {hit['of']}" if hit["of"] > 1 else ""))
    if article := line["article"]:
        has = "with" if article["title"] else "without"
        typer.echo(
            f"  article {article['url']}: {has} title, {article['characters']} characters, {article['published'] or 'no date'}"
        )
    for words in line["notes"]:
        typer.echo(f"  note: {words}")
    for words in line["differs"]:
        typer.echo(f"  differs: {words}")
    for words in line["proposed"]:
        typer.echo(f"  proposed: {words}")
