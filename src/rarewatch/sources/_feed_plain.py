"""RSS items of the plainest shape, read directly: what feedparser makes of them is known beforehand, and costs it a lot of time.

An item is plain when it holds only the elements named here, each once and without attributes, with plain text or one CDATA section
in them, and nothing that feedparser would mend, resolve or guess at. Everything else is feedparser's, and it stays the judge:
`tests/sources/test_feed_plain.py` holds both readings to be the same.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

Entry: TypeAlias = dict[str, Any]
"""An entry with feedparser's names, as far as a draft needs them."""

_FRAME = re.compile(rb"(?:\s*<\?[^>]*\?>)*\s*<rss(?:\s[^>]*)?>\s*<channel>")
_NOT_IN_FRAME = re.compile(
    rb"xmlns\s*="
    rb"|xmlns:dc\s*=(?!\s*[\"']http://purl\.org/dc/elements/1\.1/[\"'])"
    rb"|xmlns:content\s*=(?!\s*[\"']http://purl\.org/rss/1\.0/modules/content/[\"'])"
)
_ITEM = re.compile(r"<item>(.*)</item>", re.DOTALL)
_ELEMENT = re.compile(
    r"""\s*<(?:(guid)(?:\ isPermaLink=(?:"(?:true|false)"|'(?:true|false)'))?
             |(title|link|pubDate|author|category|description|comments|source|dc:creator|dc:date|content:encoded))>
    (?:\s*<!\[CDATA\[((?:[^\]]++|\](?!\]>))*+)\]\]>\s*|([^<]*))
    </(?:\1|\2)>""",
    re.VERBOSE,
)
_NOT_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}
_MENDED = re.compile("[\x80-\x9f]")
_BEYOND_LATIN = re.compile("[^\x00-\xff]")
_LINK = re.compile(r"https?://[^/\s;<][^\s;<]*")
_KEY = re.compile(r"(?!.*:///)[^\s;]+")
_NAMES = {
    "guid": "id",
    "pubDate": "published",
    "description": "summary",
    "dc:creator": "author",
    "dc:date": "updated",
    "content:encoded": "content",
}
_UNUSED = frozenset({"category", "comments"})


def plain_frame(head: bytes) -> bool:
    """Whether `head`, all that stands before the first item, lets plain items be read without knowing more of it."""
    return _FRAME.match(head) is not None and _NOT_IN_FRAME.search(head) is None


def plain_entry(item: bytes) -> Entry | None:
    """The entry feedparser would give for `item` (UTF-8, well-formed, in a plain frame), without languages; None if not plain."""
    text = item.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    whole = _ITEM.fullmatch(text)
    found = None if whole is None or _MENDED.search(text) else _elements(whole[1])
    if found is None or not _LINK.fullmatch(found.get("link", "")):
        return None
    title, key = found.get("title", ""), found.get("id", "")
    if not title or "<" in title or "&" in title or (key and not _KEY.fullmatch(key)):
        return None
    entry: Entry = {**found, "title_detail": {"type": "text/plain"}}
    if "content" in found:
        entry["content"] = [{"type": "text/html", "value": found["content"]}]
    if "source" in found:
        entry["source"] = {"title": found["source"]}
    return entry


def with_language(entry: Entry, like: Mapping[str, Any]) -> Entry:
    """`entry` with the language its frame gives it, taken from `like`, feedparser's reading of another entry of that frame."""
    detail = like["title_detail"]
    return {**entry, "title_detail": {**entry["title_detail"], "language": detail["language"]}}


def _elements(inner: str) -> dict[str, str] | None:
    """The text of each element, under feedparser's name for it; None where there is anything but plain elements."""
    found: dict[str, str] = {}
    at = 0
    while (match := _ELEMENT.match(inner, at)) is not None:
        at = match.end()
        guid, other, cdata, escaped = match.groups()
        name = _NAMES.get(guid or other, other)
        if name in _UNUSED:
            continue
        value = cdata if escaped is None else _unescaped(escaped)
        if value is None or name in found or not (value.isascii() or _BEYOND_LATIN.search(value)):
            return None
        found[name] = value.strip()
    return None if inner[at:].strip() else found


def _unescaped(text: str) -> str | None:
    """`text` with XML's own five entities replaced; None where there are others."""
    if "&" not in text:
        return text
    if _NOT_NAMED.search(text):
        return None
    for entity, char in _ENTITIES.items():
        text = text.replace(entity, char)
    return text.replace("&amp;", "&")
