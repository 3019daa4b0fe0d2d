"""Reads the word processor's old binary format ([MS-DOC]): the piece table says where in the file each stretch of text stands."""

import re
import struct
from collections.abc import Callable, Iterator

from rarewatch.papers.lines import mended
from rarewatch.papers.told import MAX_CHARACTERS, PaperFault

_MAGIC = 0xA5EC
_WORD_97 = 0x00C1
_FLAGS, _LOCKED, _TABLE_1 = 0x0A, 0x0100, 0x0200
_FC_MIN = 0x18
_COUNTS = 0x4C
"""Characters in text, footnotes, headers, macros, comments, endnotes, boxes and boxes of headers, one after the other."""
_CLX = 0x01A2
_COMMENTS = 4
_CHINESE = {0x0804: "gb18030", 0x0404: "big5", 0x0C04: "big5", 0x1004: "gb18030", 0x0411: "cp932", 0x0412: "cp949"}
_CODE = re.compile("\x13[^\x13\x14\x15]*(?:\x14|(?=\x15))")
_MARKS = str.maketrans({"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x14": None, "\x15": None, "\x1e": "-", "\x1f": None, "\xa0": " "})
_NESTED = 8


def text_of(main: bytes, stream: Callable[[str], bytes]) -> str:
    """The text, paragraphs as lines and cells parted by tabs, without field codes and comments.

    `main` is the stream `WordDocument`, `stream` gives the table stream by its name. Raises `PaperFault` where it is locked or
    damaged.
    """
    if len(main) < _COUNTS + 32 or _number(main, 0, "<H") != _MAGIC:
        raise PaperFault("broken", "is damaged")
    version, flags = _number(main, 2, "<H"), _number(main, _FLAGS, "<H")
    if flags & _LOCKED:
        raise PaperFault("locked", "asks for a password")
    if version < _WORD_97:
        return _plain(_before_97(main))
    if len(main) < _CLX + 8:
        raise PaperFault("broken", "is damaged")
    start, size = _number(main, _CLX, "<I"), _number(main, _CLX + 4, "<I")
    table = stream("1Table" if flags & _TABLE_1 else "0Table")[start : start + size]
    text = "".join(_pieces(main, table))
    return _plain("\n".join(_parts(text, struct.unpack_from("<8i", main, _COUNTS))))


def _number(data: bytes, at: int, form: str) -> int:
    number: int = struct.unpack_from(form, data, at)[0]
    return number


def _before_97(main: bytes) -> str:
    """The text of the formats before 1997: one stretch in the code page of the document's language."""
    first, last = struct.unpack_from("<II", main, _FC_MIN)
    return main[first:last].decode(_CHINESE.get(_number(main, 6, "<H"), "cp1252"), "replace")


def _pieces(main: bytes, clx: bytes) -> Iterator[str]:
    """Every piece's text in the order of the document; raises `PaperFault` where the table of pieces is not there."""
    at = 0
    while clx[at : at + 1] == b"\x01" and at + 3 <= len(clx):  # properties of pieces, told before the table itself
        at += 3 + _number(clx, at + 1, "<H")
    if clx[at : at + 1] != b"\x02" or at + 5 > len(clx):
        raise PaperFault("broken", "is damaged, its table of pieces is missing")
    table = clx[at + 5 : at + 5 + _number(clx, at + 1, "<I")]
    count = (len(table) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", table) if count > 0 else ()
    left = MAX_CHARACTERS
    for number in range(count):
        length = min(places[number + 1] - places[number], left)
        where = _number(table, 4 * (count + 1) + 8 * number + 2, "<I")
        if length <= 0:
            continue
        left -= length
        start = where & 0x3FFFFFFF
        if where & 0x40000000:
            yield main[start // 2 : start // 2 + length].decode("cp1252", "replace")
        else:
            yield main[start : start + 2 * length].decode("utf-16-le", "replace")


def _parts(text: str, counts: tuple[int, ...]) -> Iterator[str]:
    """The parts of the document, comments left out; the whole where the counts do not fit the text."""
    if min(counts) < 0 or not 0 < sum(counts) <= len(text) + 2:
        yield text
        return
    at = 0
    for number, count in enumerate(counts):
        if number != _COMMENTS:
            yield text[at : at + count]
        at += count


def _plain(text: str) -> str:
    """`text` without field codes (a field's result stays) and with marks of cells, rows and breaks as blanks of their kind."""
    for _ in range(_NESTED):
        text, fields = _CODE.subn("", text)
        if not fields:
            break
    text = text.replace("\x07\x07", "\n").replace("\x07", "\t").translate(_MARKS)
    return "\n".join(line for line in mended(text).split("\n") if line.strip())
