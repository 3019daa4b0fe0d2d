"""The way from the new rows of a list, whatever it is written in, to drafts: the pages behind the rows are fetched and read."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import itemgetter

from rarewatch.errors import (
    BadEncoding,
    BadRedirect,
    BadTLS,
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
from rarewatch.nouns.source import Draft, Get, Got, Reading, Seen, Source, Validators
from rarewatch.sources._answers import not_a_challenge
from rarewatch.sources._links import is_page, may_fetch
from rarewatch.sources._onward import onward
from rarewatch.sources._options import FollowOptions
from rarewatch.text.article import Article, read_article
from rarewatch.text.charset import decode
from rarewatch.text.dates import read_date
from rarewatch.text.urls import canonical, host_of

_HOST_TROUBLE = (Unreachable, BadTLS, TooSlow, Refused)
_OF_THE_PAGE = (Missing, TooLarge, BadRedirect, BadEncoding, ForbiddenAddress)
_PATIENCE = timedelta(days=2)  # between two calendar days: a page that is not there is looked for for more than one day
_REMEMBERED = 10  # days in which a first failure is looked up; one from before that does not count
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

    def failed(self, fault: SourceFault, mark: str, today: date) -> None:
        """Note an entry's fault; after a request to slow down, or trouble with the host time and again, the tour is over."""
        self._note(fault)
        self.again.add(mark)
        if isinstance(fault, _OF_THE_PAGE):
            self.gone[mark] = today

    def stopped(self, fault: SourceFault) -> None:
        """Note the fault of a part of the list itself, which is then not complete; too many of them end the tour too."""
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
        return Reading(
            drafts=tuple(self.drafts),
            validators=validators if complete else seen.validators,
            marks=(
                *(entry.mark for entry in entries if entry.mark not in self.again),
                *(_sought(mark, day) for mark, day in since.items() if mark in self.again),
                *(() if complete else self.deep),
            ),
            known=known,
            complete=complete,
            faults=tuple(self.faults),
        )


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
    at the next poll; so are those beyond `max_articles`.
    """
    own = (host_of(source.url), host_of(index.url))
    for entry in entries:
        address = canonical(entry.url)
        readable = options.articles == "new" and not entry.text and is_page(entry.url)
        readable = readable and may_fetch(entry.url, own, options.allow_hosts)
        # A page that several rows share is read for the first of them: its text must not be matched once for every row.
        if not readable or address in tour.visited:
            tour.drafts.append(_draft(entry, None, source, options, index))
            continue
        article = None
        if tour.over or tour.pages >= options.max_articles:
            tour.again.add(entry.mark)
        else:
            tour.pages += 1
            tour.visited.add(address)
            try:
                article = yield from _article(entry.url, (*own, host_of(entry.url)), source, options)
                tour.in_a_row = 0
            except SourceFault as fault:
                tour.failed(fault, entry.mark, index.at.date())
        tour.drafts.append(_draft(entry, article, source, options, index, again=entry.mark in tour.again))


def _article(url: str, own: tuple[str, ...], source: Source, options: FollowOptions) -> Generator[Get, Got, Article | None]:
    """Fetch and read one article, following a page that only passes on once; None where the answer is no web page."""
    got = yield Get(url, headers={"Referer": source.url})
    html = _markup(got, options)
    target = onward(html, got.url) if html else ""
    if target and is_page(target) and may_fetch(target, own, options.allow_hosts):
        got = yield Get(target, headers={"Referer": got.url})
        html = _markup(got, options)
    return read_article(html, url=got.url, selectors=options.article.selectors()) if html else None


def _markup(got: Got, options: FollowOptions) -> str:
    """The page's text, "" where the answer is a file; raises `Refused` for an anti-bot page."""
    not_a_challenge(got)
    content_type = got.headers.get("content-type", "").lower()
    kind = content_type.partition(";")[0].strip()
    if kind and not kind.startswith("text/") and "html" not in kind and "xml" not in kind and kind != "application/octet-stream":
        return ""
    if got.body.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff")):
        return ""
    return decode(got.body, content_type, charset=options.charset).text


def _draft(
    entry: Entry, article: Article | None, source: Source, options: FollowOptions, index: Got, *, again: bool = False
) -> Draft:
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
        title_only=again or not text,
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
