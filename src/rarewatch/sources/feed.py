"""The `feed` kind: RSS, Atom, RDF, CDF and JSON Feed at one address.

The cheapest answer that is right comes first: 304, a body with a known digest, entries whose bytes are known, and only for what
is left the parse.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rarewatch.errors import BadEncoding, LayoutChanged, NotAFeed, SourceFault, Truncated
from rarewatch.nouns.source import Draft, Get, Got, Reading, Seen, Source, Validators
from rarewatch.sources import Visit, _feed_json
from rarewatch.sources._answers import not_a_challenge
from rarewatch.sources._feed_drafts import draft
from rarewatch.sources._feed_parse import Parsed, base_for, describe, parse, read_text
from rarewatch.sources._feed_plain import plain_entry, plain_frame, with_language
from rarewatch.sources._feed_slices import Slices, cut, dates_of
from rarewatch.text.charset import known
from rarewatch.text.newest import newest

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, "
    "application/feed+json;q=0.8, application/json;q=0.7, */*;q=0.5"
)


_TELLING = 5
"""A feed of fewer entries may well show none of its last reading."""
_MOST = 10_000
"""Entries read of one feed: a whole archive is far smaller, and what a hostile one costs must end somewhere."""


def _charset(name: str) -> str:
    if name != "auto" and not known(name):
        raise ValueError("not an encoding rarewatch can read; write auto, or a name such as gb18030, big5 or utf-8")
    return name


class FeedOptions(BaseModel):
    """What may stand under `options:` of a feed."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    charset: Annotated[
        str,
        AfterValidator(_charset),
        Field(description="the feed's encoding where it cannot be found out; auto looks at the bytes"),
    ] = "auto"
    guids: Annotated[bool, Field(description="false where the ids in the feed change from one reading to the next")] = True
    allow_hosts: Annotated[
        tuple[str, ...],
        Field(description="hosts its entries may lead to from now on, where its publisher moved; *.example.cn for all below"),
    ] = ()


