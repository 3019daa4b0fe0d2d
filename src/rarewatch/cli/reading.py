"""`read`: what a source, or a saved file, gives."""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from rarewatch import app, clock, log, registry, sources
from rarewatch.cli.article import read_articles
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, fail, people, progress, put, read_config
from rarewatch.config import Config, kinds
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.reader import read as read_yaml
from rarewatch.config.units import Zone
from rarewatch.errors import SourceFault, Unreachable
from rarewatch.fetch import drive
from rarewatch.normalise import normalise
from rarewatch.nouns.item import Item
from rarewatch.nouns.source import Access, Draft, Get, Got, Publisher, Reading, Remembered, Source
from rarewatch.papers.pool import Papers
from rarewatch.text.wording import stamp_words

_NOWHERE = "http://saved.invalid/"
_NOT_FETCHED = "not fetched: a saved file is read"


def read(
    what: Annotated[list[str], typer.Argument(help="Source ids; or, with --kind, --saved or --article, saved files.")],
    kind: Annotated[str, typer.Option(help="Read saved files as this source kind (feed, listing).")] = "",
    url: Annotated[str, typer.Option(help="The address a saved file came from, for relative links.")] = _NOWHERE,
    saved_as: Annotated[str, typer.Option("--saved", help="Read saved files as this configured source.")] = "",
    article: Annotated[bool, typer.Option("--article", help="Read saved files as article pages: title, dates, text.")] = False,
    options: Annotated[str, typer.Option(help="The kind's options, as YAML: '{item: \"ul li\"}'.")] = "",
    content_type: Annotated[str, typer.Option(help="The Content-Type a saved file was served with.")] = "",
    zone: Annotated[str, typer.Option(help="Time zone of dates in saved files.")] = "Asia/Shanghai",
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a source gives right now, or what a saved file would give; nothing is stored and nobody is told.

    Exit code 1 when something could not be read.
    """
    failed = 0
    if article:
        if kind or saved_as:
            fail("--article reads a page by itself: it goes with neither --kind nor --saved", Exit.MISTAKE)
        failed = read_articles(what, "" if url == _NOWHERE else url, content_type, _zone(zone), as_json=as_json)
    elif not kind and not saved_as:
        failed = asyncio.run(_live(read_config(folder), what, as_json))
    else:
        source = _configured(read_config(folder), saved_as) if saved_as else _made(kind, url, options, zone)
        with progress("reading", len(what)) as bar:
            for name in what:
                failed += _from_file(name, source, content_type, as_json)
                bar.step()
    if failed:
        raise typer.Exit(Exit.FAILED)


def _configured(loaded: Config, name: str) -> Source:
    if name not in loaded.sources:
        file = "; to read a saved file, add --saved SOURCE or --kind KIND" if Path(name).is_file() else ""
        fail(f"there is no source {name!r}; `rarewatch sources` lists them{file}", Exit.MISTAKE)
    return loaded.sources[name]


def _made(kind: str, url: str, options: str, zone: str) -> Source:
    mistakes = Mistakes()
    node, mistakes.errors = read_yaml("--options", (options or "{}").encode())
    checked = kinds.options(sources.KINDS, kind, node, mistakes)
    mistakes.raise_all()
    assert checked is not None
    return Source("saved", kind, url, Publisher("saved", "saved file"), options=checked, time_zone=_zone(zone))


def _zone(name: str) -> str:
    try:
        TypeAdapter[str](Zone).validate_python(name)
    except ValidationError as error:
        fail(f"--zone: {name!r} {error.errors()[0]['msg']}", Exit.MISTAKE)
    return name


async def _live(loaded: Config, names: Sequence[str], as_json: bool) -> int:
    failed = 0
    async with app.open_web(loaded) as web, Papers() as papers:
        for name in names:
            source = _configured(loaded, name)
            visit = registry.load(sources.KINDS, source.kind)().read(source, Remembered())
            try:
                with web.session() as session:
                    reading = await drive(visit, source.access, session.get, read_paper=papers.read)
            except SourceFault as fault:
                people.print(f"{name}: {log.redact(str(fault))}")
                failed += 1
                continue
            failed += _show(name, source, reading, as_json, reading.faults)
    return failed


def _from_file(name: str, source: Source, content_type: str, as_json: bool) -> int:
    try:
        body = Path(name).read_bytes()
    except OSError as error:
        people.print(f"{name}: cannot be read: {error.strerror}")
        return 1
    try:
        reading = asyncio.run(_drive_saved(source, _Saved(body, content_type)))
    except SourceFault as fault:
        people.print(f"{name}: {fault}")
        return 1
    return _show(name, source, reading, as_json, [fault for fault in reading.faults if _NOT_FETCHED not in fault.detail])


async def _drive_saved(source: Source, saved: "_Saved") -> Reading:
    async with Papers() as papers:
        return await drive(_visit(source), Access(), saved.get, read_paper=papers.read)


def _visit(source: Source) -> sources.Visit:
    kind: sources.SourceKind = registry.load(sources.KINDS, source.kind)()
    return kind.read(source, Remembered())


class _Saved:
    """Answers the first request with a saved file and no other."""

    def __init__(self, body: bytes, content_type: str) -> None:
        """`content_type` may be ""."""
        self._body: bytes | None = body
        self._headers = {"content-type": content_type} if content_type else {}

    async def get(self, get: Get, _access: Access) -> Got:
        """The file, once."""
        if self._body is None:
            raise Unreachable(_NOT_FETCHED, url=get.url)
        body, self._body = self._body, None
        return Got(get.url, 200, self._headers, body, hashlib.sha256(body).hexdigest(), clock.now())


def _show(name: str, source: Source, reading: Reading, as_json: bool, faults: Iterable[SourceFault]) -> int:
    now = clock.now()
    troubles = list(faults)
    for draft in reading.drafts:
        item = normalise(draft, source, now)
        put(_line(name, item, draft)) if as_json else _say(item, source, draft)
    for fault in troubles:
        people.print(f"{name}: {log.redact(str(fault))}")
    people.print(f"{name}: {len(reading.drafts)} item(s)" + ("" if reading.complete or not troubles else ", not all could be read"))
    return 1 if troubles else 0


def _line(name: str, item: Item, draft: Draft) -> dict[str, Any]:
    stamp = item.published
    return {
        "from": name,
        "key": item.key,
        "url": item.link,
        "title": item.title,
        "published": stamp.at.isoformat() if stamp else None,
        "precision": stamp.precision if stamp else None,
        "printed": list(draft.dates),
        "author": item.author,
        "origin": item.origin,
        "language": item.language,
        "title_only": item.title_only,
        "text": item.text,
        "attachment": item.attachment,
        "documents": [
            {
                "name": paper.name,
                "url": paper.url,
                "kind": paper.kind,
                "state": paper.state,
                "pages": len(paper.pages),
                "detail": paper.detail,
            }
            for paper in draft.papers
        ],
    }


def _say(item: Item, source: Source, draft: Draft) -> None:
    when = stamp_words(item.published, source.time_zone)
    typer.echo(f"{when}  {item.title}\n    {item.link}" + (f"\n    {item.text[:160].strip()}" if item.text else ""))
    for paper in draft.papers:
        said = f"{len(paper.pages)} page(s), {paper.pages[0][:80].strip()!r}" if paper.pages else paper.detail
        typer.echo(f"    [{paper.kind or 'document'}, {paper.state}] {paper.name or paper.url}: {said}")
