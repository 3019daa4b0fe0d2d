"""A list of several pages: turned until it overlaps with what is known, or the gap is told."""

import pytest
from listing_driver import Web, source
from pydantic import ValidationError

from rarewatch.nouns.source import Remembered
from rarewatch.sources._listing_pages import Pages
from rarewatch.sources.listing import Options

HOST = "https://www.example.gov.cn"
URL = f"{HOST}/zwgk/index.html"
TRS = "<script>createPageHTML(3, 0, 'index', 'html');</script>"
PLAIN = {"item": "li", "articles": "never"}


def page(numbers, after=""):
    rows = "".join(f"<li><a href='/art/{number}.html'>关于第{number}号事项的公告</a></li>" for number in numbers)
    return f"<meta charset=utf-8><ul>{rows}</ul>{after}".encode()


def link(href, words="下一页"):
    return f"<div class=pager><a href='{href}'>{words}</a></div>"


def later(numbers_by_address, before, **options):
    """The reading of these pages after one whose first page held `before`, and what was asked for."""
    known = Web({URL: page(before)}).drive(source(URL, PLAIN))
    web = Web({f"{HOST}/zwgk/{name}": body for name, body in numbers_by_address.items()})
    reading = web.drive(source(URL, PLAIN | options), Remembered(known.validators, frozenset(known.marks)))
    return reading, [get.url.rpartition("/")[2] for get in web.asked]


WAYS = [
    (("index.html", "index_1.html", "index_2.html"), (TRS, TRS, TRS), {}),
    (("index.html", "p2.html", "p3.html"), (link("p2.html"), link("p3.html"), ""), {}),
    (("index.html", "p2.html", "p3.html"), (link("p2.html", "Next &raquo;"), link("p3.html", "[后一页]"), ""), {}),
    (("index.html", "list-2.html", "list-3.html"), ("", "", ""), {"pages": "list-{page}.html"}),
    (("index.html", "l1.html", "l2.html"), ("", "", ""), {"pages": f"{HOST}/zwgk/l{{page-1}}.html"}),
]


@pytest.mark.parametrize(("names", "afters", "options"), WAYS)
def test_pages_are_turned_until_one_overlaps(names, afters, options):
    bodies = [page(range(top, top - 3, -1), after) for top, after in zip((9, 6, 3), afters, strict=True)]
    reading, asked = later(dict(zip(names, bodies, strict=True)), [3, 2, 1], **options)
    assert asked == list(names)
    assert [draft.title for draft in reading.drafts] == [f"关于第{number}号事项的公告" for number in range(9, 3, -1)]
    assert (reading.complete, reading.faults) == (True, ())


@pytest.mark.parametrize(("names", "afters", "options"), WAYS)
def test_one_page_is_enough_where_it_overlaps_and_at_the_first_reading(names, afters, options):
    reading, asked = later({names[0]: page([4, 3, 2], afters[0])}, [3, 2, 1], **options)
    assert (asked, len(reading.drafts), reading.complete) == (["index.html"], 1, True)
    web = Web({URL: page([4, 3, 2], afters[0])})
    assert web.drive(source(URL, PLAIN | options)).complete
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("pages", "options"),
    [
        ({"index.html": page([9, 8])}, {}),  # it names no further page
        ({"index.html": page([9, 8], TRS), "index_1.html": page([7, 6], TRS)}, {"max_pages": 2}),
        ({"index.html": page([9, 8], link("p2.html")), "p2.html": page([9, 8], link("p3.html"))}, {}),
        ({"index.html": page([9, 8], link("p2.html")), "p2.html": page([])}, {}),
        ({"index.html": page([9, 8], link("https://elsewhere.example.net/p2.html"))}, {}),
        ({"index.html": page([9, 8], f"<!-- {link('p2.html')} -->")}, {}),
    ],
)
def test_where_nothing_overlaps_the_gap_is_told_once_and_what_was_read_is_kept(pages, options):
    reading, asked = later(pages, [3, 2, 1], **options)
    assert asked == list(pages)
    assert [fault.name for fault in reading.faults] == ["gap"]
    assert (reading.complete, len({draft.url for draft in reading.drafts}) >= 2) == (False, True)
    web = Web({f"{HOST}/zwgk/{name}": body for name, body in pages.items()})
    again = web.drive(source(URL, PLAIN | options), Remembered(reading.validators, frozenset(reading.marks)))
    assert (again.drafts, [fault.name for fault in again.faults if len(web.asked) == 1]) == ((), [])


def test_rows_whose_articles_are_left_for_later_overlap_all_the_same():
    numbers = list(range(40, 0, -1))
    few = {"item": "li", "max_articles": 2}
    answers = {URL: page(numbers), **{f"{HOST}/art/{n}.html": page([]) for n in numbers}}
    first = Web(answers).drive(source(URL, few))
    second = Web(answers).drive(source(URL, few), Remembered(first.validators, frozenset(first.marks)))
    assert "gap" not in {fault.name for fault in second.faults}


def test_the_last_page_that_trs_names_has_none_behind_it():
    pages = Pages(URL)
    pages.learn(TRS, URL)
    assert [pages.address(number) for number in (2, 3, 4)] == [f"{HOST}/zwgk/index_1.html", f"{HOST}/zwgk/index_2.html", ""]


def test_a_template_without_a_number_is_a_mistake():
    with pytest.raises(ValidationError, match="has neither"):
        Options(item="li", pages="index_2.html")
