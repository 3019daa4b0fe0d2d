"""Bytes to text: declarations are hints, the bytes decide.

Chinese publishers declare gb2312 over UTF-8 bytes, utf-8 over GBK bytes, ISO-8859-1 because a server says so, or nothing at all.
UTF-8 is hardly ever valid by accident, so it is asked first; everything of the GB family is read as its superset GB 18030.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

DeclaredIn = Literal["html", "xml", "none"]
"""Where a document may name its own encoding: a meta element (or XML declaration), an XML declaration only, nowhere."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the encoding that gave it; `damaged` says that some of it could only be read as U+FFFD."""

    text: str
    encoding: str
    damaged: bool


_GB = ("gb18030",)
_BIG5 = ("cp950", "big5hkscs")
_LATIN = ("cp1252", "iso-8859-1")
_CODECS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "gb_2312-80", "x-gbk", "cp936", "ms936", "windows-936", "euc-cn", "chinese"), _GB),
    **dict.fromkeys(("big5", "big5-hkscs", "big5hkscs", "x-x-big5", "cp950", "cn-big5", "big-5"), _BIG5),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms_kanji", "cp932"), ("cp932", "shift_jis_2004")),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "korean", "windows-949", "cp949", "uhc"), ("cp949",)),
    **dict.fromkeys(("euc-jp", "x-euc-jp"), ("euc_jp", "euc_jis_2004")),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "windows-1252", "us-ascii", "ascii"), _LATIN),
    **dict.fromkeys(("utf-8", "utf8", "utf_8", "unicode-1-1-utf-8"), ("utf-8",)),
    **{name: (name,) for name in ("utf-16", "utf-16le", "utf-16be", "utf-32", "iso-2022-jp", "iso-2022-kr", "koi8-r", "koi8-u")},
    **dict.fromkeys(("windows-874", "tis-620"), ("cp874",)),
    **dict.fromkeys(("hz-gb-2312", "hz"), ("hz",)),
    **{f"iso-8859-{part}": (f"iso-8859-{part}",) for part in range(2, 17) if part != 12},
    **{f"windows-{page}": (f"cp{page}",) for page in range(1250, 1259) if page != 1252},
}

