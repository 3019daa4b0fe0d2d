"""Feed documents through feedparser, with what it gets wrong or does at length taken out of its way."""

import io
import re
from dataclasses import dataclass
from typing import Any

import feedparser

from rarewatch.errors import NotAFeed
from rarewatch.text.charset import Decoded, decode
from rarewatch.text.plain import plain

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ROOT = re.compile(rb"<([A-Za-z_][\w:.-]*)")
_SPACE = re.compile(rb"\s{2,}")
_ENTITY = re.compile(rb"""<!ENTITY\s+(\w+)\s+(?:"([^"]*)"|'([^']*)')\s*>""")
_ENTITY_DECLARATION = re.compile(rb"<!ENTITY[^>]*>")
_CHARACTER_REFERENCE = re.compile(rb"&#([xX]?[0-9a-fA-F]+);?")
_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_MEDIA = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"PK\x03\x04": "a zip file",
}
_BASE = re.compile(rb"\bbase\s*=")
_AS_UTF8 = {"content-type": "application/xml; charset=utf-8"}
_EXPANSION = 1_000_000


@dataclass(frozen=True, slots=True)
class Parsed:
    """What feedparser made of a document; `trouble` says in words why something of it may be missing, "" when nothing is."""

    entries: list[Any]
    feed: Any
    version: str
    trouble: str


def read_text(body: bytes, content_type: str, charset: str) -> Decoded:
    """The document as text that XML allows; `charset` overrules every declaration unless it is ""."""
    read = decode(body, content_type, declared_in="xml", charset=charset)
    return Decoded(_CONTROL.sub("", read.text.lstrip("\ufeff \t\r\n")), read.encoding, read.damaged)


def base_for(document: bytes, address: str) -> str:
    """The base address feedparser must be told for `document`, which came from `address`: "" wherever that is right.

    Without one it leaves relative links and guids as they are written, so a feed that moves keeps the ids of its entries. But
    where a document sets a base of its own for one entry, feedparser forgets it afterwards only if there was one before.
    """
    return address if b"base" in (lower := document.lower()) and _BASE.search(lower) else ""


def parse(document: bytes, base: str = "") -> Parsed:
    """Every entry feedparser finds in `document` (UTF-8); `base` as `base_for` gave it for the whole document.

    Raises `NotAFeed` where there is no trace of a feed. No address or file is ever opened and no entity grows.
    """
    root = _root(document)
    result = _feedparser(_calm_prolog(document), {**_AS_UTF8, "content-location": base} if base else _AS_UTF8)
    entries = list(result["entries"])
    version = str(result.get("version") or "")
    if root == b"html" or not (entries or version):
        raise NotAFeed(describe(document.decode("utf-8", "replace")))
    trouble = _trouble(document, root, len(entries)) if result.get("bozo") else ""
    return Parsed(entries, result["feed"], version, trouble)


def describe(text: str) -> str:
    """A few words on what a document is that is no feed."""
    if not text.strip():
        return "an empty body"
    for start, name in _MEDIA.items():
        if text.encode("latin-1", "replace").startswith(start):
            return name
    head = text[:20_000]
    if "<html" in head.lower() or "<!doctype html" in head.lower():
        title = _TITLE.search(head)
        return f"an HTML page titled {plain(title.group(1))!r}" if title else "an HTML page without a title"
    start_of_text = " ".join(text[:60].split())
    return f"a document that begins with {start_of_text!r}"


def _feedparser(document: bytes, headers: dict[str, str]) -> Any:
    try:
        return _call(document, headers)
    except Exception:  # noqa: BLE001 - on malformed input it raises whatever its parts raise
        scrubbed = _CHARACTER_REFERENCE.sub(_harmless, document)
    try:
        return _call(scrubbed, headers)
    except Exception as error:
        raise NotAFeed(f"a document that cannot be parsed ({type(error).__name__})") from error


def _call(document: bytes, headers: dict[str, str]) -> Any:
    return feedparser.parse(io.BytesIO(document), response_headers=headers, resolve_relative_uris=False, sanitize_html=False)


def _harmless(reference: re.Match[bytes]) -> bytes:
    """A numeric character reference as it is, or U+FFFD where it names no character."""
    digits = reference.group(1).lower()
    try:
        number = int(digits[1:], 16) if digits.startswith(b"x") else int(digits)
    except ValueError:
        return b"&#65533;"
    return reference.group() if 0 < number < 0xD800 or 0xDFFF < number < 0x110000 else b"&#65533;"


def _root(document: bytes) -> bytes:
    found = _ROOT.search(document)
    return found.group(1).lower() if found else b""


def _calm_prolog(document: bytes) -> bytes:
    """The document without what makes parsing before the first element expensive.

    Feedparser searches the prolog line by line (quadratic in empty lines), and its second, lenient parser copies an entity's
    text as often as it is named.
    """
    found = _ROOT.search(document)
    if found is None:
        return document
    prolog, rest = _SPACE.sub(b"\n", document[: found.start()]), document[found.start() :]
    if b"<!ENTITY" in prolog:
        grown = sum(len(double or single) * rest.count(b"&" + name + b";") for name, double, single in _ENTITY.findall(prolog))
        if grown > _EXPANSION:
            prolog = _ENTITY_DECLARATION.sub(b"", prolog)
    return prolog + rest


def _trouble(document: bytes, root: bytes, entries: int) -> str:
    """Whether an ill-formed document has lost something: its end, or entries that were opened and did not come out.

    Undefined entities, bare ampersands and the like cost nothing and are no trouble.
    """
    bare, unclosed = _without(document, b"<![CDATA[", b"]]>")
    bare, left_open = _without(bare, b"<!--", b"-->")
    if unclosed or left_open or not re.search(rb"</" + re.escape(root) + rb"\s*(?:>|$)", bare, re.IGNORECASE):
        return f"it ends before its <{root.decode()}> is closed"
    opened = len(_ENTRY.findall(bare))
    return f"it is malformed: {opened} entries begin, {entries} could be read" if opened > entries else ""


def _without(document: bytes, start: bytes, end: bytes) -> tuple[bytes, bool]:
    """The document without its sections from `start` to `end`, and whether the last one never ends."""
    first, *parts = document.split(start)
    kept = [first]
    unclosed = False
    for part in parts:
        _, closed, after = part.partition(end)
        unclosed = not closed
        kept.append(after)
    return b" ".join(kept), unclosed
