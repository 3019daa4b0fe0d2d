"""The source kind `listing`: an HTML page that lists announcements, each with a page of its own.

The list page is asked for with validators; rows that the last readings held are skipped; the pages of new rows are fetched in the
order of the list. What could not be read is told by its title at once and looked for again at the next poll.
"""

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
from rarewatch.sources._listing_rows import Row, entry_of, read_rows


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
        rows, faults = _rows(got, options)
        entries = [entry_of(row) for row in rows]
        new = [entry for entry in entries if not seen.knows(entry.mark)]
        tour = Tour(faults=faults)
        yield from follow(new, source, options, got, tour)
        return tour.reading(entries, validators_of(got), seen, known=len(entries) - len(new))


def _rows(got: Got, options: Options) -> tuple[list[Row], list[SourceFault]]:
    """The rows of the list page, and what is to be said of it; raises when it is not the page it should be."""
    if options.html:
        return _rows_in_json(got, options)
    page = page_of(got, options.charset)
    rows = read_rows(page.text, got.url, options)
    if len(rows) < options.min_items:
        raise LayoutChanged(
            f"{len(rows)} rows with a link for the selector {options.item!r}, at least {options.min_items} expected; "
            + beginning(page.text, got),
            url=got.url,
        )
    return rows, damage(page, got)


def _rows_in_json(got: Got, options: Options) -> tuple[list[Row], list[SourceFault]]:
    """The same where the list's HTML is a text within JSON; an answer that ends too early holds no list that can be trusted."""
    document = read_json(got, options.charset)
    markup = find(options.html, document.value)
    if not isinstance(markup, str):
        raise LayoutChanged(f"there is no text at {options.html!r}; {document.start}", url=got.url)
    rows = read_rows(markup, got.url, options)
    if len(rows) < options.min_items:
        raise LayoutChanged(
            f"{len(rows)} rows with a link for the selector {options.item!r} in {options.html!r}, "
            f"at least {options.min_items} expected",
            url=got.url,
        )
    return rows, [*document.faults, *garbled([row.title for row in rows if row.title], got.url)]
