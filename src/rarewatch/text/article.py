"""Reads an article's page: title, text, dates, author, first publisher and attachments.

What the source's own selectors find comes first, then what the page declares (`meta`, the containers of the common Chinese content
systems), then what can be told from the page itself. Chinese pages lie in known ways: a heading that is the name of the site, an
`og:title` cut at a quotation mark, several dates of which only one is the publication's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborNode

from rarewatch.text._article_body import FILE, containers, densest, drop, joined, searched, tidy_nodes, trimmed
from rarewatch.text._article_dates import dates, has_date, marked_times
from rarewatch.text._article_page import Page, folded, one_line
from rarewatch.text._article_people import named
from rarewatch.text._article_script import Scripted, scripted

_TITLE_META = ("articletitle", "article:title", "dc.title", "title")
_HEADINGS = "h1,h2,h3,h4,[class*=title],[class*=Title],[id*=title],[class*=headline],[class*=tit],[id*=tit]"
_SEPARATORS = re.compile(r"\s*(?:[|_丨]+|--+|——)\s*|\s+[-–—·]\s+|(?<=[^\x00-\x7f])[-–](?=[^\x00-\x7f])|[-–](?=[^\x00-\x7f]{2,12}$)")
_H = frozenset({"h1", "h2", "h3"})
_LONGEST = 200  # characters of a title
_SURE = 8  # characters from which a title is no name of a site or channel
_WIDER = 8  # characters by which another form of the same characters may be longer: … and ...
_SHORT = 60  # characters under which what readability found may be less than there is
_PICTURE = "its text is a picture"
_NO_TEXT = "no text was found on it"


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
class Attachment:
    """A file that a page links to, by absolute address (where the page's own is known) and the name it is called there."""

    url: str
    name: str


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says: `text` in paragraphs ("" where there is none to be had), `dates` as printed, the most trusted first.

    `origin` is who published it first, `site` on whose pages it stands, `updated` the last change as printed, `number` the number
    a page declares for its document. `note` says why there is no text.
    """

    title: str = ""
    text: str = ""
    dates: tuple[str, ...] = ()
    author: str = ""
    origin: str = ""
    updated: str = ""
    site: str = ""
    number: str = ""
    attachments: tuple[Attachment, ...] = ()
    note: str = ""


_NONE = Selectors()
_NUMBER_META = ("docnumber", "documentnumber", "wenhao", "fwzh", "filenum", "publishno")
_NUMBER_LABEL = re.compile(
    r"^[\s【\[]*(?:发文字号|发布文号|发文文号|文件编号|文\s*号|公告编号|公告文号|编号)\s*[】\]]?\s*[:：]?\s*(.{0,60})$"
)


def read_article(html: str, *, url: str = "", selectors: Selectors = _NONE) -> Article:
    """Read the page `html` (decoded text) that was found at `url`.

    Nothing is ever raised for a page, however broken: what cannot be found is "".
    """
    page = Page(html)
    for selector in selectors.remove:
        drop(page.tree.css(selector))
    own = {name: page.first(getattr(selectors, name)) for name in ("title", "date", "author", "origin")}
    title = own["title"] or _title(page)
    marked = marked_times(page)
    page.strip_unseen()
    files = tuple(_attachments(page, url))
    text, lines, script = _text(page, selectors.text, title, url)
    title = title or script.title
    head = _head(lines, title)
    when = dates(page, own["date"], head, marked, script.date)
    author, origin, site = named(page, (own["author"], own["origin"]), head, text)
    return Article(
        title=title,
        text=text,
        dates=when.published,
        author=author or script.author,
        origin=origin or script.origin,
        updated=when.updated,
        site=site,
        number=page.declared(_NUMBER_META) or _number(lines[:120]),
        attachments=files,
        note="" if text else _PICTURE if "<img" in page.html else _NO_TEXT,
    )


def _text(page: Page, own: tuple[str, ...], title: str, url: str) -> tuple[str, list[str], Scripted]:
    """The body, the lines of the whole page, and what a script says where it is the only one that has the body."""
    nodes = containers(page, own)
    tidy_nodes(nodes)
    body = page.tree.body
    blank = body is None or not body.text().strip()
    rest = "" if nodes or blank else page.tree.html or ""
    lines = page.lines()
    if nodes:
        text = trimmed(joined(nodes), title)
        return text, lines, Scripted()
    text = trimmed(searched(rest, url), title) if rest else ""
    if len(text) >= _SHORT:
        return text, lines, Scripted()
    script = scripted(page.html, title)
    if len(script.text) > len(text):
        return trimmed(script.text, title), lines, script
    if folded(title) in folded(text) or not text:
        text = trimmed(densest(page), title) or text
    return text, lines, Scripted()


def _attachments(page: Page, url: str) -> Iterator[Attachment]:
    """Every file linked to, once, in the order of the page."""
    seen = set()
    for node in page.tree.css("a[href]"):
        href = (node.attributes.get("href") or "").strip()
        name = one_line(node.text())
        if not (FILE.search(href) or (FILE.search(name) and not href.startswith(("javascript", "#")))):
            continue
        try:
            address = urljoin(url, href) if url else href
        except ValueError:  # an address no rule allows, such as an open bracket for a host
            continue
        if address not in seen:
            seen.add(address)
            yield Attachment(address, _file_name(node, name, address))


def _file_name(node: LexborNode, name: str, address: str) -> str:
    told = one_line(node.attributes.get("title") or node.attributes.get("download") or "")
    return name or told or unquote(urlsplit(address).path.rpartition("/")[2])


def _number(lines: Iterable[str]) -> str:
    """The document's number under its label, in the same line or the next."""
    label = False
    for line in lines:
        if label and line.strip():
            return line.strip()[:60]
        match = _NUMBER_LABEL.match(line)
        if match and match[1].strip():
            return match[1].strip()
        label = match is not None
    return ""


def _title(page: Page) -> str:
    """The heading that the document's title confirms, else what is declared, else the document's title without its site."""
    if declared := page.metas.get("articletitle"):
        return declared
    whole = page.whole_title
    if heading := _confirmed(page, whole):
        return heading
    shared = page.metas.get("og:title", "")
    if shared and not _cut(shared, whole):
        return _without_site(shared)
    own = _without_site(whole)
    heading = next((line for h1 in page.tree.css("h1") if (line := one_line(h1.text())) and folded(line) not in folded(whole)), "")
    if heading and (not own or len(own) < 5 or _is_site(own)):
        return heading
    return own or page.declared(_TITLE_META)


def _confirmed(page: Page, whole: str) -> str:
    """The longest heading that stands in the document's title and makes up its longest part; a site's name does not.

    A heading may be shorter where it ends the title behind the names of site and channel, or is its first part; it may be longer
    where the title was cut short.
    """
    target = folded(whole)
    parts = [folded(part) for part in _SEPARATORS.split(whole)]
    least = max((len(part) for part in parts), default=0) * 0.7
    best = longer = ""
    for node in page.tree.css(_HEADINGS):
        line = one_line(node.text())
        own = folded(line)
        if len(line) > _LONGEST:
            continue
        if len(best) < len(line) and own in target and (len(own) >= max(least, 4) or _alone(line, whole, parts)):
            best = line
        if node.tag in _H and len(target) >= _SURE and own.startswith(target) and len(own) > max(len(target), len(longer)):
            longer = line
    return longer or ("" if folded(best) == target and _is_site(best) else best)


def _alone(line: str, whole: str, parts: list[str]) -> bool:
    """Whether a heading that is only a smaller part of the document's title is the article's all the same."""
    own = folded(line)
    return (len(own) >= _SURE and whole.endswith(f" {line}")) or (len(parts) > 1 and own == parts[0] and not _is_site(line))


def _cut(shared: str, whole: str) -> bool:
    """Whether an `og:title` ends where a quotation mark stands in the document's title: the page forgot to escape it."""
    rest = folded(whole).partition(folded(shared))[2]
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
    wanted, size = folded(title), len("".join(title.split()))
    # Folding every line of a page costs more than parsing it; one of another length is another line.
    alike = [at for at, line in enumerate(lines) if wanted and abs(len("".join(line.split())) - size) <= _WIDER]
    places = [at for at in alike if folded(lines[at]) == wanted]
    best: list[str] = lines[:25]
    for at in places:
        around = lines[at + 1 : at + 16] + lines[max(at - 4, 0) : at]
        if any(has_date(line) for line in around):
            return around
        best = around
    return best
