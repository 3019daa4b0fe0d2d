"""Is it new, a revision, something we had, or the past of a new source - and why. Pure.

An item is known by its key, its canonical address and its content. Two witnesses must agree: a key or an address alone proves
nothing, because publishers give one guid or one address to different announcements, and losing an announcement is worse than
comparing one twice.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from functools import lru_cache

from rarewatch.errors import SourceFault
from rarewatch.normalise import age, content_digest
from rarewatch.nouns.item import Admission, Item, Status
from rarewatch.nouns.memory import Known
from rarewatch.nouns.source import Polled, Reading, Source
from rarewatch.text.counts import counts
from rarewatch.text.fold import fold
from rarewatch.text.prints import likeness
from rarewatch.text.turns import turns

_DIGITS = re.compile(r"\d+")
_EDITED_TITLE = 0.75
"""From this likeness on, another title under the same key or address is an edit of the same announcement."""
_SHORT = 20
"""A text of fewer characters is no proof of identity: many different bulletins share a few words."""
_OTHER_TEXT = 0.3
"""Below this share of common four-character runs, a text under the same title is another announcement, not an edit."""
_HEAD = 200
"""So many characters of two titles are compared: the time it takes grows with their square."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The identities of one item: `same` each prove it known, `near` point to what it may be a revision of."""

    same: tuple[bytes, ...]
    near: tuple[bytes, ...]


def _mark(*parts: str) -> bytes:
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=12).digest()


def marks(item: Item) -> Marks:
    """The marks by which `item` is recognised; they hold the source, so that two sources never meet here."""
    named = tuple((kind, value) for kind, value in (("key", item.key), ("url", item.url)) if value)
    telling = len(item.text) >= _SHORT and not item.title_only
    # Without its documents: one that comes later, or fails to, makes no other item.
    content = content_digest(item.title, item.text) if item.attachment else item.digest
    return _marks(item.source, named, item.title, content if telling or not named else "")


@lru_cache(maxsize=512)  # looking an item up, judging it and keeping it ask for the same marks one after the other
def _marks(source: str, named: tuple[tuple[str, str], ...], title: str, digest: str) -> Marks:
    folded = fold(title).text
    same = [_mark(source, kind, value, folded) for kind, value in named]
    if digest:
        same.append(_mark(source, "content", digest))
    return Marks(tuple(same), tuple(_mark(source, kind, value) for kind, value in named))


def all_marks(item: Item) -> tuple[bytes, ...]:
    """Every mark of `item`, for looking it up and for remembering it."""
    found = marks(item)
    return found.same + found.near


def admit(
    items: Iterable[Item], known: Mapping[bytes, Known], source: Source, now: datetime, *, baseline: bool
) -> Sequence[Admission]:
    """What each of `items`, all of one reading of `source`, is.

    `known` maps marks to stored items; `baseline` is True until the source was read completely once.
    """
    admissions: list[Admission] = []
    this_reading: set[bytes] = set()
    marked = [(item, marks(item)) for item in items]
    different = {found.same: found for _, found in marked}.values()
    carried = Counter(mark for found in different for mark in found.near)
    for item, found in marked:
        if any(mark in this_reading for mark in found.same):
            admissions.append(Admission(item, Status.SEEN, "stands twice in this reading"))
            continue
        this_reading.update(found.same)
        # A key or an address that several items of one reading carry says nothing of any of them.
        telling = Marks(found.same, tuple(mark for mark in found.near if carried[mark] == 1))
        admissions.append(_admit(item, telling, known, source, now, baseline=baseline))
    return admissions


def _admit(item: Item, found: Marks, known: Mapping[bytes, Known], source: Source, now: datetime, *, baseline: bool) -> Admission:
    same = next((known[mark] for mark in found.same if mark in known), None)
    if same:
        return _again(item, same, source, now)
    for mark in found.near:
        if mark in known and is_edit(known[mark].title, item.title) and not _other_text(known[mark], item):
            return _revised(item, known[mark], f"an edited title of item {known[mark].id}", source, now)
    if baseline:
        return _at_first_reading(item, source, now)
    return Admission(item, Status.NEW, "not seen before in this source")


