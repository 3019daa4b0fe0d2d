"""The links of a page that may lead to announcements, and the groups of like elements they stand in. Pure."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rarewatch.fingerprint import css
from rarewatch.fingerprint.dated import is_article, is_date
from rarewatch.sources._links import absolute, is_root, line
from rarewatch.text.urls import canonical

_INSTEAD = ("data-href", "data-url", "data-link", "data-src", "link", "url", "id", "rel")
_PATH = re.compile(r"(?:https?:/)?/?\.{0,2}/\S{3,}|[\w%-]+(?:/[\w%.-]+)+|[\w%-]+\.(?:s?html?|jspx?|aspx?|php)(?:\?\S*)?")
_TURNS = re.compile(
    r"[\s<>«»‹›\[\]()（）\d/|.…·-]*(?:首页|上一页|下一页|尾页|末页|上页|下页|更多|查看更多|阅读全文|详细|详情|返回|登录|注册|"
    r"more|read\s*more|next|prev(?:ious)?|home|login|rss)?[\s<>«»‹›\[\]()（）\d/|.…·-]*",
    re.IGNORECASE,
)
_HAN = re.compile(r"[㐀-鿿]")
_ASIDE_TAGS = frozenset({"nav", "footer", "aside", "header", "form"})
_ASIDE = re.compile(
    r"(?:^|[-_])(?:nav|navbar|navi|navigation|menu|menus|foot|footer|bottom|crumbs?|breadcrumbs?|sidebar|side|aside|friend|"
    r"friendlinks?|copyright|pager|pages?|pagination|share|login|search|toolbar|topbar|sitemap|location|position|lang)(?:$|[-_])"
)
_RANK = re.compile(
    r"(?:^|[-_])(?:rank|ranking|hot|hotnews|phb|recommend|related|tuijian|slide|slider|swiper|banner|focus)(?:$|[-_])"
)
MOST_LINKS = 4_000
_HIGHEST = 8  # elements around a link of which one is its row


@dataclass(frozen=True, slots=True)
class Link:
    """An element that leads to `url` by the attribute `attr`, with the text a reader sees."""

    node: LexborNode
    url: str
    attr: str
    title: str

    @property
    def weight(self) -> float:
        """How much of a title the text is, 0 to 1; a Han character says as much as two letters."""
        han = len(_HAN.findall(self.title))
        length = han + (len(self.title) - han) / 2
        return 0.0 if length < 4 else min(length / 16, 1.0)


@dataclass(slots=True)
class Group:
    """Elements alike in like places; each holds the links of one announcement, if they are the rows of a list.

    `aside` is the share (0 to 1) of them that stand where no list of announcements does.
    """

    rows: dict[int, tuple[LexborNode, list[Link]]] = field(default_factory=dict)
    score: float = 0.0
    dated: int = 0

    def nodes(self) -> list[LexborNode]:
        """The rows in the order of the page."""
        return [node for node, _ in self.rows.values()]

    def mains(self) -> list[Link]:
        """The link of each row that carries its title."""
        return [main_of(links) for _, links in self.rows.values()]


def main_of(links: list[Link]) -> Link:
    """Of the links of one row the one that carries the title: the one with the most words."""
    return max(links, key=lambda link: len(link.title))


def links_of(page: LexborHTMLParser, start: str, url: str) -> list[Link]:
    """The links of `page`, served from `url`, that lead to another page; addresses are relative to `start`.

    Where a script follows the links (`href="javascript:..."`), the attribute that holds an address counts.
    """
    found = []
    for node in page.css("a, area, [data-href], [data-url]")[:MOST_LINKS]:
        address, attr = _address(node, start)
        if not address or canonical(address) == canonical(url) or is_root(address):
            continue
        title = line(node.text()) or line(node.attributes.get("title") or "")
        if not _TURNS.fullmatch(title):
            found.append(Link(node, address, attr, title))
    return found


def groups_of(links: list[Link]) -> list[Group]:
    """Every way in which the links stand in elements that repeat, the most like a list of announcements first."""
    groups: dict[tuple[str, ...], Group] = {}
    for link in links:
        for row in [link.node, *css.above(link.node)][:_HIGHEST]:
            where, parent = css.path(row), str(row.parent.mem_id if row.parent is not None else 0)
            named, bare = css.signature(row), css.signature(row, named=False)
            # Alike everywhere on the page, or within one element only: menus are built as lists are.
            for key in ((where, named), (where, bare, "*"), (where, named, parent), (where, bare, "*", parent)):
                _, held = groups.setdefault(key, Group()).rows.setdefault(row.mem_id, (row, []))
                held.append(link)
    found = list(groups.values())
    for group in found:
        _weigh(group)
    return sorted((group for group in found if group.score > 0), key=_order)


def _order(group: Group) -> tuple[float, int, int]:
    """The best first; of equals the one whose rows are what HTML calls a row."""
    node = group.nodes()[0]
    return -round(group.score, 6), 0 if node.tag in {"li", "tr", "article"} else 1, len(list(css.above(node)))


def _weigh(group: Group) -> None:
    """Give the group its score: the sum of what its rows are worth, more where they are worth it one by one."""
    if len({link.url for link in group.mains()}) < 2:
        return
    worth = [_row(node, links, group) for node, links in group.rows.values()]
    mean = sum(worth) / len(worth)
    group.score = sum(worth) * math.sqrt(mean) * _place(group) * _unlike(group)


def _unlike(group: Group) -> float:
    """Less for rows that all lead to the same few addresses or say the same (buttons)."""
    mains = group.mains()
    return min(len({link.url for link in mains}), len({link.title for link in mains})) / len(mains)


def _row(node: LexborNode, links: list[Link], group: Group) -> float:
    main = main_of(links)
    if not main.weight:
        return 0.0
    others = {canonical(link.url): link for link in links if canonical(link.url) != canonical(main.url)}.values()
    rivals = sum(1.0 if link.weight > 0.4 * main.weight else 0.15 for link in others)
    dated = has_date(node)
    group.dated += dated
    worth: float = main.weight + (2.0 if dated else 0.0) + (0.5 if is_article(main.url) else 0.0)
    return worth / math.pow(1 + rivals, 1.5)


def has_date(row: LexborNode) -> bool:
    """Whether an element of the row, or the text beside its links, is a date."""
    return any(True for _ in dates_in(row)) or is_date(beside(row))


def dates_in(row: LexborNode) -> Iterator[LexborNode]:
    """The innermost elements of `row` (or itself) that are a date."""
    marked = [node for node in row.css("*") if len(node.text()) <= 120 and is_date(line(node.text()))]
    ids = {node.mem_id for node in marked}
    holders = {around.mem_id for node in marked for around in css.above(node) if around.mem_id in ids}
    yield from (node for node in marked if node.mem_id not in holders)


def beside(row: LexborNode) -> str:
    """The text of `row` that stands in no element of its own."""
    return line(" ".join(part for node in row.iter(include_text=True) if node.tag == "-text" and (part := node.text())))


def _place(group: Group) -> float:
    """Less for what stands in navigation, at the foot or at the side."""
    node = group.nodes()[0]
    around = [node, *css.above(node)]
    names = Counter[str]()
    for one in around:
        for name in [*(one.attributes.get("class") or "").split(), one.attributes.get("id") or ""]:
            words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
            names["aside"] += bool(_ASIDE.search(words))
            names["rank"] += bool(_RANK.search(words))
    factor = 0.15 if any(one.tag in _ASIDE_TAGS for one in around[:6]) or names["aside"] else 1.0
    return factor * (0.5 if names["rank"] else 1.0)


def _address(node: LexborNode, start: str) -> tuple[str, str]:
    href = node.attributes.get("href") or ""
    if (url := absolute(href, start)) and not href.strip().startswith("#"):
        return url, "href"
    for attr in _INSTEAD:
        value = (node.attributes.get(attr) or "").strip()
        if _PATH.fullmatch(value) and (url := absolute(value, start)):
            return url, attr
    return "", ""
