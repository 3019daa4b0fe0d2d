"""Feed entries to drafts: text decoded, addresses made absolute, dates left as they are printed."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from rarewatch.nouns.source import Draft
from rarewatch.text.plain import clean, plain, tidy

_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|dd|del|div|dl|dt|em|figure|font|h[1-6]|hr|i|img|ins|li|mark|o:p|ol|p|pre|"
    r"s|section|small|span|strike|strong|style|script|sub|sup|table|tbody|td|th|tr|u|ul)\b|<!",
    re.IGNORECASE,
)
_DATES = ("published", "created", "updated", "prism_publicationdate", "date", "pubtime", "publishdate", "publishtime", "time")
_TEXT_TYPES = ("text/", "application/xhtml", "application/xml")


def draft(entry: Mapping[str, Any], feed: Mapping[str, Any], base: str, *, guids: bool) -> Draft:
    """One feedparser entry as a `Draft` without a mark.

    `base` is the final address of the feed; `guids` False leaves the key empty.
    """
    key = clean(_string(entry, "id"))
    there = entry.keys()  # asks the dictionary itself, not feedparser's slow idea of what an entry has
    return Draft(
        key=key if guids else "",
        url=absolute(_link(entry, key), base),
        title=words(_string(entry, "title"), _detail(entry, "title", "type")),
        text=max(_texts(entry), key=len, default=""),
        dates=tuple(
            dict.fromkeys(" ".join(clean(date).split()) for name in _DATES if name in there and (date := _string(entry, name)))
        ),
        author=words(_string(entry, "author")),
        origin=_origin(entry),
        language=clean(_string(entry, "language") or _detail(entry, "title", "language") or _string(feed, "language")),
    )


def absolute(link: str, base: str) -> str:
    """`link` as an http(s) address seen from `base`, "" where it cannot be one."""
    link = "".join(clean(link).split())
    if not link:
        return ""
    try:
        joined = link if link.startswith(("http://", "https://")) else urljoin(base, link)
        parts = urlsplit(joined)
    except ValueError:
        return ""
    return joined if parts.scheme in {"http", "https"} and parts.netloc else ""


def words(value: str, kind: str = "text/html") -> str:
    """`value` as plain text; of what is said to be plain only real HTML tags are markup, so that <MP Materials> stays."""
    if not value:
        return ""
    if kind == "text/plain" and not _TAG.search(value):
        return tidy(clean(html.unescape(value)))
    return plain(value)


def _raw(entry: Any, name: str) -> Any:
    # dict.get, because feedparser's own lookup offers "published" where "updated" is asked for, and is slow.
    return dict.get(entry, name) if isinstance(entry, dict) else None


def _string(entry: Mapping[str, Any], name: str) -> str:
    value = _raw(entry, name)
    return value.strip() if isinstance(value, str) else ""


def _detail(entry: Mapping[str, Any], name: str, part: str) -> str:
    return _string(_raw(entry, f"{name}_detail"), part)


def _link(entry: Mapping[str, Any], key: str) -> str:
    link = _string(entry, "link")
    if link and link == key and "/" not in link:
        return ""  # a guid that nobody called "no permalink", but that is no address
    if link:
        return link
    links = _raw(entry, "links") or ()
    return next((href for rel in ("alternate", "enclosure") for href in _hrefs(links, rel)), "")


def _hrefs(links: Iterable[Any], rel: str) -> Iterator[str]:
    return (href for each in links if _string(each, "rel") == rel and (href := _string(each, "href")))


def _texts(entry: Mapping[str, Any]) -> Iterator[str]:
    contents = _raw(entry, "content") or ()
    raw = [(value, kind) for each in contents if (value := _string(each, "value")) and _is_text(kind := _string(each, "type"))]
    raw.append((_string(entry, "summary"), _detail(entry, "summary", "type")))
    for value, kind in dict(raw).items():
        yield words(value, kind or "text/html")


def _is_text(kind: str) -> bool:
    return not kind or kind.startswith(_TEXT_TYPES)


def _origin(entry: Mapping[str, Any]) -> str:
    return words(_string(_raw(entry, "source"), "title") or _string(entry, "dc_source"))
