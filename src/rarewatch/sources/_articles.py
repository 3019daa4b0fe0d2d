"""The way from the new rows of a list, whatever it is written in, to drafts: the pages behind the rows are fetched and read."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import itemgetter

from rarewatch.errors import (
    BadEncoding,
    BadRedirect,
    BadTLS,
    Disallowed,
    ForbiddenAddress,
    Missing,
    RateLimited,
    Refused,
    SourceFault,
    TooLarge,
    TooSlow,
    Unreachable,
)
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.paper import MISSED, Paper
from rarewatch.nouns.source import Draft, Get, Got, Reading, Seen, Source, Validators
from rarewatch.sources._answers import not_a_challenge
from rarewatch.sources._documents import DocumentLink, ask, document_links, is_archive, is_document, paper_of, unread
from rarewatch.sources._links import is_page, may_fetch
from rarewatch.sources._onward import onward
from rarewatch.sources._options import FollowOptions
from rarewatch.text.article import Article, read_article
from rarewatch.text.charset import decode
from rarewatch.text.dates import read_date
from rarewatch.text.newest import newest
from rarewatch.text.urls import canonical, host_of

_HOST_TROUBLE = (Unreachable, BadTLS, TooSlow, Refused)
_OF_THE_PAGE = (Missing, TooLarge, BadRedirect, BadEncoding, ForbiddenAddress, Disallowed)
_NO_USE = (TooLarge, BadRedirect, ForbiddenAddress)  # of a document: it will be the same at the next poll, and may be large
_PATIENCE = timedelta(days=2)  # between two calendar days: a page that is not there is looked for for more than one day
_REMEMBERED = 10  # days in which a first failure is looked up; one from before that does not count
_NAMED = 20  # links to documents of one page that are told of at most
_ENOUGH = 3  # such faults in a row: the host will not have us now, and waiting for each page would hold up everything else


@dataclass(frozen=True, slots=True)
class Entry:
    """One announcement as its list gives it.

    `dates` as printed, the most trusted first; `text` is the whole text, with which no page need be fetched, `summary` what stands
    in for it until the page was read; `cut` says that the list shows only the head of the title.
    """

    url: str
    title: str
    mark: str
    dates: tuple[str, ...] = ()
    key: str = ""
    text: str = ""
    summary: str = ""
    author: str = ""
    origin: str = ""
    cut: bool = False


@dataclass(slots=True)
class Tour:
    """The way through a list and its new rows: what it gave, and what must be looked for again.

    `gone` holds the marks, with today's date, of entries whose own page is at fault, not its host.
    `list_complete` is False where the list itself was not read as far as it must be; `deep` holds marks that make the next reading
    turn the same pages again.
    """

    drafts: list[Draft] = field(default_factory=list)
    again: set[str] = field(default_factory=set)
    faults: list[SourceFault] = field(default_factory=list)
    gone: dict[str, date] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)
    in_a_row: int = 0
    over: bool = False
    pages: int = 0
    list_complete: bool = True
    deep: list[str] = field(default_factory=list)
    at: datetime | None = None
    zone: str = "Asia/Shanghai"
    day_first: bool = False

    def began(self, index: Got, source: Source, *, day_first: bool = False) -> None:
        """Note how the dates of the list are to be read: as `index` of `source` gave them."""
        self.at, self.zone, self.day_first = index.at, source.time_zone, day_first

    def failed(self, fault: SourceFault, mark: str, today: date) -> None:
        """Note an entry's fault; after a request to slow down, or trouble with the host time and again, the tour is over."""
        fault.of_entry = True
        self._note(fault)
        self.again.add(mark)
        if isinstance(fault, _OF_THE_PAGE):
            self.gone[mark] = today

    def missed(self, fault: SourceFault, mark: str, today: date) -> None:
        """Note the fault of an entry's document; the entry is looked for again for a while, unless that is of no use."""
        fault.of_entry = True
        self._note(fault)
        if not isinstance(fault, _NO_USE):
            self.again.add(mark)
            self.gone[mark] = today

    def stopped(self, fault: SourceFault) -> None:
        """Note the fault of a part of the list itself, which is then not complete; too many of them end the tour too."""
        fault.of_part = True
        self._note(fault)
        self.list_complete = False

    def _note(self, fault: SourceFault) -> None:
        self.faults.append(fault)
        self.in_a_row = self.in_a_row + 1 if isinstance(fault, _HOST_TROUBLE) else 0
        self.over = self.in_a_row >= _ENOUGH or isinstance(fault, RateLimited)

    def reading(
        self, entries: Iterable[Entry], validators: Validators, seen: Seen, *, known: int, complete: bool = True
    ) -> Reading:
        """What the whole visit gave: `entries` are all of the list, `validators` those of its first page.

        `complete` is False where the list itself could not be read to its end; an article to be looked for again does the same. A
        page that has been at fault for more than a day counts as read, so that it does not keep its list from being complete.
        """
        since = {mark: _first_sought(mark, today, seen) for mark, today in self.gone.items()}
        self.again -= {mark for mark, today in self.gone.items() if today - since[mark] >= _PATIENCE}
        complete = complete and self.list_complete and not self.again
        entries = tuple(entries)
        dates = (entry.dates[0] for entry in entries if entry.dates)
        return Reading(
            drafts=tuple(self.drafts),
            validators=validators if complete else seen.validators,
            marks=(
                *(entry.mark for entry in entries if entry.mark not in self.again),
                *(met(entry.mark) for entry in entries if entry.mark in self.again),
                *(_sought(mark, day) for mark, day in since.items() if mark in self.again),
                *(() if complete else self.deep),
            ),
            known=known,
            complete=complete,
            faults=tuple(self.faults),
            newest=newest(dates, zone=self.zone, at=self.at, day_first=self.day_first) if self.at else None,
        )


