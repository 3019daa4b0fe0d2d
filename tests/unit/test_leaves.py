"""What patterns, numbered documents, figures and what is known beside the text do within the engine."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch import registry
from rarewatch.match import Compiled, problems
from rarewatch.matchers import KINDS, Lexicon
from rarewatch.matchers.pattern import MOST, fault_of_regex
from rarewatch.nouns.source import Tier
from rarewatch.nouns.watch import About, Group, Leaf, Rule, Severity, Watch

NOTHING = Lexicon({}, {})


def leaf(kind, written, scope="any"):
    return Leaf(kind, registry.load(KINDS, kind).Options.model_validate(written), scope)


def watch(*conditions):
    return Watch({}, {}, {f"r{at}": Rule(f"r{at}", "", Severity.LOG, when) for at, when in enumerate(conditions)})


def found(when, title, text="", about=About()):  # noqa: B008 - a frozen value
    return [span.text for match in Compiled(watch(when)).findings(title, text, about=about).matches for span in match.spans]


def pattern(regex, *anchors):
    return leaf("pattern", {"regex": regex, "anchor": list(anchors)})


class TestPattern:
    @pytest.mark.parametrize(
        ("regex", "anchor", "title", "quoted"),
        [
            ("对.{0,12}实施出口管制", "出口管制", "公布对部分中重稀土实施出口管制的决定", ["对部分中重稀土实施出口管制"]),
            ("对.{0,12}实施出口管制", "出口管制", "公布對部分 中重稀土實施出口管制的決定", ["對部分 中重稀土實施出口管制"]),
            ("對.{0,12}實施出口管制", "出口管制", "对稀土实施出口管制", ["对稀土实施出口管制"]),
            (r"（\d+）", "稀土", "稀土(12)和(3)", ["(12)", "(3)"]),
            (r"Ｒare.?Earths", "rare earths", "RARE-EARTHS", ["RARE-EARTHS"]),
            (r"\d+[万萬]吨", "稀土", "稀土 3.6 萬 噸", ["6 萬 噸"]),
            ("[“「]稀土", "稀土", "『稀土』", ["『稀土"]),
            ("稀土.*价格", "稀土", "稀土\n\n价格", []),
            ("x*", "稀土", "稀土xx", ["xx"]),
        ],
    )
    def test_it_is_matched_against_the_folded_text_and_quotes_the_original(self, regex, anchor, title, quoted):
        assert found(pattern(regex, anchor), title) == quoted

    def test_it_is_tried_only_where_an_anchor_stands(self):
        when = pattern("出口.{0,4}决定", "稀土", "钕铁硼")
        assert found(when, "出口的决定") == []
        assert found(when, "出口的决定", "涉及釹鐵硼") == ["出口的决定"]
        assert found(leaf("pattern", {"regex": "出口.{0,4}决定", "anchor": "稀土"}, "text"), "出口的决定", "稀土") == []

    def test_a_pattern_that_matches_everywhere_is_told_so_often_and_no_more(self):
        assert len(found(pattern("土", "稀土"), "", "稀土" * 2 * MOST)) == MOST

    def test_no_pattern_takes_longer_than_the_text_is_long(self):
        # A backtracking engine would not come back from this before the sun goes out.
        assert found(pattern("(a+)+$", "稀土"), "稀土", "a" * 20_000 + "!") == []

    @pytest.mark.parametrize(
        ("regex", "sentence"),
        [
            ("", "the pattern is empty"),
            ("稀土(", "missing ) at position 3"),
            (r"\(稀土[)]", ""),
            ("稀)土", "unexpected ) at position 2"),
            ("稀[土", "missing ] at position 2"),
            ("稀土(?=出口)", "at position 3 (“(?=”)"),
            (r"(稀土)\1", r"at position 5 (“\1”)"),
            ("稀土**", "bad repetition operator at position 3 (“**”)"),
            ("稀{9999}", "invalid repetition size at position 2"),
            ("*", "no argument for repetition operator at position 1"),
            ("稀土\\", "trailing \\ at position 3"),
            ("\ud800", "half a character at position 1"),
            ("稀土.{0,20}出口", ""),
        ],
    )
    def test_what_cannot_be_read_is_told_with_its_place(self, regex, sentence):
        fault = fault_of_regex(regex)
        assert sentence in fault if sentence else fault == ""

    @pytest.mark.parametrize(
        ("written", "sentences"),
        [
            (
                {"regex": "稀土"},
                ["the pattern “稀土” needs `anchor`: terms of which one must stand in the item before it is tried"],
            ),
            ({"regex": "(稀土)?", "anchor": "稀土"}, ["the pattern “(稀土)?” matches even nothing"]),
            (
                {"regex": "稀土", "anchor": ["的"]},
                ["the term “的” is a single Chinese character, which stands in countless other words"],
            ),
            ({"regex": "稀土", "anchor": "稀土"}, []),
        ],
    )
    def test_what_cannot_work_is_told(self, written, sentences):
        assert [sentence for _, sentence in problems(watch(leaf("pattern", written)))][: len(sentences) or 1] == sentences

    def test_a_broken_pattern_harms_no_other_rule(self):
        compiled = Compiled(watch(pattern("(", "稀土"), leaf("terms", "稀土")))
        assert [match.rule for match in compiled.findings("稀土", "").matches] == ["r1"]

    @given(st.text("稀土xX12 ，。\u200b對稀\n", max_size=40), st.sampled_from(["稀.?土", "[x12]+", "土.{0,3}", "對"]))
    def test_spans_quote_the_text(self, text, regex):
        for match in Compiled(watch(pattern(regex, "稀土"))).findings("稀土", text).matches:
            for span in match.spans:
                assert (text if span.field == "text" else "稀土")[span.start : span.end] == span.text


ASKED = {"number": [18, 61], "year": 2025, "issuer": ["商务部", "MOFCOM"]}


class TestDocument:
    @pytest.mark.parametrize(
        ("title", "text", "quoted"),
        [
            ("商务部公告2025年第61号", "", ["商务部公告2025年第61号"]),
            ("商務部 海關總署公告２０２５年第１８號", "", ["商務部 海關總署公告２０２５年第１８號"]),
            ("MOFCOM Announcement No. 61 of 2025", "", ["MOFCOM Announcement No. 61 of 2025"]),
            ("Announcement #61 of 2025", "", ["Announcement #61 of 2025"]),
            ("Announcement 61 of 2025", "", ["Announcement 61 of 2025"]),
            ("第六十一号", "", []),
            ("第六十一号", "商务部表示", ["第六十一号"]),
            ("第六十一号", "2025年第70号公告", ["第六十一号"]),
            ("第六十一号", "2024年第70号公告", []),
            ("商务部公告2024年第61号", "", []),
            ("海关总署公告2025年第61号", "", []),
            ("商务部公告2025年第62号", "", []),
            ("停止商务部公告2025年第55号、56号及61号", "", ["61号"]),
        ],
    )
    def test_a_document_is_found_by_number_year_and_issuer(self, title, text, quoted):
        assert found(leaf("document", ASKED), title, text) == quoted

    @pytest.mark.parametrize("title", ["临2025-012", "公告编号：2025-012", "第12号", "№ 12 of 2025", "Nos. 11 and 12 of 2025"])
    def test_whatever_names_a_document_sets_the_rule_off(self, title):
        assert len(found(leaf("document", {"number": 12}), title)) == 1

    def test_it_says_itself_in_words(self):
        described = registry.load(KINDS, "document")().describe(leaf("document", ASKED).options, NOTHING)
        assert described == "document No. 18 or 61 of 2025 by 商务部 or mofcom"


def figure(**written):
    return leaf("figure", {"near": ["上涨", "下跌", "rose", "报价"], **written})


class TestFigure:
    @pytest.mark.parametrize(
        ("written", "title", "quoted"),
        [
            ({"unit": "percent", "at_least": 15}, "氧化镝上涨16.5%", ["16.5%"]),
            ({"unit": "percent", "at_least": 15}, "氧化镝上涨14.9%", []),
            ({"unit": "percent", "at_least": 15}, "氧化镝下跌两成", ["两成"]),
            ({"unit": "percent", "at_least": 15}, "氧化镝下跌二成", ["二成"]),
            ({"unit": "percent", "at_least": 15}, "prices rose 10%-20%", ["10%-20%"]),
            ({"unit": "percent", "at_most": 5}, "上涨3%，上涨6%", ["3%"]),
            ({"unit": "percent", "at_least": 15, "at_most": 20}, "上涨14%，上涨16%，上涨21%", ["16%"]),
            ({"unit": "percent", "at_least": 1000}, "报价占比达3671%", []),
            ({"unit": "tonne", "at_least": 15}, "上涨16%", []),
            ({"unit": "yuan_per_tonne", "at_least": 600_000}, "报价 62.5 万元/噸", ["62.5 万元/噸"]),
            ({"unit": "tonne"}, "报价涉及5000t", ["5000t"]),
            ({"unit": "percent", "within": 3}, "上涨了了了9%", ["9%"]),
            ({"unit": "percent", "within": 3}, "上涨了了了了9%", []),
            ({"unit": "percent", "within": 3}, "9%的上涨", ["9%"]),
        ],
    )
    def test_size_unit_and_neighbourhood_decide(self, written, title, quoted):
        assert found(figure(**written), title) == quoted

    def test_the_word_must_stand_in_the_same_field(self):
        assert found(figure(unit="percent"), "上涨", "9%") == []
        assert found(figure(unit="percent"), "", "上涨9%") == ["9%"]

    def test_it_says_itself_in_words(self):
        kind = registry.load(KINDS, "figure")()
        told = [
            kind.describe(leaf("figure", written).options, NOTHING)
            for written in (
                {"unit": "percent", "at_least": 15, "near": ["上涨", "rose"]},
                {"unit": "usd_per_tonne", "at_least": 1, "at_most": 2.5, "near": "报价", "within": 9},
                {"unit": "yuan"},
            )
        ]
        assert told == [
            "a figure of at least 15 percent within 20 characters of “上涨” or “rose”",
            "a figure of at least 1 and at most 2.5 USD a tonne within 9 characters of “报价”",
            "a figure of yuan within 20 characters of no word",
        ]


NEW_YEAR = datetime(2024, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Beijing


class TestAbout:
    @pytest.mark.parametrize(
        ("kind", "written", "about", "expected"),
        [
            ("source", "a", About(source="a"), True),
            ("source", ["b", "a"], About(source="a"), True),
            ("source", "a", About(source="ab"), False),
            ("publisher", "gov.a", About(publisher="gov.a"), True),
            ("publisher", "gov.a", About(source="gov.a"), False),
            ("tier", "wire", About(tier="wire"), True),
            ("tier", ["wire", "issuer"], About(tier="issuer"), True),
            ("tier", "wire", About(tier="issuer"), False),
            ("tier", {"at_least": "state_medium"}, About(tier="issuer"), True),
            ("tier", {"at_least": "state_medium"}, About(tier="state_medium"), True),
            ("tier", {"at_least": "state_medium"}, About(tier="wire"), False),
            ("tier", {"at_least": "mirror"}, About(), False),
            ("language", "zh", About(language="zh"), True),
            ("language", "zh", About(language="zh-Hant"), True),
            ("language", "zh_TW", About(language="zh-tw"), True),
            ("language", "zh-TW", About(language="zh"), False),
            ("language", "zh", About(language="zha"), False),
            ("language", ["en", ""], About(), False),
            ("published", {"after": "2025-01-01"}, About(published=NEW_YEAR), True),
            ("published", {"before": "2025-01-01"}, About(published=NEW_YEAR), False),
            ("published", {"before": "2025-01-02"}, About(published=NEW_YEAR), True),
            ("published", {"after": "2025-01-02", "before": "2026-01-01"}, About(published=NEW_YEAR), False),
            ("published", {"after": "2025-01-01"}, About(), False),
            ("published", {"after": "2025-01-01", "undated": True}, About(), True),
        ],
    )
    def test_it_holds_for_what_is_known(self, kind, written, about, expected):
        known = leaf(kind, written)
        assert registry.load(KINDS, kind)().holds(known.options, NOTHING, about) is expected
        beside = Group(all=(leaf("terms", "稀土"), known))
        against = Group(all=(leaf("terms", "稀土"),), none=(known,))
        assert (found(beside, "稀土", about=about) == ["稀土"]) is expected
        assert (found(against, "稀土", about=about) == ["稀土"]) is not expected

    def test_every_tier_has_a_rank(self):
        kind = registry.load(KINDS, "tier")()
        held = [
            [kind.holds(leaf("tier", {"at_least": least}).options, NOTHING, About(tier=tier)) for tier in Tier] for least in Tier
        ]
        assert held == [[column <= row for column in range(len(Tier))] for row in range(len(Tier))]

    @pytest.mark.parametrize(
        ("kind", "written", "words"),
        [
            ("source", ["a", "b"], "the source is a or b"),
            ("publisher", "gov.a", "the publisher is gov.a"),
            ("language", [], "the language is none"),
            ("tier", {"at_least": "state_medium"}, "the publisher's tier is issuer or state medium"),
            ("published", {"after": "2025-01-01", "before": "2026-01-01"}, "published from 2025-01-01 on and before 2026-01-01"),
            ("published", {"before": "2026-01-01", "undated": True}, "published before 2026-01-01, or without a date"),
        ],
    )
    def test_it_says_itself_in_words(self, kind, written, words):
        assert registry.load(KINDS, kind)().describe(leaf(kind, written).options, NOTHING) == words
