"""Reads an article's page: title, text, dates, author and origin.

What the source's own selectors find comes first, then what the page declares (`meta`, the containers of the common Chinese content
systems), then what can be told from the page itself. Chinese pages lie in known ways: a heading that is the name of the site, an
`og:title` cut at a quotation mark, several dates of which only one is the publication's.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rarewatch.text.plain import plain

_TITLE_META = ("articletitle", "article:title", "dc.title", "title")
_DATE_META = (
    "pubdate", "firstpublishedtime", "article:published_time", "og:published_time", "og:time", "publishdate", "publish_time",
    "publishtime", "pub_date", "apub:time", "datepublished", "og:release_date", "weibo:article:create_at", "dc.date", "date",
    "createdate", "dateupdate",
)  # fmt: skip
_ORIGIN_META = ("contentsource", "article:source", "og:source", "source", "copyright_source")
_AUTHOR_META = ("author", "article:author", "og:author", "byline")
_BODIES = (
    "[ergodic=article]", ".TRS_Editor", ".TRS_UEDITOR", ".trs_editor_view", "#UCAP-CONTENT", "#zoom", "#Zoom", ".art-con",
    ".art-con-gonggao", "#vsb_content", ".v_news_content", ".wp_articlecontent", "#ozoom", "founder-content", ".pages_content",
    "#con_con", ".easysite-news-peruse",
)  # fmt: skip
_HEADINGS = "h1,h2,h3,h4,[class*=title],[class*=Title],[id*=title],[class*=headline],[class*=tit],[id*=tit]"
_SEPARATORS = re.compile(r"\s*(?:[|_丨]+|--+|——)\s*|\s+[-–—·]\s+|(?<=[^\x00-\x7f])[-–](?=[^\x00-\x7f])|[-–](?=[^\x00-\x7f]{2,12}$)")
_DATE = re.compile(
    r"(?<![\d/.-])(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}(?![\d]|[-/.]\d{3})\s*日?"
    r"(?P<clock>[\sT]*(?:星期.|周.)?\s*\d{1,2}\s*[:时]\s*\d\d(?:\s*[:分]\s*\d\d)?(?:\.\d+)?\s*(?:Z\b|[+-]\d\d:?\d\d\b)?)?"
)
_SPLIT_DATE = re.compile(r"((?:19|20)\d\d)\s*\n?\s*(\d{1,2}\s*[/-]\s*\d{1,2})\s*\n?\s*(\d{1,2}:\d\d(?::\d\d)?)")
_ORIGIN = re.compile(r"(?:文章来源|信息来源|稿件来源|来源|来自)\s*:\s*([^\s|,，;；()（）【】\[\]]{2,30})")
_AUTHOR = re.compile(r"(?:^|[\s|])(?:作者|记者|撰稿)\s*:\s*([^\s|,，;；:：()（）【】\[\]]{2,20})")
_JSON_DATE = re.compile(r'"(?:datePublished|pubDate|publishTime|publish_time|ptime)"\s*:\s*"([^"\n]{8,40})"')
_LABELLED = re.compile(r"发布|时间|日期|来源|发文|published|posted", re.IGNORECASE)
_LAST_LINES = re.compile(
    r"^(?:[【\[(（<]?\s*(?:上一[篇条]|下一[篇条]|相关(?:阅读|新闻|链接|推荐|文章)|延伸阅读|推荐阅读|热门推荐|扫一扫|打印本页|关闭窗口|返回顶部|分享到|我要纠错))"
)
_FIXED = re.compile(r"[\s\u200b]+")


@dataclass(frozen=True, slots=True)
class Selectors:
    """The CSS selectors a source names for its articles: of each field the first that finds something counts; `remove` all."""

    title: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says: `text` in paragraphs ("" where there is none to be had), `dates` as printed, the most trusted first."""

    title: str = ""
    text: str = ""
    dates: tuple[str, ...] = ()
    author: str = ""
    origin: str = ""


_NONE = Selectors()


