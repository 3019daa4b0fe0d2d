"""The source kind `json_list`: an address that answers with a list in JSON or JSONP, asked by GET or POST.

JMESPath says where the items stand and what each of their fields is. Items that hold their whole text are told as they are; of the
others the pages are fetched. Further pages are turned until one overlaps with what is known.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import BaseModel

from rarewatch.errors import LayoutChanged, SourceFault
from rarewatch.nouns.source import Get, Got, Seen, Source, Validators
from rarewatch.sources import Visit
from rarewatch.sources._answers import unchanged, validators_of
from rarewatch.sources._articles import Entry, Tour, follow
from rarewatch.sources._feed_drafts import words
from rarewatch.sources._json import Document, garbled, read_json
from rarewatch.sources._json_options import Options
from rarewatch.sources._json_paths import find, is_null, written
from rarewatch.sources._links import absolute, line, mark_of
from rarewatch.sources._paging import Page, Turning, read_on
from rarewatch.sources._requests import post_form, post_json, with_query

_ACCEPT = {"Accept": "application/json, text/javascript, */*;q=0.5"}
_MOST = 2_000  # items read of one page: as many marks as are remembered of a source


class JsonList:
    """Reads a list in JSON and, where it gives only titles, the pages it links to."""

    Options: ClassVar[type[BaseModel]] = Options

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once.

        Raises `LayoutChanged` where the answer is no JSON, or holds no list at `items` or one of fewer than `min_items`; `Refused`
        where it is an anti-bot page; `BadEncoding` where most titles came as question marks. An answer that ends too early gives
        the items before its end, and the reading is not complete.
        """
        options = source.options
        assert isinstance(options, Options)
        got = yield _ask(source, options, 1, seen.validators)
        if (nothing := unchanged(got, seen)) is not None:
            return nothing
        tour = Tour()

        def read(answer: Got) -> Page:
            return _page(answer, options, tour)

        first = read(got)
        if len(first.entries) < options.min_items:
            raise LayoutChanged(
                f"{len(first.entries)} items at {options.items!r}, at least {options.min_items} expected", url=got.url
            )
        most = options.page.max_pages if options.page else 1
        turning = Turning(source.url, most, lambda number: _ask(source, options, number), read)
        entries = yield from read_on(first, turning, seen, tour)
        new = [entry for entry in entries if not seen.knows(entry.mark)]
        yield from follow(new, source, options, got, tour)
        return tour.reading(entries, validators_of(got), seen, known=len(entries) - len(new))


def _ask(source: Source, options: Options, number: int, validators: Validators | None = None) -> Get:
    """The request for a page of the list; the first is asked for exactly as the source says."""
    url, form, body = source.url, options.form, options.body
    if options.page and number > 1:
        turned = {options.page.name: options.page.first + (number - 1) * options.page.step}
        if options.page.where == "query":
            url = with_query(url, turned)
        elif form is not None:
            form = {**form, **turned}
        elif body is not None:
            body = {**body, **turned}
    if form is not None:
        return post_form(url, form, headers=_ACCEPT, validators=validators)
    if body is not None:
        return post_json(url, body, headers=_ACCEPT, validators=validators)
    return Get(url, headers=_ACCEPT, validators=validators)


def _page(got: Got, options: Options, tour: Tour) -> Page:
    """The entries of one answer; notes in `tour` what could not be read of it."""
    document = read_json(got, options.charset)
    items = _items(document, got, options)
    entries = list({entry.mark: entry for item in items[:_MOST] if (entry := _entry(item, got, options))}.values())
    faults = [*document.faults, *_odd(items, entries, got), *garbled([entry.title for entry in entries if entry.title], got.url)]
    tour.faults += faults
    tour.list_complete = tour.list_complete and document.whole
    return Page(entries, last=not items or bool(options.page and len(items) < options.page.size))


def _items(document: Document, got: Got, options: Options) -> list[Any]:
    items = find(options.items, document.value)
    if isinstance(items, list):
        return items
    if is_null(options.items, document.value):
        return []
    raise LayoutChanged(f"there is no list at {options.items!r}; {document.start}", url=got.url)


def _odd(items: list[Any], entries: list[Entry], got: Got) -> Iterator[SourceFault]:
    """Faults of a list whose items are no announcements, or more than anybody will read."""
    if items and not entries:
        raise LayoutChanged(f"none of the {len(items)} items has a title, a text or a link where they are looked for", url=got.url)
    if len(items) > _MOST:
        yield LayoutChanged(f"{len(items)} items on one page, only the first {_MOST} were read", url=got.url)


def _entry(item: Any, got: Got, options: Options) -> Entry | None:
    """The entry of an item; None where it says nothing and leads nowhere."""

    def text(path: str) -> str:
        return words(written(find(path, item)), "text/plain") if path else ""

    title, body, summary, key = line(text(options.title)), text(options.text), text(options.summary), text(options.key)
    link = written(find(options.link, item)) if options.link else ""
    url = absolute(link, options.base or got.url)
    if not (title or body or url):
        return None
    date = " ".join(part for path in options.date if (part := text(path)))
    return Entry(
        url=url,
        title=title,
        mark=mark_of(url, title, key, body, summary),
        dates=(date,) if date else (),
        key=key,
        text=body,
        summary=summary,
        author=line(text(options.author)),
        origin=line(text(options.origin)),
    )
