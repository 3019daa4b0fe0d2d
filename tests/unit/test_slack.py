"""The Slack notifier: its rendering within Slack's limits, and what each answer of Slack means."""

import json
import re
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rarewatch.demo._slack_limits import refusal
from rarewatch.demo.slack_double import SlackDouble
from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers._slack_blocks import BUDGET
from rarewatch.notifiers._slack_faults import answered
from rarewatch.notifiers._slack_text import WORD_JOINER, escaped, fit, literal, measure, web_link, weight
from rarewatch.notifiers.slack import Slack
from rarewatch.nouns.alert import Evidence, Message, Receipt, Target, Why
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.watch import Severity

CHANNEL = "C0123456789"
TARGET = Target("slack", CHANNEL)
TOKEN = "xoxb-1111-2222-SuperSecretTokenOfTests"
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


def options(base_url="https://slack.com/api/", **more):
    return Slack.Options.model_validate({"token": {"env": "SLACK_TEST_TOKEN"}, "base_url": base_url, **more})


def notifier(base_url="https://slack.com/api/", reveal=lambda _: TOKEN, **more):
    return Slack(options(base_url, **more), reveal)


def render(message):
    return Slack(options(), lambda _: TOKEN).render(message, TARGET)


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


@pytest.fixture
async def double():
    made = SlackDouble(token=TOKEN, channels=[CHANNEL])
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def slack(double):
    made = notifier(double.url)
    yield made
    await made.close()


# Rendering


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


# Sending


async def test_a_sent_alert_stands_in_the_channel(double, slack):
    receipt = await slack.send(MESSAGE, TARGET)
    (posted,) = double.messages
    assert receipt.remote == {"channel": CHANNEL, "ts": posted.ts}
    assert abs(receipt.sent_at - datetime.fromtimestamp(float(posted.ts), UTC)) < timedelta(milliseconds=1)
    assert posted.blocks == render(MESSAGE)["blocks"]
    assert posted.metadata["event_payload"] == {"delivery_id": "dlv-1"}


CASES = [
    ("429", "rate", True, False),
    ("500", "server", True, True),
    ("503", "server", True, True),
    ("fatal_error", "server", True, True),
    ("invalid_blocks", "client", False, False),
    ("token_revoked", "auth", False, False),
    ("missing_scope", "auth", False, False),
    ("not-json", "server", True, True),
    ("drop", "connection", True, True),
    ("accept-then-drop", "connection", True, True),
    ("accept-then-500", "server", True, True),
]


@pytest.mark.parametrize(("trouble", "told"), [(case[0], case[1:]) for case in CASES])
async def test_one_try_and_what_it_means(double, slack, trouble, told):
    double.fail(trouble)
    with pytest.raises(DeliveryFault) as caught:
        await slack.send(MESSAGE, TARGET)
    fault = caught.value
    assert (fault.reason, fault.again, fault.in_doubt) == told
    assert fault.after == (7.0 if trouble == "429" else None)
    assert double.calls == ["chat.postMessage"]
    assert len(double.messages) == trouble.startswith("accept")
    assert fault.__cause__ is None
    assert fault.__context__ is None


@pytest.mark.parametrize("trouble", ["hang", "accept-then-hang"])
async def test_silence_after_the_request_is_a_doubt(double, trouble):
    slack = notifier(double.url, timeout=0.3)
    double.fail(trouble)
    with pytest.raises(DeliveryFault, match="after the request was sent") as caught:
        await slack.send(MESSAGE, TARGET)
    assert (caught.value.reason, caught.value.again, caught.value.in_doubt) == ("deadline", True, True)
    await slack.close()


async def test_silence_before_the_request_is_none():
    with socket.socket() as full:
        # A listener whose queue is full leaves further connections hanging.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = []
        for _ in range(4):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(full.getsockname())
            waiting.append(one)
        slack = notifier(f"http://127.0.0.1:{full.getsockname()[1]}/api/", timeout=0.3)
        with pytest.raises(DeliveryFault, match="before it was sent") as caught:
            await slack.send(MESSAGE, TARGET)
        await slack.close()
        for one in waiting:
            one.close()
    assert (caught.value.reason, caught.value.again, caught.value.in_doubt) == ("deadline", True, False)


async def test_nobody_listening_and_no_such_name_are_no_doubt(double, slack):
    double.fail("refuse")
    nameless = notifier("http://no-such-host.invalid/api/")
    for sender in (slack, nameless):
        with pytest.raises(DeliveryFault) as caught:
            await sender.send(MESSAGE, TARGET)
        assert (caught.value.reason, caught.value.again, caught.value.in_doubt) == ("connection", True, False)
    await nameless.close()
    await double.start()
    await slack.send(MESSAGE, TARGET)
    assert len(double.messages) == 1