def read_article(html: str, *, url: str = "", selectors: Selectors = _NONE) -> Article:
    """Read the page `html` (decoded text) that was found at `url`.

    Nothing is ever raised for a page, however broken: what cannot be found is "".
    """
    page = LexborHTMLParser(html.replace("\0", ""))
    for selector in selectors.remove:
        for node in page.css(selector):
            node.decompose()
    meta = _metas(page)
    title = _first(page, selectors.title) or _title(page, meta)
    lines = [line.strip() for line in plain(page.html or "").splitlines()]
    head = _head(lines, title)
    return Article(
        title=title,
        text=_text(page, selectors, title, url),
        dates=_dates(page, meta, selectors, head),
        author=_first(page, selectors.author) or _person(_declared(meta, _AUTHOR_META)) or _named(_AUTHOR, head),
        origin=_origin(_first(page, selectors.origin)) or _declared(meta, _ORIGIN_META) or _named(_ORIGIN, head),
    )


def _metas(page: LexborHTMLParser) -> dict[str, str]:
    """Content by name, property or itemprop in lower case without blanks; the first of a name counts."""
    found: dict[str, str] = {}
    for node in page.css("meta"):
        attributes = node.attributes
        content = _FIXED.sub(" ", attributes.get("content") or "").strip()
        for key in ("name", "property", "itemprop"):
            name = _FIXED.sub("", attributes.get(key) or "").lower()
            if name and content:
                found.setdefault(name, content)
    return found


def _first(page: LexborHTMLParser, selectors: tuple[str, ...]) -> str:
    """The text of the first selector that finds any; `css@attribute` asks for an attribute."""
    for selector in selectors:
        css, _, attribute = selector.partition("@")
        for node in page.css(css):
            text = _line(node.attributes.get(attribute) or "" if attribute else node.text())
            if text:
                return text
    return ""