def met(mark: str) -> str:
    """The mark that says: the entry with `mark` stood on the list, though its page is to be read yet."""
    return f"{mark}@met"


def _sought(mark: str, day: date) -> str:
    """The mark that says: the page of the entry with `mark` was first looked for in vain on `day`."""
    return f"{mark}@{day.isoformat()}"


def _first_sought(mark: str, today: date, seen: Seen) -> date:
    """The day on which that page was first looked for in vain."""
    days = (today - timedelta(days=back) for back in range(_REMEMBERED))
    return next((day for day in days if seen.knows(_sought(mark, day))), today)


def follow(entries: Sequence[Entry], source: Source, options: FollowOptions, index: Got, tour: Tour) -> Generator[Get, Got, None]:
    """Turn new entries into drafts, fetching the pages that may be fetched.

    `index` is the answer that held the list. A fault on a page is noted in `tour`, its entry told by its title and looked for again
    at the next poll; so are those beyond `max_articles`. Documents that a page links to, or that an entry is, come with the draft.
    """
    own = (host_of(source.url), host_of(index.url))
    tour.began(index, source, day_first=options.day_first)
    for entry in entries:
        address = canonical(entry.url)
        readable = options.articles == "new" and not entry.text and may_fetch(entry.url, own, options.allow_hosts)
        readable = readable and (is_page(entry.url) or (is_document(entry.url) and options.attachments > 0))
        # A page that several rows share is read for the first of them: its text must not be matched once for every row.
        if not readable or address in tour.visited:
            tour.drafts.append(_draft(entry, _Page(), source, options, index))
            continue
        page = None
        if tour.over or tour.pages >= options.max_articles:
            tour.again.add(entry.mark)
        else:
            tour.pages += 1
            tour.visited.add(address)
            around = (*own, host_of(entry.url))
            try:
                page = yield from _page(entry.url, around, source, options)
                tour.in_a_row = 0
            except SourceFault as fault:
                tour.failed(fault, entry.mark, index.at.date())
                page = _Page(papers=_unfetched(entry.url, fault), missed=True)
            else:
                page.papers += yield from _attached(page, entry.mark, around, options, index=index, tour=tour)
        tour.drafts.append(_draft(entry, page or _Page(missed=True), source, options, index))


@dataclass(slots=True)
class _Page:
    """What stands behind an entry: an article with links to documents, or a document; `missed` where it could not be had."""

    article: Article | None = None
    url: str = ""
    links: Sequence[DocumentLink] = ()
    papers: tuple[Paper, ...] = ()
    missed: bool = False


def _page(url: str, own: tuple[str, ...], source: Source, options: FollowOptions) -> Generator[Get, Got, _Page]:
    """Fetch and read one page, following one that only passes on once; a file that is no document leaves it empty."""
    documents = options.attachments > 0
    got = yield Get(url, headers={"Referer": source.url}, document=documents)
    html = _markup(got, options)
    target = onward(html, got.url) if html else ""
    if target and (is_page(target) or is_document(target)) and may_fetch(target, own, options.allow_hosts):
        got = yield Get(target, headers={"Referer": got.url}, document=documents)
        html = _markup(got, options)
    if got.paper is not None or is_document(got.url) or is_document(url):
        return _Page(url=got.url, papers=(paper_of(got, got.url),) if documents else ())
    if not html:
        return _Page(url=got.url)
    links = document_links(html, got.url, options.article.text) if documents else ()
    return _Page(read_article(html, url=got.url, selectors=options.article.selectors()), got.url, links)


