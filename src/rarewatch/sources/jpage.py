"""The source kind `jpage`: the lists of Hanweb's older content system, whose rows stand as XML inside the page.

The page carries its first rows in a recordset; further ones come from a proxy that the page names, one group at a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal
from urllib.parse import urljoin

from pydantic import BaseModel, Field

from rarewatch.errors import Gap, LayoutChanged, Truncated
from rarewatch.nouns.source import Get, Got, Seen, Source
from rarewatch.sources import Visit
from rarewatch.sources._answers import beginning, damage, page_of, unchanged, validators_of
from rarewatch.sources._articles import Tour, follow
from rarewatch.sources._jpage_records import Records, proxy_of, read_recordset
from rarewatch.sources._listing_options import RowOptions
from rarewatch.sources._listing_rows import MOST_ROWS, entry_of, read_record
from rarewatch.sources._paging import Page, Turning, overlaps, read_on
from rarewatch.sources._requests import post_form, with_query

_REPEATS = 3  # pages of the proxy that may show again what the list's own page holds: it starts with a group of three


class Options(RowOptions):
    """The keys under `options:` of a source with `kind: jpage`."""

    unit: Annotated[
        str, Field(description="id of the element whose recordset is read, where the page has several; default: all of them")
    ] = ""
    paging: Annotated[
        Literal["auto", "page", "record", "none"],
        Field(
            description="how further rows are asked for: auto takes the address the recordset names, else counts pages; "
            "page counts pages, record counts rows; none reads the page alone"
        ),
    ] = "auto"
    post: Annotated[bool, Field(description="whether the proxy is asked by POST")] = False
    per_page: Annotated[int, Field(description="rows asked for at once where paging is record", ge=1, le=100)] = 15
    max_pages: Annotated[int, Field(description="pages read in one poll at most, the list's own counted", ge=1, le=50)] = 5


class JPage:
    """Reads a list page with a recordset, the groups behind it, and the pages its rows link to."""

    Options: ClassVar[type[BaseModel]] = Options

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once; `url` is the column's page, or its proxy's address.

        Raises `LayoutChanged` where there is no recordset or one of fewer rows than `min_items`, `Refused` where the page is an
        anti-bot challenge. A recordset that ends within a row gives the rows before, and the reading is not complete.
        """
        options = source.options
        assert isinstance(options, Options)
        got = yield Get(source.url, validators=seen.validators)
        if (nothing := unchanged(got, seen)) is not None:
            return nothing
        tour = Tour()
        reader = _Reader(source, options, tour)
        first = reader.read(got)
        if len(first.entries) < options.min_items:
            raise LayoutChanged(
                f"{len(first.entries)} rows with a link in the recordset, at least {options.min_items} expected", url=got.url
            )
        reader.rows = len(first.entries)
        turning = Turning(source.url, options.max_pages, reader.ask, reader.read, _REPEATS)
        entries = yield from read_on(first, turning, seen, tour)
        if reader.ends_short(len(entries)) and not (seen.blank or overlaps(reader.page.entries, seen)):
            tour.faults.append(Gap("no overlap with the last reading, and there is no way to further rows", url=got.url))
            tour.list_complete = False
        new = [entry for entry in entries if not seen.knows(entry.mark)]
        yield from follow(new, source, options, got, tour)
        return tour.reading(entries, validators_of(got), seen, known=len(entries) - len(new))


@dataclass(slots=True)
class _Reader:
    """Reads pages and knows, from what they say, how the next is asked for.

    `rows` is how many the list's own page has, `total` how many there are in all, where a page says so; `page` is the last one
    read, `number` its number.
    """

    source: Source
    options: Options
    tour: Tour
    rows: int = 0
    number: int = 0
    page: Page = field(default_factory=lambda: Page(()))
    total: int | None = None
    next_group: str = ""
    proxy: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def read(self, got: Got) -> Page:
        """The rows of an answer; raises `LayoutChanged` where it holds no recordset."""
        page = page_of(got, self.options.charset)
        records = read_recordset(page.text, self.options.unit)
        if not records.found:
            where = f"in the element {self.options.unit!r}" if self.options.unit else "on the page"
            raise LayoutChanged(f"there is no recordset {where}; {beginning(page.text, got)}", url=got.url)
        self.tour.faults += damage(page, got)
        if records.cut:
            self.tour.faults.append(Truncated("the recordset ends within a row; the rows before were kept", url=got.url))
            self.tour.list_complete = False
        if len(records.html) > MOST_ROWS:
            said = f"{len(records.html)} rows on one page, only the first {MOST_ROWS} were read"
            self.tour.faults.append(LayoutChanged(said, url=got.url))
        self._learn(records, page.text, got)
        rows = (read_record(html, self.source.url, self.options) for html in records.html[:MOST_ROWS])
        entries = {row.mark: entry_of(row) for row in rows if row}
        self.number += 1
        # A way on is asked for only where the page has one; a list that says how long it is ends there.
        self.page = Page(list(entries.values()), last=not self._way() or (self.total is not None and self.total <= len(entries)))
        return self.page

    def ask(self, number: int) -> Get:
        """The request for the page of a number, from 2."""
        headers = {"Referer": self.source.url, "X-Requested-With": "XMLHttpRequest"}
        url, parameters = self._way(), {}
        if self.options.paging == "record":
            start = self.rows + (number - 2) * self.options.per_page + 1
            size = self.options.per_page
            parameters = {"startrecord": str(start), "endrecord": str(start + size - 1), "perpage": str(size), **self.parameters}
        elif self.options.paging == "page" or not self.next_group:
            parameters = {"page": str(number), **self.parameters}
        if self.options.post:
            return post_form(url, parameters, headers=headers)
        return Get(with_query(url, parameters) if parameters else url, headers=headers)

    def ends_short(self, rows: int) -> bool:
        """Whether the last page read led nowhere although the list has more than `rows`, or may have.

        A page of the proxy without a next group is the end of a list that does not say how long it is; the list's own page is not.
        """
        return self.page.last and (self.total > rows if self.total is not None else self.number == 1)

    def _learn(self, records: Records, text: str, got: Got) -> None:
        self.total = records.total if records.total is not None else self.total
        self.next_group = urljoin(got.url, records.next_group) if records.next_group else ""
        proxy, parameters = proxy_of(text)
        if proxy:
            self.proxy, self.parameters = urljoin(got.url, proxy), parameters

    def _way(self) -> str:
        """The address that further rows come from, "" for none."""
        if self.options.paging == "none":
            return ""
        return (self.next_group if self.options.paging == "auto" else "") or self.proxy or self.next_group
