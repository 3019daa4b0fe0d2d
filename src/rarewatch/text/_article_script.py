"""The article of a page that keeps it in a script: JSON for a frame that builds the page in the browser."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from rarewatch.text.plain import plain

_STARTS = re.compile(
    r"<script[^>]*type=[\"']?application/(?:ld\+)?json[\"']?[^>]*>\s*(?=[{\[])"
    r"|(?:window\s*\.\s*|var\s+|let\s+|const\s+|self\s*\.\s*)[\w$.]{2,40}\s*=\s*(?=\{)",
    re.IGNORECASE,
)
_TEXTS = (
    "articleBody",
    "content",
    "contentHtml",
    "content_html",
    "articleContent",
    "bodyHtml",
    "body",
    "html",
    "text",
    "detail",
    "txt",
)
_TITLES = ("headline", "title", "articleTitle", "newsTitle", "docTitle")
_TIMES = (
    "datePublished",
    "publishTime",
    "publish_time",
    "pubDate",
    "publishedAt",
    "newsTime",
    "createTime",
    "ptime",
    "time",
    "date",
)
_SOURCES = ("source", "sourceName", "mediaName", "media_name", "publisher", "src")
_AUTHORS = ("author", "authorName", "writer", "reporter")
_LEAST = 60  # characters of text from which a string in a script is taken for an article
_SCRIPTS = 40
_DEPTH = 14


class Scripted(NamedTuple):
    """What the script says of the article; "" for what it does not."""

    title: str = ""
    text: str = ""
    date: str = ""
    origin: str = ""
    author: str = ""


def scripted(html: str, title: str) -> Scripted:
    """The longest article in the page's scripts, one with the page's title before any other. Never raises."""
    found = []
    for whole in _objects(html):
        for record in _records(whole, _DEPTH):
            text = _string(record, _TEXTS)
            if len(text) >= _LEAST and re.search(r"[\u4e00-\u9fff]{8}|(?:\b\w+\b[ ,.;]+){12}", text):
                found.append((record, plain(text)))
    if not found:
        return Scripted()
    record, text = max(found, key=lambda one: (bool(title) and _string(one[0], _TITLES) in title, len(one[1])))
    return Scripted(_string(record, _TITLES), text, _string(record, _TIMES), _string(record, _SOURCES), _string(record, _AUTHORS))


def _objects(html: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    for number, start in enumerate(_STARTS.finditer(html)):
        if number >= _SCRIPTS:
            return
        try:
            yield decoder.raw_decode(html, start.end())[0]
        except (ValueError, RecursionError):  # a script that is no JSON, or nested beyond reason
            continue


def _records(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if not depth:
        return
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _records(inner, depth - 1)


def _string(record: dict[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        said = record.get(key)
        if isinstance(said, list) and said:
            said = "\n".join(one for one in said if isinstance(one, str)) or said[0]
        if isinstance(said, dict):
            said = said.get("name") or said.get("html") or said.get("text") or said.get("content")
        if isinstance(said, int) and not isinstance(said, bool) and key in _TIMES:
            said = str(said)
        if isinstance(said, str) and said.strip():
            return said.strip()
    return ""
