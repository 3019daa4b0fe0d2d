"""How a `json_list` goes on from its last reading, what its options refuse, and that nothing served breaks it."""

import json

import pytest
from conversation import AT, URL, Talk, Turn, after, source
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rarewatch import errors
from rarewatch.normalise import normalise
from rarewatch.nouns.source import Draft, Got, Remembered
from rarewatch.sources._json import read_json
from rarewatch.sources._json_paths import find, is_null, written
from rarewatch.sources.json_list import Options

PAGED = {"items": "rows", "title": "t", "link": "u", "articles": "never", "page": {"name": "p", "size": 3, "max_pages": 3}}
LIST = source("json_list", PAGED)


def page(*numbers):
    return json.dumps({"rows": [{"t": f"第{n}号", "u": f"/{n}"} for n in numbers]}).encode()


def turns(*pages):
    return [Turn(URL if n == 1 else f"{URL}?p={n}", body) for n, body in enumerate(pages, 1)]


def read(*pages, seen=None, of=LIST):
    return Talk(turns(*pages)).drive(of, seen)


def numbers(reading):
    return [int(draft.title[1:-1]) for draft in reading.drafts]


FIRST = read(page(3, 2, 1))


def test_the_first_reading_reads_one_page():
    assert numbers(FIRST) == [3, 2, 1]
    assert FIRST.complete


def test_a_page_that_overlaps_is_enough():
    reading = read(page(5, 4, 3), seen=after(FIRST))
    assert (numbers(reading), reading.known, reading.complete) == ([5, 4], 1, True)


def test_pages_are_turned_until_one_overlaps():
    reading = read(page(8, 7, 6), page(5, 4, 3), seen=after(FIRST))
    assert (numbers(reading), reading.known, reading.complete) == ([8, 7, 6, 5, 4], 1, True)


def test_a_known_row_on_top_proves_no_overlap():
    reading = read(page(1, 8, 7), page(6, 5, 4), page(3, 2, 1), seen=after(FIRST))
    assert sorted(numbers(reading)) == [4, 5, 6, 7, 8]
    assert reading.complete


def test_an_edited_last_row_does_not_turn_pages():
    reading = read(page(3, 2, 99), seen=after(FIRST))
    assert (numbers(reading), reading.complete) == ([99], True)


def test_a_short_page_is_the_end_of_the_list():
    reading = read(page(8, 7), seen=after(FIRST))
    assert (numbers(reading), reading.complete) == ([8, 7], True)


def test_a_cap_before_the_overlap_is_a_gap_that_the_next_reading_closes():
    reading = read(page(20, 19, 18), page(17, 16, 15), page(14, 13, 12), seen=after(FIRST))
    assert [fault.name for fault in reading.faults] == ["gap"]
    assert (len(reading.drafts), reading.complete, reading.validators) == (9, False, FIRST.validators)
    again = read(page(20, 19, 18), page(17, 16, 15), page(14, 13, 12), seen=after(reading))
    assert (again.drafts, again.complete, again.faults) == ((), True, ())


def test_a_server_that_ignores_the_page_is_a_gap():
    reading = read(page(8, 7, 6), page(8, 7, 6), seen=after(FIRST))
    assert [fault.name for fault in reading.faults] == ["gap"]
    assert numbers(reading) == [8, 7, 6]


def test_one_page_without_overlap_is_a_gap_where_no_other_can_be_asked_for():
    of = source("json_list", {**PAGED, "page": None})
    reading = read(page(8, 7, 6), seen=after(FIRST), of=of)
    assert [fault.name for fault in reading.faults] == ["gap"]


def test_a_page_that_fails_is_turned_again_although_the_first_is_known_by_then():
    lost = read(page(8, 7, 6), errors.ServerTrouble("502"), seen=after(FIRST))
    assert (numbers(lost), lost.complete) == ([8, 7, 6], False)
    kept = Remembered(FIRST.validators, frozenset(FIRST.marks) | frozenset(lost.marks))
    found = read(page(8, 7, 6), page(5, 4, 3), seen=kept)
    assert (numbers(found), found.complete) == ([5, 4], True)


def test_articles_left_for_later_on_a_second_page_are_read_later():
    of = source("json_list", {**PAGED, "articles": "new", "max_articles": 4})
    html = b"<h1>t</h1><div id=zoom><p>text of it, long enough to be one.</p></div>"
    links = lambda *found: [Turn(f"https://www.example.cn/{n}", html) for n in found]  # noqa: E731 - a shorthand
    reading = Talk([*turns(page(8, 7, 6), page(5, 4, 3)), *links(8, 7, 6, 5)]).drive(of, after(FIRST))
    assert [draft.title for draft in reading.drafts if draft.title_only] == ["第4号"]
    kept = Remembered(FIRST.validators, frozenset(FIRST.marks) | frozenset(reading.marks))
    later = Talk([*turns(page(8, 7, 6), page(5, 4, 3)), *links(4)]).drive(of, kept)
    assert (numbers(later), later.complete) == ([4], True)


