"""Tells by an answer how its address is to be read, the surest guess first. Pure."""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from rarewatch.errors import LayoutChanged, SourceFault
from rarewatch.fingerprint.guess import Guess
from rarewatch.fingerprint.json_shape import markup_in, shape_of
from rarewatch.fingerprint.rows import Derived, derive
from rarewatch.fingerprint.systems import data_files, on_page, traits_of
from rarewatch.nouns.source import Got
from rarewatch.sources._answers import not_a_challenge, page_of
from rarewatch.sources._jpaas_unit import list_html
from rarewatch.sources._json import read_json
from rarewatch.sources._links import may_fetch
from rarewatch.sources._onward import onward
from rarewatch.text.charset import decode
from rarewatch.text.urls import host_of

_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)\b[^>]*>", re.IGNORECASE)
_FEED_SPACE = re.compile(r"w3\.org/2005/Atom|purl\.org/(?:atom|rss)|<rss\b|1999/02/22-rdf-syntax-ns|<channel\b", re.IGNORECASE)
_SITEMAP = re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)\b", re.IGNORECASE)
_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_HEAD = 3_000  # characters in which the root of an XML document stands
_EXCHANGES = {
    "cninfo.com.cn": ("cninfo", "http://www.cninfo.com.cn/new/hisAnnouncement/query"),
    "sse.com.cn": ("sse", "https://query.sse.com.cn/security/stock/queryCompanyBulletinNew.do"),
    "szse.cn": ("szse", "https://www.szse.cn/api/disc/announcement/annList"),
}
_STATE_COUNCIL = {"TITLE", "URL", "DOCRELPUBTIME"}


def target_of(got: Got) -> str:
    """Where a page leads that only passes its reader on, on the same site; "" where it is a page itself."""
    if not _is_html(got):
        return ""
    target = onward(page_of(got).text, got.url)
    return target if target and may_fetch(target, (host_of(got.url),), ()) else ""


def leads_of(got: Got, guesses: Sequence[Guess]) -> list[str]:
    """Where else the list may be, when the page itself shows none or none with dates: data files that its scripts name."""
    best = guesses[0] if guesses else None
    poor = best is not None and (best.kind == "page" or (best.kind == "listing" and "date" not in best.options))
    return data_files(page_of(got).text, got.url) if poor and _is_html(got) else []


def refined(guess: Guess, answers: Sequence[Got]) -> Guess | None:
    """A better guess from the `answers` of a reading that gave nothing: the rows of a JPAAS unit, derived; None for no better."""
    if guess.kind != "jpaas" or "item" in guess.options:
        return None
    for got in answers:
        try:
            markup = list_html(read_json(got).value, got.url)
        except SourceFault:
            continue
        if found := derive(markup, got.url):
            return replace(guess, options={**guess.options, **found.options}, doubts=(*guess.doubts, *found.doubts))
    return None


def garbled_without_script(got: Got) -> bool:
    """Whether the answer is JSON with question marks for Chinese, as some servers give it to whoever is no script of their page."""
    return got.body.lstrip()[:1] in {b"{", b"["} and bool(re.search(rb"\?{4,}", got.body[:100_000]))


def fingerprint(got: Got, url: str = "") -> list[Guess]:
    """Every way in which `got` may be read, the surest first; the last resort for a web page is the kind `page`.

    `url` is the address that was asked for, where it passed on to that of `got`. Raises `Refused` where the answer is an anti-bot
    page.
    """
    asked = url or got.url
    not_a_challenge(got)
    guesses = [*_filings(asked), *_xml(got, asked), *_json(got, asked)]
    if not guesses or _is_html(got):
        guesses += _html(got, asked)
    return guesses


def _filings(url: str) -> Iterator[Guess]:
    host = host_of(url)
    for name, (exchange, address) in _EXCHANGES.items():
        if host == name or host.endswith(f".{name}"):
            codes = list(dict.fromkeys(_CODE.findall(urlsplit(url).query + urlsplit(url).path)))[:20]
            doubts = () if codes else ("the address names no stock: 600111 (Northern Rare Earth) stands for those you mean",)
            options = {"exchange": exchange, "stocks": codes or ["600111"]}
            yield Guess("filing", address, f"the host is that of the exchange {exchange}", options, doubts)