async def test_unknown_channel_and_wrong_token(double, slack):
    with pytest.raises(DeliveryFault, match="channel_not_found") as caught:
        await slack.send(MESSAGE, Target("slack", "C0000000000"))
    assert (caught.value.reason, caught.value.again) == ("client", False)
    double.token = "xoxb-renewed"
    with pytest.raises(DeliveryFault, match="invalid_auth") as caught:
        await slack.send(MESSAGE, TARGET)
    assert (caught.value.reason, caught.value.again) == ("auth", False)


async def test_a_renewed_token_is_read_without_a_restart(double):
    tokens = iter(["xoxb-old", TOKEN])
    slack = notifier(double.url, reveal=lambda _: next(tokens) + "\n")
    with pytest.raises(DeliveryFault, match="invalid_auth"):
        await slack.send(MESSAGE, TARGET)
    await slack.send(MESSAGE, TARGET)
    await slack.close()


async def test_a_missing_or_broken_token_is_an_auth_fault(double):
    def missing(_):
        raise ConfigError("environment variable SLACK_TEST_TOKEN is not set")

    for reveal, words in ((missing, "SLACK_TEST_TOKEN is not set"), (lambda _: "xoxb-1\r\nX: y", "is no token")):
        with pytest.raises(DeliveryFault, match=words) as caught:
            await notifier(double.url, reveal=reveal).send(MESSAGE, TARGET)
        assert (caught.value.reason, caught.value.again) == ("auth", False)
        assert "X: y" not in str(caught.value)
    assert double.calls == []


