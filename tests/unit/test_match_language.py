"""Every node of a condition: what it quotes, how it is told, and what it falls short of."""

import time
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.match import Compiled, failing, problems
from rarewatch.matchers.entity import EntityOptions
from rarewatch.matchers.terms import TermOptions
from rarewatch.nouns.watch import (
    About,
    Adjust,
    Alias,
    AnnouncementType,
    AtLeast,
    Count,
    Disabled,
    Entity,
    Example,
    Group,
    Leaf,
    Near,
    Paper,
    Points,
    Polarity,
    Rule,
    Scored,
    Severity,
    Together,
    Watch,
)
from rarewatch.text.fold import fold
from rarewatch.text.sentences import sentences


def terms(*words, scope="any"):
    return Leaf("terms", TermOptions(words), scope)


RE, OUT, BAN = terms("稀土"), terms("出口"), terms("管制")


def rule(when, name="r", **more):
    return Rule(name, name, Severity.NOTABLE, when, **more)


def made(*rules, entities=(), **more):
    return Compiled(Watch(entities={one.id: one for one in entities}, rules={one.id: one for one in rules}, **more))


def places(when, text, title=""):
    """(field, start, end) of the evidence; [] where it does not hold."""
    found = made(rule(when)).findings(title, text)
    return [(span.field, span.start, span.end) for match in found.matches for span in match.spans]


def held(when, text, title="", about=About()):  # noqa: B008 - a frozen value
    return bool(made(rule(when)).findings(title, text, about=about).matches)


def test_near_quotes_the_closest_company_and_not_the_first():
    text = "稀土。今日天气很好，出口不错；稀土出口增长，出口"
    assert places(Near(10, (RE, OUT)), text) == [("text", 15, 17), ("text", 17, 19)]


def test_of_equally_close_companies_the_first_is_quoted():
    assert places(Near(10, (RE, OUT)), "稀土出口，稀土出口") == [("text", 0, 2), ("text", 2, 4)]


NEAR = [
    (5, False, "稀土，出口", True),
    (4, False, "稀土，出口", False),
    (5, False, "出口，稀土", True),
    (5, True, "出口，稀土", False),
    (5, True, "稀土，出口", True),
    (6, True, "稀\u200b土，出口", True),
    (5, True, "稀\u200b土，出口", False),
    (100, False, "稀土", False),
]


@pytest.mark.parametrize(("within", "in_order", "text", "wanted"), NEAR)
def test_near_counts_characters_of_the_original_from_first_to_last(within, in_order, text, wanted):
    assert held(Near(within, (RE, OUT), in_order), text) is wanted


def test_near_does_not_reach_from_title_to_text():
    assert not places(Near(1000, (RE, OUT)), "出口", title="稀土")


def test_in_order_means_that_each_begins_where_the_one_before_has_ended():
    assert not held(Near(10, (terms("北方稀土"), RE), ordered=True), "北方稀土")
    assert held(Near(10, (terms("北方稀土"), RE)), "北方稀土")
    assert held(Near(10, (RE, OUT, BAN), ordered=True), "管制稀土出口管制")
    assert not held(Near(10, (RE, OUT, BAN), ordered=True), "管制稀土出口")


def test_near_takes_any_of_several_and_weighs_negation():
    when = Near(8, (Group(any=(RE, terms("磁材"))), Polarity(OUT)))
    assert held(when, "磁材出口")
    assert not held(when, "磁材未出口")


SENTENCES = [
    ("稀土涨价。出口下降。", ["稀土涨价。", "出口下降。"]),
    ("稀土涨价！出口呢？好；行", ["稀土涨价!", "出口呢?", "好;", "行"]),
    ("他说：“稀土涨价。”出口下降", ['他说:"稀土涨价。"', "出口下降"]),
    ("第一段\n\n第二段", ["第一段\n", "\n", "第二段"]),
    ("折行的稀\n土一句", ["折行的稀土一句"]),
    ("Prices rose. Exports fell.", ["prices rose.", " exports fell."]),
    ("Baotou Steel Co. said No. 61 of the U.S. list rose 3.5 percent. Next", None),
    ("Baogang Group Ltd. and Mr. Li met on Jan. 5 in Baotou.", None),
    ("", []),
]


@pytest.mark.parametrize(("text", "wanted"), SENTENCES)
def test_sentences_end_where_they_do(text, wanted):
    folded = fold(text).text
    found = [folded[start:end] for start, end in sentences(folded)]
    if wanted is None:
        assert len(found) == 1 + text.count("Next")
    else:
        assert found == wanted


