"""Feeds on disk: entries of a JSON Feed 1.1 (jsonfeed.org/version/1.1), the same as Atom (RFC 4287), and how a file is replaced.

The JSON file is the memory: what it holds is read back before an entry is added.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, ValidationError

_ATOM = "http://www.w3.org/2005/Atom"
_VERSION = "https://jsonfeed.org/version/1.1"
_LONGEST = 100_000_000
_DELIVERIES = 100
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """There is a file, and it is no JSON Feed of ours."""


class Origin(BaseModel):
    """What an entry stands for, kept in the feed itself: extensions begin with an underscore there."""

    model_config = ConfigDict(frozen=True)
    deliveries: tuple[str, ...]
    story: str
    severity: str


class Entry(BaseModel):
    """One alert in a feed, with JSON Feed's names; moments as RFC 3339 in UTC, `url` "" where there is none."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)
    id: str
    url: str = ""
    title: str
    content_html: str
    content_text: str
    date_published: str
    date_modified: str
    tags: tuple[str, ...] = ()
    origin: Annotated[Origin, Field(alias="_rarewatch")]


class Head(BaseModel):
    """What is said of the feed as a whole: `address` is where its folder can be read, with a slash at the end, or ""."""

    model_config = ConfigDict(frozen=True)
    name: str
    title: str
    address: str = ""


def entry_id(delivery: str) -> str:
    """The id of the entry of a delivery, an absolute URI that never changes."""
    try:
        named = UUID(delivery)
    except ValueError:
        named = uuid5(NAMESPACE_URL, f"rarewatch:delivery:{delivery.encode('utf-8', 'backslashreplace').decode()}")
    return named.urn


def with_entry(entries: Sequence[Entry], new: Entry, most: int) -> list[Entry]:
    """The entries with `new` among them, at most `most`, the newest first.

    A delivery that is sent again changes nothing. A story that comes again keeps its id and first date and goes to the front.
    """
    sent = set(new.origin.deliveries)
    if any(sent & set(old.origin.deliveries) for old in entries):
        return list(entries[:most])
    told = next((old for old in entries if new.origin.story and old.origin.story == new.origin.story), None)
    if told is None:
        return [new, *entries][:most]
    deliveries = (*told.origin.deliveries, *new.origin.deliveries)[-_DELIVERIES:]
    merged = new.model_copy(
        update={
            "id": told.id,
            "date_published": min(told.date_published, new.date_published),
            "date_modified": max(told.date_modified, new.date_modified),
            "origin": new.origin.model_copy(update={"deliveries": deliveries}),
        }
    )
    return [merged, *(old for old in entries if old is not told)][:most]


def read(path: Path) -> list[Entry]:
    """The entries of the feed at `path`, none where there is no file.

    Raises `Unreadable` where it is no feed of ours, `OSError` where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_LONGEST + 1)
    except FileNotFoundError:
        return []
    if len(raw) > _LONGEST:
        raise Unreadable("it is too large")
    try:
        found = json.loads(raw)
        if not isinstance(found, dict) or found.get("version") != _VERSION:
            raise Unreadable("it is no JSON Feed")
        return [Entry.model_validate(item) for item in found.get("items", ())]
    except (ValueError, TypeError, RecursionError, ValidationError) as error:
        raise Unreadable(f"it is no feed of rarewatch ({type(error).__name__})") from None


def as_json(head: Head, entries: Sequence[Entry]) -> bytes:
    """The JSON Feed."""
    addresses = {"home_page_url": head.address, "feed_url": f"{head.address}{head.name}.json"} if head.address else {}
    items: list[Mapping[str, Any]] = [
        {key: value for key, value in entry.model_dump(mode="json", by_alias=True).items() if value or key != "url"}
        for entry in entries
    ]
    feed = {"version": _VERSION, "title": head.title, **addresses, "authors": [{"name": "rarewatch"}], "items": items}
    return json.dumps(feed, ensure_ascii=False, indent=1).encode() + b"\n"


def as_atom(head: Head, entries: Sequence[Entry]) -> bytes:
    """The Atom feed; what XML cannot hold becomes U+FFFD."""
    names: dict[Any, str] = {None: _ATOM}
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap=names)
    _add(feed, "id", uuid5(NAMESPACE_URL, f"rarewatch:feed:{head.address}{head.name}").urn)
    _add(feed, "title", head.title)
    _add(feed, "updated", max((entry.date_modified for entry in entries), default="1970-01-01T00:00:00Z"))
    _add(_add(feed, "author"), "name", "rarewatch")
    _add(feed, "generator", "rarewatch")
    if head.address:
        _add(feed, "link", rel="self", type="application/atom+xml", href=f"{head.address}{head.name}.atom")
    for entry in entries:
        _add_entry(feed, entry)
    made: bytes = etree.tostring(feed, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return made


def _add_entry(feed: Any, entry: Entry) -> None:
    element = _add(feed, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title, type="text")
    _add(element, "published", entry.date_published)
    _add(element, "updated", entry.date_modified)
    if entry.url:
        _add(element, "link", rel="alternate", href=entry.url)
    for tag in entry.tags:
        _add(element, "category", term=tag)
    _add(element, "content", entry.content_html, type="html")


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", {key: _xml(value) for key, value in attributes.items()})
    if text:
        element.text = _xml(text)
    return element


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`, so that no other process replaces the same feed; ends with the process.

    Raises `BlockingIOError` where another one holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of `path` at once: readers see the old file or the new one, also after a crash.

    Raises `OSError`; the old file is there then, or the new one.
    """
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
