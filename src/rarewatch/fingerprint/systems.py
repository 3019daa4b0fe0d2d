"""Content systems that a web page names in its markup: told by what they write, never by their host. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rarewatch.errors import LayoutChanged
from rarewatch.fingerprint import css
from rarewatch.fingerprint.guess import Guess
from rarewatch.nouns.source import Got
from rarewatch.sources._answers import page_of
from rarewatch.sources._jpaas_unit import choose, find_units
from rarewatch.sources._jpage_records import proxy_of, read_recordset
from rarewatch.sources._links import absolute, line, may_fetch
from rarewatch.text.urls import host_of

_FEED_TYPES = re.compile(r"application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)", re.IGNORECASE)
_COMMENTS = re.compile(r"/comments?/feed|comments?\.(?:xml|rss)|评论|comments feed", re.IGNORECASE)
_FEED_PATH = re.compile(r"(?:/(?:rss|feed|atom)(?:/|\.xml|\.aspx|$)|\.(?:rss|atom)$)", re.IGNORECASE)
_WORDPRESS = re.compile(r"/wp-(?:content|includes|json)/|content=[\"']WordPress", re.IGNORECASE)
_PAPER = re.compile(r"(?P<before>.*?/)(?:20\d\d[-/]?\d\d[-/]?\d\d)/(?:node_\w+|content_\w+|nbs\.|nw\.|\d+)", re.IGNORECASE)
_NODE, _CONTENT = re.compile(r"node_\w+\.s?html?|nbs\.\w+\.htm"), re.compile(r"content_\w+\.s?html?|nw\.\w+[\w-]*\.htm")
_DATASOURCE = re.compile(r"datasource:\s*([0-9A-Za-z_-]{4,64})\s*$")
_TURN = re.compile(
    r"createPage(?:HTML|Html)\s*\(\s*[\"']?(\d+)[\"']?\s*,[^)]*?[\"'](\w+)[\"']\s*,\s*[\"'](\w+)[\"']|var\s+countPage\s*=\s*(\d+)"
)
_DATA_FILE = re.compile(r"""["']([^"'\s<>{}]{1,200}(?:\.json|[?&]_?isJson=true)(?:[?&][^"'\s<>]{0,100})?)["']""", re.IGNORECASE)
_NEXT = re.compile(
    r"""href=["']([^"'#\s]*(?:[?&](?:page|pageno|p|paged|pageindex)=2\b|index_1\.\w+|_2\.s?html?|/page/2/?|/2\.htm)[^"'\s]*)["']""",
    re.IGNORECASE,
)
_SYSTEMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("TRS WCM", re.compile(r"TRS_(?:Editor|UEDITOR)|createPageHTML|/t20\d{6}_\d+\.s?html?|trs[_-]", re.IGNORECASE)),
    ("VSB (Boda)", re.compile(r"vsb_content|v_news_content|wbtreeid|_sitegray|/info/\d{4}/\d+\.htm|vsbcode", re.IGNORECASE)),
    ("ASP.NET", re.compile(r"__VIEWSTATE|\.aspx\?", re.IGNORECASE)),
    ("WebPlus (Sudy)", re.compile(r"_wp3services|wp_articlecontent|/c\d+a\d+/page\.htm|wp_news_w", re.IGNORECASE)),
    ("WordPress", _WORDPRESS),
)
_ELSEWHERE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"/queryList\b"), "the page asks /queryList by POST: kind json_list with `form` (webSiteCode[], channelCode[])"),
    (
        re.compile(r"getgovinfolist|webBuilderCommon"),
        "Epoint builds the list from /rest/lightfrontaction/getgovinfolist: json_list with `body`",
    ),
    (
        re.compile(r"searchList/|getLocalList\?"),
        "the list comes from searchList/ID?_isJson=true: draft that address instead (json_list)",
    ),
    (re.compile(r"_wp3services/generalQuery"), "the list may come from /_wp3services/generalQuery by POST: json_list with `form`"),
    (re.compile(r"messageController/getMessage\.do"), "the list comes from messageController/getMessage.do, which no kind reads"),
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a page's markup says beside its list: its system, how it turns, what must be watched."""

    system: str = ""
    further: str = ""
    doubts: tuple[str, ...] = ()


def traits_of(html: str, got: Got) -> Traits:
    """The traits of the page `html`."""
    decoded = page_of(got)
    doubts = [words for pattern, words in _ELSEWHERE if pattern.search(html)]
    if decoded.damaged:
        doubts.append(f"some of the page cannot be read as {decoded.encoding}: try `charset`")
    system = next((name for name, pattern in _SYSTEMS if pattern.search(html)), "")
    return Traits(system, _further(html), tuple(doubts))


def on_page(html: str, at: str, url: str) -> tuple[list[Guess], list[Guess]]:
    """What the markup of the page `html` at the address `at` names (`url` is what was asked for): before and after its own list."""
    tree = LexborHTMLParser(html.replace("\0", ""))
    before = [*_jpage(html, url), *_jpaas(html, at, url), *_xinhua(tree, url), *_paper(tree, at, url)]
    feeds = list(_feeds(tree, at))
    before += [guess for guess, declared in feeds if declared]
    if _WORDPRESS.search(html):
        before += _wordpress(at, {guess.url for guess in before})
    return before, [guess for guess, declared in feeds if not declared]


