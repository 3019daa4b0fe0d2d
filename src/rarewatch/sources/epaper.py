"""The source kind `epaper`: a newspaper as Founder's system shows it, one layout page for each page of paper, articles behind them.

The address is that of today's first page or of a stub that leads there; the layout page names all pages of the day, each page its
articles. The day stands in the addresses, no article has a time.
"""

import re
from collections.abc import Generator
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field
from selectolax.lexbor import LexborHTMLParser

from rarewatch.errors import LayoutChanged, SourceFault
from rarewatch.nouns.source import Get, Got, Seen, Source
from rarewatch.sources import Visit
from rarewatch.sources._answers import beginning, damage, page_of, unchanged, validators_of
from rarewatch.sources._articles import Entry, Tour, follow
from rarewatch.sources._links import absolute, line, mark_of, may_fetch
from rarewatch.sources._onward import onward
from rarewatch.sources._options import Css, FollowOptions
from rarewatch.text.urls import canonical, host_of

_DAY = re.compile(r"/(20\d\d)[-/]?(\d\d)[-/]?(\d\d)/")


class Options(FollowOptions):
    """The keys under `options:` of a source with `kind: epaper`."""

    pages: Annotated[Css, Field(description="CSS of the links from a layout page to the pages of the day")] = (
        "#list a, #pageLink, a[href*=node_]"
    )
    item: Annotated[Css, Field(description="CSS of the links from a layout page to its articles")] = (
        ".news-list a, #titleList a, map area, a[href*=content_]"
    )
    max_pages: Annotated[int, Field(description="pages of paper read in one poll at most", ge=1, le=100)] = 40
    min_items: Annotated[int, Field(description="fewer articles than this in a day mean that the layout has changed", ge=1)] = 1


class EPaper:
    """Reads the pages of a day and the articles on them."""

    Options: ClassVar[type[BaseModel]] = Options

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once.

        Raises `LayoutChanged` where the day has fewer articles than `min_items`, `Refused` where it is an anti-bot page.
        A page that fails later is noted and the reading is not complete.
        """
        options = source.options
        assert isinstance(options, Options)
        got = yield Get(source.url, validators=seen.validators)
        if (nothing := unchanged(got, seen)) is not None:
            return nothing
        validators, tour = validators_of(got), Tour()
        target = onward(page_of(got, options.charset).text, got.url)
        if target and may_fetch(target, (host_of(source.url), host_of(got.url)), options.allow_hosts):
            got = yield Get(target, headers={"Referer": got.url})
        entries = yield from _of_the_day(got, source, options, tour)
        if len(entries) < options.min_items:
            raise LayoutChanged(
                f"{len(entries)} articles for the selector {options.item!r}, at least {options.min_items} expected; "
                + beginning(page_of(got, options.charset).text, got),
                url=got.url,
            )
        new = [entry for entry in entries if not seen.knows(entry.mark)]
        yield from follow(new, source, options, got, tour)
        return tour.reading(entries, validators, seen, known=len(entries) - len(new))


def _of_the_day(first: Got, source: Source, options: Options, tour: Tour) -> Generator[Get, Got, list[Entry]]:
    """The articles on all the pages that the first one names, page by page."""
    entries: dict[str, Entry] = {}
    own = (host_of(source.url), host_of(first.url))
    day = _day(first.url)
    named = [(url, name) for url, name in _links(first, options.pages, options) if may_fetch(url, own, options.allow_hosts)]
    others = {canonical(url): url for url, _ in named if _day(url) == day and canonical(url) != canonical(first.url)}
    _gather(first, options, entries, tour)
    if len(others) >= options.max_pages:
        tour.faults.append(LayoutChanged(f"{len(others) + 1} pages, only {options.max_pages} were read", url=first.url))
    for url in list(others.values())[: options.max_pages - 1]:
        try:
            got = yield Get(url, headers={"Referer": first.url})
            _gather(got, options, entries, tour)
        except SourceFault as fault:
            tour.stopped(fault)
            if tour.over:
                break
    return list(entries.values())


def _gather(got: Got, options: Options, entries: dict[str, Entry], tour: Tour) -> None:
    """Add the articles of one page; of several links to one article the longest title counts."""
    tour.faults += damage(page_of(got, options.charset), got)
    pages = {canonical(url) for url, _ in _links(got, options.pages, options)}
    for url, title in _links(got, options.item, options):
        address = canonical(url)
        if address in pages or address == canonical(got.url):
            continue
        before = entries.get(address)
        if before is None or len(title) > len(before.title):
            entries[address] = Entry(url, title, mark_of(url), tuple(filter(None, (_day(url) or _day(got.url),))))


def _links(got: Got, css: str, options: Options) -> list[tuple[str, str]]:
    page = LexborHTMLParser(page_of(got, options.charset).text.replace("\0", ""))
    links = []
    for node in page.css(css):
        url = absolute(node.attributes.get("href") or "", got.url)
        if url:
            links.append((url, line(node.text()) or line(node.attributes.get("title") or "")))
    return links


def _day(url: str) -> str:
    """The day in an address, as YYYY-MM-DD; "" where there is none."""
    found = _DAY.search(url)
    return "-".join(found.groups()) if found else ""