def _attached(
    page: _Page, mark: str, own: tuple[str, ...], options: FollowOptions, *, index: Got, tour: Tour
) -> Generator[Get, Got, tuple[Paper, ...]]:
    """The documents that a page links to, those that are not fetched with the reason."""
    papers: list[Paper] = []
    fetched = 0
    for link in page.links[:_NAMED]:
        address = canonical(link.url)
        if why := _left_alone(link, fetched, own, options, tour):
            papers.append(unread(link.url, link.name, why))
            continue
        fetched += 1
        tour.pages += 1
        tour.visited.add(address)
        papers.append((yield from fetch_document(link, page.url, mark, index, tour)))
    return tuple(papers)


def _left_alone(link: DocumentLink, fetched: int, own: tuple[str, ...], options: FollowOptions, tour: Tour) -> str:
    """Why a document is not fetched, "" where it is."""
    if is_archive(link.url) or is_archive(link.name):
        return "is an archive, which is not opened"
    if not may_fetch(link.url, own, options.allow_hosts):
        return f"was not fetched: {host_of(link.url)} is not among the hosts allowed"
    if canonical(link.url) in tour.visited:
        return "was read with another announcement"
    if fetched >= options.attachments:
        return f"was not fetched: it is not among the first {options.attachments}"
    return f"{MISSED}: its host is in trouble" if tour.over else ""


def fetch_document(link: DocumentLink, referer: str, mark: str, index: Got, tour: Tour) -> Generator[Get, Got, Paper]:
    """Fetch the document of the entry with `mark`; a fault is noted in `tour`, and leaves it unread."""
    try:
        paper = yield from ask(link.url, link.name, referer)
    except SourceFault as fault:
        tour.missed(fault, mark, index.at.date())
        return unread(link.url, link.name, _why(fault))
    tour.in_a_row = 0
    return paper


def _unfetched(url: str, fault: SourceFault) -> tuple[Paper, ...]:
    """An entry's own document that could not be had; nothing of an entry that is a page."""
    return (unread(url, "", _why(fault)),) if is_document(url) else ()


def _why(fault: SourceFault) -> str:
    return f"{MISSED}: {fault.name}, {fault.detail}"


def _markup(got: Got, options: FollowOptions) -> str:
    """The page's text, "" where the answer is a file; raises `Refused` for an anti-bot page."""
    if got.paper is not None:
        return ""
    not_a_challenge(got)
    content_type = got.headers.get("content-type", "").lower()
    kind = content_type.partition(";")[0].strip()
    if kind and not kind.startswith("text/") and "html" not in kind and "xml" not in kind and kind != "application/octet-stream":
        return ""
    if got.body.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff")):
        return ""
    return decode(got.body, content_type, charset=options.charset).text


def _draft(entry: Entry, page: _Page, source: Source, options: FollowOptions, index: Got) -> Draft:
    article = page.article
    text = entry.text or (article.text if article else "") or entry.summary
    return Draft(
        key=entry.key,
        url=entry.url,
        title=_title(entry, article),
        text=text,
        dates=_dates(article.dates if article else (), entry, source, options, index),
        author=(article.author if article else "") or entry.author,
        origin=(article.origin if article else "") or entry.origin,
        mark=entry.mark,
        title_only=page.missed or not (text or any(paper.state == "read" for paper in page.papers)),
        papers=page.papers,
    )


def _title(entry: Entry, article: Article | None) -> str:
    """The entry's title, or the article's where the entry has none or only the head of it."""
    if article is None or (entry.title and not entry.cut):
        return entry.title
    head = "".join(entry.title.removesuffix("…").split())
    return article.title if not head or "".join(article.title.split()).startswith(head) else entry.title


def _dates(printed: tuple[str, ...], entry: Entry, source: Source, options: FollowOptions, index: Got) -> tuple[str, ...]:
    """Dates as printed, the most trusted first: the article's with a time of day, the list's, the article's others.

    Of several with a time those on the list's day come first. Where the source prints the day first, which only the source can
    tell, dates are rewritten as ISO 8601.
    """
    stamps = {text: _stamp(text, source, options, index) for text in (*printed, *entry.dates) if text}
    listed = next((stamp for text in entry.dates if (stamp := stamps.get(text))), None)
    day = listed.at.date() if listed else None
    timed = [(stamp.at.date() != day, text) for text in printed if (stamp := stamps[text]) and stamp.precision == "minute"]
    order = dict.fromkeys((*(text for _, text in sorted(timed, key=itemgetter(0))), *entry.dates, *printed))
    return tuple(_iso(text, stamps[text]) if options.day_first else text for text in order if text)


def _stamp(text: str, source: Source, options: FollowOptions, index: Got) -> Stamp | None:
    return read_date(text, zone=source.time_zone, seen_at=index.at, day_first=options.day_first)


def _iso(text: str, stamp: Stamp | None) -> str:
    if stamp is None:
        return text
    return stamp.at.isoformat() if stamp.precision == "minute" else stamp.at.date().isoformat()