def _jpage(html: str, url: str) -> Iterator[Guess]:
    records = read_recordset(html)
    if not records.found or not records.html:
        return
    proxy, _ = proxy_of(html)
    way = "further ones come from its proxy" if proxy or records.next_group else "it names no way to further ones"
    doubts = (
        ["several recordsets: name the list's element in `unit`"]
        if html.count("<datastore") + html.count("&lt;datastore") > 1
        else []
    )
    if not proxy and not records.next_group:
        doubts.append("the page names no way to further rows: what is published between two polls must fit on it")
    yield Guess(
        "jpage", url, f"Hanweb: a recordset of {len(records.html)} rows, {way}", doubts=tuple(doubts), rows=len(records.html)
    )


def _jpaas(html: str, at: str, url: str) -> Iterator[Guess]:
    units = find_units(html, at)
    if not units:
        return
    tags = ", ".join(repr(unit.tag) for unit in units[:8])
    try:
        chosen = choose(units, "", at)
        yield Guess("jpaas", url, f"Hanweb JPAAS: the unit {chosen.tag!r} of {len(units)} builds the list")
    except LayoutChanged:
        for unit in units[:5]:
            yield Guess("jpaas", url, f"Hanweb JPAAS: one of the units {tags}", {"tag": unit.tag}, sure=False)


def _xinhua(tree: LexborHTMLParser, url: str) -> Iterator[Guess]:
    found: dict[str, LexborNode] = {}
    for node in tree.css("[data^='datasource:']"):
        if match := _DATASOURCE.match((node.attributes.get("data") or "").strip()):
            found.setdefault(match[1], node)
    seen = "Xinhua: an element names a data file"
    if found:
        yield Guess("xinhua_ds", url, seen, sure=len(found) == 1)
    if len(found) > 1:
        for node in list(found.values())[:5]:
            token = next((token for token in css.selectors(node) if len(tree.css(token.css)) == 1), None)
            if token is not None:
                doubt = f"the page names {len(found)} data files; {token.css!r} was taken"
                yield Guess("xinhua_ds", url, seen, {"container": token.css}, (doubt,), sure=False)


def _paper(tree: LexborHTMLParser, at: str, url: str) -> Iterator[Guess]:
    links = [absolute(node.attributes.get("href") or "", at) for node in tree.css("a, area")]
    nodes, articles = ({link for link in links if pattern.search(link)} for pattern in (_NODE, _CONTENT))
    dated = _PAPER.match(at)
    if not articles or not (nodes or dated) or not (dated or any(map(_PAPER.match, articles))):
        return
    seen = f"a Founder e-paper: {len(articles)} articles on the page, {len(nodes)} pages of the day"
    options = {} if any("content_" in link for link in articles) else {"pages": "a[href*='nbs.']", "item": "a[href*='nw.']"}
    if at != url or dated is None:
        yield Guess("epaper", url, seen, options, rows=len(articles))
        return
    for stub in ("index.html", "index.htm", "index.shtml", ""):
        doubt = "the address given holds a day; this one is taken for the one that leads to today's"
        yield Guess("epaper", urljoin(dated["before"], stub), seen, options, (doubt,), sure=False)
    doubt = "the address holds a day and will never change: find the one that leads to today's paper"
    yield Guess("epaper", url, seen, options, (doubt,), len(articles), sure=False)


def _feeds(tree: LexborHTMLParser, at: str) -> Iterator[tuple[Guess, bool]]:
    """The feeds a page names, each with whether its head declares it or only a link leads there."""
    told: set[str] = set()
    for node in tree.css("link[rel~=alternate][href], a[href]"):
        link = node.tag == "link"
        kind, title = node.attributes.get("type") or "", line(node.attributes.get("title") or node.text())
        address = absolute(node.attributes.get("href") or "", at)
        fits = (
            _FEED_TYPES.search(kind) if link else _FEED_PATH.search(urlsplit(address).path) and "rss" in f"{title}{address}".lower()
        )
        if fits and address and address not in told and not _COMMENTS.search(f"{address} {title}") and len(told) < 4:
            told.add(address)
            yield Guess("feed", address, f"the page names a feed{f' ({title})' if title else ''}", sure=False), link


def _wordpress(at: str, known: set[str]) -> Iterator[Guess]:
    parts = urlsplit(at)
    folder = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    for path in dict.fromkeys((f"{folder}feed/", "/feed/")):
        if (address := urljoin(at, path)) not in known:
            yield Guess("feed", address, "WordPress serves a feed for each of its lists", sure=False)


def data_files(html: str, at: str) -> list[str]:
    """Addresses on the page's own site, as its scripts name them, of files that may hold its list as JSON; three at most."""
    named = (absolute(found[1], at) for found in _DATA_FILE.finditer(html))
    return list(dict.fromkeys(url for url in named if url and may_fetch(url, (host_of(at),), ())))[:3]


def _further(html: str) -> str:
    if found := _TURN.search(html):
        number, stem, ending = found[1] or found[4], found[2] or "index", found[3] or "html"
        return f"{stem}_1.{ending} and on, {number} in all" if int(number) > 1 else ""
    following = _NEXT.search(html)
    return following[1] if following else ""
