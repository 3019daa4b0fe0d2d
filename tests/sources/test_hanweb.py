"""The Hanweb kinds beyond their cases: what they ask for, and that whatever is served gives rows or a named fault."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kind_driver import Web, after, source
from pydantic import ValidationError

from rarewatch import errors
from rarewatch.nouns.source import Got, Remembered
from rarewatch.sources._jpaas_unit import Unit, choose, find_units, list_html, size_of
from rarewatch.sources._jpage_records import proxy_of, read_recordset
from rarewatch.sources._listing_options import RowOptions
from rarewatch.sources._listing_rows import read_record, read_records
from rarewatch.sources.jpaas import Jpaas
from rarewatch.sources.jpage import JPage

PAGE = "https://www.example.gov.cn/col/col7/index.html"
PROXY = "https://www.example.gov.cn/module/web/jpage/dataproxy.jsp"
SCRIPT = "<script>$('#7').jpage({proxyUrl:'/module/web/jpage/dataproxy.jsp',ajaxParam:{webid:3,columnid:7,unitid:'70'}})</script>"
UNIT = {"parseType": "buildstatic", "webId": "w", "pageId": "p", "tagId": "列表"}
API = "https://www.example.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def li(n):
    return f'<li><a href="/art/2026/11/20/art_7_{n}.html">通知{n}</a><span>2026-11-20</span></li>'


def recordset(*numbers, before="", after_it=SCRIPT):
    rows = "".join(f"<record><![CDATA[{li(n)}]]></record>" for n in numbers)
    return f"<meta charset=utf-8><datastore>{before}<recordset>{rows}</recordset></datastore>{after_it}".encode()


def jpage(**options):
    return source("jpage", PAGE, {"articles": "never", **options})


def jpaas(**options):
    return source("jpaas", PAGE, {"articles": "never", **options})


def shell(query):
    said = ",".join(f"'{name}':'{value}'" for name, value in query.items())
    return f'<meta charset=utf-8><script queryData="{{{said}}}" url="{urlsplit(API).path}"></script>'.encode()


def unit(*numbers):
    return json.dumps({"success": True, "data": {"html": "<ul>" + "".join(map(li, numbers)) + "</ul>"}}).encode()


def titles(reading):
    return [draft.title for draft in reading.drafts]


def test_jpage_reads_one_page_at_first_and_none_more_once_it_overlaps():
    web = Web({PAGE: recordset(3, 2, 1)})
    first = web.drive(jpage())
    assert [get.url for get in web.asked] == [PAGE]
    later = Web({PAGE: recordset(4, 3, 2)})
    assert titles(later.drive(jpage(), after(first))) == ["通知4"]
    assert [get.url for get in later.asked] == [PAGE]


@pytest.mark.parametrize("post", [False, True])
def test_jpage_counts_rows_from_behind_its_own_page(post):
    of = jpage(paging="record", per_page=2, post=post)
    first = Web({PAGE: recordset(1)}).drive(of)
    web = Web({PAGE: recordset(9, 8, 7)})
    web.drive(of, after(first))
    get = web.asked[1]
    sent = get.body.decode() if post else urlsplit(get.url).query
    assert get.method == ("POST" if post else "GET")
    assert get.url.partition("?")[0] == PROXY
    assert {name: value for name, (value,) in parse_qs(sent).items()} == {
        "startrecord": "4", "endrecord": "5", "perpage": "2", "webid": "3", "columnid": "7", "unitid": "70",
    }  # fmt: skip
    assert get.headers["Referer"] == PAGE


def test_jpage_without_paging_says_that_there_is_a_gap():
    of = jpage(paging="none")
    first = Web({PAGE: recordset(1)}).drive(of)
    total = "<totalrecord>90</totalrecord>"
    web = Web({PAGE: recordset(9, 8, before=total)})
    reading = web.drive(of, after(first))
    assert [fault.name for fault in reading.faults] == ["gap"]
    assert [get.url for get in web.asked] == [PAGE]


def test_jpage_of_which_everything_was_read_has_no_gap():
    first = Web({PAGE: recordset(1)}).drive(jpage())
    web = Web({PAGE: recordset(9, 8, before="<totalrecord>2</totalrecord>")})
    reading = web.drive(jpage(), after(first))
    assert (reading.complete, reading.faults) == (True, ())
    assert len(web.asked) == 1


def test_jpage_whose_groups_end_before_the_list_does_has_a_gap():
    group = "<nextgroup><![CDATA[<a href='/next.xml'></a>]]></nextgroup>"
    first = Web({PAGE: recordset(1, after_it="")}).drive(jpage())
    for total, faults in (("<totalrecord>90</totalrecord>", ["gap"]), ("", [])):
        page = recordset(9, 8, before=group + total, after_it="")
        web = Web({PAGE: page, "https://www.example.gov.cn/next.xml": recordset(7, before=total, after_it="")})
        reading = web.drive(jpage(), after(first))
        assert titles(reading) == ["通知9", "通知8", "通知7"]
        assert [fault.name for fault in reading.faults] == faults


def test_more_rows_than_are_remembered_are_not_read():
    reading = Web({PAGE: recordset(*range(2_005))}).drive(jpage())
    assert len(reading.drafts) == 2_000
    assert [fault.name for fault in reading.faults] == ["layout-changed"]
    many = "".join(li(n) for n in range(2_005))
    assert len(read_records(f"<ul>{many}</ul>", PAGE, "li", RowOptions())) == 2_000


def test_jpage_turns_the_page_that_failed_again():
    asked = f"{PROXY}?page=2&webid=3&columnid=7&unitid=70"
    first = Web({PAGE: recordset(1)}).drive(jpage())
    broken = Web({PAGE: recordset(9, 8, 7), asked: errors.Unreachable("gone")})
    second = broken.drive(jpage(), after(first))
    assert not second.complete
    whole = Web({PAGE: recordset(9, 8, 7), asked: recordset(6, 1, after_it="")})
    third = whole.drive(jpage(), after(second, after(first)))
    assert titles(third) == ["通知6"]
    assert third.complete


def test_jpage_knows_a_parameter_from_a_look_alike():
    page = "var x={proxyUrl : \"/p.jsp\", mycol:9, 'webid' : '1',columnid=2&unitid=3, permissiontype:0}"
    assert proxy_of(page) == ("/p.jsp", {"webid": "1", "columnid": "2", "unitid": "3", "permissiontype": "0"})
    assert proxy_of("<p>webid=1</p>") == ("", {})


@given(st.lists(st.text("稀土ab<>&\"' \n", max_size=20), max_size=6))
def test_every_record_comes_back_as_it_went_in(contents):
    contents = [f"<li>{text}</li>" for text in contents]
    store = "".join(f"<record><![CDATA[{text}]]></record>" for text in contents)
    found = read_recordset(f"<html><recordset>{store}</recordset></html>")
    assert (list(found.html), found.cut, found.found) == (contents, False, True)


@given(st.lists(st.sampled_from(
    ["<record>", "</record>", "<recordset>", "<![CDATA[", "]]>", "&lt;record&gt;", "<record", "<nextgroup>", "</nextgroup>",
     "<a href='", "'>", "稀土", " ", "<totalrecord>5", "id=7 ", "</datastore>"]
), max_size=30), st.sampled_from(["", "7"]))  # fmt: skip
def test_whatever_stands_in_a_page_is_read_or_left(parts, name):
    found = read_recordset("".join(parts), name)
    assert all(isinstance(html, str) for html in found.html)
    assert found.found or not found.html


@given(TEXT, TEXT, TEXT)
def test_a_record_is_a_row_with_an_absolute_address_or_none(href, title, rest):
    row = read_record(f'<li><a href="{href}">{title}</a>{rest}</li>', PAGE, RowOptions())
    assert row is None or (row.url.startswith(("http://", "https://")) and row.mark)


@pytest.mark.parametrize(
    ("html", "title", "date"),
    [
        ("<li><a href=/a>关于2026年11月1日起施行的公告</a></li>", "关于2026年11月1日起施行的公告", ""),
        ("<li><a href=/a>公告</a> 发布时间：2026-11-02 10:05</li>", "公告", "2026-11-02 10:05"),
        ("<li><em>【2026.11.03】</em><a href=/a>公告</a></li>", "公告", "【2026.11.03】"),
        ("<li><a href=/a><b>2026/11/04</b>公告</a></li>", "公告", "2026/11/04"),
        ("<li><a href=/a title=''>公告</a>索引号 2026-02-00018</li>", "公告", ""),
    ],
)
def test_title_and_date_of_a_record_that_nobody_described(html, title, date):
    row = read_record(html, PAGE, RowOptions())
    assert (row.title, row.date) == (title, date)


def test_named_fields_of_a_record_win():
    html = "<li><a href=/a title='全名'>公告</a><i>2026-11-01</i><u>2026-11-02</u></li>"
    row = read_record(html, PAGE, RowOptions(title="a", date="u"))
    assert (row.title, row.date) == ("公告", "2026-11-02")
    assert read_record(html, PAGE, RowOptions(exclude="i")) is None


def test_of_nested_items_the_innermost_are_rows():
    html = "<ul><li>栏目<ul><li><a href=/a>公告</a></li><li><a href=/b>通知</a></li></ul></li></ul>"
    assert [row.title for row in read_records(html, PAGE, "li, tr", RowOptions())] == ["公告", "通知"]


def test_jpaas_asks_for_the_unit_as_the_page_does():
    asked = Unit(API, UNIT).address()
    web = Web({PAGE: shell(UNIT), asked: unit(2, 1)})
    assert titles(web.drive(jpaas())) == ["通知2", "通知1"]
    get = web.asked[1]
    assert parse_qs(urlsplit(get.url).query) == {name: [value] for name, value in UNIT.items()}
    assert (get.headers["Referer"], get.headers["X-Requested-With"]) == (PAGE, "XMLHttpRequest")


def test_jpaas_validators_count_for_the_unit_they_came_from_only():
    asked, rebuilt = Unit(API, UNIT).address(), Unit(API, UNIT | {"pageId": "q"}).address()
    first = Web({PAGE: shell(UNIT), asked: unit(2, 1)}, headers={"etag": '"1"'}).drive(jpaas())
    again = Web({PAGE: shell(UNIT), asked: Got(asked, 304, {}, b"", "", first_seen())})
    assert again.drive(jpaas(), after(first)).unchanged
    assert again.asked[1].validators == first.validators
    moved = Web({PAGE: shell(UNIT | {"pageId": "q"}), rebuilt: unit(3, 2, 1)})
    assert titles(moved.drive(jpaas(), after(first))) == ["通知3"]
    assert moved.asked[1].validators is None


def first_seen():
    return Web({}).at


def test_jpaas_remembers_its_unit_through_a_304():
    asked = Unit(API, UNIT).address()
    first = Web({PAGE: shell(UNIT), asked: unit(2, 1)}, headers={"etag": '"1"'}).drive(jpaas())
    seen = after(first)
    silent = Web({PAGE: shell(UNIT), asked: Got(asked, 304, {}, b"", "", first_seen())}).drive(jpaas(), seen)
    assert after(silent, seen).knows(next(iter(first.marks)))
    assert silent.validators == first.validators


def test_jpaas_asks_for_sizes_only_where_told_or_for_further_pages():
    of = jpaas(page_size=20)
    asked = Unit(API, UNIT).address(1, 20)
    Web({PAGE: shell(UNIT), asked: unit(1)}).drive(of)
    assert json.loads(parse_qs(urlsplit(asked).query)["paramJson"][0]) == {"pageNo": 1, "pageSize": 20}


def test_numbers_in_the_unit_are_text():
    options = Jpaas.Options.model_validate({"unit": {"webId": 2758, "pageId": "p"}})
    assert options.unit == {"webId": "2758", "pageId": "p"}


@pytest.mark.parametrize(
    ("klass", "options"),
    [
        (JPage, {"per_page": 101}),
        (JPage, {"paging": "deep"}),
        (JPage, {"max_pages": 0}),
        (Jpaas, {"item": "li["}),
        (Jpaas, {"page_size": 0}),
    ],
)
def test_options_out_of_bounds_are_refused(klass, options):
    with pytest.raises(ValidationError):
        klass.Options.model_validate(options)


NAME = st.text("abcXYZ分页列表_-./ ", min_size=1, max_size=20)


@given(NAME, NAME, NAME, st.sampled_from(["'", "&#39;", "&quot;"]))
def test_a_units_parameters_are_found_however_they_are_quoted(web_id, page_id, tag, quote):
    said = ",".join(
        f"{quote}{name}{quote}:{quote}{value}{quote}" for name, value in (("webId", web_id), ("pageId", page_id), ("tagId", tag))
    )
    (found,) = find_units(f'<script QUERYDATA="{{{said}}}" url="/x/front/page/build/unit"></script>', PAGE)
    assert found.query == {"webId": web_id, "pageId": page_id, "tagId": tag}
    assert found.url == "https://www.example.gov.cn/x/front/page/build/unit"
    assert choose([found], "", PAGE) is found


def test_what_is_no_unit_is_passed_by():
    page = (
        "<div queryData=\"{'rows':'20','count':'31','pageNo':'1'}\"></div><p queryData='no'></p>"
        "<script queryData=\"{'webId':'1','pageId':'2'}\" url='/other/api'></script>"
    )
    assert find_units(page, PAGE) == []


def test_a_unit_that_was_asked_for_and_is_not_there_is_told():
    with pytest.raises(errors.LayoutChanged, match="'列表'; none of them is '公示'"):
        choose([Unit(API, UNIT)], "公示", PAGE)


@given(
    st.recursive(
        st.none() | st.booleans() | TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
    )
)
def test_an_answer_without_a_list_is_a_fault(value):
    for answer in (value, {"data": value}, {"success": False, "data": {"html": "<li>"}}):
        with pytest.raises(errors.LayoutChanged):
            list_html(answer, API)


def test_the_pager_says_the_size_unless_it_says_more_than_there_is():
    assert size_of("<ul></ul>", 15) == 15
    assert size_of("queryData=\"{'rows':'10','count':'31'}\"", 12) == 10
    assert size_of("queryData=\"{'rows':'200'}\"", 15) == 15
    assert size_of("", 0) == 1


def test_a_first_reading_remembers_where_the_list_was():
    asked = Unit(API, UNIT).address()
    reading = Web({PAGE: shell(UNIT), asked: unit(2, 1)}).drive(jpaas())
    assert len(reading.marks) == len(reading.drafts) + 1
    assert isinstance(after(reading), Remembered)
