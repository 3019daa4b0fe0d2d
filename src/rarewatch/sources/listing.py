"""The source kind `listing`: an HTML page that lists announcements, each with a page of its own.

The list page is asked for with validators; rows that the last readings held are skipped; the pages of new rows are fetched in the
order of the list. What could not be read is told by its title at once and looked for again at the next poll.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import ClassVar

from pydantic import BaseModel

from rarewatch.errors import (
    BadEncoding,
    BadTLS,
    LayoutChanged,
    RateLimited,
    Refused,
    SourceFault,
    TooSlow,
    Unreachable,
)
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.source import Draft, Get, Got, Reading, Seen, Source, Validators
from rarewatch.sources import Visit
from rarewatch.sources._listing_onward import onward
from rarewatch.sources._listing_options import Options
from rarewatch.sources._listing_rows import Row, is_page, line, may_fetch, read_rows
from rarewatch.text.article import Article, read_article
from rarewatch.text.challenge import challenge
from rarewatch.text.charset import decode
from rarewatch.text.dates import read_date
from rarewatch.text.plain import plain
from rarewatch.text.urls import canonical, host_of

_HOST_TROUBLE = (Unreachable, BadTLS, TooSlow, Refused)
_ENOUGH = 3  # such faults in a row: the host will not have us now, and waiting for each page would hold up everything else


@dataclass(slots=True)
class _Tour:
    """The way through the new rows: what it gave, and what must be looked for again."""

    drafts: list[Draft] = field(default_factory=list)
    again: set[str] = field(default_factory=set)
    faults: list[SourceFault] = field(default_factory=list)
    visited: set[str] = field(default_factory=set)
    in_a_row: int = 0
    over: bool = False

    def failed(self, fault: SourceFault) -> None:
        """Note a fault; after a request to slow down, or trouble with the host itself time and again, the tour is over."""
        self.faults.append(fault)
        self.in_a_row = self.in_a_row + 1 if isinstance(fault, _HOST_TROUBLE) else 0
        self.over = self.in_a_row >= _ENOUGH or isinstance(fault, RateLimited)


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
        if got.not_modified:
            return Reading(validators=seen.validators, unchanged=True)
        validators = Validators(got.headers.get("etag", ""), got.headers.get("last-modified", ""), got.digest)
        if got.digest == seen.validators.body:
            return Reading(validators=validators, unchanged=True)
        rows, damage = _rows(got, options)
        new = [row for row in rows if not seen.knows(row.mark)]
        tour = _Tour(faults=damage)
        yield from _visit(new, source, options, got, tour)
        return Reading(
            drafts=tuple(tour.drafts),
            validators=seen.validators if tour.again else validators,
            marks=tuple(row.mark for row in rows if row.mark not in tour.again),
            known=len(rows) - len(new),
            complete=not tour.again,
            faults=tuple(tour.faults),
        )


def _rows(got: Got, options: Options) -> tuple[list[Row], list[SourceFault]]:
    """The rows of the list page, and what is to be said of it; raises when it is not the page it should be."""
    _not_a_challenge(got)
    page = decode(got.body, got.headers.get("content-type", ""), charset=options.charset)
    rows = read_rows(page.text, got.url, options)
    if len(rows) < options.min_items:
        start = line(plain(page.text))[:80]
        raise LayoutChanged(
            f"{len(rows)} rows with a link for the selector {options.item!r}, at least {options.min_items} expected; "
            + (f"the page begins with {start!r}" if start else f"the page of {len(got.body)} bytes shows no text"),
            url=got.url,
        )
    return rows, [BadEncoding(f"some of the page cannot be read as {page.encoding}", url=got.url)] if page.damaged else []


def _not_a_challenge(got: Got) -> None:
    if name := challenge(got.status, got.headers, got.body):
        raise Refused(f"the answer is an anti-bot page ({name})", url=got.url)


def _visit(rows: Sequence[Row], source: Source, options: Options, index: Got, tour: _Tour) -> Generator[Get, Got, None]:
    """Turn new rows into drafts, fetching the pages that may be fetched."""
    own = (host_of(source.url), host_of(index.url))
    pages = 0
    for row in rows:
        address = canonical(row.url)
        readable = options.articles == "new" and is_page(row.url) and may_fetch(row.url, own, options.allow_hosts)
        # A page that several rows share is read for the first of them: its text must not be matched once for every row.
        if not readable or address in tour.visited:
            tour.drafts.append(_draft(row, None, source, options, index))
        elif tour.over or pages >= options.max_articles:
            tour.again.add(row.mark)
            tour.drafts.append(_draft(row, None, source, options, index))
        else:
            pages += 1
            tour.visited.add(address)
            try:
                article = yield from _article(row.url, (*own, host_of(row.url)), source, options)
                tour.in_a_row = 0
            except SourceFault as fault:
                tour.failed(fault)
                tour.again.add(row.mark)
                article = None
            tour.drafts.append(_draft(row, article, source, options, index))


def _article(url: str, own: tuple[str, ...], source: Source, options: Options) -> Generator[Get, Got, Article | None]:
    """Fetch and read one article, following a page that only passes on once; None where the answer is no web page."""
    got = yield Get(url, headers={"Referer": source.url})
    html = _markup(got, options)
    target = onward(html, got.url) if html else ""
    if target and is_page(target) and may_fetch(target, own, options.allow_hosts):
        got = yield Get(target, headers={"Referer": got.url})
        html = _markup(got, options)
    return read_article(html, url=got.url, selectors=options.article.selectors()) if html else None


def _markup(got: Got, options: Options) -> str:
    """The page's text, "" where the answer is a file; raises `Refused` for an anti-bot page, `BadEncoding` for a heap of damage."""
    _not_a_challenge(got)
    content_type = got.headers.get("content-type", "").lower()
    kind = content_type.partition(";")[0].strip()
    if kind and not kind.startswith("text/") and "html" not in kind and "xml" not in kind and kind != "application/octet-stream":
        return ""
    if got.body.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff")):
        return ""
    return decode(got.body, content_type, charset=options.charset).text


