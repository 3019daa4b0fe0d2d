"""JSON and JSONP answers as they are served: wrapped in a call or an assignment, cut short, or not JSON at all. Pure."""

import json
import re
from dataclasses import dataclass
from typing import Any

from rarewatch.errors import BadEncoding, LayoutChanged, SourceFault, Truncated
from rarewatch.nouns.source import Got
from rarewatch.sources._answers import beginning, damage, not_a_challenge
from rarewatch.text.charset import decode

_WRAPPED = re.compile(r"\s*(?:/\*.*?\*/\s*)?(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.\[\]'\"]{0,200}\s*(?P<by>[(=])\s*", re.DOTALL)
_END = re.compile(r"[\s;)]*\Z")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}
_ASKED = re.compile(r"[?？\ufffd]{3,}")
_HAN = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Document:
    """A value with what is to be said of it; `start` is how the answer begins, in words for faults."""

    value: Any
    start: str
    faults: tuple[SourceFault, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the document was read to its end."""
        return not any(isinstance(fault, Truncated) for fault in self.faults)


def read_json(got: Got, charset: str = "") -> Document:
    """The value of a JSON or JSONP answer.

    Of a document that ends too early, what stands before its last whole object is kept and `Truncated` noted. Raises `Refused` for
    an anti-bot page and `LayoutChanged` for anything else that is no JSON. `charset` overrules what the answer declares.
    """
    not_a_challenge(got)
    page = decode(got.body, got.headers.get("content-type", ""), declared_in="none", charset=charset)
    start, faults = beginning(page.text, got), damage(page, got)
    text = _bare(page.text)
    try:
        return Document(json.loads(text, strict=False), start, tuple(faults))
    except (ValueError, RecursionError):
        value = _salvaged(text)
    if value is None:
        raise LayoutChanged(f"no JSON; {start}", url=got.url)
    faults.append(Truncated("the JSON ends too early or is malformed; what stands before that was kept", url=got.url))
    return Document(value, start, tuple(faults))


def garbled(titles: list[str], url: str) -> list[SourceFault]:
    """The fault of titles whose Chinese came as question marks (some servers do that to requests they do not like).

    Raises it where that is most of them: such a list says nothing.
    """
    bad = sum(bool(_ASKED.search(title)) and not _HAN.search(title) for title in titles)
    if not bad:
        return []
    fault = BadEncoding(f"{bad} of {len(titles)} titles came as question marks", url=url)
    if bad * 2 > len(titles):
        raise fault
    return [fault]


def _bare(text: str) -> str:
    """`text` without the call or the assignment around it."""
    text = text.strip().removeprefix("\ufeff")
    wrapping = None if text.startswith(("{", "[")) else _WRAPPED.match(text)
    return _END.sub("", text[wrapping.end() :]) if wrapping else text


def _salvaged(text: str) -> Any:
    """What stands before the last object or list that was closed, with everything around it closed too; None for nothing."""
    if not text.startswith(("{", "[")):
        return None
    opened: list[str] = []
    kept, ends = 0, ""
    for token in _TOKEN.finditer(text):
        bracket = token[0]
        if bracket in _CLOSING:
            opened.append(_CLOSING[bracket])
        elif bracket in {"}", "]"}:
            if not opened or opened.pop() != bracket:
                break
            kept, ends = token.end(), "".join(reversed(opened))
    try:
        return json.loads(text[:kept] + ends, strict=False)
    except (ValueError, RecursionError):
        return None
