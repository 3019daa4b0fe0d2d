"""The source kind `listing`: an HTML page that lists announcements, each with a page of its own.

The list page is asked for with validators; rows that the last readings held are skipped; the pages of new rows are fetched in the
order of the list. What could not be read is told by its title at once and looked for again at the next poll. Where none of the rows
overlaps with the last readings, further pages are read until one does; where none does, or there are none, that is a `Gap`.
"""

from dataclasses import replace
from typing import ClassVar

from pydantic import BaseModel

from rarewatch.errors import LayoutChanged, SourceFault
from rarewatch.nouns.source import Get, Got, Seen, Source
from rarewatch.sources import Visit
from rarewatch.sources._answers import beginning, damage, page_of, unchanged, validators_of
from rarewatch.sources._articles import Tour, follow
from rarewatch.sources._json import garbled, read_json
from rarewatch.sources._json_paths import find
from rarewatch.sources._listing_options import Options
from rarewatch.sources._listing_pages import Pages
from rarewatch.sources._listing_rows import entry_of, read_rows
from rarewatch.sources._paging import Page, Turning, read_on


class Listing:
    """Reads an HTML page of announcements and the pages it links to."""

    Options: ClassVar[type[BaseModel]] = Options

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once.

        Raises `LayoutChanged` when there are fewer rows than `min_items`, `Refused` when the list page is an anti-bot challenge. A
        fault on an article leaves its row with the title only, without a mark and the reading incomplete, so that the next poll
        reads the list and that article again; so do articles beyond `max_articles`.
        """
        options = source.options
        assert isinstance(options, Options)
        got = yield Get(source.url, validators=seen.validators)
        if (nothing := unchanged(got, seen)) is not None:
            return nothing
        tour, pages = Tour(), Pages(got.url, options.pages)

        def read(answer: Got, least: int = 1) -> Page:
            pages.turned += 1
            return _page(answer, options, pages, tour, least)

        first = read(got, options.min_items)
        # A page that does not say how it goes on may be a part of a list all the same.
        turning = Turning(source.url, 1 if first.last else options.max_pages, lambda number: _ask(pages, number, got.url), read)
        entries = yield from read_on(replace(first, last=False), turning, seen, tour)
        new = [entry for entry in entries if not seen.knows(entry.mark)]
        yield from follow(new, source, options, got, tour)
        return tour.reading(entries, validators_of(got), seen, known=len(entries) - len(new))


def _ask(pages: Pages, number: int, referer: str) -> Get:
    return Get(pages.address(number), headers={"Referer": referer})


def _page(got: Got, options: Options, pages: Pages, tour: Tour, least: int) -> Page:
    """The rows of one page of the list; raises when it is not the page it should be, or has fewer than `least`."""
    markup, faults = _markup(got, options)
    rows = read_rows(markup, got.url, options)
    if len(rows) < least:
        where = f"{options.item!r} in {options.html!r}" if options.html else repr(options.item)
        after = "" if options.html else f"; {beginning(markup, got)}"
        raise LayoutChanged(f"{len(rows)} rows with a link for the selector {where}, at least {least} expected{after}", url=got.url)
    tour.faults += faults if not options.html else [*faults, *garbled([row.title for row in rows if row.title], got.url)]
    pages.learn(markup, got.url)
    return Page([entry_of(row) for row in rows], last=not pages.address(pages.turned + 1))


def _markup(got: Got, options: Options) -> tuple[str, list[SourceFault]]:
    """The list's HTML; where it is a text within JSON, an answer that ends too early holds no list that can be trusted."""
    if not options.html:
        page = page_of(got, options.charset)
        return page.text, damage(page, got)
    document = read_json(got, options.charset)
    markup = find(options.html, document.value)
    if not isinstance(markup, str):
        raise LayoutChanged(f"there is no text at {options.html!r}; {document.start}", url=got.url)
    return markup, list(document.faults)
