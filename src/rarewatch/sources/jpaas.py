"""The source kind `jpaas`: the lists of Hanweb's newer content system, which a script builds from HTML inside JSON.

The page names in a script which unit builds its list; the ids in there change when a site is rebuilt, so they are looked up at
every visit. The unit is asked as the page itself would ask it, and for further pages until one overlaps with what is known.
"""

from typing import Annotated, ClassVar
from urllib.parse import urljoin

from pydantic import BaseModel, Field

from rarewatch.errors import LayoutChanged
from rarewatch.nouns.source import Get, Got, Seen, Source, Validators
from rarewatch.sources import Visit
from rarewatch.sources._answers import unchanged, validators_of
from rarewatch.sources._articles import Tour, follow
from rarewatch.sources._jpaas_unit import API, Unit, choose, find_units, list_html, size_of
from rarewatch.sources._json import garbled, read_json
from rarewatch.sources._listing_options import RowOptions
from rarewatch.sources._listing_rows import entry_of, read_records
from rarewatch.sources._options import Css
from rarewatch.sources._paging import Page, Turning, read_on
from rarewatch.sources._two_steps import conditional, found_at, looked_up


class Options(RowOptions):
    """The keys under `options:` of a source with `kind: jpaas`."""

    item: Annotated[Css, Field(description="CSS selector of a row in the list that the unit answers with")] = "li, tr"
    tag: Annotated[str, Field(description="tag id of the unit that builds the list, or a part of it, where it cannot be told")] = ""
    unit: Annotated[
        dict[str, Annotated[str, Field(coerce_numbers_to_str=True)]],
        Field(
            description="what the unit is asked with (webId, pageId, tplSetId, ...), where the page is not to be asked for it",
            default_factory=dict,
        ),
    ]
    page_size: Annotated[
        int | None, Field(description="rows asked for at once; default: what the page itself shows", ge=1, le=100)
    ] = None
    max_pages: Annotated[int, Field(description="pages of the list read in one poll at most", ge=1, le=50)] = 5


class Jpaas:
    """Reads the list that a page's unit builds, and the pages its rows link to."""

    Options: ClassVar[type[BaseModel]] = Options

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once; `url` is the column's page.

        Raises `LayoutChanged` where the page names no unit, the unit gives no list or one of fewer rows than `min_items`, `Refused`
        where either answers with an anti-bot challenge.
        """
        options = source.options
        assert isinstance(options, Options)
        unit = Unit(urljoin(source.url, API), options.unit)
        if not options.unit:
            page = yield Get(source.url)
            unit = choose(find_units(looked_up(page, options.charset), page.url), options.tag, page.url)
        got = yield _ask(unit, source, 1, options.page_size, conditional(unit.address(), seen))
        if (nothing := unchanged(got, seen)) is not None:
            return nothing
        tour = Tour()
        first, size = _page(got, source, options, tour)
        if len(first.entries) < options.min_items:
            raise LayoutChanged(
                f"{len(first.entries)} rows with a link for the selector {options.item!r}, at least {options.min_items} expected",
                url=got.url,
            )
        turning = Turning(
            scope=source.url,
            most=options.max_pages,
            ask=lambda number: _ask(unit, source, number, options.page_size or size),
            read=lambda answer: _page(answer, source, options, tour)[0],
        )
        entries = yield from read_on(first, turning, seen, tour)
        new = [entry for entry in entries if not seen.knows(entry.mark)]
        yield from follow(new, source, options, got, tour)
        reading = tour.reading(entries, validators_of(got), seen, known=len(entries) - len(new))
        return found_at(unit.address(), reading)


def _ask(unit: Unit, source: Source, number: int, size: int | None, validators: Validators | None = None) -> Get:
    headers = {
        "Accept": "application/json, text/javascript, */*;q=0.5",
        "Referer": source.url,
        "X-Requested-With": "XMLHttpRequest",
    }
    return Get(unit.address(number, size), headers=headers, validators=validators)


def _page(got: Got, source: Source, options: Options, tour: Tour) -> tuple[Page, int]:
    """The rows of a unit's answer, and how many of them make a page; notes in `tour` what could not be read of it."""
    document = read_json(got, options.charset)
    markup = list_html(document.value, got.url)
    entries = [entry_of(row) for row in read_records(markup, source.url, options.item, options)]
    tour.faults += [*document.faults, *garbled([entry.title for entry in entries if entry.title], got.url)]
    tour.list_complete = tour.list_complete and document.whole
    return Page(entries), size_of(markup, len(entries))
