"""JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser does not read."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rarewatch.errors import NotAFeed
from rarewatch.nouns.source import Draft
from rarewatch.sources._feed_drafts import absolute, words
from rarewatch.text.plain import clean

_ITEMS = re.compile(r'"items"\s*:\s*\[')
_NEXT = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class JsonFeed:
    """The drafts of a JSON feed; `trouble` says in words what could not be read, "" when all was."""

    drafts: tuple[Draft, ...]
    trouble: str


def read(text: str, base: str, *, guids: bool) -> JsonFeed:
    """Every item of a JSON feed; of a document that is cut, every item before the cut. Raises `NotAFeed`."""
    trouble = ""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        document = {"items": _salvage(text)}
        if not document["items"]:
            raise NotAFeed("JSON that cannot be read, without an item in it") from error
        trouble = "the JSON ends too early or is malformed"
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise NotAFeed('JSON without a list of "items"')
    language = _text(document, "language")
    drafts = tuple(_draft(item, base, language, guids=guids) for item in items if isinstance(item, dict))
    if len(drafts) < len(items):
        trouble = trouble or f"{len(items) - len(drafts)} of {len(items)} items are no objects"
    return JsonFeed(drafts, trouble)


def _salvage(text: str) -> list[Any]:
    """The whole objects at the start of the list of items."""
    found = _ITEMS.search(text)
    decoder = json.JSONDecoder()
    items: list[Any] = []
    at = found.end() if found else len(text)
    while True:
        blank = _NEXT.match(text, at)
        at = blank.end() if blank else at
        if not text.startswith("{", at):
            return items
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return items
        items.append(item)


def _draft(item: Mapping[str, Any], base: str, language: str, *, guids: bool) -> Draft:
    texts = (
        words(_text(item, "content_html")),
        words(_text(item, "content_text"), "text/plain"),
        words(_text(item, "summary"), "text/plain"),
    )
    url = absolute(_text(item, "url"), base) or absolute(_text(item, "external_url"), base)
    identity = _text(item, "id")
    return Draft(
        key=identity if guids else "",
        url=url or (absolute(identity, base) if "://" in identity else ""),
        title=words(_text(item, "title"), "text/plain"),
        text=max(texts, key=len),
        dates=tuple(dict.fromkeys(date for name in ("date_published", "date_modified") if (date := _text(item, name)))),
        author=_author(item),
        language=_text(item, "language") or language,
    )


def _text(item: Mapping[str, Any], name: str) -> str:
    """A member as text: version 1.0 feeds give numbers as ids."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value)).strip()


def _author(item: Mapping[str, Any]) -> str:
    listed = item.get("authors")
    authors = listed if isinstance(listed, list) and listed else [item.get("author")]
    return ", ".join(name for each in authors if isinstance(each, dict) and (name := words(_text(each, "name"), "text/plain")))
