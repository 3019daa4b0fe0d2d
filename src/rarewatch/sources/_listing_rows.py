"""From the bytes of a list page to its rows: absolute address, title and date as printed. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rarewatch.sources._articles import Entry
from rarewatch.sources._links import absolute, is_root, line, mark_of, pick
from rarewatch.sources._listing_options import Options, RowOptions
from rarewatch.text.urls import canonical

_ELLIPSIS = re.compile(r"\s*(?:…+|\.{2,}|。{2,}|⋯+)\s*$")
MOST_ROWS = 2_000
"""Rows read of one page of a list: as many marks as are remembered of a source."""
_DEEPEST = 200  # elements around a row
_ORPHAN_ROW = re.compile(r"\s*<t[rdh]\b", re.IGNORECASE)
_DAY = r"(?<!\d)(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}(?!\d)\s*日?(?:[\sT]*\d{1,2}:\d\d(?::\d\d)?)?"
_A_DAY = re.compile(_DAY)
_ONLY_A_DAY = re.compile(rf"(?:发布)?(?:日期|时间)?[:：\s\[(（【〔]*{_DAY}[\s\])）】〕]*")


@dataclass(frozen=True, slots=True)
class Row:
    """One announcement on the list page; `cut` says that the page shows only the head of its title."""

    url: str
    title: str
    date: str
    mark: str
    cut: bool = False


def read_rows(html: str, url: str, options: Options) -> list[Row]:
    """The rows of the page `html` that was served from `url`, in its order.

    Rows without an address (separators, headings), addresses that lead nowhere (`javascript:`, an anchor, this page itself, a
    site's root) and exact repetitions are left out; one address with several titles is several rows.
    """
    page = LexborHTMLParser(html.replace("\0", ""))
    base = page.css_first("base[href]")
    start = (absolute(base.attributes.get("href") or "", url) if base is not None else "") or url
    rows: dict[str, Row] = {}
    for node in page.css(options.item):
        if any(node.css(css) for css in options.exclude):
            continue
        row = _row(node, start, url, options)
        if row is None:
            continue
        first = rows.setdefault(row.mark, row)
        if row.date and not first.date:
            rows[row.mark] = replace(first, date=row.date)
    return list(rows.values())


def entry_of(row: Row) -> Entry:
    """The same for whoever follows it to its article."""
    return Entry(row.url, row.title, row.mark, (row.date,) if row.date else (), cut=row.cut)


def read_record(html: str, url: str, options: RowOptions) -> Row | None:
    """The one row of the fragment `html` of a list on the page `url`, or None where it leads nowhere.

    Where the options name no title and no date, a title attribute that the link's text begins with is the title, and an element
    that holds nothing but a day is the date, wherever it stands.
    """
    fragment = f"<table>{html}</table>" if _ORPHAN_ROW.match(html) else html
    body = LexborHTMLParser(fragment.replace("\0", "")).body
    if body is None or any(body.css(css) for css in options.exclude):
        return None
    row = _row(body, url, url, options)
    return _undressed(row, body, options) if row else None


def read_records(html: str, url: str, item: str, options: RowOptions) -> list[Row]:
    """The rows of the fragment `html` of a list on the page `url`: each `item` (CSS) that holds no other, as in `read_record`.

    Items after the first `MOST_ROWS` are not looked at.
    """
    nodes = LexborHTMLParser(html.replace("\0", "")).css(item)[:MOST_ROWS]
    holders = {id_ for node in nodes for id_ in _above(node)}
    found = [read_record(node.html or "", url, options) for node in nodes if node.mem_id not in holders]
    return list({row.mark: row for row in found if row}.values())


def _above(node: LexborNode) -> Iterator[int]:
    """The ids of the nodes around `node`, from within."""
    parent = node.parent
    for _ in range(_DEEPEST):
        if parent is None:
            return
        yield parent.mem_id
        parent = parent.parent


def _undressed(row: Row, node: LexborNode, options: RowOptions) -> Row:
    """`row` with its date found and its title rid of what stands in the link beside it, as far as the options name neither."""
    texts = [line(part.text()) for part in node.css("*")]
    day = next((text for text in texts if _ONLY_A_DAY.fullmatch(text)), "")
    title = row.title if options.title else _title_proper(row.title, day, node)
    if not day:
        days: list[str] = _A_DAY.findall(line(node.text()).replace(title, " ", 1))
        day = days[-1].strip() if days else ""
    return replace(row, title=title, date=row.date if options.date else day, mark=mark_of(row.url, title))


def _title_proper(title: str, day: str, node: LexborNode) -> str:
    named = (line(link.attributes.get("title") or "") for link in node.css("a[title]"))
    proper = next((name for name in named if name and title.startswith(name)), title)
    return proper if proper != title or not day or day == title else title.removesuffix(day).removeprefix(day).strip()


def _row(node: LexborNode, start: str, page: str, options: RowOptions) -> Row | None:
    links = list(_links(node, start, page, options))
    if not links:
        return None
    link, url = _chosen(links, named=bool(options.link))
    chosen = next((text for css in options.title if (text := pick(node, css))), "")
    title, cut = (_ELLIPSIS.sub("…", chosen), bool(_ELLIPSIS.search(chosen))) if chosen else _shown_whole(link)
    date = " ".join(text for css in options.date if (text := pick(node, css)))
    if not chosen:
        title = _without_dates(title, link, options)
    return Row(url, title, date, mark_of(url, title), cut)


def _without_dates(title: str, link: LexborNode, options: RowOptions) -> str:
    """The link's text without the date, where that stands in the link too; a title that is nothing else stays."""
    bare = title
    for css in options.date:
        inside = pick(link, css)
        bare = bare.removeprefix(inside).removesuffix(inside).strip()
    return bare or title


def _links(node: LexborNode, start: str, page: str, options: RowOptions) -> Iterator[tuple[LexborNode, str]]:
    """Elements of the row that lead somewhere, each with the absolute address."""
    for link in node.css(options.link or f"[{options.link_attr}]"):
        if not options.link and options.link_attr == "href" and link.tag not in {"a", "area"}:
            continue
        url = absolute(link.attributes.get(options.link_attr) or "", start)
        if url and canonical(url) != canonical(page) and not is_root(url):
            yield link, url


def _chosen(links: list[tuple[LexborNode, str]], *, named: bool) -> tuple[LexborNode, str]:
    """The link of the row that carries its title: the first with words, but of several addresses the one with the longest.

    Pictures link without words, and a category linked before the title is shorter than the title. A link that the source has
    `named` is not weighed against others.
    """
    url = links[0][1] if named else max(links, key=lambda pair: len(_shown(pair[0])))[1]
    worded = (pair for pair in links if (named or pair[1] == url) and _shown(pair[0]))
    return next(worded, links[0])


def _shown(link: LexborNode) -> str:
    return line(link.text()) or line(link.attributes.get("title") or "")


def _shown_whole(link: LexborNode) -> tuple[str, bool]:
    """The link's text, or its title attribute where the text is the head of it or missing; and whether it is still cut."""
    text, full = line(link.text()), line(link.attributes.get("title") or "")
    head = _ELLIPSIS.sub("", text)
    whole = bool(full) and not _ELLIPSIS.search(full)
    if full and (not text or (whole and (full.startswith(head) if head == text else len(full) >= len(head)))):
        return (full, False) if whole else (_ELLIPSIS.sub("…", full), True)
    return (f"{head}…", True) if head != text else (text, False)