def _declared(meta: dict[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _person(declared: str) -> str:
    """A declared author, unless a template's own e-mail address stands there."""
    return "" if "@" in declared else declared


def _line(text: str) -> str:
    return _FIXED.sub(" ", text).strip()


def _folded(text: str) -> str:
    return _FIXED.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _title(page: LexborHTMLParser, meta: dict[str, str]) -> str:
    """The heading that the document's title confirms, else what is declared, else the document's title without its site."""
    if declared := meta.get("articletitle"):
        return declared
    node = page.css_first("title")
    whole = _line(node.text()) if node is not None else ""
    if heading := _confirmed(page, whole):
        return heading
    shared = meta.get("og:title", "")
    if shared and not _cut(shared, whole):
        return _without_site(shared)
    own = _without_site(whole)
    heading = next((line for h1 in page.css("h1") if (line := _line(h1.text())) and _folded(line) not in _folded(whole)), "")
    if heading and (not own or len(own) < 5 or _is_site(own)):
        return heading
    return own or _declared(meta, _TITLE_META)


def _confirmed(page: LexborHTMLParser, whole: str) -> str:
    """The longest heading that stands in the document's title and makes up its longest part; a site's name does not."""
    target = _folded(whole)
    parts = [_folded(part) for part in _SEPARATORS.split(whole)]
    least = max((len(part) for part in parts), default=0) * 0.7
    best = ""
    for node in page.css(_HEADINGS):
        line = _line(node.text())
        if len(best) < len(line) <= 200 and len(_folded(line)) >= max(least, 4) and _folded(line) in target:
            best = line
    return "" if _folded(best) == target and _is_site(best) else best


def _cut(shared: str, whole: str) -> bool:
    """Whether an `og:title` ends where a quotation mark stands in the document's title: the page forgot to escape it."""
    rest = _folded(whole).partition(_folded(shared))[2]
    return rest[:1] in {'"', "'"} and bool(rest)


def _without_site(whole: str) -> str:
    """`whole` without the names of site and channel behind (or one before) the title."""
    title = whole
    while (cut := _last_separator(title)) is not None and len(title) - cut.end() <= 20 and cut.start() >= 6:
        title = title[: cut.start()]
    return title.strip()


def _last_separator(text: str) -> re.Match[str] | None:
    return next(reversed(list(_SEPARATORS.finditer(text))), None)


def _is_site(title: str) -> bool:
    return title.endswith(("网", "网站", "官网", "频道", "首页", "门户", "新闻中心"))


def _head(lines: list[str], title: str) -> list[str]:
    """The lines around the title, where date, origin and author are printed; the first lines of the page where it is not shown."""
    wanted = _folded(title)
    places = [at for at, line in enumerate(lines) if wanted and _folded(line) == wanted]
    best: list[str] = lines[:25]
    for at in places:
        around = lines[at + 1 : at + 16] + lines[max(at - 4, 0) : at]
        if any(_DATE.search(line) for line in around):
            return around
        best = around
    return best


def _dates(page: LexborHTMLParser, meta: dict[str, str], selectors: Selectors, head: list[str]) -> tuple[str, ...]:
    """The source's selectors; what is printed to the minute; what is declared; what is printed; structured data."""
    own = [text for text in [_first(page, selectors.date)] if text]
    printed = list(_printed(head))
    timed = [text for text, clock in printed if clock]
    declared = [meta[name] for name in _DATE_META if name in meta and re.search(r"\d", meta[name])]
    exact = [text for text in declared if ":" in text or "：" in text]
    marked = [node.attributes.get("datetime") or "" for node in page.css("article time[datetime], time[pubdate]")[:1]]
    scripts = " ".join(node.text() for node in page.css("script") if '"' in node.text())
    found = [*own, *timed[:1], *exact, *declared, *(text for text, _ in printed[:1]), *marked, *_JSON_DATE.findall(scripts)[:1]]
    return tuple(dict.fromkeys(text for text in found if text))


def _printed(head: list[str]) -> Iterator[tuple[str, bool]]:
    """Dates in the lines of the head, each with whether it has a time of day; sentences of the text do not count."""
    joined = "\n".join(line for line in head if len(line) <= 60)
    for match in _SPLIT_DATE.finditer(joined):
        yield f"{match[1]}/{match[2].replace('-', '/').replace(' ', '')} {match[3]}", True
    for raw in head:
        line = unicodedata.normalize("NFKC", raw)
        for match in _DATE.finditer(line):
            rest = len(line) - len(match[0])
            if rest <= 100 and (match["clock"] or rest <= 12 or _LABELLED.search(line)):
                yield match[0].strip(), bool(match["clock"])


def _named(pattern: re.Pattern[str], head: list[str]) -> str:
    for line in head:
        if len(line) <= 120 and (match := pattern.search(unicodedata.normalize("NFKC", line))):
            return match[1]
    return ""


def _origin(text: str) -> str:
    found = _ORIGIN.search(unicodedata.normalize("NFKC", text))
    return found[1] if found else text


def _text(page: LexborHTMLParser, selectors: Selectors, title: str, url: str) -> str:
    """The body: the source's container, a container every site of its system has, or the one readability finds."""
    for selector in (*selectors.text, *_BODIES):
        nodes = _outermost(page.css(selector))
        text = _trim("\n".join(plain(node.html or "") for node in nodes), title)
        if text:
            return text
    if page.body is None or not page.body.text().strip():
        return ""
    # Imported late: it takes ten megabytes with it, and most sources name their container.
    from readability import Document  # noqa: PLC0415
    from readability.readability import Unparseable  # noqa: PLC0415

    try:
        found = Document(page.html or "", url=url or None).summary(html_partial=True)
    except Unparseable:
        return ""
    return _trim(plain(found), title)


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """`nodes` without those that stand inside another of them."""
    ids = {node.mem_id for node in nodes}
    return [node for node in nodes if not any(above in ids for above in _above(node))]


def _above(node: LexborNode) -> Iterator[int]:
    parent = node.parent
    while parent is not None:
        yield parent.mem_id
        parent = parent.parent


def _trim(text: str, title: str) -> str:
    """Without the title repeated at the top and the links to other articles at the bottom; paragraphs parted by line breaks."""
    lines = text.splitlines()
    if lines and _folded(lines[0]) == _folded(title):
        lines = lines[1:]
    for at, line in enumerate(lines):
        if at * 2 >= len(lines) and len(line) <= 60 and _LAST_LINES.match(line):
            lines = lines[:at]
            break
    return "\n".join(lines).strip()
