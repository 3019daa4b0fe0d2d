"""Cutting a feed document into its entries without understanding them, so that known ones need no parse.

Only documents of plain shape are cut: well-formed, no DOCTYPE, a common root, all entries side by side, no namespace declared
inside an entry that could colour the next one. Everything around the entries is kept, so what an entry inherits (xml:base,
xml:lang, namespaces) is there when it is parsed in a smaller company.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.parsers import expat

_ROOTS = {"rss": "item", "RDF": "item", "feed": "entry"}
_NAME = re.compile(rb"<([^\s/>]+)")
_DATES = tuple((b"<" + name, b"</" + name) for name in (b"pubDate", b"published", b"issued", b"dc:date", b"updated", b"modified"))
_DATE_AT_MOST = 300
_INNOCENT = frozenset({"http://www.w3.org/1999/xhtml"})


class _NotPlainError(Exception):
    """The document is not of the shape that can be cut."""


@dataclass(frozen=True, slots=True)
class Slices:
    """A feed document (UTF-8) as `head`, the bytes of each entry in document order, and `tail`."""

    head: bytes
    entries: tuple[bytes, ...]
    tail: bytes

    def only(self, wanted: Sequence[int]) -> bytes:
        """The document with only the entries at these positions."""
        return b"".join((self.head, b"\n".join(self.entries[at] for at in wanted), self.tail))


def cut(document: bytes) -> Slices | None:
    """The entries of `document` (UTF-8, whatever it declares), or None where its shape is not plain or it has no entries."""
    cutter = _Cutter()
    try:
        cutter.parser.Parse(document, True)  # noqa: FBT003 - the only way to say that it ends here
    except (expat.ExpatError, _NotPlainError):
        return None
    places = cutter.places
    if not places:
        return None
    spans = []
    for start, close in places:
        end = document.find(b">", close) + 1
        if document[close:end].split()[0].rstrip(b">") != b"</" + _name(document, start):
            return None  # <item/>: what follows is the end of something else
        spans.append((start, end))
    gaps = (document[left[1] : right[0]] for left, right in pairwise(spans))
    if any(gap.strip() for gap in gaps):
        return None
    return Slices(document[: spans[0][0]], tuple(document[start:end] for start, end in spans), document[spans[-1][1] :])


def _name(document: bytes, start: int) -> bytes:
    """The name of the start tag at `start`, prefix and all."""
    found = _NAME.match(document, start)
    return found.group(1) if found else b""


def dates_of(entries: Sequence[bytes]) -> Iterator[str]:
    """The date each entry prints, unread: of several the one that feeds mean to be that of publication."""
    for entry in entries:
        for start, end in _DATES:
            at = entry.find(start)
            close = entry.find(end, at + len(start), at + _DATE_AT_MOST) if at >= 0 else -1
            if close > at:
                yield _date(entry[at + len(start) : close])
                break


def _date(element: bytes) -> str:
    """The text of an element without its attributes and CDATA marks."""
    text = element.partition(b">")[2].strip().removeprefix(b"<![CDATA[").removesuffix(b"]]>")
    return text.decode("ascii", "ignore").strip()


class _Cutter:
    """Expat handlers that note where each entry starts and where its end tag stands, in bytes."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartNamespaceDeclHandler = self._namespace
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.places: list[tuple[int, int]] = []
        self._wanted = ""
        self._depth = 0
        self._entry_depth = 0
        self._opened = -1

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        local = name.rpartition(" ")[2]
        if self._depth == 1:
            self._wanted = _ROOTS.get(local, "")
            if not self._wanted:
                raise _NotPlainError
        elif local.lower() in {"item", "entry"}:
            if self._opened >= 0 or local != self._wanted or self._entry_depth not in {0, self._depth}:
                raise _NotPlainError
            self._entry_depth = self._depth
            self._opened = self.parser.CurrentByteIndex

    def _end(self, _name: str) -> None:
        if self._opened >= 0 and self._depth == self._entry_depth:
            self.places.append((self._opened, self.parser.CurrentByteIndex))
            self._opened = -1
        self._depth -= 1

    def _namespace(self, prefix: str | None, uri: str) -> None:
        if self._depth and not (prefix is None and uri in _INNOCENT):
            raise _NotPlainError

    def _doctype(self, *_: object) -> None:
        raise _NotPlainError