@pytest.mark.parametrize(
    ("page_options", "sent"),
    [
        ({"name": "start", "where": "form", "first": 0, "step": 20}, "k=v&start=20"),
        ({"name": "no", "where": "form"}, "k=v&start=0&no=2"),
    ],
)
def test_the_parameter_of_a_page_stands_where_it_belongs(page_options, sent):
    of = source("json_list", {**PAGED, "form": {"k": "v", "start": 0}, "page": page_options})
    talk = Talk([Turn(URL, page(8, 7, 6)), Turn(URL, page(5, 4, 3), sent)])
    assert talk.drive(of, after(FIRST)).complete
    assert [get.method for get in talk.asked] == ["POST", "POST"]


def test_the_parameter_of_a_page_in_a_json_body_and_in_a_query_takes_the_place_of_the_first():
    of = source("json_list", {**PAGED, "body": {"p": 1}, "page": {"name": "p", "where": "body"}})
    Talk([Turn(URL, page(8, 7, 6), '{"p": 1}'), Turn(URL, page(5, 4, 3), '{"p": 2}')]).drive(of, after(FIRST))
    of = source("json_list", PAGED, f"{URL}?p=1&q=%E7%A8%80")
    Talk([Turn(f"{URL}?p=1&q=%E7%A8%80", page(8, 7, 6)), Turn(f"{URL}?q=%E7%A8%80&p=2", page(5, 4, 3))]).drive(of, after(FIRST))


def test_a_changed_text_under_the_same_id_is_told_again():
    of = source("json_list", {"items": "[]", "title": "t", "key": "id", "text": "c"})
    one, two = (json.dumps([{"t": "快讯", "id": 1, "c": text}]).encode() for text in ("涨百分之一", "涨百分之二"))
    first = read(one, of=of)
    assert [draft.text for draft in read(two, seen=after(first), of=of).drafts] == ["涨百分之二"]


def test_an_item_without_a_title_is_headed_by_its_text():
    of = source("json_list", {"items": "[]", "title": "t", "text": "c"})
    reading = read(json.dumps([{"t": "", "c": "【精矿价格上调】某公司公告。"}, {"c": "某公司复产。此前停产。"}]).encode(), of=of)
    assert [normalise(draft, of, AT).title for draft in reading.drafts] == ["精矿价格上调", "某公司复产。"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"items": "a..b"}, "is not a JMESPath expression"),
        ({"title": "no_such(t)"}, "there is no function no_such()"),
        ({"form": {}, "body": {}}, "not both"),
        ({"page": {"name": "p", "where": "form"}}, "stands in the form, which is not given"),
        ({"charset": "klingon"}, "not the name of a character encoding"),
    ],
)
def test_options_say_what_is_wrong(options, says):
    with pytest.raises(ValidationError, match=says.replace("(", r"\(").replace(")", r"\)")):
        Options.model_validate({"items": "a", "title": "t", **options})


def test_more_items_than_anybody_reads_are_cut_and_told():
    of = source("json_list", {**PAGED, "page": None})
    reading = read(page(*range(2_500)), of=of)
    assert len(reading.drafts) == 2_000
    assert [fault.name for fault in reading.faults] == ["layout-changed"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abtu") | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def answer(body):
    return Got(URL, 200, {"content-type": "application/json"}, body, "d", AT)


@given(
    VALUES.filter(lambda value: isinstance(value, list | dict)), st.sampled_from(["{}", "cb({});", " a.b_1 (\n{} )", "var x = {};"])
)
def test_whatever_is_wrapped_comes_out_whole(value, wrapping):
    body = wrapping.replace("{}", json.dumps(value)).encode()
    document = read_json(answer(body))
    assert (document.value, document.whole) == (value, True)


@given(VALUES.filter(lambda value: isinstance(value, list | dict)), st.data())
def test_whatever_is_cut_gives_a_part_of_it_or_a_named_fault(value, data):
    text = json.dumps(value)
    at = data.draw(st.integers(0, len(text) - 1))
    try:
        document = read_json(answer(text[:at].encode()))
    except errors.SourceFault:
        return
    assert not document.whole
    assert type(document.value) is type(value)


@given(st.binary(max_size=200) | st.text(st.sampled_from('{}[]",:\\ab1 '), max_size=60).map(str.encode))
def test_any_answer_is_read_or_named(body):
    of = source("json_list", {"items": "[]", "title": "t", "articles": "never"})
    try:
        reading = Talk([Turn(URL, body)]).drive(of)
    except errors.SourceFault:
        return
    assert reading.drafts


@given(VALUES, st.sampled_from(["a", "a.b", "[].t", "join('', [a, b])", "parse_json(t).u", "to_string(a)", "a || b"]))
def test_a_path_finds_something_or_nothing(value, path):
    assert isinstance(written(find(path, value)), str)
    if is_null(path, value):
        assert find(path, value) is None


def test_numbers_are_written_as_they_are_meant():
    assert [written(value) for value in (5, 5.0, 1.5, True, None, [1], " a ")] == ["5", "5", "1.5", "", "", "", "a"]


def test_a_draft_of_an_item_without_a_link_has_none():
    reading = read(b'[{"t": "a"}]', of=source("json_list", {"items": "[]", "title": "t", "link": "u"}))
    assert [(draft.url, draft.title_only) for draft in reading.drafts] == [("", True)]
    assert isinstance(reading.drafts[0], Draft)
