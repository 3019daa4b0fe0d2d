"""The Slack notifier at work: what each answer of Slack means, deliveries in doubt, options."""

import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from pydantic import ValidationError

from rarewatch.demo.slack_double import SlackDouble
from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers.slack import Slack
from rarewatch.nouns.alert import Evidence, Message, Target, Why
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
