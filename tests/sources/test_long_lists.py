"""The kinds whose list is one long JSON file, beyond their cases."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kind_driver import Web, after, source
from pydantic import ValidationError

from rarewatch import errors, registry, sources
from rarewatch.nouns.source import Got

LIST = "https://www.example.gov.cn/zhengce/ZUIXIN.json"
PAGE = "https://www.example.cn/world/index.html"
FILE = "https://www.example.cn/world/ds_abcd1234.json"
HOLDER = b'<ul id="list" data="datasource:abcd1234"></ul>'
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
JSON = st.recursive(VALUES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4))
FIELDS = st.sampled_from(
    [
        "TITLE",
        "URL",
        "DOCRELPUBTIME",
        "title",
        "showTitle",
        "publishUrl",
        "publishTime",
        "linkUrls",
        "contentType",
        "summary",
        "datasource",
    ]
)
ITEMS = st.lists(st.dictionaries(FIELDS, JSON | st.sampled_from(["https://a.example/1", "//", "http://[", "Link"])), max_size=6)


def gov(**options):
    return source("govcn_json", LIST, {"articles": "never", **options})


def xinhua(url=PAGE, **options):
    return source("xinhua_ds", url, {"articles": "never", **options})


def item(n, day="2026-11-20"):
    return {"TITLE": f"政策{n}", "URL": f"./content_{n}.htm", "DOCRELPUBTIME": day}


def line(n, time="2026-11-20 10:00:00"):
    return {"title": f"消息{n}", "publishUrl": f"../2026/{n}/c.html", "publishTime": time, "contentId": f"c{n}"}


def dumped(value):
    return json.dumps(value).encode()


def titles(reading):
    return [draft.title for draft in reading.drafts]


def test_the_file_is_asked_for_with_the_page_that_shows_it():
    web = Web({LIST: dumped([item(1)])})
    web.drive(gov())
    assert web.asked[0].headers["Referer"] == "https://www.example.gov.cn/zhengce/"


def test_only_new_items_come_out_of_a_changed_list():
    first = Web({LIST: dumped([item(2), item(1)])}).drive(gov())
    later = Web({LIST: dumped([item(3), item(2), item(1)])}).drive(gov(), after(first))
    assert (titles(later), later.known, later.complete) == (["政策3"], 2, True)


def test_a_reading_after_a_gap_is_complete_again():
    first = Web({LIST: dumped([item(1)])}).drive(gov())
    web = Web({LIST: dumped([item(9), item(8)])})
    gap = web.drive(gov(), after(first))
    assert [fault.name for fault in gap.faults] == ["gap"]
    again = web.drive(gov(), after(gap, after(first)))
    assert (again.complete, again.faults, again.drafts) == (True, (), ())


@pytest.mark.parametrize("kind", ["govcn_json", "xinhua_ds"])
def test_the_past_is_not_read_up_at_the_first_reading_only(kind):
    old, young = "2026-10-01", "2026-11-22"
    address = LIST if kind == "govcn_json" else FILE
    of = source(kind, address, {})

    def rows(*days):
        if kind == "govcn_json":
            return [item(n, day) for n, day in enumerate(days)]
        return {"datasource": [line(n, day and f"{day} 09:00:00") for n, day in enumerate(days)]}

    web = Web({address: dumped(rows(young, old, ""))})
    first = web.drive(of)
    assert len(web.asked) == 3  # the file, the young one, and the one that the list does not date
    assert len(first.drafts) == 3
    seen = after(Web({address: dumped(rows(young))}).drive(source(kind, of.url, {"articles": "never"})))
    later = Web({address: dumped(rows(young, old))})
    later.drive(of, seen)
    assert len(later.asked) == 2


def test_no_more_items_are_read_than_allowed():
    web = Web({LIST: dumped([item(n) for n in range(30)])})
    reading = web.drive(gov(max_items=10))
    assert len(reading.drafts) == len(reading.marks) == 10
    assert [fault.name for fault in reading.faults] == ["layout-changed"]
    with pytest.raises(ValidationError):
        gov(max_items=100_000)


def test_a_data_file_asked_for_itself_is_asked_conditionally():
    of = xinhua(FILE)
    web = Web({FILE: dumped({"datasource": [line(1)]})}, headers={"etag": '"1"'})
    first = web.drive(of)
    again = Web({FILE: Got(FILE, 304, {}, b"", "", web.at)})
    assert again.drive(of, after(first)).unchanged
    assert again.asked[0].validators == first.validators


def test_another_data_file_is_asked_for_without_the_validators_of_the_last():
    first = Web({PAGE: HOLDER, FILE: dumped({"datasource": [line(1)]})}, headers={"etag": '"1"'}).drive(xinhua())
    other = FILE.replace("abcd1234", "beef5678")
    web = Web({PAGE: HOLDER.replace(b"abcd1234", b"beef5678"), other: dumped({"datasource": [line(2), line(1)]})})
    assert titles(web.drive(xinhua(), after(first))) == ["消息2"]
    assert web.asked[1].validators is None


def test_a_data_file_that_is_nowhere_is_missing():
    web = Web({PAGE: HOLDER})
    with pytest.raises(errors.Missing):
        web.drive(xinhua())
    assert [get.url for get in web.asked] == [PAGE, FILE, "https://www.example.cn/ds_abcd1234.json"]


def test_trouble_with_the_data_file_is_no_reason_to_look_elsewhere():
    web = Web({PAGE: HOLDER, FILE: errors.ServerTrouble("500")})
    with pytest.raises(errors.ServerTrouble):
        web.drive(xinhua())
    assert len(web.asked) == 2


@pytest.mark.parametrize("preview", ["../../etc/", "https://evil.example/", "a b", ""])
def test_a_strange_prefix_is_not_followed(preview):
    holder = HOLDER.replace(b"<ul ", f'<ul preview="{preview}" '.encode())
    web = Web({PAGE: holder, FILE: dumped({"datasource": [line(1)]})})
    assert titles(web.drive(xinhua())) == ["消息1"]


@given(JSON | ITEMS)
def test_whatever_the_file_holds_is_read_or_a_fault(value):
    for of, address, body in ((gov(), LIST, value), (xinhua(FILE), FILE, value), (xinhua(FILE), FILE, {"datasource": value})):
        try:
            reading = Web({address: dumped(body)}).drive(of)
        except (errors.LayoutChanged, errors.BadEncoding):
            continue
        assert reading.drafts
        assert all(draft.title and draft.url.startswith(("http://", "https://")) for draft in reading.drafts)


@given(st.binary(max_size=60), st.sampled_from(["govcn_json", "jpaas", "jpage", "xinhua_ds"]))
def test_no_bytes_are_news(body, kind):
    of = source(kind, LIST if kind == "govcn_json" else PAGE, {})
    with pytest.raises((errors.LayoutChanged, errors.Refused)):
        Web({of.url: body}).drive(of)


def test_the_kinds_are_registered():
    assert {"govcn_json", "jpaas", "jpage", "xinhua_ds"} <= set(sources.KINDS)
    assert all(registry.load(sources.KINDS, kind)().read for kind in ("govcn_json", "jpaas", "jpage", "xinhua_ds"))
