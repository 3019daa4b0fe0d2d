"""Slack alerts as they are rendered: every fact, Slack's limits, and page text that stays words."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rarewatch.demo._slack_limits import refusal
from rarewatch.notifiers._slack_blocks import BUDGET
from rarewatch.notifiers._slack_text import WORD_JOINER, escaped, fit, literal, measure, web_link, weight
from rarewatch.notifiers.slack import Slack
from rarewatch.nouns.alert import Evidence, Message, Target, Why
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.watch import Severity

CHANNEL = "C0123456789"
TARGET = Target("slack", CHANNEL)
MESSAGE = Message(
    delivery="dlv-1",
    story="sto-1",
    severity=Severity.IMPORTANT,
    headline="关于下达2031年第一批稀土开采总量控制指标的通知",
    glosses=(("稀土", "rare earths"), ("总量控制指标", "total control quota")),
    publisher="Ministry of Industry",
    tier="issuer",
    published=Stamp(datetime(2031, 3, 1, 2, 30, tzinfo=UTC), "minute"),
    seen_at=datetime(2031, 3, 1, 2, 34, tzinfo=UTC),
    zone="Asia/Shanghai",
    why=(Why("quota", "Mining quota", Severity.IMPORTANT, ("稀土", "指标")),),
    evidence=(Evidence("text", "下达稀土开采指标。", ((2, 4), (6, 8)), (("指标", "quota"),)),),
    link="https://www.example.com/a/1.html",
)


def render(message):
    options = Slack.Options.model_validate({"token": {"env": "SLACK_TEST_TOKEN"}})
    return Slack(options, lambda _: "xoxb-unused").render(message, TARGET)


def literals(node):
    """Every piece of text Slack shows as it is."""
    if isinstance(node, list):
        for one in node:
            yield from literals(one)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        yield from (
            piece for key in ("text", "elements") if not isinstance(node.get(key), str) for piece in literals(node.get(key))
        )


def kinds(node):
    """Every `type` in blocks."""
    if isinstance(node, list):
        return {kind for one in node for kind in kinds(one)}
    if isinstance(node, dict):
        return {node.get("type")} | {kind for value in node.values() for kind in kinds(value)}
    return set()


def shown(message):
    return "".join(literals(render(message)["blocks"]))


def test_the_arguments_of_the_call():
    body = render(MESSAGE)
    assert body["channel"] == CHANNEL
    assert body["metadata"] == {"event_type": "rarewatch_alert", "event_payload": {"delivery_id": "dlv-1"}}
    assert body["unfurl_links"] is False
    assert body["unfurl_media"] is False
    assert body["text"].startswith("🟠 IMPORTANT · 关于下达2031年第一批稀土开采总量控制指标的通知\n稀土 rare earths · ")
    assert "https://www.example.com/a/1.html" in body["text"]


def test_the_alert_reads_as_intended():
    lines = "\n".join(literals(render(MESSAGE)["blocks"]))
    assert "🟠 IMPORTANT · 关于下达2031年第一批稀土开采总量控制指标的通知" in lines
    assert "稀土 rare earths · 总量控制指标 total control quota" in lines
    assert "Ministry of Industry (issuer)" in lines
    assert "Published 2031-03-01 10:30 Beijing time (UTC+8)" in lines
    assert "First seen 2031-03-01 10:34 Beijing time (UTC+8)" in lines
    assert "Mining quota [important]: 稀土, 指标 (rule quota)" in lines
    assert "Open the announcement at www.example.com" in lines
    assert "delivery dlv-1 · story sto-1" in lines


def test_matched_stretches_are_bold_between_chinese_characters():
    (quote,) = [
        element
        for block in render(MESSAGE)["blocks"]
        for element in block.get("elements", [])
        if element["type"] == "rich_text_quote"
    ]
    pieces = [(leaf["text"], leaf.get("style")) for leaf in quote["elements"]]
    assert pieces == [
        ("下达", None),
        ("稀土", {"bold": True}),
        ("开采", None),
        ("指标", {"bold": True}),
        ("。", None),
        (" (指标 quota)", {"italic": True}),
    ]


def test_times_are_shown_in_the_readers_zone_and_in_beijings():
    text = shown(replace(MESSAGE, zone="America/New_York"))
    assert "2031-02-28 21:30 America/New_York (UTC-5) / 2031-03-01 10:30 Beijing time (UTC+8)" in text


def test_a_short_headline_stands_once_and_a_long_one_whole_below_the_header():
    long = "关于" * 120 + "的公告"
    first, second, *_ = render(replace(MESSAGE, headline=long))["blocks"]
    assert measure(first["text"]["text"]) <= 150
    assert first["text"]["text"].endswith("…")
    assert second == {"type": "section", "text": {"type": "plain_text", "text": long, "emoji": False}}
    assert render(MESSAGE)["blocks"][1]["type"] == "rich_text"


def test_reservations_are_shown():
    message = replace(MESSAGE, test=True, possible_repeat=True, title_only=True, caveat="state-owned origin", origin="新华社")
    text = shown(message)
    for wanted in ("TEST · ", "test message", "already", "Only the title", "state-owned origin", "新华社"):
        assert wanted in text
        assert wanted not in shown(MESSAGE)
    assert "already" in render(message)["text"]


def test_markup_in_a_page_stays_words():
    nasty = "<!channel> <@U123> <https://evil.example|click> *bold* _it_ ~no~ `code` & :fire:"
    message = replace(MESSAGE, headline=nasty, publisher=nasty, caveat=nasty, evidence=(Evidence("text", nasty, ((0, 9),)),))
    body = render(message)
    assert "mrkdwn" not in kinds(body["blocks"])
    assert body["mrkdwn"] is False
    assert "<" not in body["text"]
    assert "&lt;" in body["text"]
    whole = json.dumps(body, ensure_ascii=False)
    assert not re.search(r"<[!@#h]", whole)
    for kept in ("*bold*", "_it_", "~no~", "`code`", ":fire:"):
        assert kept in whole


def test_many_rules_and_sentences_are_counted_not_lost():
    why = tuple(Why(f"r{n}", f"Rule {n}", Severity.NOTABLE, ("稀土",)) for n in range(9))
    evidence = tuple(Evidence("text", f"第{n}句" + "稀土" * 190, ((3, 5),)) for n in range(30))
    text = shown(replace(MESSAGE, why=why, evidence=evidence))
    assert "and 5 more rules" in text
    (left,) = re.findall(r"and (\d+) more sentences", text)
    assert text.count("第") - 1 == 30 - int(left)  # one 第 stands in the headline
    assert int(left) < 30


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://a b/", "https://例.example/a", "ftp://x.example/", "https://e.example/" + "x" * 2000]
)
def test_an_unsafe_or_long_address_is_text_not_a_link(link):
    body = render(replace(MESSAGE, link=link))
    assert "link" not in kinds(body["blocks"])
    assert "Address: " in "".join(literals(body["blocks"]))


def test_a_chinese_path_is_percent_encoded():
    assert web_link("https://e.example/稀土?q=出 口", 500) == ""
    assert (
        web_link("https://e.example/稀土?a=%E5%87%BA&b=口#x", 500)
        == "https://e.example/%E7%A8%80%E5%9C%9F?a=%E5%87%BA&b=%E5%8F%A3#x"
    )


@settings(deadline=None)
@given(st.text(max_size=300), st.integers(1, 200))
def test_cutting_keeps_the_measure(text, limit):
    cut = fit(text, limit)
    assert measure(cut) <= limit
    assert cut == literal(text) or (cut.endswith("…") and literal(text).startswith(cut[:-1]))


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("&<>a稀😀"), max_size=300), st.integers(2, 200))
def test_escaping_keeps_the_measure_and_never_cuts_an_entity(text, limit):
    done = escaped(text, limit)
    assert measure(done) <= limit
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", done)
    assert done.endswith("…") == (measure(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")) > limit)


NASTY = st.sampled_from(
    [
        "<!channel>",
        "<@U0123>",
        "<#C01|x>",
        "<https://evil.example|x>",
        "*b*",
        "_i_",
        "~s~",
        "`c`",
        "&amp;",
        "<b>x</b>",
        "\u202e",
        "\u2067",
        "\r\n",
        "\x00",
        "\ud800",
        "😀",
        "稀土",
        '"\\',
        "<",
    ]
)
FOREIGN = st.one_of(
    st.text(max_size=400),
    st.lists(NASTY, max_size=60).map("".join),
    st.builds(lambda part, times: part * times, NASTY, st.sampled_from([0, 1, 40, 2000, 50_000])),
)
PAIRS = st.lists(st.tuples(FOREIGN, FOREIGN), max_size=4).map(tuple)
MARKS = st.lists(st.tuples(st.integers(-3, 500), st.integers(-3, 500)), max_size=6).map(tuple)
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))
MESSAGES = st.builds(
    Message,
    delivery=st.text(alphabet="abcdef0123456789-", min_size=1, max_size=40),
    story=FOREIGN,
    severity=st.sampled_from(Severity),
    headline=FOREIGN,
    glosses=PAIRS,
    publisher=FOREIGN,
    tier=FOREIGN,
    published=st.none() | st.builds(Stamp, MOMENTS, st.sampled_from(["day", "minute"])),
    seen_at=MOMENTS,
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC", "No/Such"]),
    why=st.lists(
        st.builds(Why, FOREIGN, FOREIGN, st.sampled_from(Severity), st.lists(FOREIGN, max_size=3).map(tuple)), max_size=6
    ).map(tuple),
    evidence=st.lists(st.builds(Evidence, st.sampled_from(["title", "text"]), FOREIGN, MARKS, PAIRS), max_size=5).map(tuple),
    link=st.one_of(FOREIGN, FOREIGN.map(lambda path: "https://e.example/" + path)),
    caveat=FOREIGN,
    origin=FOREIGN,
    title_only=st.booleans(),
    possible_repeat=st.booleans(),
    test=st.booleans(),
)


def worst(part):
    """A message with `part` 100,000 times wherever a page or a file could put it."""
    much = part * 100_000
    return Message(
        delivery="d" * 40, story="s" * 40, severity=Severity.URGENT, headline=much, glosses=((much, much),) * 9, publisher=much, tier=much,
        published=Stamp(datetime(2031, 1, 1, tzinfo=UTC), "minute"), seen_at=datetime(2031, 1, 1, tzinfo=UTC),
        zone="America/Argentina/ComodRivadavia", why=(Why(much, much, Severity.URGENT, (much,)),) * 9,
        evidence=(Evidence("text", much, ((5, 90_000),), ((much, much),)),) * 99, link="https://e.example/" + "x" * 980, caveat=much,
        origin=much, title_only=True, possible_repeat=True, test=True,
    )  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(MESSAGES)
def test_whatever_the_page_held_slack_takes_it(message):
    held_by_every_limit(message)


@pytest.mark.parametrize("part", ["稀", "😀", '"', "<", "&"])
def test_the_worst_page_still_fits(part):
    held_by_every_limit(worst(part))


def held_by_every_limit(message):
    body = render(message)
    assert refusal(body) == ""
    assert weight(body["blocks"]) <= BUDGET
    assert "mrkdwn" not in kinds(body["blocks"])
    assert 0 < measure(body["text"]) <= 3_000
    assert "<" not in body["text"]
    for text in literals(body["blocks"]):
        assert re.search(f"<(?!{WORD_JOINER})", text) is None
        assert re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text) is None
