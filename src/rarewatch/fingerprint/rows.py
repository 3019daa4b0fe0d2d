"""Derives from a list page which elements are its rows, and where in a row link, title and date stand. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rarewatch.fingerprint import css
from rarewatch.fingerprint.dated import holds_date, is_day, is_month, is_year
from rarewatch.fingerprint.links import Group, Link, beside, dates_in, groups_of, links_of, main_of
from rarewatch.sources._links import absolute, line, pick
from rarewatch.sources._listing_options import Options
from rarewatch.sources._listing_rows import Row, read_rows
from rarewatch.text.urls import canonical

_TRIED = 600  # selectors
_MOST_SHOWN = 0.8  # share of the rows a selector must serve
_LEAST = 2  # rows of a list
_WORTH = 0.45  # of a row, on average: less is navigation


@dataclass(frozen=True, slots=True)
class Derived:
    """A listing's options as derived, the rows they give, and what is not certain of them."""

    options: dict[str, object]
    rows: Sequence[Row]
    dated: int
    doubts: tuple[str, ...] = ()
    exact: bool = True


@dataclass(slots=True)
class _Finding:
    """What is known of a page while its list is looked for."""

    html: str
    url: str
    page: LexborHTMLParser
    links: list[Link]
    doubts: list[str] = field(default_factory=list)

    def holders(self) -> set[int]:
        """The ids of all elements that hold a link: only these make rows."""
        return {node.mem_id for link in self.links for node in (link.node, *css.above(link.node))}


def derive(html: str, url: str) -> Derived | None:
    """How the list on the page `html`, served from `url`, is read with the kind `listing`; None where none is seen."""
    page = LexborHTMLParser(html.replace("\0", ""))
    base = page.css_first("base[href]")
    start = (absolute(base.attributes.get("href") or "", url) if base is not None else "") or url
    finding = _Finding(html, url, page, links_of(page, start, url))
    best = _best(groups_of(finding.links))
    if best is None:
        return None
    item, exact = _item(best, finding)
    options = _options(item, best, finding)
    rows = read_rows(html, url, Options.model_validate(options))
    if not exact and (narrowed := _narrowed(options, best, finding)):
        options, exact = narrowed, True
        rows = read_rows(html, url, Options.model_validate(options))
    if len(rows) < _LEAST:
        return None
    if not exact:
        finding.doubts.append(
            f"no short selector names exactly the rows that look alike: {item!r} also finds others, or misses some"
        )
    return Derived(options, rows, sum(bool(row.date) for row in rows), tuple(finding.doubts), exact)


def _best(groups: list[Group]) -> Group | None:
    """The group that is most like a list, if it is enough like one."""
    return next((one for one in groups if len(one.rows) >= _LEAST and one.score / len(one.rows) >= _WORTH), None)


def _item(group: Group, finding: _Finding) -> tuple[str, bool]:
    """The cheapest selector of just the group's rows, and True; or of most of them and little else, and False."""
    wanted, holders = set(group.rows), finding.holders()
    best, best_share = "", -1.0
    for token in islice(_candidates(group), _TRIED):
        found = {node.mem_id for node in finding.page.css(token.css)} & holders
        if found == wanted:
            return token.css, True
        share = len(found & wanted) ** 2 / (max(1, len(found)) * len(wanted))
        if share > best_share:
            best, best_share = token.css, share
    return best, False


def _candidates(group: Group) -> list[css.Token]:
    """Selectors that may name the rows: what the first and the last have in common comes first."""
    nodes = group.nodes()
    first, last = ({token.css: token for token in css.selectors(node)} for node in (nodes[0], nodes[-1]))
    return sorted(token for name, token in first.items() if name in last) or sorted(first.values())


def _options(item: str, group: Group, finding: _Finding) -> dict[str, object]:
    """The options for the rows of `group`."""
    options: dict[str, object] = {"item": item}
    rows = list(group.rows.values())
    attr = main_of(rows[0][1]).attr
    if attr != "href":
        options |= {"link": _within(rows, lambda _, links: main_of(links).node) or "a", "link_attr": attr}
        finding.doubts.append(f"a script follows the links; their addresses were taken from the attribute {attr!r}")
    elif not _leads_right(options, group, finding) and (link := _within(rows, lambda _, links: main_of(links).node)):
        options["link"] = link
    dates = _date(rows)
    if dates:
        options["date"] = dates[0] if len(dates) == 1 else dates
        if title := _title(rows):
            options["title"] = title
    elif any(holds_date(beside(node)) for node, _ in rows):
        whole = item.rpartition(" ")[2].rpartition(">")[2]
        if not any(holds_date(main_of(links).title) for _, links in rows):
            options["date"] = whole
    return options


def _narrowed(options: dict[str, object], group: Group, finding: _Finding) -> dict[str, object] | None:
    """The options with a link told by a part of its address, where only so just the group's rows are found."""
    wanted = {canonical(link.url) for link in group.mains()}
    hrefs = [link.node.attributes.get("href") or "" for link in group.mains()]
    for part in sorted({f"{part}/" for part in hrefs[0].split("?")[0].split("/") if part.isalpha()}, key=len, reverse=True):
        if "link" in options or not all(f"/{part}" in f"/{href}" for href in hrefs):
            continue
        tried = {**options, "link": f"a[href*='{part}']"}
        if {canonical(row.url) for row in read_rows(finding.html, finding.url, Options.model_validate(tried))} == wanted:
            return tried
    return None


