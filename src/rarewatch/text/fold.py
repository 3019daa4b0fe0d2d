"""Folding: one spelling for all the ways the same text arrives, with an exact way back to the original.

Width, case, traditional characters, radicals from PDFs, quotes, dashes, blanks inside Chinese words, line wraps, pinyin glosses and
two kinds of broken encoding are evened out. Terms are folded by the same function as texts, so both meet in the middle.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from unicodedata import normalize

from rarewatch.text._mojibake import mended
from rarewatch.text._offsets import Draft, Edit, Places
from rarewatch.text._pinyin import glosses
from rarewatch.text.characters import BEYOND, HAN_KIND, IGNORED, KIND, LATIN_KIND, evened, folded_char

_CAPITAL_I = re.compile("I(?<=[a-z]I)(?![A-Z])")
_HIDDEN = re.compile(f"{IGNORED}+")
_WIDE = re.compile("[\ufb00-\ufb06\u2160-\u217f\u3371-\u33df]")
_QUOTE = re.compile("'")
# A lone blank or hyphen within ASCII needs no look: that keeps English cheap.
_RUN = re.compile(r"[ \n·-](?<![!-~][ -](?=[!-,.-~]))[ \n·-]*+")
_PARAGRAPH = re.compile(r"\n[ ·-]*\n|\n  ")


_SHORT = 4_000
"""Characters up to which a fold is remembered."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text and the way back.

    `seams` are the positions in `text` where a blank or middle dot between two Chinese characters was dropped (line breaks are not
    among them). The rest is private: ascending positions and the total shift from each on, for starts and for ends.
    """

    text: str
    seams: tuple[int, ...] = ()
    starts: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    ends: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stands in the original; characters dropped at its edges are left out."""
        if not self.starts[0] and not self.ends[0]:
            return start, end
        first = start + _shift(self.starts, bisect_right(self.starts[0], start))
        return first, max(first, end + _shift(self.ends, bisect_left(self.ends[0], end)))

    def gap(self, start: int, end: int) -> bool:
        """Whether characters of the original were dropped inside `text[start:end]`."""
        places = self.starts[0]
        at = bisect_right(places, start)
        return at < len(places) and places[at] < end


def _shift(table: tuple[tuple[int, ...], tuple[int, ...]], count: int) -> int:
    return table[1][count - 1] if count else 0


def fold(text: str) -> Folded:
    """Fold `text` for matching; never raises, and folding folded text changes nothing.

    Characters whose NFKC form is longer than one are left alone, but for ligatures, Roman numerals and units. ASCII costs least.
    """
    return _lately(text) if len(text) <= _SHORT else _fold(text)


@lru_cache(maxsize=512)
def _lately(text: str) -> Folded:
    """The same, remembered: digest, marks and matching ask for the folds of one item one after the other."""
    return _fold(text)


def _fold(text: str) -> Folded:
    draft = Draft(text)
    if "โ" in text or "ย" in text:
        _mend(draft)
    if "I" in draft.text:
        draft.text = _CAPITAL_I.sub("l", draft.text)
    draft.text, rare = evened(draft.text)
    if rare:
        draft.text = draft.text.translate(BEYOND)
        draft.edit(Edit(*found.span()) for found in _HIDDEN.finditer(draft.text))
        draft.edit(Edit(*found.span(), _spelled(found[0])) for found in _WIDE.finditer(draft.text))
    if "'" in draft.text:
        draft.text = _QUOTE.sub(_quote, draft.text)
    if "(" in draft.text:
        draft.edit(_glosses(draft, text))
    edits, seams = _runs(draft.text)
    draft.edit(edits)
    return _folded(draft, seams)


def _mend(draft: Draft) -> None:
    draft.edit(mended(draft.text))
    # What shows nothing may stand between the halves, and is itself half of some: hence before and after.
    draft.edit(Edit(*found.span()) for found in _HIDDEN.finditer(draft.text.translate(BEYOND)))
    draft.edit(mended(draft.text))


def _spelled(char: str) -> str:
    return "".join(map(folded_char, normalize("NFKC", char).casefold()))


def _glosses(draft: Draft, text: str) -> Iterator[Edit]:
    view = _folded(draft)
    return glosses(draft.text, lambda start, end: text[slice(*view.span(start, end))])


def _folded(draft: Draft, seams: tuple[int, ...] = ()) -> Folded:
    if not draft.starts and not draft.ends:
        return Folded(draft.text, seams)
    return Folded(draft.text, seams, _table(draft.starts), _table(draft.ends))


def _table(places: Places) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(place for place, _ in places), tuple(accumulate(shift for _, shift in places))


def _quote(found: re.Match[str]) -> str:
    text, at = found.string, found.start()
    inside = 0 < at < len(text) - 1 and KIND[text[at - 1]] == KIND[text[at + 1]] == LATIN_KIND
    return "'" if inside else '"'


def _runs(text: str) -> tuple[list[Edit], tuple[int, ...]]:
    """What becomes of blanks, line breaks, middle dots and hyphens between words, and the seams that leaves."""
    edits: list[Edit] = []
    seams: list[int] = []
    if " " not in text and "\n" not in text and "-" not in text and "·" not in text:
        return edits, ()
    size, dropped = len(text), 0
    for found in _RUN.finditer(text):
        start, end = found.span()
        before, after = KIND[text[start - 1]] if start else 0, KIND[text[end]] if end < size else 0
        if not before or not after:
            continue
        run = found[0]
        new = _between(run, before, after)
        if new == run or ("\n" in run and _PARAGRAPH.search(run)):
            continue
        edits.append(Edit(start, end, new))
        if before == after == HAN_KIND and "\n" not in run:
            seams.append(start - dropped)
        dropped += end - start - len(new)
    return edits, tuple(seams)


def _between(run: str, before: int, after: int) -> str:
    """What stands for `run` between characters of two kinds; `run` itself where it is to stay."""
    if before == after == HAN_KIND:
        return run if "-" in run else ""
    if "·" in run:
        return run
    if before == after:
        return "-" if "-" in run else " "
    return run if "-" in run else ""
