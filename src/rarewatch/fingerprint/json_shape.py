"""Derives from a JSON answer where its list of announcements stands, and which field of an item is what. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rarewatch.sources._json_paths import find, written
from rarewatch.sources._links import line
from rarewatch.text.dates import read_date
from rarewatch.text.plain import plain

_BARE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_LOOKED_AT = 30  # items
_DEEPEST = 6
_WIDEST = 200  # keys of an object
_TITLE = re.compile(r"title|headline|subject|biaoti|标题|caption|topic|^name$|name$|^bt$", re.IGNORECASE)
_LINK = re.compile(r"url|link|href|path|detail|^src$", re.IGNORECASE)
_DATE = re.compile(r"date|time|pub|日期|时间|^at$|ctime|day|stamp|_at$|rq$", re.IGNORECASE)
_PUBLISHED = re.compile(r"pub|release|issue|display|show|deliver|fb", re.IGNORECASE)
_CHANGED = re.compile(r"upd|modif|edit|expire|end|last", re.IGNORECASE)
_KEY = re.compile(r"^(?:\w*[._])?(?:id|guid|uuid|oid|\w*_id|\w+Id|code|docid|newsid)$")
_ORIGIN = re.compile(r"source|origin|laiyuan|media|^ly$|site_?name", re.IGNORECASE)
_TEXT = re.compile(r"content|body|text|html|正文", re.IGNORECASE)
_SUMMARY = re.compile(r"summ|abstract|desc|digest|memo|intro|brief|sub_?title", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:https?:)?//\S+|/\S+|\.{1,2}/\S+|[\w%.-]+(?:/[\w%.-]+)*\.(?:s?html?|jspx?|aspx?|php|pdf)(?:\?\S*)?", re.IGNORECASE
)
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|mp4)(?:\?|$)", re.IGNORECASE)
_TURN = re.compile(r"^(?:page|page_?no|page_?num|page_?index|current_?page|pn|p|cur_?page|pageNumber)$", re.IGNORECASE)
_START = re.compile(r"^(?:start|offset|from|begin|skip)$", re.IGNORECASE)
_SIZE = re.compile(r"^(?:page_?size|limit|rows|size|count|per_?page|num|ps)$", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:li|tr|a|dl|div)\b[^>]*>", re.IGNORECASE)
_WHOLE_TEXT = 200  # characters on average: an abstract is shorter


@dataclass(frozen=True, slots=True)
class Shape:
    """The options of a `json_list` for an answer, how many items it has, and what is not certain."""

    options: dict[str, object]
    items: int
    doubts: tuple[str, ...] = ()


def shape_of(value: Any, url: str, seen_at: datetime) -> Shape | None:
    """How the list in `value`, the answer of `url`, is read; None where nothing in it is a list with titles."""
    found = [one for path, items in _lists(value, "") if (one := _weighed(path, items, seen_at))]
    if not found:
        return None
    _, path, items, fields = max(found, key=lambda one: one[0])
    options: dict[str, object] = {"items": path, **fields}
    doubts = []
    if "link" not in fields:
        doubts.append(
            "no field of an item is an address: write `link` (JMESPath) from the id, as the site's own pages are addressed"
        )
    elif any(not re.match(r"(?:https?:)?/", line(written(find(str(fields["link"]), item)))) for item in items[:_LOOKED_AT]):
        doubts.append("addresses of items are relative to the list's own: set `base` where the site's pages stand elsewhere")
    if "date" not in fields:
        doubts.append("no field of an item is a date")
    if page := _page(url, len(items)):
        options["page"] = page
    return Shape(options, len(items), tuple(doubts))


def markup_in(value: Any) -> Iterator[tuple[str, str]]:
    """The paths (JMESPath) and texts of the strings in `value` that are lists in HTML, the longest first."""
    found = [(path, text) for path, text in _strings(value, "", 0) if len(_MARKUP.findall(text)) >= 4]
    yield from sorted(found, key=lambda one: -len(one[1]))


def _weighed(
    path: str, items: list[dict[str, Any]], seen_at: datetime
) -> tuple[float, str, list[dict[str, Any]], dict[str, object]] | None:
    head = items[:_LOOKED_AT]
    fields = _fields(head, seen_at)
    if "title" not in fields:
        return None
    worth = 2.0 + 2.0 * ("link" in fields) + 1.5 * ("date" in fields) + 0.5 * ("key" in fields)
    return worth * min(len(items), 50) ** 0.5, path, items, fields


def _lists(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every list of objects in `value`, with its path; lists within the items of a list count as one long list."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        objects = [one for one in value if isinstance(one, dict)]
        if objects and len(objects) * 2 > len(value):
            yield path or "@", objects
            for key in list(objects[0])[:_WIDEST]:
                inner = [one for item in objects if isinstance(item.get(key), list) for one in item[key] if isinstance(one, dict)]
                if inner:
                    yield f"{path}[].{_name(key)}[]", inner
    elif isinstance(value, dict):
        for key, one in list(value.items())[:_WIDEST]:
            yield from _lists(one, _join(path, _name(key)), depth + 1)
    elif isinstance(value, str) and value.lstrip()[:1] in {"{", "["} and "parse_json" not in path:
        inside = f"parse_json({path})" if path else ""
        if inside and (parsed := find(inside, _nested(path, value))) is not None:
            yield from _lists(parsed, inside, depth + 1)


def _nested(path: str, value: Any) -> Any:
    """An object in which `value` stands at `path`."""
    for name in reversed(re.findall(r'"[^"]+"|\w+', path)):
        value = {name.strip('"'): value}
    return value


def _strings(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and path:
        yield path, value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for key, one in list(value.items())[:_WIDEST]:
            yield from _strings(one, _join(path, _name(key)), depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for number, one in enumerate(value[:3]):
            yield from _strings(one, f"{path}[{number}]", depth + 1)


def _fields(items: Sequence[Mapping[str, Any]], seen_at: datetime) -> dict[str, object]:
    """What each field of the items is, by name and by content; a field is used once."""
    columns = _columns(items)
    fields: dict[str, object] = {}

    def take(role: str, fits: Callable[[str, list[str]], float]) -> None:
        best = max(((fits(path, texts), -at, path) for at, (path, texts) in enumerate(columns.items())), default=(0.0, 0, ""))
        if best[0] > 0:
            fields[role] = best[2]
            columns.pop(best[2])

    take("link", _as_link)
    take("date", lambda path, texts: _as_date(path, texts, seen_at))
    take("title", _as_title)
    take("key", _as_key)
    take("text", _as_text)
    take("summary", lambda path, texts: float(_named(_SUMMARY, path) and _mean(texts) > 8))
    take("origin", lambda path, texts: float(_named(_ORIGIN, path) and 0 < _mean(texts) <= 20 and not any(map(_is_address, texts))))
    return {role: fields[role] for role in ("key", "title", "link", "date", "text", "summary", "origin") if role in fields}


def _columns(items: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The texts under each path that most items have, objects within items looked into once."""
    paths: dict[str, list[str]] = {}
    for item in items:
        for key, value in list(item.items())[:_WIDEST]:
            inner = [(_name(key), value)]
            if isinstance(value, dict):
                inner = [(_join(_name(key), _name(name)), one) for name, one in list(value.items())[:_WIDEST]]
            for path, one in inner:
                if text := line(written(one)):
                    paths.setdefault(path, []).append(text)
    return {path: texts for path, texts in paths.items() if len(texts) * 2 >= len(items)}


