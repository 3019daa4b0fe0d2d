"""From a delivery to a message: why, with which sentences, from whom and with what reservation."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import NOW, PUBLISHER, item, subscription
from rarewatch.compose import STATE_OWNED, Composer, caveat_of, example, sentence_at
from rarewatch.nouns.alert import Parcel, Target
from rarewatch.nouns.watch import AnnouncementType, Group, Match, Rule, Severity, Span, Watch

TEXT = "商务部今日发布公告。决定对钐、钆、铽等中重稀土相关物项实施出口管制。\n本公告自公布之日起实施！“违者必究。”另有附件"
RULE = Rule("control", "Export control on rare earths", Severity.URGENT, Group())
MINOR = AnnouncementType("minor", "Meeting", "会议", Severity.ROUTINE, Group())
MAJOR = AnnouncementType("major", "Export-control announcement", "出口管制公告", Severity.URGENT, Group())
WATCH = Watch(
    rules={"control": RULE}, types={"minor": MINOR, "major": MAJOR}, glossary={"稀土": "rare earths", "出口管制": "export control"}
)


def span(term, field="text", within=TEXT):
    start = within.index(term)
    return Span(field, start, start + len(term), term, term)


def parcel(*matches, thing=None, **fields):
    base = Parcel("3", "token", "1", "9", "desk", Target("slack", "C1"), thing or item(text=TEXT), PUBLISHER, matches, 1, NOW)
    return replace(base, **fields)


def composed(*matches, **fields):
    composer = Composer(WATCH, [subscription(time_zone="Europe/Berlin")], lambda _: ("minor", "gone", "major"))
    return composer.compose(parcel(*matches, **fields))


def test_types_are_named_the_most_severe_first_and_one_that_went_is_left_out():
    assert composed().types == ("Export-control announcement 出口管制公告", "Meeting 会议")


def found(*spans, rule="control", severity=Severity.URGENT):
    return Match(rule, "d", severity, tuple(spans))


def test_a_message_says_who_what_when_and_where():
    message = composed(found(span("出口管制")))
    assert (message.delivery, message.story, message.headline) == ("token", "9", "商务部公告2031年第18号")
    assert (message.publisher, message.tier, message.link) == (
        "Ministry of Examples 示例部",
        "issuer",
        "https://s1.example.com/1.html",
    )
    assert (message.zone, message.severity, message.published.at) == ("Europe/Berlin", Severity.URGENT, NOW)
    assert (message.possible_repeat, message.title_only, message.test) == (False, False, False)


def test_evidence_is_the_sentence_with_its_marks_and_glosses():
    (evidence,) = composed(found(span("稀土"), span("出口管制"))).evidence
    assert evidence.sentence == "决定对钐、钆、铽等中重稀土相关物项实施出口管制。"
    assert [evidence.sentence[start:end] for start, end in evidence.marks] == ["稀土", "出口管制"]
    assert evidence.glosses == (("稀土", "rare earths"), ("出口管制", "export control"))
    assert evidence.field == "text"


def test_the_headline_is_evidence_only_where_the_text_has_none_and_three_sentences_are_enough():
    title = span("商务部", "title", "商务部公告2031年第18号")
    message = composed(found(title, span("商务部"), span("出口管制")))
    assert [evidence.field for evidence in message.evidence] == ["text", "text"]
    assert [evidence.sentence for evidence in composed(found(title)).evidence] == ["商务部公告2031年第18号"]
    many = item(text="".join(f"第{n}句有稀土。" for n in range(9)))
    spans = [Span("text", at, at + 2, "稀土") for at in range(len(many.text)) if many.text.startswith("稀土", at)]
    assert len(composed(found(*spans), thing=many).evidence) == 3


def test_the_same_place_found_by_two_rules_is_marked_once():
    (evidence,) = composed(found(span("出口管制")), found(span("出口管制"), rule="other")).evidence
    assert len(evidence.marks) == 1


def test_why_names_the_rule_its_weight_and_each_term_once():
    again = Span("text", 0, 2, "稀土")
    (first, second) = composed(
        found(span("稀土"), again, span("出口管制")), found(span("稀土"), rule="gone", severity=Severity.ROUTINE)
    ).why
    assert (first.title, first.severity, first.terms) == ("Export control on rare earths", Severity.URGENT, ("稀土", "出口管制"))
    assert (second.title, second.rule) == ("gone", "gone")


def test_a_long_sentence_is_cut_around_what_was_found():
    text = "前" * 3_000 + "稀土" + "后" * 3_000
    (evidence,) = composed(found(Span("text", 3_000, 3_002, "稀土")), thing=item(text=text)).evidence
    ((start, end),) = evidence.marks
    assert evidence.sentence[start:end] == "稀土"
    assert len(evidence.sentence) == 400


def test_reservations_are_carried():
    message = composed(in_doubt=True, thing=item(title_only=True, text="", origin="新华社"))
    assert (message.possible_repeat, message.title_only, message.origin, message.caveat) == (True, True, "新华社", STATE_OWNED)
    assert (message.why, message.evidence, message.severity) == ((), (), Severity.LOG)
    assert caveat_of(replace(PUBLISHER, caveat="own words")) == "own words"
    assert caveat_of(replace(PUBLISHER, state_owned=False)) == ""


def test_whoever_is_no_longer_subscribed_reads_beijing_time():
    assert Composer(WATCH, [], lambda _: ()).compose(parcel()).zone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("商务部", "商务部今日发布公告。"),
        ("决定", "决定对钐、钆、铽等中重稀土相关物项实施出口管制。"),
        ("自公布", "本公告自公布之日起实施！"),
        ("违者", "“违者必究。”"),
        ("附件", "另有附件"),
    ],
)
def test_sentences_end_where_people_end_them(at, sentence):
    start, end = sentence_at(TEXT, TEXT.index(at))
    assert TEXT[start:end] == sentence


def test_a_point_in_a_number_ends_no_sentence():
    text = "Output rose 3.5 percent in March. Exports fell."
    assert [text[slice(*sentence_at(text, at))] for at in (14, 36)] == ["Output rose 3.5 percent in March.", "Exports fell."]


texts = st.text(st.one_of(st.characters(), st.sampled_from("。！？.; \n”稀土")), min_size=1, max_size=900)


@given(texts, st.data())
def test_a_sentence_holds_its_place_unless_that_is_blank(text, data):
    at = data.draw(st.integers(0, len(text) - 1))
    start, end = sentence_at(text, at)
    assert 0 <= start < end <= len(text)
    assert start <= at < end or text[at].isspace()


@given(st.text(min_size=1, max_size=60), texts, st.data())
def test_marks_always_lie_in_their_sentence(title, text, data):
    spans = []
    for _ in range(data.draw(st.integers(1, 6))):
        field = data.draw(st.sampled_from(["title", "text"]))
        within = title if field == "title" else text
        start = data.draw(st.integers(0, len(within) - 1))
        end = data.draw(st.integers(start + 1, len(within)))
        spans.append(Span(field, start, end, within[start:end]))
    message = composed(found(*spans), thing=item(title, text))
    assert 1 <= len(message.evidence) <= 3
    for evidence in message.evidence:
        within = title if evidence.field == "title" else text
        assert evidence.sentence in within
        assert evidence.marks
        assert all(0 <= start < end <= len(evidence.sentence) for start, end in evidence.marks)


def test_the_example_says_that_it_is_a_test_and_marks_what_it_means():
    message = example("d", NOW, "UTC")
    assert message.test
    for evidence in message.evidence:
        assert [evidence.sentence[start:end] for start, end in evidence.marks] == ["出口管制"]
