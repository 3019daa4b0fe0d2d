"""Pinyin glosses that some mirrors print inside Chinese words: 稀(xi)土(tu)."""

import re
from collections.abc import Callable, Iterator

from rarewatch.text._offsets import Edit
from rarewatch.text.characters import HAN

LEAST = 3
"""So many glosses make a text a glossed one; a page with fewer may mean its brackets."""

KEPT = "❨"
"""The bracket that stands before Latin capitals that only look like pinyin, such as (AI), so that folding again keeps them."""

_VOWELS = {"a": "aāáǎà", "e": "eēéěè", "i": "iīíǐì", "o": "oōóǒò", "u": "uūúǔù", "v": "vüǖǘǚǜ"}
_FINALS = "iang iong uang iao ian ing uai uan ang eng ong ai ei ao ou an en er ia ie iu in ua uo ui un ve van vn a e i o u v"


def _toned(final: str) -> str:
    return "".join(f"[{_VOWELS[char]}]" if char in _VOWELS else char for char in final)


_SYLLABLE = f"(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?(?:{'|'.join(map(_toned, _FINALS.split()))}))"
_INSIDE = rf"(?=[^)]{{2}}){_SYLLABLE}{{1,6}}\)"
# It starts with the bracket, not with what stands before it: a search for one fixed character costs next to nothing.
_GLOSSES = re.compile(rf"\((?<=[{HAN}]\(){_INSIDE}(?:\({_INSIDE})*")


def glosses(text: str, quote: Callable[[int, int], str]) -> Iterator[Edit]:
    """The edits that drop pinyin in brackets after Chinese characters, where `text` (folded so far) has at least `LEAST`.

    `quote` gives the original of a stretch: glosses are lower case there. What has capitals is kept, its brackets marked.
    """
    found = [(*gloss.span(), _capital(quote(*gloss.span()))) for gloss in _GLOSSES.finditer(text)]
    glossed = sum(text.count("(", start, end) for start, end, capital in found if not capital) >= LEAST
    for start, end, capital in found:
        if capital:
            yield from (Edit(at, at + 1, KEPT) for at in range(start, end) if text[at] == "(")
        elif glossed:
            yield Edit(start, end)


def _capital(original: str) -> bool:
    return any(char != char.lower() for char in original)
