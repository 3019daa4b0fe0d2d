"""One look at a source as `sources new` and `sources doctor` take it: little is fetched, and every answer is kept."""

import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from pydantic import BaseModel

from rarewatch import clock, registry, sources
from rarewatch.errors import SourceFault, Unreachable
from rarewatch.fetch import drive
from rarewatch.normalise import normalise
from rarewatch.nouns.item import Item
from rarewatch.nouns.robots import RobotsNote
from rarewatch.nouns.source import Access, Get, Got, Reading, Remembered, Source

Fetch: TypeAlias = Callable[[Get, Access], Awaitable[Got]]

NOT_FETCHED = "not fetched: a saved file is read"
_SAMPLED = {"max_articles": 2, "max_sitemaps": 1, "attachments": 0, "documents": 0}
_PAPER = 3  # pages of a newspaper


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its answer or its fault; `seconds` from the host's turn to the end of the answer."""

    get: Get
    got: Got | None
    fault: SourceFault | None
    seconds: float


@dataclass(slots=True)
class Look:
    """What one visit gave: its reading or the fault that ended it, items made of the drafts, and all that was asked."""

    reading: Reading | None = None
    fault: SourceFault | None = None
    items: list[Item] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)


class Notes:
    """What robots.txt said on the way, by origin; forgotten with the command."""

    def __init__(self) -> None:
        self.by_origin: dict[str, RobotsNote] = {}

    async def load(self, origin: str) -> RobotsNote | None:
        """What was recorded of `origin`."""
        return self.by_origin.get(origin)

    async def save(self, note: RobotsNote) -> None:
        """Keep `note`."""
        self.by_origin[note.origin] = note


async def look(source: Source, get: Fetch) -> Look:
    """Read `source` as if for the first time, with two articles at most; raises nothing that the source is at fault for."""
    seen = Look()
    sampled = _sampled(source)

    async def asked(wish: Get, access: Access) -> Got:
        started = time.monotonic()
        try:
            got = await get(wish, access)
        except SourceFault as fault:
            seen.exchanges.append(Exchange(wish, None, fault, time.monotonic() - started))
            raise
        seen.exchanges.append(Exchange(wish, got, None, time.monotonic() - started))
        return got

    visit: sources.Visit = registry.load(sources.KINDS, source.kind)().read(sampled, Remembered())
    try:
        seen.reading = await drive(visit, source.access, asked)
    except SourceFault as fault:
        seen.fault = fault
    else:
        now = clock.now()
        seen.items = [normalise(draft, source, now) for draft in seen.reading.drafts]
    return seen


def _sampled(source: Source) -> Source:
    """`source` with options that fetch little."""
    options = source.options
    if not isinstance(options, BaseModel):
        return source
    less = {name: value for name, value in _SAMPLED.items() if name in type(options).model_fields}
    if source.kind == "epaper":
        less["max_pages"] = _PAPER
    return replace(source, options=options.model_copy(update=less))


class Saved:
    """Answers requests for the page's own address with a saved file, and no other."""

    def __init__(self, body: bytes, url: str) -> None:
        """`url` is where the file came from."""
        self._body, self._url = body, url

    async def get(self, get: Get, _access: Access) -> Got:
        """The file; raises `Unreachable` for another address."""
        if get.url != self._url or get.method != "GET":
            raise Unreachable(NOT_FETCHED, url=get.url)
        return Got(get.url, 200, {}, self._body, hashlib.sha256(self._body).hexdigest(), clock.now())