def _as_title(path: str, texts: list[str]) -> float:
    shown = [line(plain(text)) for text in texts]
    length, different = _mean(shown), len(set(shown)) / len(shown)
    if any(map(_is_address, texts)) or not 4 <= length <= 200 or sum(text.isdigit() for text in shown) * 2 > len(shown):
        return 0.0
    named = 3.0 if _named(_TITLE, path) else 0.0
    if not named and (len(shown) < 2 or different < 0.8 or length < 10):
        return 0.0
    return (
        named
        + different
        + min(length, 30) / 60
        - (1.5 if re.search(r"sub|short|mark|type|column|site", path, re.IGNORECASE) else 0)
    )


def _as_link(path: str, texts: list[str]) -> float:
    share = sum(map(_is_address, texts)) / len(texts)
    if share < 0.8 or len(set(texts)) < 0.5 * len(texts):
        return 0.0
    pictures = sum(bool(_PICTURE.search(text)) for text in texts) / len(texts)
    return (
        share
        + (1.0 if _named(_LINK, path) else 0.0)
        - 2 * pictures
        - (0.7 if re.search(r"img|pic|cover|thumb|logo|icon", path, re.IGNORECASE) else 0)
    )


def _as_date(path: str, texts: list[str], seen_at: datetime) -> float:
    named = _named(_DATE, path)
    if any(text.isdigit() for text in texts) and not named:
        return 0.0
    read = sum(len(text) <= 40 and read_date(text, seen_at=seen_at) is not None for text in texts) / len(texts)
    if read < 0.8:
        return 0.0
    return read + named + _named(_PUBLISHED, path) * 0.5 - _named(_CHANGED, path) * 0.8


def _as_key(path: str, texts: list[str]) -> float:
    return 1.0 + (path.lower() in {"id", "docid"}) if _KEY.match(path.rpartition(".")[2]) and len(set(texts)) == len(texts) else 0.0


def _as_text(path: str, texts: list[str]) -> float:
    return _mean([plain(text) for text in texts]) if _named(_TEXT, path) and _mean(texts) >= _WHOLE_TEXT else 0.0


def _page(url: str, items: int) -> dict[str, object] | None:
    """How the query of `url` turns the list, where it says so."""
    query = dict(parse_qsl(urlsplit(url).query))
    numbers = {name: int(value) for name, value in query.items() if value.isdecimal() and len(value) < 6}
    size = next((value for name, value in numbers.items() if _SIZE.match(name)), 0)
    for name, value in numbers.items():
        if _TURN.match(name) or _START.match(name):
            step = (size or items) if _START.match(name) else 1
            # A server that gives fewer items than asked for would look like the end of the list.
            return {"name": name, "first": value, "step": step} | ({"size": size} if size == items else {})
    return None


def _is_address(text: str) -> bool:
    return bool(_ADDRESS.fullmatch(text))


def _named(pattern: re.Pattern[str], path: str) -> bool:
    return bool(pattern.search(path.rpartition(".")[2].strip('"')))


def _mean(texts: Sequence[str]) -> float:
    return sum(map(len, texts)) / len(texts) if texts else 0.0


def _name(key: str) -> str:
    return key if _BARE.fullmatch(key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