def _leads_right(options: dict[str, object], group: Group, finding: _Finding) -> bool:
    """Whether the kind, left alone, takes the link that carries the title."""
    got = [canonical(row.url) for row in read_rows(finding.html, finding.url, Options.model_validate(options))]
    return {canonical(link.url) for link in group.mains()} <= set(got)


_Rows = list[tuple[LexborNode, list[Link]]]


def _within(rows: _Rows, wanted: Callable[[LexborNode, list[Link]], LexborNode | None]) -> str:
    """The cheapest selector that in most rows finds first what `wanted` names there; "" for none."""
    targets = [(row, node) for row, links in rows if (node := wanted(row, links)) is not None]
    if not targets:
        return ""
    tried: dict[str, css.Token] = {}
    for row, node in (targets[0], targets[-1]):
        tried |= {token.css: token for token in _inner(row, node)}
    for token in sorted(tried.values())[:80]:
        hits = sum(bool((found := row.css(token.css)) and found[0].mem_id == node.mem_id) for row, node in targets)
        if hits >= _MOST_SHOWN * len(targets):
            return token.css
    return ""


def _inner(row: LexborNode, node: LexborNode) -> list[css.Token]:
    """Selectors of `node` within `row`, the cheapest first."""
    own = css.tokens(node)
    tag = node.tag or "*"
    found = [*own, css.Token(11, f"{tag}:last-of-type"), css.Token(11, f"{tag}:first-of-type"), css.Token(13, f"{tag}:last-child")]
    place = 1 + sum(1 for _ in _before(node))
    found.append(css.Token(14, f"{tag}:nth-child({place})"))
    for around in css.above(node):
        if around.mem_id == row.mem_id:
            break
        found += [css.Token(one.cost + mine.cost + 4, f"{one.css} {mine.css}") for one in css.tokens(around) for mine in own]
    return sorted(found)


def _before(node: LexborNode) -> list[LexborNode]:
    found, one = [], node.prev
    while one is not None:
        if not (one.tag or "-").startswith("-"):
            found.append(one)
        one = one.prev
    return found


def _date(rows: _Rows) -> list[str]:
    """Where the date of a row stands: one selector, two where it stands in halves, none where no element is a date."""
    dated = [(row, links) for row, links in rows if next(dates_in(row), None) is not None]
    if len(dated) * 2 >= len(rows):
        last = _within(dated, lambda row, _: list(dates_in(row))[-1]) or _within(dated, lambda row, _: next(dates_in(row), None))
        years = [(row, links) for row, links in dated if _half(row, is_year) is not None]
        year = _within(years, lambda row, _: _half(row, is_year)) if len(years) >= _MOST_SHOWN * len(dated) else ""
        return [one for one in (year, last) if one]
    halves = [(_half(row, is_month), _half(row, is_day)) for row, _ in rows]
    if sum(bool(month and day) for month, day in halves) < _MOST_SHOWN * len(rows):
        return _attribute(rows)
    month, day = _within(rows, lambda row, _: _half(row, is_month)), _within(rows, lambda row, _: _half(row, is_day))
    return [month, day] if month and day else []


def _half(row: LexborNode, is_half: Callable[[str], bool]) -> LexborNode | None:
    """The innermost element of `row` that is half a date."""
    found = [node for node in row.css("*") if is_half(line(node.text()))]
    return found[-1] if found else None


def _attribute(rows: _Rows) -> list[str]:
    """A date in an attribute: `time[datetime]` and what pages make of it."""
    for css_ in ("time@datetime", "[data-time]@data-time", "[data-date]@data-date"):
        if sum(bool(pick(row, css_)) for row, _ in rows) >= _MOST_SHOWN * len(rows):
            return [css_]
    return []


def _title(rows: _Rows) -> str:
    """Where the title stands when the link's text holds the date as well; "" where the link says the title and no more."""
    mixed = [(row, links) for row, links in rows if any(_inside(node, main_of(links).node) for node in dates_in(row))]
    if len(mixed) * 2 < len(rows):
        mixed = [(row, links) for row, links in rows if _half(main_of(links).node, is_month) is not None]
        if len(mixed) * 2 < len(rows):
            return ""
    if all(line(main_of(links).node.attributes.get("title") or "") for _, links in mixed):
        link = _within(mixed, lambda _, links: main_of(links).node)
        return f"{link}@title" if link else ""
    return _within(mixed, lambda _, links: _worded(main_of(links).node))


def _inside(node: LexborNode, holder: LexborNode) -> bool:
    return node.mem_id != holder.mem_id and any(one.mem_id == holder.mem_id for one in css.above(node))


def _worded(link: LexborNode) -> LexborNode | None:
    """The innermost element of a link that holds most of its words and no date."""
    parts = [node for node in link.css("*") if node.mem_id != link.mem_id and not any(True for _ in dates_in(node))]
    headings = [node for node in parts if node.tag in {"h1", "h2", "h3", "h4", "h5", "h6"} and line(node.text())]
    return headings[0] if headings else max(parts, key=lambda node: len(line(node.text())), default=None)