@given(st.text(st.sampled_from("稀土。.!?；\n a.bNo”\"' 1"), max_size=40) | st.text(max_size=30))
def test_sentences_cover_the_text(text):
    found = sentences(text)
    assert "".join(text[start:end] for start, end in found) == text
    assert all(start < end for start, end in found)


def test_a_sentence_is_quoted_where_it_is_closest():
    text = "稀土很多，国内的天气也很好，出口。稀土出口。出口。"
    assert places(Together((RE, OUT)), text) == [("text", 17, 19), ("text", 19, 21)]
    assert not places(Together((RE, OUT)), "稀土涨价。出口下降")
    assert places(Together((RE, OUT)), "稀土出口。出口稀土") == [("text", 0, 2), ("text", 2, 4)]
    assert places(Together((RE, Group(none=(OUT,)))), "稀土出口。稀土") == [("text", 5, 7)]


def test_negation_decides():
    assert held(Polarity(BAN), "对稀土实施管制")
    assert not held(Polarity(BAN), "未对稀土实施管制")
    assert held(Polarity(BAN, negated=True), "未对稀土实施管制")
    assert places(Polarity(BAN), "未实施管制。此后实施管制") == [("text", 10, 12)]
    assert not held(Polarity(Polarity(BAN, negated=True)), "未实施管制")
    assert held(Polarity(Group(all=(RE, BAN)), negated=True), "未对稀土实施管制")


def test_count_counts_places_that_do_not_overlap():
    both = Group(any=(RE, terms("北方稀土")))
    assert not held(Count(2, both), "北方稀土")
    assert held(Count(2, both), "北方稀土与稀土")
    assert held(Count(3, RE), "稀土稀土", title="稀土")
    assert len(places(Count(2, RE), "稀土，稀土，稀土")) == 3


def test_at_least_quotes_all_that_held():
    when = AtLeast(2, (RE, OUT, BAN))
    assert not held(when, "稀土")
    assert places(when, "稀土，管制") == [("text", 0, 2), ("text", 3, 5)]


def test_a_score_adds_and_takes_away_and_quotes_what_earned():
    when = Scored(3, (Points(2, RE), Points(1.5, OUT), Points(-1, terms("ETF"))))
    assert places(when, "稀土出口") == [("text", 0, 2), ("text", 2, 4)]
    assert not held(when, "稀土出口ETF")
    assert not held(when, "稀土")


@pytest.mark.parametrize(("least", "wanted"), [(1, "稀土 出口 管制"), (2, "稀土 出口"), (3, "稀土"), (3.5, "")])
def test_a_score_is_reached_by_whichever_part_is_enough(least, wanted):
    when = Scored(least, (Points(3, RE), Points(2, OUT), Points(1, BAN), Points(-9, terms("ETF"))))
    assert [word for word in ("稀土", "出口", "管制") if held(when, word)] == wanted.split()
    assert held(Scored(3, (Points(2, OUT), Points(1, BAN))), "出口管制")


def test_severity_follows_the_adjustments_in_their_order():
    steps = (Adjust(terms("ETF"), by=-2), Adjust(BAN, to=Severity.URGENT), Adjust(terms("传闻"), by=-1))
    compiled = made(rule(RE, adjust=steps))

    def severity(text):
        return compiled.findings("", text).matches[0].severity

    assert severity("稀土") == Severity.NOTABLE
    assert severity("稀土ETF") == Severity.LOG
    assert severity("稀土ETF管制") == Severity.URGENT
    assert severity("稀土管制传闻") == Severity.IMPORTANT
    assert severity("稀土ETF传闻") == Severity.LOG


def test_an_attachment_is_a_field_of_its_own():
    compiled = made(rule(terms("稀土", scope="attachment"), "a"), rule(terms("稀土", scope="text"), "t"), rule(RE, "any"))
    (first, second) = compiled.findings("公告", "附件", "稀土目录").matches
    assert (first.rule, second.rule) == ("a", "any")
    assert (first.spans[0].field, first.spans[0].start) == ("attachment", 0)
    fields = [span.field for span in compiled.findings("稀土", "稀土", "稀土").matches[-1].spans]
    assert fields == ["title", "text", "attachment"]


def day(text):
    return About(published=datetime.fromisoformat(text))


def test_a_name_counts_on_its_days_only_and_always_where_the_day_is_unknown():
    firm = Entity(
        "e", "company", "E", aliases=(Alias("五矿稀土", until=date(2022, 10, 12)), Alias("中国稀土", since=date(2022, 10, 13)))
    )
    compiled = made(rule(Leaf("entity", EntityOptions("e"))), entities=[firm])

    def names(about):
        found = compiled.findings("", "五矿稀土，中国稀土", about=about)
        return [span.text for mention in found.mentions for span in mention.spans]

    assert names(About()) == ["五矿稀土", "中国稀土"]
    assert names(day("2022-10-12T15:59:59+00:00")) == ["五矿稀土"]
    assert names(day("2022-10-12T16:00:00+00:00")) == ["中国稀土"]
    ((_, clause),) = compiled.explain("", "五矿稀土", about=day("2023-01-01T00:00+08:00"))
    assert [part.text for part in clause.parts] == ["“五矿稀土” does not count: it counts only until 2022-10-12"]