def _draft(row: Row, article: Article | None, source: Source, options: Options, index: Got) -> Draft:
    if article is None:
        return Draft("", row.url, row.title, dates=_dates((), row, source, options, index), mark=row.mark, title_only=True)
    return Draft(
        key="",
        url=row.url,
        title=_title(row, article),
        text=article.text,
        dates=_dates(article.dates, row, source, options, index),
        author=article.author,
        origin=article.origin,
        mark=row.mark,
        title_only=not article.text,
    )


def _title(row: Row, article: Article) -> str:
    """The row's title, or the article's where the row has none or only the head of it."""
    if not row.title:
        return article.title
    head = "".join(row.title.removesuffix("…").split())
    return article.title if row.cut and "".join(article.title.split()).startswith(head) else row.title


def _dates(printed: tuple[str, ...], row: Row, source: Source, options: Options, index: Got) -> tuple[str, ...]:
    """Dates as printed, the most trusted first: the article's with a time of day, the row's, the article's others.

    Of several with a time those on the row's day come first. Where the source prints the day first, which only the source can
    tell, dates are rewritten as ISO 8601.
    """
    given = [text for text in (*printed, row.date) if text]
    stamps = {text: _stamp(text, source, options, index) for text in given}
    listed = stamps.get(row.date)
    day = listed.at.date() if listed else None
    timed = [(stamp.at.date() != day, text) for text in printed if (stamp := stamps[text]) and stamp.precision == "minute"]
    order = dict.fromkeys(text for text in (*(text for _, text in sorted(timed, key=itemgetter(0))), row.date, *printed) if text)
    return tuple(_iso(text, stamps[text]) if options.day_first else text for text in order)


def _stamp(text: str, source: Source, options: Options, index: Got) -> Stamp | None:
    return read_date(text, zone=source.time_zone, seen_at=index.at, day_first=options.day_first)


def _iso(text: str, stamp: Stamp | None) -> str:
    if stamp is None:
        return text
    return stamp.at.isoformat() if stamp.precision == "minute" else stamp.at.date().isoformat()
