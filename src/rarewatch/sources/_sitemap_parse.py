"""Sitemaps (sitemaps.org 0.9, Google's news extension) to addresses with what is said of them. Pure."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from rarewatch.errors import LayoutChanged, TooLarge
from rarewatch.nouns.source import Got
from rarewatch.sources._answers import beginning, not_a_challenge
from rarewatch.sources._links import absolute, line
from rarewatch.text.charset import decode

_GZIP = b"\x1f\x8b"
_LARGEST = 50_000_000  # bytes; sitemaps.org allows no more, unpacked
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FIELDS = {"loc": "url", "lastmod": "changed", "title": "title", "publication_date": "published", "name": "name"}


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a sitemap; dates as printed, `title`, `published` and `name` (of the publication) only in a news sitemap."""

    url: str
    changed: str = ""
    title: str = ""
    published: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Addresses of pages, or of further sitemaps where it is an `index`; `trouble` says what could not be read, "" for nothing."""

    addresses: tuple[Address, ...]
    index: bool
    trouble: str = ""


def read_sitemap(got: Got) -> Sitemap:
    """What a sitemap lists, packed or not.

    Raises `Refused` for an anti-bot page, `TooLarge` beyond 50 MB and `LayoutChanged` for anything else that is no sitemap. Of one
    that ends too early what stands before its end is kept.
    """
    not_a_challenge(got)
    text = decode(_unpacked(got), got.headers.get("content-type", ""), declared_in="xml").text
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    bare = _DECLARATION.sub("", text.removeprefix("\ufeff").replace("\0", "")).strip()
    try:
        root = etree.fromstring(bare.encode("utf-8", "replace"), parser) if bare.startswith("<") else None
    except etree.XMLSyntaxError:
        root = None
    kind = etree.QName(root).localname if root is not None else ""
    if root is None or kind not in {"urlset", "sitemapindex"}:
        raise LayoutChanged(f"no sitemap; {beginning(text, got)}", url=got.url)
    addresses = tuple(address for node in root if (address := _address(node, got.url)))
    trouble = f"the XML is malformed or ends too early: {line(parser.error_log[0].message)}" if len(parser.error_log) else ""
    return Sitemap(addresses, kind == "sitemapindex", trouble)


def _address(node: etree._Element, base: str) -> Address | None:
    found: dict[str, str] = {}
    for name, text in _leaves(node):
        found.setdefault(name, text)
    found["url"] = absolute(found.get("url", ""), base)
    return Address(**found) if found["url"] else None


def _leaves(node: etree._Element) -> Iterator[tuple[str, str]]:
    """The fields of an entry by our names; those of pictures and films in it are other things under the same names."""
    for child in node:
        tag = etree.QName(child)
        if tag.localname in {"news", "publication"}:
            yield from _leaves(child)
        elif tag.localname in _FIELDS and "image" not in (tag.namespace or "") and "video" not in (tag.namespace or ""):
            yield _FIELDS[tag.localname], line(child.text or "")


def _unpacked(got: Got) -> bytes:
    if not got.body.startswith(_GZIP):
        return got.body
    unpacking = zlib.decompressobj(wbits=31)
    try:
        body = unpacking.decompress(got.body, _LARGEST)
    except zlib.error:
        raise LayoutChanged("a packed sitemap that cannot be unpacked", url=got.url) from None
    if unpacking.unconsumed_tail:
        raise TooLarge(f"a packed sitemap of more than {_LARGEST} bytes", url=got.url)
    return body