NOTICE = Entity("policy.61", "policy", "Announcement 61", document=Paper(61, 2025, ("商务部",)))
NAMED = [
    ("商务部公告2025年第61号", 1),
    ("商务部公告２０２５年第６１号", 1),
    ("公告2025年第六十一号", 1),
    ("MOFCOM Announcement No. 61 of 2025", 1),
    ("商务部公告2025年第55号、56号、61号", 1),
    ("商务部第61号公告", 1),
    ("商务部公告2025年第55号公布后，第61号公告又加严", 1),
    ("商务部公告2024年第61号", 0),
    ("海关总署公告2025年第61号", 0),
    ("第61号公告发布", 0),
    ("商务部公告2025年第62号", 0),
    ("商务部公告2025年第161号", 0),
]


@pytest.mark.parametrize(("text", "number"), NAMED)
def test_a_document_is_mentioned_under_every_way_of_naming_it(text, number):
    found = made(rule(Leaf("entity", EntityOptions("policy.61"))), entities=[NOTICE]).findings("", text)
    assert [len(mention.spans) for mention in found.mentions] == [number] * number
    assert len(found.matches) == number
    for mention in found.mentions:
        assert all(text[span.start : span.end] == span.text for span in mention.spans)


def test_a_number_alone_says_why_it_does_not_count():
    compiled = made(rule(Leaf("entity", EntityOptions("policy.61"))), entities=[NOTICE])
    ((_, clause),) = compiled.explain("", "第61号公告发布")
    assert "a number without its year counts only beside its issuer" in clause.parts[0].text


FAMILY = [
    Entity("a", "company", "A", aliases=(Alias("甲公司"),)),
    Entity("b", "company", "B", aliases=(Alias("乙公司"),), parent="a"),
    Entity("c", "mine", "C", aliases=(Alias("丙矿"),), parent="b"),
    Entity("d", "company", "D", aliases=(Alias("丁公司"),)),
]
QUERIES = [
    ({"group": "g"}, "ad"),
    ({"kind": "mine"}, "c"),
    ({"under": "a"}, "abc"),
    ({"under": "b"}, "bc"),
    ({"under": "a", "kind": "company"}, "ab"),
    ({"group": "g", "kind": "company", "under": "d"}, "d"),
    ({"ids": ["c"], "group": "g"}, "acd"),
]


@pytest.mark.parametrize(("query", "wanted"), QUERIES)
def test_entities_are_asked_for_by_group_kind_and_family(query, wanted):
    leaf = Leaf("entity", EntityOptions.model_validate(query))
    compiled = made(rule(leaf), entities=FAMILY, groups={"g": ("a", "d")})
    found = [one for one in "abcd" if compiled.findings("", FAMILY["abcd".index(one)].aliases[0].text).matches]
    assert "".join(found) == wanted
    assert problems(Watch({one.id: one for one in FAMILY}, groups={"g": ("a", "d")}, rules={"r": rule(leaf)})) == []


TOLD = [
    (AtLeast(2, (RE, OUT)), "稀土", "“出口”"),
    (Group(all=(RE, OUT)), "管制出口", "“稀土”"),
    (Group(all=(RE,), none=(terms("ETF"), terms("基金"))), "稀土基金", "“基金”"),
    (Near(3, (RE, OUT)), "稀土，出口", "all of these within 3 characters"),
    (Near(3, (RE, OUT), ordered=True), "出口，稀土", "all of these within 3 characters, in this order"),
    (Near(3, (RE, OUT)), "稀土", "“出口”"),
    (Together((RE, OUT)), "稀土。出口", "all of these in one sentence"),
    (Count(2, RE), "稀土", "this, at 2 different places or more"),
    (Scored(3, (Points(2, RE), Points(2, OUT))), "稀土", "+2 points for: “出口”"),
    (Scored(3, (Points(3, RE), Points(-1, OUT))), "稀土出口", "a score of at least 3 (it is 2)"),
    (Polarity(BAN), "未实施管制", "“管制”"),
    (Polarity(BAN), "稀土", "“管制”"),
]


@pytest.mark.parametrize(("when", "text", "words"), TOLD)
def test_the_first_clause_that_failed_is_named(when, text, words):
    ((_, clause),) = made(rule(when)).explain("", text)
    assert not clause.held
    failed = failing(clause)
    assert failed is not None
    assert failed.text == words


