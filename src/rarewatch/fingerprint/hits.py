"""Counts what each configured selector or path finds in the answers of one visit. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from selectolax.lexbor import LexborHTMLParser, LexborNode

from rarewatch.errors import SourceFault
from rarewatch.nouns.source import Got, Source
from rarewatch.sources import _json_options, _listing_options, epaper, jpaas, jpage, page
from rarewatch.sources._answers import page_of
from rarewatch.sources._jpaas_unit import list_html
from rarewatch.sources._jpage_records import read_recordset
from rarewatch.sources._json import read_json
from rarewatch.sources._json_paths import find, written
from rarewatch.sources._links import pick
from rarewatch.sources._options import ArticleOptions

_JSON_FIELDS = ("title", "link", "key", "date", "text", "summary", "author", "origin")


@dataclass(frozen=True, slots=True)
class Hit:
    """How often what stands under `option` found something: `hits` of `of` rows, items or articles, or on one page.

    `vain` says that the option as a whole finds nothing where it must.
    """

    option: str
    selector: str
    hits: int
    of: int
    vain: bool = False


def hits(source: Source, answers: Sequence[Got], articles: Sequence[Got]) -> list[Hit]:
    """What the options of `source` find in `answers`, those of its list, and in the pages of some of its `articles`.

    Empty for a kind that has no selectors. What could not be read is left out: the reading itself says why.
    """
    options = source.options
    found: list[Hit] = []
    if answers and isinstance(options, BaseModel):
        try:
            found += _of_list(options, answers)
        except SourceFault:
            found = []
    article = getattr(options, "article", None)
    if articles and isinstance(article, ArticleOptions):
        found += _of_articles(article, articles, str(getattr(options, "charset", "")))
    return found


def _of_list(options: BaseModel, answers: Sequence[Got]) -> Iterator[Hit]:
    first, last = answers[0], answers[-1]
    match options:
        case _json_options.Options():
            yield from _of_json(options, first)
        case jpaas.Options():
            markup = list_html(read_json(last, options.charset).value, last.url)
            yield from _of_rows(options, options.item, LexborHTMLParser(markup).css(options.item))
        case jpage.Options():
            records = read_recordset(page_of(first, options.charset).text, options.unit).html
            bodies = [body for html in records if (body := LexborHTMLParser(html).body) is not None]
            yield Hit("unit", options.unit or "(every recordset)", len(bodies), 1, vain=not bodies)
            yield from _of_rows(options, "", bodies)
        case _listing_options.Options():
            text = page_of(first, options.charset).text
            if options.html:
                text = str(find(options.html, read_json(first, options.charset).value) or "")
                yield Hit("html", options.html, int(bool(text)), 1, vain=not text)
            yield from _of_rows(options, options.item, LexborHTMLParser(text).css(options.item))
        case epaper.Options():
            tree = LexborHTMLParser(page_of(last, options.charset).text)
            for name in ("pages", "item"):
                css = str(getattr(options, name))
                yield Hit(name, css, count := len(tree.css(css)), 1, vain=not count)
        case page.Options():
            tree = LexborHTMLParser(page_of(first, options.charset).text)
            yield from _several("content", options.content, 1, lambda css: int(bool(tree.css(css))))


def _of_rows(options: _listing_options.RowOptions, item: str, nodes: Sequence[LexborNode]) -> Iterator[Hit]:
    """Selectors within rows; a row without any link is a heading or a separator and does not count."""
    if item:
        yield Hit("item", item, len(nodes), 1, vain=not nodes)
    rows = [node for node in nodes if node.css("a, area") or (options.link and node.css(options.link))]
    if options.link:
        led = sum(any(node.attributes.get(options.link_attr) for node in row.css(options.link)) for row in rows)
        yield Hit("link", options.link, led, len(rows), vain=bool(rows) and not led)
    for name, selectors in (("title", options.title), ("date", options.date)):
        yield from _several(name, selectors, len(rows), lambda css: sum(bool(pick(row, css)) for row in rows))


def _of_json(options: _json_options.Options, got: Got) -> Iterator[Hit]:
    items = find(options.items, read_json(got, options.charset).value)
    rows = items if isinstance(items, list) else []
    yield Hit("items", options.items, len(rows), 1, vain=not isinstance(items, list))
    for name in _JSON_FIELDS:
        value = getattr(options, name)
        paths = (value,) if isinstance(value, str) else tuple(value)
        needed = tuple(path for path in paths if path)
        for hit in _several(name, needed, len(rows), lambda path: sum(bool(written(find(path, row))) for row in rows)):
            # A text, a summary or an author may well be missing everywhere.
            yield hit if name in {"title", "link", "date", "key"} else Hit(hit.option, hit.selector, hit.hits, hit.of)


def _of_articles(options: ArticleOptions, articles: Sequence[Got], charset: str) -> Iterator[Hit]:
    try:
        trees = [tree.root for got in articles if (tree := LexborHTMLParser(page_of(got, charset).text)).root is not None]
    except SourceFault:
        return
    for name in ("title", "text", "date", "author", "origin"):
        yield from _several(
            f"article.{name}", getattr(options, name), len(trees), lambda css: sum(bool(pick(tree, css)) for tree in trees)
        )


def _several(name: str, selectors: Sequence[str], of: int, count: Callable[[str], int]) -> Iterator[Hit]:
    """One hit a selector; they stand in for one another, so they are in vain only together."""
    counted = [(one, count(one)) for one in selectors]
    vain = of > 0 and bool(counted) and not any(number for _, number in counted)
    yield from (Hit(name, one, number, of, vain) for one, number in counted)