class Feed:
    """Reads one feed address."""

    Options: ClassVar[type[BaseModel]] = FeedOptions

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at the feed once; see `SourceKind.read`.

        Raises `NotAFeed` where the answer is something else, `Refused` where that is an anti-bot challenge. A document that ends
        too early gives what could be read, with `complete` False and the validators of the last complete reading.
        """
        got = yield Get(source.url, headers={"Accept": _ACCEPT}, validators=seen.validators)
        if got.not_modified:
            return Reading(validators=seen.validators, unchanged=True)
        validators = Validators(got.headers.get("etag", ""), got.headers.get("last-modified", ""), got.digest)
        if got.digest == seen.validators.body:
            return Reading(validators=validators, unchanged=True)
        options = source.options if isinstance(source.options, FeedOptions) else FeedOptions()
        try:
            reading = _Look(got, seen, options, source.time_zone).reading()
        except SourceFault as fault:
            if isinstance(fault, NotAFeed):
                not_a_challenge(got)
            fault.url = fault.url or got.url
            raise
        return replace(reading, validators=validators if reading.complete else seen.validators)


class _Look:
    """One body, read as far as it is new."""

    def __init__(self, got: Got, seen: Seen, options: FeedOptions, zone: str) -> None:
        self._got, self._seen, self._guids, self._zone = got, seen, options.guids, zone
        charset = "" if options.charset == "auto" else options.charset
        self._left_out = ""
        self._read = read_text(got.body, got.headers.get("content-type", ""), charset)

    def reading(self) -> Reading:
        """The drafts that are not known; raises `NotAFeed`."""
        text = self._read.text
        if not text:
            raise NotAFeed(describe(text))
        if text.startswith(("{", "[")):
            feed = _feed_json.read(text, self._got.url, guids=self._guids)
            return self._marked_by_content(feed.drafts, feed.trouble)
        document = text.encode("utf-8", "replace")
        return self._by_slices(document) or self._whole(document)

    def _by_slices(self, document: bytes) -> Reading | None:
        """Parse only entries whose bytes are not known; None where the document must be parsed as a whole."""
        slices = cut(document)
        if slices is None:
            return None
        if len(slices.entries) > _MOST:
            self._left_out = f"{len(slices.entries)} entries, only the first {_MOST} were read"
            slices = replace(slices, entries=slices.entries[:_MOST])
            document = slices.only(range(_MOST))
        marks = tuple(_mark(entry) for entry in slices.entries)
        new = [at for at, mark in enumerate(marks) if not self._seen.knows(mark)]
        drafts = (self._plainly(document, slices, new) or self._parsed(document, slices, new)) if new else ()
        if drafts is None:
            return None
        marked = tuple(replace(each, mark=marks[at]) for each, at in zip(drafts, new, strict=True))
        shown = self._newest(dates_of(slices.entries))
        known, faults = len(marks) - len(new), self._faults("")
        return Reading(marked, marks=marks, known=known, faults=faults, newest=shown, adrift=self._adrift(marks, known))

    def _parsed(self, document: bytes, slices: Slices, new: Sequence[int]) -> Sequence[Draft] | None:
        """The drafts of the entries `new`, as feedparser reads them; None where it does not see them all."""
        wanted = document if len(new) == len(slices.entries) else slices.only(new)
        parsed = parse(wanted, base_for(document, self._got.url))
        return None if parsed.trouble or len(parsed.entries) != len(new) else self._drafts(parsed)

    def _plainly(self, document: bytes, slices: Slices, new: Sequence[int]) -> Sequence[Draft] | None:
        """The same for entries that are all plain: feedparser reads one of them, which says what it makes of the frame."""
        if len(new) == 1 or not plain_frame(slices.head) or base_for(document, self._got.url):
            return None
        entries = [entry for at in new if (entry := plain_entry(slices.entries[at]))]
        if len(entries) < len(new):
            return None
        parsed = parse(slices.only(new[:1]))
        if parsed.trouble or len(parsed.entries) != 1:
            return None
        like = parsed.entries[0]
        drafts = self._drafts(replace(parsed, entries=[with_language(entry, like) for entry in entries]))
        return drafts if drafts[0] == self._drafts(parsed)[0] else None

    def _whole(self, document: bytes) -> Reading:
        parsed = parse(document, base_for(document, self._got.url))
        return self._marked_by_content(self._drafts(parsed), parsed.trouble)

    def _drafts(self, parsed: Parsed) -> tuple[Draft, ...]:
        return tuple(draft(entry, parsed.feed, self._got.url, guids=self._guids) for entry in parsed.entries)

    def _marked_by_content(self, drafts: Sequence[Draft], trouble: str) -> Reading:
        """Mark drafts by what they say, for documents whose bytes cannot be cut."""
        marked = [replace(each, mark=_mark(repr(each).encode("utf-8", "replace"))) for each in drafts]
        new = tuple(each for each in marked if not self._seen.knows(each.mark))
        marks = tuple(each.mark for each in marked)
        shown = self._newest(each.dates[0] for each in drafts if each.dates)
        known, faults = len(marks) - len(new), self._faults(trouble)
        adrift = self._adrift(marks, known)
        return Reading(new, marks=marks, known=known, complete=not trouble, faults=faults, newest=shown, adrift=adrift)

    def _adrift(self, marks: Sequence[str], known: int) -> bool:
        """Whether more may have come than the feed shows; one of a few entries shows so little that this says nothing."""
        return not known and len(marks) >= _TELLING and not self._seen.blank

    def _newest(self, dates: Iterable[str]) -> datetime | None:
        return newest(dates, zone=self._zone, at=self._got.at)

    def _faults(self, trouble: str) -> tuple[SourceFault, ...]:
        faults: list[SourceFault] = [Truncated(trouble, url=self._got.url)] if trouble else []
        if self._left_out:
            faults.append(LayoutChanged(self._left_out, url=self._got.url))
        if self._read.damaged:
            faults.append(BadEncoding(f"some characters cannot be read as {self._read.encoding}", url=self._got.url))
        return tuple(faults)


def _mark(entry: bytes) -> str:
    return blake2b(entry, digest_size=16).hexdigest()
