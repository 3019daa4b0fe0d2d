"""Reads RTF: its text with the escapes undone; what belongs to the page's look is left out."""

import re

from rarewatch.papers.lines import mended
from rarewatch.papers.told import Told

_TOKEN = re.compile(rb"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)")
_UNSEEN = frozenset(
    b"fonttbl colortbl stylesheet info pict object themedata datastore listtable listoverridetable rsidtbl generator "
    b"latentstyles xmlnstbl fldinst comment annotation".split()
)
_BREAKS = {b"par": "\n", b"line": "\n", b"row": "\n", b"page": "\n", b"sect": "\n", b"tab": "\t", b"cell": "\t"}
_SIGNS = {b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•"}
_PAGES = {936: "gb18030", 54936: "gb18030", 950: "big5", 932: "cp932", 949: "cp949", 65001: "utf-8"}
_DEEPEST = 1_000


class _Text:
    """The text so far; bytes of a code page wait until something else comes, for one character may take two of them."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.waiting = bytearray()
        self.page = "cp1252"

    def add(self, text: str) -> None:
        self.flush()
        self.done.append(text)

    def flush(self) -> None:
        if self.waiting:
            self.done.append(self.waiting.decode(self.page, "replace"))
            self.waiting.clear()


def read(body: bytes, told: Told) -> str:
    """Read it as one page."""
    text = _Text()
    # (is it hidden, how many characters stand in for one that old programs lack)
    state, groups = (False, 1), list[tuple[bool, int]]()
    skip = 0
    for found in _TOKEN.finditer(body):
        word, number, hexed, sign, brace, run = found.groups()
        if brace == b"{" and len(groups) < _DEEPEST:
            groups.append(state)
        elif brace == b"}" and groups:
            state, skip = groups.pop(), 0
        elif word is not None:
            state, skip = _word(word, int(number) if number else None, state, skip, text)
        elif sign == b"*":
            state = (True, state[1])
        elif state[0]:
            continue
        elif hexed or run:
            raw = bytes.fromhex(hexed.decode()) if hexed else run
            dropped = min(skip, len(raw))
            skip -= dropped
            text.waiting += raw[dropped:]
        elif sign:
            text.add({b"~": " ", b"_": "-", b"-": ""}.get(sign, sign.decode("latin-1") if sign in b"\\{}" else ""))
    text.flush()
    told.add(mended("".join(text.done)).strip())
    return "rtf"


def _word(word: bytes, number: int | None, state: tuple[bool, int], skip: int, text: _Text) -> tuple[tuple[bool, int], int]:
    hidden, stand_ins = state
    if word in _UNSEEN:
        return (True, stand_ins), skip
    if word == b"uc" and number is not None:
        return (hidden, number), skip
    if word == b"ansicpg" and number is not None:
        text.page = _PAGES.get(number, f"cp{number}" if number in range(1250, 1259) else "cp1252")
    if hidden:
        return state, skip
    if word == b"u" and number is not None:
        text.add(chr(number % 65_536))
        return state, stand_ins
    if shown := _BREAKS.get(word) or _SIGNS.get(word):
        text.add(shown)
    return state, skip
