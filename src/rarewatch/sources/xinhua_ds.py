"""The source kind `xinhua_ds`: the lists of Xinhua's content system, which a page fills from a data file.

The page holds an element such as `<ul data="datasource:ID" preview="ds_">`; the file is `ds_ID.json` beside the page or, on older
pages, at the site's root.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, Field
from selectolax.lexbor import LexborHTMLParser

from rarewatch.errors import LayoutChanged, Missing
from rarewatch.nouns.source import Get, Got, Seen, Source
from rarewatch.sources import Visit
from rarewatch.sources._answers import beginning, unchanged
from rarewatch.sources._articles import Entry
from rarewatch.sources._json import Document, read_json
from rarewatch.sources._links import absolute, line, mark_of
from rarewatch.sources._long_lists import LongOptions, entries_of, read_articles
from rarewatch.sources._options import OptionalCss
from rarewatch.sources._two_steps import conditional, found_at, looked_up
from rarewatch.text.plain import plain

_HOLDERS = "[data^='datasource:']"
_LISTS = f"#content-list{_HOLDERS}, ul.wz-list{_HOLDERS}, #list{_HOLDERS}, #showData0{_HOLDERS}"
_ID = re.compile(r"datasource:\s*([0-9A-Za-z_-]{4,64})\s*$")
_PREVIEW = re.compile(r"[A-Za-z_]{1,20}")
_NAMED = 8  # ids that a fault quotes
_LABELS = frozenset({"专题", "全文"})


class Options(LongOptions):
    """The keys under `options:` of a source with `kind: xinhua_ds`."""

    container: Annotated[
        OptionalCss,
        Field(description="CSS of the element that names the data file, where the page has several and none looks like it"),
    ] = ""


class XinhuaDs:
    """Reads a data file that a page names, and the pages its items link to."""

    Options: ClassVar[type[BaseModel]] = Options

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once; `url` is the page, or the data file itself (`….json`).

        Raises `LayoutChanged` where the page names no data file, or that holds no list or one of fewer items than `min_items`;
        `Refused` where either answers with an anti-bot challenge.
        """
        options = source.options
        assert isinstance(options, Options)
        places = _Places(source.url, (source.url,))
        if not urlsplit(source.url).path.endswith(".json"):
            page = yield Get(source.url)
            places = _places(looked_up(page, options.charset), page, options.container)
        address, got = yield from _first_there(places, seen)
        if (nothing := unchanged(got, seen)) is not None:
            return nothing
        document = read_json(got, options.charset)
        entries, tour = entries_of(_items(document, got), lambda item: _entries(item, places.page), document, options, got)
        return found_at(address, (yield from read_articles(entries, source, options, index=got, seen=seen, tour=tour)))


@dataclass(frozen=True, slots=True)
class _Places:
    """The page whose addresses the data file's are relative to, and where that file may stand."""

    page: str
    files: tuple[str, ...]


def _places(html: str, page: Got, container: str) -> _Places:
    """Where the data file of the page may stand; raises `LayoutChanged` where the page names none, or several alike."""
    tree = LexborHTMLParser(html.replace("\0", ""))
    named: dict[str, str] = {}
    for node in tree.css(container or _LISTS) or ([] if container else tree.css(_HOLDERS)):
        if found := _ID.match((node.attributes.get("data") or "").strip()):
            named.setdefault(found[1], node.attributes.get("preview") or "")
    if not named:
        where = f"for the selector {container!r} " if container else ""
        raise LayoutChanged(f"no element {where}names a data file; {beginning(html, page)}", url=page.url)
    if len(named) > 1 and not container:
        ids = ", ".join(list(named)[:_NAMED])
        raise LayoutChanged(f"the page names {len(named)} data files ({ids}); say in `container` which is meant", url=page.url)
    name, preview = next(iter(named.items()))
    file = f"{preview if _PREVIEW.fullmatch(preview) else 'ds_'}{name}.json"
    return _Places(page.url, tuple(dict.fromkeys((urljoin(page.url, file), urljoin(page.url, f"/{file}")))))


def _first_there(places: _Places, seen: Seen) -> Generator[Get, Got, tuple[str, Got]]:
    """The first of the places that is not missing, with its answer; raises the last place's fault."""
    *earlier, last = places.files
    for address in earlier:
        try:
            return address, (yield _get(address, places, seen))
        except Missing:
            continue
    return last, (yield _get(last, places, seen))


def _get(address: str, places: _Places, seen: Seen) -> Get:
    return Get(address, headers={"Referer": places.page}, validators=conditional(address, seen))


def _items(document: Document, got: Got) -> list[Any]:
    value = document.value
    items = value.get("datasource", value.get("data")) if isinstance(value, dict) else value
    if not isinstance(items, list):
        raise LayoutChanged(f"the data file holds no list; {document.start}", url=got.url)
    return items


def _entries(item: dict[str, Any], page: str) -> Iterator[Entry]:
    """The entries of one item: one, or one for each article where an editor has put several links on one line."""
    links = [link for link in _links(item, page) if not link[0].endswith(("|", "｜")) and link[0] not in _LABELS]
    if len(links) > 1:
        for title, url in links:
            yield Entry(url, title, mark_of(url, title))
        return
    title = _text(item, "title") or _text(item, "showTitle")
    url = absolute(_raw(item, "publishUrl"), page) or (links[0][1] if links else "")
    if title and url:
        # What is only a link is dated when it was put into the list, hours after what it leads to.
        time = "" if _raw(item, "contentType") == "Link" else line(_raw(item, "publishTime"))
        yield Entry(
            url=url,
            title=title,
            mark=mark_of(url, title),
            dates=(time,) if time else (),
            key=line(_raw(item, "contentId")),
            summary=plain(_raw(item, "summary")),
            author=_text(item, "author"),
            origin=_text(item, "sourceText"),
        )


def _links(item: dict[str, Any], page: str) -> Iterator[tuple[str, str]]:
    """The title and the address of every link that an item lists."""
    listed = item.get("linkUrls")
    for link in listed if isinstance(listed, list) else ():
        if isinstance(link, dict):
            title, url = _text(link, "linkTitle"), absolute(_raw(link, "linkUrl"), page)
            if title and url:
                yield title, url


def _text(item: dict[str, Any], name: str) -> str:
    return line(plain(_raw(item, name)))


def _raw(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return str(value) if isinstance(value, str | int) else ""
