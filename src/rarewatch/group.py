"""Is it the same event as a story we have? Pure.

For now only near-identical copies meet: the same text, or the same headline on the same day, from another publisher or under
another address. A wrong merge hides news, so figures and words that change the meaning forbid it, and so do different headlines
of one source.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from rarewatch.nouns.item import Item, Stamp
from rarewatch.nouns.memory import Candidate
from rarewatch.text.counts import counts
from rarewatch.text.fold import fold
from rarewatch.text.prints import likeness, prints
from rarewatch.text.turns import turns

WINDOW = timedelta(days=14)
"""Copies are looked for among stories that moved in this time."""
_SAME_TEXT = 0.8
_LEAST_TITLE = 8
_LEAST_TEXT = 40


@dataclass(frozen=True, slots=True)
class Joined:
    """The story an item belongs to ("" opens a new one), and why."""

    story: str
    why: str


def item_prints(item: Item) -> frozenset[int]:
    """The fingerprints under which copies of `item` are found: of its text, and of its headline."""
    title = prints(fold(item.title).text)
    return title | prints(fold(item.text).text) if len(item.text) >= _LEAST_TEXT else title


def join(item: Item, candidates: Iterable[Candidate]) -> Joined:
    """The story `item` belongs to among those of `candidates`, the first that fits."""
    title, text = fold(item.title).text, fold(item.text).text
    for candidate in candidates:
        why = _copy_of(title, text, item, candidate)
        if why:
            return Joined(candidate.story, why)
    return Joined("", "no open story tells the same")


def _copy_of(title: str, text: str, item: Item, candidate: Candidate) -> str:
    other_title, other_text = fold(candidate.title).text, fold(candidate.text).text
    if turns(title) != turns(other_title):
        return ""
    if item.source == candidate.source and title not in other_title and other_title not in title:
        # One source does not copy itself under another headline: it announces, under one covering note, the next one.
        return ""
    if len(text) >= _LEAST_TEXT and len(other_text) >= _LEAST_TEXT:
        alike = likeness(text, other_text)
        if alike >= _SAME_TEXT and _figures_agree((title, text), (other_title, other_text)):
            return f"a copy of item {candidate.item}: {alike:.0%} of the text is the same, and so are its figures"
        return ""
    if title == other_title and len(title) >= _LEAST_TITLE and _same_day(item.published, candidate.published):
        return f"the headline of item {candidate.item} on the same day"
    return ""


def _figures_agree(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two items, each a title and a text, count alike: a copy may be cut or told under another title, no more.

    Every figure of the shorter text stands in the longer, and the titles do not each have a figure that the other item lacks:
    announcements under one covering note differ in their numbers only.
    """
    short, long = sorted((one[1], other[1]), key=len)
    if not set(counts(short)) <= set(counts(long)):
        return False
    mine, theirs = set(counts(one[0])), set(counts(other[0]))
    return mine <= theirs | set(counts(other[1])) or theirs <= mine | set(counts(one[1]))


def _same_day(one: Stamp | None, other: Stamp | None) -> bool:
    if one is None or other is None:
        return False
    return abs(one.at - other.at) < timedelta(days=1)