def _again(item: Item, same: Known, source: Source, now: datetime) -> Admission:
    if same.digest == item.digest:
        return Admission(item, Status.SEEN, f"the same content as item {same.id}", same.id)
    if item.title_only or (not item.text and not item.attachment and not same.title_only):
        return Admission(item, Status.SEEN, f"item {same.id} again, this time without its text", same.id)
    if is_another(same, item):
        return Admission(item, Status.NEW, f"another announcement under the title and address of item {same.id}")
    before = content_digest(same.title, same.text)
    if before == content_digest(item.title, item.text) and not same.title_only:
        had_some = same.digest != before
        if had_some and (item.papers_missed or not item.attachment):
            return Admission(item, Status.SEEN, f"item {same.id} again, this time without its documents", same.id)
        why = f"the documents of item {same.id} " + ("changed" if had_some else "came after it")
        return _revised(item, same, why, source, now)
    why = f"the text of item {same.id} " + ("came after its title" if same.title_only else "changed")
    return _revised(item, same, why, source, now)


def _revised(item: Item, before: Known, why: str, source: Source, now: datetime) -> Admission:
    """What was the past stays the past, whatever counter moves on its page, unless its publisher dates it anew."""
    past = before.past and bool(_of_the_past(item, source, now))
    return Admission(item, Status.REVISED, why, before.id, past)


def _at_first_reading(item: Item, source: Source, now: datetime) -> Admission:
    past = _of_the_past(item, source, now)
    if past:
        return Admission(item, Status.BASELINE, f"{past}, at the first reading of its source")
    return Admission(item, Status.NEW, "young enough at the first reading of its source")


def _of_the_past(item: Item, source: Source, now: datetime) -> str:
    """Why it counts as the past of its source, or ""."""
    how_old = age(item, now)
    if how_old is None:
        return "undated"
    return "older than the source's baseline age" if how_old > timedelta(seconds=source.baseline_age) else ""


def is_another(before: Known, item: Item) -> bool:
    """Whether an item with the title and the key or address of `before` is a further announcement and no edit of it.

    So it is when the texts have little in common, and when it carries a later day and other figures: bulletins come every day
    under one title and one address.
    """
    if not before.text or before.title_only:
        return False
    if _other_text(before, item):
        return True
    if before.published is None or item.published is None or item.published.at - before.published.at < timedelta(hours=20):
        return False
    return sorted(_DIGITS.findall(before.text)) != sorted(_DIGITS.findall(item.text))


def _other_text(before: Known, item: Item) -> bool:
    """Whether both have a text, and the texts have little in common."""
    if not before.text or not item.text:
        return False
    return likeness(fold(before.text).text, fold(item.text).text) < _OTHER_TEXT


def is_edit(before: str, after: str) -> bool:
    """Whether one title is an edit of the other: alike, with the same figures and the same words that turn its meaning.

    Figures decide first, because monthly notices differ in nothing else. Of very long titles only the beginning may differ.
    """
    one, two = fold(before).text, fold(after).text
    if counts(one) != counts(two) or turns(one) != turns(two) or one[_HEAD:] != two[_HEAD:]:
        return False
    return SequenceMatcher(None, one[:_HEAD], two[:_HEAD], autojunk=False).ratio() >= _EDITED_TITLE


def first_seen(kept: Iterable[Admission]) -> list[Item]:
    """The items that the archive did not hold before, news or past of their source."""
    return [admission.item for admission in kept if admission.status in {Status.NEW, Status.BASELINE}]


def summed_up(
    source: str, reading: Reading, kept: Sequence[Admission], told: Sequence[tuple[int, int]], also: Sequence[SourceFault]
) -> Polled:
    """What a poll did, in counts.

    `told` holds, for each item that was judged, how many rules held and how many deliveries that opened; `also` are faults beside
    those of the reading.
    """
    return Polled(
        source=source,
        found=len(kept) + reading.known,
        new=sum(admission.status is Status.NEW for admission in kept),
        known=reading.known + sum(admission.status is Status.SEEN for admission in kept),
        matched=sum(1 for rules, _ in told if rules),
        alerts=sum(opened for _, opened in told),
        unchanged=reading.unchanged,
        fault=reading.own_fault,
        notes=tuple(str(fault) for fault in (*reading.faults, *also)),
    )