@pytest.mark.parametrize("body", ["[]", "null", '"ok"', "{", "", '{"ok": 1', "plain words"])
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/html", "application/gzip"])
async def test_no_answer_crashes_the_sender(body, content_type):
    async def answer(_):
        return web.Response(body=body.encode() + b"\xff" * (content_type == "text/plain"), content_type=content_type)

    app = web.Application()
    app.router.add_post("/api/chat.postMessage", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack = notifier(f"http://127.0.0.1:{runner.addresses[0][1]}/api/")
    with pytest.raises(DeliveryFault) as caught:
        await slack.send(MESSAGE, TARGET)
    assert (caught.value.reason, caught.value.again, caught.value.in_doubt) == ("server", True, True)
    await slack.close()
    await runner.cleanup()


async def test_the_environments_proxy_is_not_used(double, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    slack = notifier(double.url)
    await slack.send(MESSAGE, TARGET)
    await slack.close()
    assert len(double.messages) == 1


# A delivery in doubt


@pytest.mark.parametrize("trouble", ["accept-then-drop", "accept-then-500"])
async def test_what_arrived_in_doubt_is_adopted_not_posted_again(double, slack, trouble):
    message = replace(MESSAGE, seen_at=datetime.now(UTC))
    double.fail(trouble)
    with pytest.raises(DeliveryFault):
        await slack.send(message, TARGET)
    receipt = await slack.send(replace(message, possible_repeat=True), TARGET)
    assert [one.ts for one in double.messages] == [receipt.remote["ts"]]
    assert receipt.remote["channel"] == CHANNEL


async def test_what_did_not_arrive_is_posted_and_marked(double, slack):
    message = replace(MESSAGE, seen_at=datetime.now(UTC))
    await slack.send(replace(message, delivery="dlv-another"), TARGET)
    double.fail("drop")
    with pytest.raises(DeliveryFault):
        await slack.send(message, TARGET)
    await slack.send(replace(message, possible_repeat=True), TARGET)
    assert [one.metadata["event_payload"]["delivery_id"] for one in double.messages] == ["dlv-another", "dlv-1"]
    assert "already" in double.messages[-1].text


async def test_it_is_found_on_a_later_page(double, slack):
    message = replace(MESSAGE, seen_at=datetime.now(UTC))
    for number in range(251):
        await slack.send(replace(message, delivery="dlv-1" if number == 0 else f"dlv-x{number}"), TARGET)
    await slack.send(replace(message, possible_repeat=True), TARGET)
    assert len(double.messages) == 251
    assert double.calls.count("conversations.history") == 2


async def test_without_the_scope_to_look_the_repeat_is_posted(double, slack):
    double.fail("missing_scope")
    await slack.send(replace(MESSAGE, possible_repeat=True), TARGET)
    assert double.calls == ["conversations.history", "chat.postMessage"]
    assert len(double.messages) == 1


async def test_while_it_cannot_look_the_doubt_stays(double, slack):
    double.fail("429")
    with pytest.raises(DeliveryFault) as caught:
        await slack.send(replace(MESSAGE, possible_repeat=True), TARGET)
    assert (caught.value.reason, caught.value.in_doubt, caught.value.after) == ("rate", True, 7.0)
    assert double.messages == []


# Editing


async def test_a_later_word_on_the_same_story_edits_the_message(double, slack):
    first = await slack.send(MESSAGE, TARGET)
    second = await slack.send(replace(MESSAGE, delivery="dlv-2", headline="更正：关于下达指标的通知"), TARGET, first)
    (posted,) = double.messages
    assert second.remote == first.remote
    assert posted.edits == 1
    assert "更正" in posted.text
    assert posted.metadata["event_payload"] == {"delivery_id": "dlv-2"}


async def test_a_message_that_is_gone_is_posted_anew(double, slack):
    lost = Receipt({"channel": CHANNEL, "ts": "1.000001"}, datetime(2031, 1, 1, tzinfo=UTC))
    receipt = await slack.send(MESSAGE, TARGET, lost)
    assert receipt.remote["ts"] == double.messages[0].ts


async def test_a_lost_answer_to_an_edit_is_no_doubt(double, slack):
    first = await slack.send(MESSAGE, TARGET)
    double.fail("accept-then-drop")
    with pytest.raises(DeliveryFault) as caught:
        await slack.send(MESSAGE, TARGET, first)
    assert (caught.value.again, caught.value.in_doubt) == (True, False)
    assert len(double.messages) == 1


# Answers


@pytest.mark.parametrize(
    ("status", "body", "reason", "again", "in_doubt"),
    [
        (200, {"ok": False, "error": "ratelimited"}, "rate", True, False),
        (200, {"ok": False, "error": "internal_error"}, "server", True, True),
        (200, {"ok": False, "error": "not_in_channel"}, "client", False, False),
        (200, {"ok": False, "error": "is_archived"}, "client", False, False),
        (200, {"ok": False, "error": "msg_too_long"}, "client", False, False),
        (200, {"ok": False, "error": "account_inactive"}, "auth", False, False),
        (200, {"ok": False, "error": "not_authed"}, "auth", False, False),
        (200, {"ok": False, "error": "team_added_to_org"}, "server", True, False),
        (200, {"ok": False, "error": "an_error_of_tomorrow"}, "server", True, False),
        (200, {"ok": False, "error": "<script> xoxb-1"}, "server", True, True),
        (200, None, "server", True, True),
        (404, "<html>", "server", True, False),
        (502, "<html>", "server", True, True),
    ],
)
def test_answers(status, body, reason, again, in_doubt):
    fault = answered(status, {}, body)
    assert (fault.reason, fault.again, fault.in_doubt) == (reason, again, in_doubt)
    assert "xoxb" not in str(fault)


def test_hints_name_the_scope_and_the_place_but_repeat_no_content():
    scope = answered(200, {}, {"ok": False, "error": "missing_scope", "needed": "chat:write"})
    assert str(scope) == "Slack refused: missing_scope (needs chat:write)"
    told = {"messages": ["[ERROR] must be shorter: secret words [json-pointer:/blocks/0/text/text]"]}
    place = answered(200, {}, {"ok": False, "error": "invalid_blocks", "response_metadata": told})
    assert str(place) == "Slack refused: invalid_blocks (at /blocks/0/text/text)"


@pytest.mark.parametrize(("header", "after"), [("30", 30.0), ("0.5", 0.5), ("inf", None), ("-1", None), ("soon", None)])
def test_retry_after(header, after):
    assert answered(429, {"retry-after": header}, None).after == after


@settings(deadline=None)
@example(200, {"error": ["x"]})
@given(
    st.integers(0, 999),
    st.recursive(
        st.none() | st.text(max_size=20) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["ok", "error", "needed", "response_metadata", "messages"]), inner, max_size=3)
        ),
    ),
)
def test_any_answer_gives_a_fault(status, body):
    assert isinstance(answered(status, {}, body), DeliveryFault)


# Options


def test_options_are_strict():
    for wrong in (
        {"token": TOKEN},
        {"token": {"env": "A"}, "colour": 1},
        {},
        {"token": {"env": "A"}, "timeout": 0},
        {"token": {"env": "A"}, "base_url": "slack.com"},
    ):
        with pytest.raises(ValidationError) as caught:
            Slack.Options.model_validate(wrong)
        assert "SuperSecret" not in str(caught.value.errors(include_input=False))
    assert Slack.Options.model_validate({"token": {"env": "A"}}).base_url == "https://slack.com/api/"
