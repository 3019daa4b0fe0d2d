"""Turns a draft, as a source gave it, into an item that can be compared, matched and shown. Pure."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rarewatch.errors import BadDate
from rarewatch.nouns.item import Item, Stamp
from rarewatch.nouns.paper import MISSED, PageMark, Paper
from rarewatch.nouns.source import Draft, Source
from rarewatch.nouns.watch import About
from rarewatch.text.dates import read_date
from rarewatch.text.fold import fold
from rarewatch.text.urls import canonical

_BLANKS = re.compile(r"\s+")
_HAN = re.compile(r"[㐀-鿿]")
_LATIN = re.compile(r"[A-Za-z]")
_BRACKETED = re.compile(r"^\s*【([^】]{4,80})】")
_FIRST_SENTENCE = re.compile(r"^(.{4,80}?[。！？!?；]|.{1,80})", re.DOTALL)
_TAG = 16
"""Characters of a language tag: enough for every one that says more than script and country."""
_BEIJING = ZoneInfo("Asia/Shanghai")
_ADDRESS, _ADDRESS_KEPT = 2_000, 400
"""PostgreSQL indexes no value of more than 2,700 bytes."""
_ATTACHMENT = 500_000
"""Characters of documents that an item keeps: more than a long annual report has."""
_SURROGATES = re.compile("[\ud800-\udfff\x00]")


def normalise(draft: Draft, source: Source, now: datetime) -> Item:
    """The item that `draft` stands for, read from `source` at `now` (aware)."""
    text = _clean(draft.text).strip()
    title = _BLANKS.sub(" ", _clean(draft.title)).strip() or headline_of(text)
    link = _clean(draft.url).strip()
    attachment, pages = joined(draft.papers)
    return Item(
        source=source.id,
        key=_clean(draft.key).strip(),
        url=identity_of(link),
        link=link,
        title=title,
        text=text,
        language=_clean(draft.language).strip()[:_TAG] or language_of(title + text[:500], source.language),
        published=published(draft.dates, source.time_zone, now),
        seen_at=now,
        digest=content_digest(title, text, attachment),
        author=_clean(draft.author).strip(),
        origin=_clean(draft.origin).strip(),
        mark=draft.mark,
        title_only=draft.title_only,
        attachment=attachment,
        pages=pages,
        paper_note=paper_note(draft.papers, draft.url),
        papers_missed=any(paper.state == "unread" and paper.detail.startswith(MISSED) for paper in draft.papers),
    )


def joined(papers: Iterable[Paper]) -> tuple[str, tuple[PageMark, ...]]:
    """The text of all documents, and where in it each page begins.

    A page is one line break away from the next, so that a word broken between them is one word; another document is a paragraph.
    """
    parts: list[str] = []
    marks: list[PageMark] = []
    at = 0
    for paper in papers:
        name, apart = _clean(paper.name), "\n\n" if parts else ""
        labels = paper.labels or ("",) * len(paper.pages)
        for page, label in zip(paper.pages, labels, strict=True):
            text = _clean(page).strip()[: max(0, _ATTACHMENT - at)]
            if text:
                at += len(apart)
                marks.append(PageMark(at, _clean(label), name))
                parts += [apart, text]
                at, apart = at + len(text), "\n"
    return "".join(parts), tuple(marks)


def paper_note(papers: Sequence[Paper], link: str) -> str:
    """Which documents could not be read whole and why, in words, "" where all could; the one at `link` is the item itself."""
    said = []
    for paper in papers:
        name = f"its {paper.kind.upper() or 'document'}" if paper.url == link else paper.name or paper.url
        if paper.detail:
            said.append(f"{name} {paper.detail}" if paper.state != "read" else f"of {name} {paper.detail}")
    if sum(len(page.strip()) for paper in papers for page in paper.pages) > _ATTACHMENT:
        said.append(f"only the first {_ATTACHMENT:,} characters of all were searched")
    return _clean("; ".join(said))


def about(item: Item, source: Source | None) -> About:
    """What rules may ask of an item beside its text; `source` is None where it is configured no more.

    A day is the publisher's calendar day: as the same day in Beijing, where rules count days.
    """
    publisher = source.publisher if source else None
    stamp = item.published
    day = stamp.at.date() if stamp and stamp.precision == "day" else None
    return About(
        source=item.source,
        publisher=publisher.id if publisher else "",
        tier=publisher.tier.value if publisher else "",
        language=item.language,
        published=datetime.combine(day, time(), _BEIJING) if day else stamp.at if stamp else None,
    )


def _clean(text: str) -> str:
    """Without lone surrogates and NUL, which no database and no receiver takes."""
    return _SURROGATES.sub("\ufffd", text)


def identity_of(link: str) -> str:
    """The canonical address, "" for none; one too long for a database's index is shortened and told apart by its sha-256."""
    address = canonical(link) if link else ""
    if len(address.encode()) <= _ADDRESS:
        return address
    return f"{address[:_ADDRESS_KEPT]}#{hashlib.sha256(address.encode()).hexdigest()}"


def content_digest(title: str, text: str, attachment: str = "") -> str:
    """The sha-256 (hex) of title and text as folded, so that width, script and spacing do not make two of one.

    Documents count where there are some, without their blanks.
    """
    content = f"{fold(title).text}\n{fold(text).text}" + (f"\n{''.join(attachment.split())}" if attachment else "")
    return hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()


def headline_of(text: str) -> str:
    """A headline for an item that has none: what stands in 【】, else the first sentence (at most 80 characters)."""
    found = _BRACKETED.match(text) or _FIRST_SENTENCE.match(text.strip())
    return _BLANKS.sub(" ", found.group(1)).strip() if found else ""


def language_of(text: str, otherwise: str) -> str:
    """The language, "zh" or "en", by the script that prevails (a Han character says as much as three letters), else `otherwise`."""
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    if not han and not latin:
        return otherwise
    return "zh" if han * 3 >= latin else "en"


def published(printed: tuple[str, ...], zone: str, now: datetime) -> Stamp | None:
    """The moment of publication from the dates as printed, the most trusted first.

    The first that can be read decides the day; a later one may only add the time of that same day in `zone`.
    """
    stamps = [stamp for text in printed if (stamp := read_date(text, zone=zone, seen_at=now))]
    if not stamps or stamps[0].precision == "minute":
        return stamps[0] if stamps else None
    local = ZoneInfo(zone)
    day = stamps[0].at.astimezone(local).date()
    timed = (s for s in stamps if s.precision == "minute" and s.at.astimezone(local).date() == day)
    return next(timed, stamps[0])


def unread_dates(drafts: Sequence[Draft], items: Sequence[Item]) -> tuple[BadDate, ...]:
    """One fault for all the dates that stand in `drafts` and could not be read; the items made of them are kept, undated."""
    bad = [(draft.dates, item) for draft, item in zip(drafts, items, strict=True) if draft.dates and not item.published]
    if not bad:
        return ()
    printed, first = bad[0]
    return (BadDate(f"{len(bad)} date(s) cannot be read, the first is {' | '.join(printed)[:100]!r}", url=first.link),)


def age(item: Item, now: datetime) -> timedelta | None:
    """How old the item is at least, or None where its date is unknown; a day counts from its end."""
    if item.published is None:
        return None
    end = item.published.at + (timedelta(days=1) if item.published.precision == "day" else timedelta())
    return now - end
