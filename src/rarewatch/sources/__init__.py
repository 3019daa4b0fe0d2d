"""The seam for source kinds: each is one file here and one line in `KINDS`.

A kind is sans-I/O: `read` is a generator that yields the requests it wants and is sent the answers; whoever drives it does the
I/O. When a request fails, the fault is thrown into the generator at the `yield`: a kind that can go on without that answer
catches it, notes it in `Reading.faults` and keeps what it has; one that cannot lets it pass.
"""

from collections.abc import Generator
from typing import ClassVar, Protocol, TypeAlias

from pydantic import BaseModel

from rarewatch.nouns.source import Get, Got, Reading, Seen, Source

Visit: TypeAlias = Generator[Get, Got, Reading]


class SourceKind(Protocol):
    """What every source kind must be; `tests/contracts/test_sources.py` holds each to it."""

    Options: ClassVar[type[BaseModel]]
    """The keys allowed under `options:` in a source's YAML."""

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once.

        Yields `Get`s, is sent `Got`s, returns a `Reading`. The same bytes give the same drafts. A page that no longer has the
        expected shape raises `LayoutChanged`, it never reads as "no news".
        """
        ...


KINDS: dict[str, str] = {
    "epaper": "rarewatch.sources.epaper:EPaper",
    "feed": "rarewatch.sources.feed:Feed",
    "filing": "rarewatch.sources.filing:Filing",
    "govcn_json": "rarewatch.sources.govcn_json:GovCnJson",
    "jpaas": "rarewatch.sources.jpaas:Jpaas",
    "jpage": "rarewatch.sources.jpage:JPage",
    "json_list": "rarewatch.sources.json_list:JsonList",
    "listing": "rarewatch.sources.listing:Listing",
    "page": "rarewatch.sources.page:Page",
    "sitemap": "rarewatch.sources.sitemap:SitemapKind",
    "xinhua_ds": "rarewatch.sources.xinhua_ds:XinhuaDs",
}