def _xml(got: Got, url: str) -> Iterator[Guess]:
    text = decode(_unpacked(got.body), got.headers.get("content-type", ""), declared_in="xml").text
    head = text[:_HEAD]
    if "<html" in head.lower() or "<!doctype html" in head.lower():
        return
    if _SITEMAP.search(head):
        rows = text.count("<loc") or text.count(":loc>")
        yield Guess("sitemap", url, f"the root element is that of a sitemap with {rows} addresses", rows=rows)
    elif _FEED.search(head) and _FEED_SPACE.search(head):
        rows = len(re.findall(r"<(?:\w+:)?(?:item|entry)[\s>]", text))
        yield Guess("feed", url, f"the root element is that of a feed with {rows} entries", rows=rows)


def _unpacked(body: bytes) -> bytes:
    """The beginning of a packed file; a body that is not packed as it is."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(31).decompress(body, 2_000_000)
    except zlib.error:
        return body


def _json(got: Got, url: str) -> Iterator[Guess]:
    start = got.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:400]
    if start.startswith(b"<"):
        return
    try:
        value = read_json(got).value
    except LayoutChanged:
        return
    if isinstance(value, dict) and str(value.get("version", "")).startswith("https://jsonfeed.org/"):
        yield Guess("feed", url, "the answer is a JSON Feed", rows=len(value.get("items") or ()))
        return
    if isinstance(value, list) and value and isinstance(value[0], dict) and {key.upper() for key in value[0]} >= _STATE_COUNCIL:
        yield Guess("govcn_json", url, f"an array of {len(value)} objects with TITLE, URL and DOCRELPUBTIME", rows=len(value))
    if shape := shape_of(value, url, got.at):
        seen = f"JSON with a list of {shape.items} objects at {shape.options['items']}"
        yield Guess("json_list", url, seen, shape.options, shape.doubts, shape.items, sure=False)
    for path, markup in markup_in(value):
        if found := derive(markup, url):
            yield _listing(found, url, f"JSON whose field {path} is HTML with {len(found.rows)} rows", {"html": path}, found.doubts)
            return


def _html(got: Got, url: str) -> Iterator[Guess]:
    page = page_of(got)
    if not _is_html(got) and "<" not in page.text:
        return
    before, after = on_page(page.text, got.url, url)
    yield from before
    traits = traits_of(page.text, got)
    found = derive(page.text, got.url)
    if found is not None:
        seen = f"{traits.system}: " if traits.system else ""
        seen += f"{len(found.rows)} rows alike with a link each, {found.dated} of them with a date"
        doubts = (*found.doubts, *traits.doubts, *_paging(traits.further))
        yield _listing(found, url, seen, _hosts(found, got.url), doubts)
    yield from after
    said = "nothing on it looks like a list: what is new among its lines is told" if found is None else "the last resort: its lines"
    yield Guess("page", url, f"a web page; {said}", doubts=traits.doubts, sure=False)


def _listing(found: Derived, url: str, seen: str, more: dict[str, object], doubts: tuple[str, ...]) -> Guess:
    if not found.dated:
        doubts = (*doubts, "no date stands in a row; each article's own page must have one")
    return Guess("listing", url, seen, {**found.options, **more}, doubts, len(found.rows), sure=False)


def _paging(further: str) -> tuple[str, ...]:
    said = "they are read where one reading does not reach back to the last; if only a script names them, set `pages`"
    return (f"further pages are there ({further}); {said}",) if further else ()


def _hosts(found: Derived, url: str) -> dict[str, object]:
    """The sister hosts that rows lead to: of the same organisation by their names."""
    own = host_of(url)
    site = _site(own)
    others = {host for row in found.rows if (host := host_of(row.url)) != own and _site(host) == site}
    return {"allow_hosts": sorted(others)} if others else {}


def _site(host: str) -> str:
    parts = host.split(".")
    if host.replace(".", "").isdigit():
        return host
    return ".".join(parts[-3:] if len(parts) > 2 and parts[-2] in {"gov", "com", "org", "net", "edu", "ac"} else parts[-2:])


def _is_html(got: Got) -> bool:
    head = got.body[:_HEAD].lower()
    return b"<html" in head or b"<!doctype html" in head or b"<body" in head or "html" in got.headers.get("content-type", "")
