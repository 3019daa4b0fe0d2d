"""Reads OFD, the national format of electronic documents (GB/T 33190): a zip of XML whose text stands in TextCode elements."""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from lxml import etree

from rarewatch.papers.lines import mended, unwrapped
from rarewatch.papers.told import PaperFault, Told
from rarewatch.papers.zips import opened


def read(body: bytes, told: Told) -> str:
    """Read the pages in their order; raises `PaperFault` where the parts that name them are missing."""
    with opened(body) as archive:
        try:
            root = _named(_xml(archive, "OFD.xml"), "DocRoot")
            pages = list(_pages(archive, root))
        except (KeyError, StopIteration, etree.XMLSyntaxError) as error:
            raise PaperFault("broken", "is damaged, its pages are not named") from error
        for number, page in enumerate(pages, 1):
            told.add(unwrapped(mended(_text(_xml(archive, page)))), f"p. {number}")
    return "ofd"


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    return etree.fromstring(archive.read(name.lstrip("/")), etree.XMLParser(resolve_entities=False, no_network=True))


def _named(node: Any, name: str) -> str:
    return next(str(child.text).strip() for child in node.iter(f"{{*}}{name}") if child.text)


def _pages(archive: zipfile.ZipFile, root: str) -> Iterator[str]:
    folder = posixpath.dirname(root)
    for page in _xml(archive, root).iter("{*}Page"):
        if place := page.get("BaseLoc"):
            yield place if place.startswith("/") else posixpath.normpath(posixpath.join(folder, place))


def _text(page: Any) -> str:
    """The text objects as lines, in the order of the page; objects on one height are one line."""
    lines: list[tuple[str, str]] = []
    for thing in page.iter("{*}TextObject"):
        box = (thing.get("Boundary") or "").split()
        height = box[1] if len(box) == 4 else ""
        text = "".join(code.text or "" for code in thing.iter("{*}TextCode"))
        if lines and height and lines[-1][0] == height:
            lines[-1] = (height, lines[-1][1] + text)
        else:
            lines.append((height, text))
    return "\n".join(text for _, text in lines)
