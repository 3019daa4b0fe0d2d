"""The source kind `sitemap`: a site's own list of its addresses, plain or with the news extension, or an index of such lists.

Sitemaps name addresses, news sitemaps titles and times as well; the pages of new addresses are fetched. A date of change is not
part of an address's identity: many sites renew it every day.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

from rarewatch.errors import LayoutChanged, SourceFault, Truncated
from rarewatch.nouns.source import Get, Got, Seen, Source, Validators
from rarewatch.sources import Visit
from rarewatch.sources._answers import unchanged, validators_of
from rarewatch.sources._articles import Entry, Tour
from rarewatch.sources._links import mark_of, may_fetch
from rarewatch.sources._long_lists import LongOptions, read_articles
from rarewatch.sources._options import Wrapped
from rarewatch.sources._sitemap_parse import Address, Sitemap, read_sitemap
from rarewatch.text.dates import read_date
from rarewatch.text.urls import host_of

Patterns = Annotated[tuple[str, ...], Wrapped]


class Options(LongOptions):
    """The keys under `options:` of a source with `kind: sitemap`."""

    only: Annotated[Patterns, Field(description="addresses that count, * stands for anything; left out, all of them")] = ()
    without: Annotated[Patterns, Field(description="addresses that do not count, * stands for anything")] = ()
    sitemaps: Annotated[Patterns, Field(description="sitemaps of an index that are read, * stands for anything")] = ("*",)
    max_sitemaps: Annotated[
        int, Field(description="sitemaps of an index read in one poll at most, the newest first", ge=1, le=20)
    ] = 3


class SitemapKind:
    """Reads a sitemap and the pages of its new addresses."""

    Options: ClassVar[type[BaseModel]] = Options

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once.

        Raises `LayoutChanged` where the answer is no sitemap or has fewer addresses than `min_items`, `Refused` where it is an
        anti-bot page. A sitemap of an index that fails is noted, and the reading is not complete.
        """
        options = source.options
        assert isinstance(options, Options)
        got = yield Get(source.url, validators=seen.validators)
        if (nothing := unchanged(got, seen)) is not None:
            return nothing
        tour = Tour()
        top = read_sitemap(got)
        _note(top, got, tour)
        addresses, validators = list(top.addresses), validators_of(got)
        if top.index:
            addresses, digests = yield from _of_index(top, got, source, options, tour)
            validators = Validators(body=sha256("\n".join((got.digest, *digests)).encode()).hexdigest())
        entries = _entries(addresses, source, options, got, tour, blank=seen.blank)
        reading = yield from read_articles(entries, source, options, index=got, seen=seen, tour=tour)
        return replace(reading, validators=validators if reading.complete else seen.validators)


def _of_index(
    index: Sitemap, got: Got, source: Source, options: Options, tour: Tour
) -> Generator[Get, Got, tuple[list[Address], list[str]]]:
    """The addresses of the newest sitemaps of an index, with the digests of their bodies; an index within an index is not read."""
    own = (host_of(source.url), host_of(got.url))
    wanted = [one for one in index.addresses if _any(one.url, options.sitemaps) and may_fetch(one.url, own, options.allow_hosts)]
    if not wanted:
        raise LayoutChanged(f"none of the {len(index.addresses)} sitemaps of the index is one to be read", url=got.url)
    addresses: list[Address] = []
    digests: list[str] = []
    for one in _newest(wanted, source, got)[: options.max_sitemaps]:
        try:
            answer = yield Get(one.url, headers={"Referer": source.url})
            below = read_sitemap(answer)
        except SourceFault as fault:
            tour.stopped(fault)
            if tour.over:
                break
            continue
        digests.append(answer.digest)
        _note(below, answer, tour)
        if below.index:
            tour.faults.append(LayoutChanged("an index of sitemaps within another is not read", url=answer.url))
        else:
            addresses += below.addresses
    if not digests:
        raise tour.faults[0]
    return addresses, digests


def _entries(addresses: Sequence[Address], source: Source, options: Options, got: Got, tour: Tour, *, blank: bool) -> list[Entry]:
    """The entries that count, the newest first where they are dated, at most `max_items`; raises `LayoutChanged` for too few."""
    wanted = [one for one in addresses if (not options.only or _any(one.url, options.only)) and not _any(one.url, options.without)]
    if len(wanted) < options.min_items:
        raise LayoutChanged(
            f"{len(wanted)} of {len(addresses)} addresses count, at least {options.min_items} expected", url=got.url
        )
    if len(wanted) > options.max_items and not all(one.published or one.changed for one in wanted):
        tour.faults.append(
            LayoutChanged(f"{len(wanted)} addresses, not all dated, only {options.max_items} were read", url=got.url)
        )
    entries = [
        Entry(one.url, one.title, mark_of(one.url, one.title), _dates(one, source, got, blank=blank), origin=one.name)
        for one in _newest(wanted, source, got)[: options.max_items]
    ]
    return list({entry.mark: entry for entry in entries}.values())


def _newest(addresses: Sequence[Address], source: Source, got: Got) -> list[Address]:
    """The dated ones first, the newest before the others; the undated in the order of the sitemap."""

    def age(one: Address) -> float:
        stamp = read_date(one.published or one.changed, zone=source.time_zone, seen_at=got.at)
        return -stamp.at.timestamp() if stamp else 0.0

    return sorted(addresses, key=age)


def _dates(one: Address, source: Source, got: Got, *, blank: bool) -> tuple[str, ...]:
    """The date of publication, if the sitemap says one.

    A date of change is none. But at a first reading, what has not changed since before the baseline age was not published after it
    either: its date of change keeps its page from being fetched for nothing.
    """
    if one.published or not blank:
        return (one.published,) if one.published else ()
    stamp = read_date(one.changed, zone=source.time_zone, seen_at=got.at)
    old = stamp is not None and got.at - stamp.at > timedelta(days=1, seconds=source.baseline_age)
    return (one.changed,) if old else ()


def _any(url: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(url, pattern) for pattern in patterns)


def _note(sitemap: Sitemap, got: Got, tour: Tour) -> None:
    if sitemap.trouble:
        tour.faults.append(Truncated(sitemap.trouble, url=got.url))
        tour.list_complete = False