@pytest.mark.parametrize("when", [when for when, _, _ in TOLD])
def test_a_clause_that_holds_has_no_failing_one_and_shows_its_evidence(when):
    text = "稀土出口，实施管制；稀土"
    ((_, clause),) = made(rule(when)).explain("", text)
    if clause.held:
        assert failing(clause) is None
        assert made(rule(when)).findings("", text).matches


NEAR_MISSES = [
    (Group(all=(RE, OUT)), "稀土", "“出口”"),
    (Group(all=(RE, OUT, BAN)), "稀土", ""),
    (Group(all=(RE,), none=(terms("ETF"),)), "稀土ETF", "“ETF”"),
    (Group(all=(RE, Group(any=(OUT, BAN)))), "稀土", "“出口”"),
    (AtLeast(2, (RE, OUT, BAN)), "稀土", "“出口”"),
    (AtLeast(3, (RE, OUT, BAN)), "稀土", ""),
    (Near(3, (RE, OUT)), "稀土，出口", "all of these within 3 characters"),
    (Together((RE, OUT)), "稀土。出口", "all of these in one sentence"),
    (Count(3, RE), "稀土", "this, at 3 different places or more"),
    (Scored(3, (Points(2, RE), Points(1, OUT))), "稀土", "“出口”"),
    (Scored(4, (Points(2, RE), Points(1, OUT), Points(1, BAN))), "稀土", ""),
    (Scored(2, (Points(2, RE), Points(-1, OUT))), "稀土出口", "“出口”"),
    (Group(all=(Polarity(BAN), RE)), "未对稀土实施管制", "this, outside the reach of a negation"),
    (RE, "出口", ""),
    (RE, "稀土", ""),
]


@pytest.mark.parametrize(("when", "text", "words"), NEAR_MISSES)
def test_near_misses_are_rules_one_clause_short(when, text, words):
    found = made(rule(when)).near_misses("", text)
    assert [clause.text for _, clause in found] == ([words] if words else [])


def test_a_rule_that_rests_matches_nothing_and_says_why():
    rests = Disabled("too loud", date(2026, 6, 30))
    watch = Watch(rules={"r": rule(RE, disabled=rests)})
    before = Compiled(watch, lambda: datetime.fromisoformat("2026-06-30T23:59+00:00"))
    after = Compiled(watch, lambda: datetime.fromisoformat("2026-07-01T00:00+00:00"))
    assert before.findings("稀土", "").matches == ()
    assert len(after.findings("稀土", "").matches) == 1
    ((_, clause),) = before.explain("稀土", "")
    assert (clause.text, clause.held) == ("the rule rests until 2026-06-30: too loud", False)
    assert before.near_misses("稀土", "") == ()


def test_types_are_explained():
    kind = AnnouncementType("t", "T", "类", Severity.URGENT, Group(all=(RE, OUT)))
    ((told, clause),) = made(types={"t": kind}).explain_types("", "稀土")
    assert (told.id, clause.held, failing(clause).text) == ("t", False, "“出口”")


def test_the_version_of_a_watch_changes_with_what_it_finds_and_not_with_places_or_examples():
    def digest(when=RE, entities=(), **more):
        return made(rule(when, **more), entities=entities).digest

    assert digest() == digest(where="rules.yaml:3", examples=(Example("稀土"),))
    different = [digest(), digest(OUT), digest(entities=FAMILY), digest(adjust=(Adjust(OUT, 1),))]
    assert len(set(different)) == len(different)


def test_what_cannot_work_is_told_of_types_and_of_near():
    loose = Near(5, (RE, Group(all=(OUT, BAN))))
    kinds = {"t": AnnouncementType("t", "T", "", Severity.LOG, Group(none=(RE,)))}
    found = problems(Watch(rules={"r": rule(loose, adjust=(Adjust(terms(), 1),))}, types=kinds))
    assert [name for name, _ in found] == ["r", "r", "type:t"]
    assert "a part of near must stand at one place" in found[0][1]
    assert found[1][1] == "no term is given"


def test_a_text_of_nothing_but_hits_stays_quick():
    text = "稀土出口管制。" * 5_000
    whens = [Near(30, (RE, OUT, BAN)), Together((RE, OUT, BAN)), Count(9_000, RE), Polarity(RE, negated=True)]
    compiled = made(*(rule(when, f"r{at}") for at, when in enumerate(whens)))
    start = time.process_time()
    found = compiled.findings("", text)
    assert [match.rule for match in found.matches] == ["r0", "r1"]
    assert time.process_time() - start < 10
