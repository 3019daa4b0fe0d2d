"""UTF-8 that was read as Thai: quotes and dashes that arrive as โ (or โ€™), ¥ as ยฅ."""

import re
from collections.abc import Iterator

from rarewatch.text._offsets import Edit
from rarewatch.text.characters import KIND, LATIN_KIND

_THAI = "\u0e00-\u0e7f"
_QUOTES = re.compile(rf"(?<![{_THAI}])โ++(?:[€\x80][™˜œ“”¦…\x85\x93-\x9d]?+|(?![{_THAI}]))")
_SIGNS = re.compile(rf"(?<![{_THAI}])(?:ย[ฅฉฎ\xa0]|โข)(?![{_THAI}])")
_SIGN = {"ยฅ": "¥", "ยฉ": "©", "ยฎ": "®", "ย\xa0": " ", "โข": "™"}
_THIRD = {"'": "™˜\x98\x99", "-": "“”\x93\x94", "…": "¦…\x85"}
_ELIDED = re.compile("(?:s|t|d|m|ll|re|ve)(?![A-Za-z])", re.IGNORECASE)


def mended(text: str) -> list[Edit]:
    """The edits that undo this damage in `text`; words that really are Thai have no place for it and are left alone."""
    edits = [edit for found in _QUOTES.finditer(text) for edit in _one_by_one(text, found)]
    edits += (Edit(*found.span(), _SIGN[found[0]]) for found in _SIGNS.finditer(text))
    return sorted(edits)


def _one_by_one(text: str, found: re.Match[str]) -> Iterator[Edit]:
    run = found[0].rstrip("€\x80™˜œ“”¦…\x85\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d")
    whole = found[0] != run
    start, last = found.start(), found.start() + len(run) - 1
    for at in range(start, last + 1 - whole):
        yield Edit(at, at + 1, _meant(text, at))
    if whole:
        third = text[found.end() - 1]
        yield Edit(last, found.end(), next((sign for sign, codes in _THIRD.items() if third in codes), '"'))


def _meant(text: str, at: int) -> str:
    """What a lone โ stood for, by its neighbours; the recipe restores every one in the two recorded articles that have them."""
    before, after = text[at - 1 : at] or " ", text[at + 1 : at + 2] or " "
    if before.isdigit() and after.isdigit():
        return "-"
    if before.isalpha() and KIND[before] == LATIN_KIND:
        if _ELIDED.match(text, at + 1):
            return "'"
        if KIND[after] == LATIN_KIND:
            return "-"
    if (before.isspace() or before == "(") and after.isspace() and 0 < at < len(text) - 1:
        return "-"
    return '"'