_MULTIBYTE = frozenset({*_GB, *_BIG5, "cp932", "cp949", "euc_jp"})
_PROVE_NOTHING = frozenset({*_LATIN, "utf-8", "utf-16", "utf-16le", "utf-16be", "utf-32"})
_SEVEN_BIT = frozenset({"iso-2022-jp", "iso-2022-kr", "hz"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE_MARKUP = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_HTTP = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_META = re.compile(rb"""<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_XML = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']\s*([\w.:-]+)""")
_SNIFF = 8_192
_PAIRS = re.compile(rb"[\x80-\xff]{2,}")
_BEYOND_TWO_BYTES = re.compile("[\u0800-\U0010ffff]")
_TWO_BYTES = re.compile("[\x80-\u07ff]")
_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
_ASCII = bytes(range(128))
_BIG5_PAIR = re.compile(rb"([\x81-\xfe])([\x40-\x7e\xa1-\xfe])")


def known(name: str) -> bool:
    """Whether `name` is an encoding that `decode` can be told to use."""
    return name.strip().lower() in _CODECS


def decode(body: bytes, content_type: str = "", *, declared_in: DeclaredIn = "html", charset: str = "") -> Decoded:
    """Read `body` as text, whatever it is declared to be.

    `content_type` is the HTTP header; `charset` (one that is `known`) overrules everything. A byte order mark is removed.
    Never raises: what cannot be read becomes U+FFFD and `damaged` is set.
    """
    if charset:
        return _forced(body, _CODECS[charset.strip().lower()])
    wide = _wide(body)
    if wide is not None:
        return wide
    claims = tuple(_claims(body, content_type, declared_in))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_quite_utf8(body, claims)
    if claims and not body.isascii() and not _BEYOND_TWO_BYTES.search(text):
        # Four bytes of two Han characters in GBK can be valid UTF-8; a page that really is UTF-8 has three-byte characters.
        return _first_strict(body, tuple(name for name in claims if name in _MULTIBYTE)) or Decoded(text, "utf-8", damaged=False)
    if claims and (b"\x1b" in body or b"~{" in body):
        return _first_strict(body, tuple(name for name in claims if name in _SEVEN_BIT)) or Decoded(text, "utf-8", damaged=False)
    return Decoded(text, "utf-8", damaged=False)


def _forced(body: bytes, names: tuple[str, ...]) -> Decoded:
    return _first_strict(body, names) or _lenient(body, names[0])


def _wide(body: bytes) -> Decoded | None:
    """By byte order mark, or by the look of a `<` in 16 or 32 bits."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _forced(body[len(mark) :], (name,))
    for start, name in _WIDE_MARKUP:
        if body.startswith(start):
            return _first_strict(body, (name,))
    return None


def _claims(body: bytes, content_type: str, declared_in: DeclaredIn) -> Iterator[str]:
    """Codecs for what HTTP and the document say, in that order, those of the GB family as GB 18030."""
    head = body[:_SNIFF]
    names = [found.group(1) for found in [_HTTP.search(content_type)] if found]
    if declared_in != "none":
        names += [found.group(1).decode("ascii", "replace") for found in [_XML.match(head)] if found]
    if declared_in == "html":
        names += [name.decode("ascii", "replace") for name in _META.findall(head)]
    for name in dict.fromkeys(names):
        yield from _CODECS.get(name.lower(), ())


def _not_quite_utf8(body: bytes, claims: tuple[str, ...]) -> Decoded:
    """Choose for bytes that are not valid UTF-8: damaged UTF-8, a declared encoding, or one that fits the look of the bytes."""
    # A multi-byte encoding that decodes without error is evidence; a single-byte one always decodes, so it proves nothing.
    firm = sorted((name for name in claims if name not in _PROVE_NOTHING), key=lambda name: name not in _MULTIBYTE)
    # Read as UTF-8, GBK or Big5 gives about one U+FFFD a byte; a cut or dirty UTF-8 page gives a handful.
    sequences, high = len(_THREE_BYTES.findall(body)), len(body.translate(None, _ASCII))
    if firm and sequences * 6 < high and (strict := _first_strict(body, firm[:1])):
        return strict
    utf8 = _lenient(body, "utf-8")
    bad = utf8.text.count("�") - body.count(b"\xef\xbf\xbd")
    good = sum(1 for _ in _BEYOND_TWO_BYTES.finditer(utf8.text)) - utf8.text.count("�")
    if good >= 4 * bad or ((good or "utf-8" in claims) and _only_the_end_is_cut(body)):
        return utf8
    guess = _by_look(body)
    if not guess and 4 * (good + len(_TWO_BYTES.findall(utf8.text))) <= bad:
        guess = _LATIN[:1]
    strict = _first_strict(body, (*firm, *guess, *(name for name in claims if name in _LATIN)))
    if strict is not None:
        return strict
    lenient = [utf8, *(_lenient(body, name) for name in dict.fromkeys((*firm, *guess)))]
    return min(lenient, key=lambda read: read.text.count("�"))


def _only_the_end_is_cut(body: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _by_look(body: bytes) -> tuple[str, ...]:
    """Encodings an undeclared body looks like: Han text keeps its high bytes together, Latin text has them one by one."""
    high = len(body.translate(None, _ASCII))
    paired = sum(len(run.group()) for run in _PAIRS.finditer(body))
    if paired * 5 < high * 3:
        return ()
    return (*_BIG5, *_GB) if _looks_like_big5(body) else _GB


def _looks_like_big5(body: bytes) -> bool:
    """Whether leads and trails lie where Big5 has its common characters.

    Simplified text in GBK never has trail bytes below 0x80 and spreads its leads up to 0xD7; in Big5 about a third of the trails
    are below 0x80 and nearly all leads lie in A1-C6.
    """
    pairs = _BIG5_PAIR.findall(body)
    common = sum(1 for lead, _ in pairs if b"\xa1" <= lead <= b"\xc6")
    low = sum(1 for _, trail in pairs if trail < b"\x80")
    return len(pairs) >= 4 and common * 10 >= len(pairs) * 9 and low * 10 >= len(pairs)


def _first_strict(body: bytes, names: Iterable[str]) -> Decoded | None:
    for name in dict.fromkeys(names):
        try:
            return Decoded(body.decode(name), name, damaged=False)
        except UnicodeDecodeError:
            continue
    return None


def _lenient(body: bytes, name: str) -> Decoded:
    return Decoded(body.decode(name, "replace"), name, damaged=True)
