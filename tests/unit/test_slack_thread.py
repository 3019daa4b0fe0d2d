"""What has no room in a Slack message: it stands in the thread, once, whatever happens on the way."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alert_cases import MESSAGE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_slack_render import FOREIGN, MESSAGES, worst

from rarewatch.demo._slack_limits import refusal
from rarewatch.demo.slack_double import SlackDouble
from rarewatch.errors import DeliveryFault
from rarewatch.notifiers._slack_blocks import BUDGET, payload, replies
from rarewatch.notifiers._slack_text import literal, weight
from rarewatch.notifiers.slack import Slack
from rarewatch.nouns.alert import Act, Evidence, Receipt, Target, Why
from rarewatch.nouns.watch import Severity

CHANNEL = "C0123456789"
TARGET = Target("slack", CHANNEL)
TOKEN = "xoxb-double"
SENTENCES = tuple(Evidence("text", f"第{number:03d}句：" + "稀土出口管制" * 55, ((5, 7),)) for number in range(40))
LONG = replace(MESSAGE, evidence=SENTENCES, seen_at=datetime.now(UTC))
PART = replace(MESSAGE, delivery="", story="")


def notifier(double, **more):
    options = {"token": {"env": "UNUSED"}, "base_url": double.url, "pace": 0, **more}
    return Slack(Slack.Options.model_validate(options), lambda _: TOKEN)


@pytest.fixture
async def double():
    made = SlackDouble(token=TOKEN, channels=[CHANNEL])
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def slack(double):
    made = notifier(double)
    yield made
    await made.close()


def texts(blocks):
    return json.dumps(blocks, ensure_ascii=False)


def whole(message):
    main = payload(message, TARGET, interactive=True)["blocks"]
    return texts(main), texts([reply["blocks"] for reply in replies(message, TARGET, interactive=True)])


def test_a_short_alert_has_no_thread():
    assert replies(MESSAGE, TARGET) == []
    assert "in the thread" not in texts(payload(MESSAGE, TARGET)["blocks"])


def test_every_sentence_stands_in_the_alert_or_in_its_thread():
    main, thread = whole(LONG)
    assert "The rest is in the thread." in main
    for number in range(40):
        assert f"第{number:03d}句" in main + thread
    assert "第039句" in thread


def test_what_is_cut_in_the_alert_is_whole_in_the_thread():
    long = "关于稀土的公告" * 100
    message = replace(
        MESSAGE,
        headline=long,
        why=tuple(Why(f"rule-{number}", f"Rule {number} " + "x" * 190, Severity.URGENT, ("稀土",)) for number in range(9)),
        glosses=(("稀土", "rare earths " * 60),),
        paper_note="附件" * 200,
        link="https://例.example/" + "路" * 200,
    )
    main, thread = whole(message)
    for wanted in (long, "(rule rule-8)", "(rule rule-0)", literal("rare earths " * 60), "附件" * 200, message.link):
        assert wanted not in main
        assert wanted in thread


def test_a_digest_tells_all_of_its_parts():
    parts = tuple(replace(PART, headline=f"第{number:03d}号公告", severity=Severity(4 - number % 4)) for number in range(90))
    message = replace(MESSAGE, headline="90 announcements, 22:00-07:00", parts=parts, evidence=(), why=(), link="")
    main, thread = whole(message)
    shown = [number for number in range(90) if f"第{number:03d}号" in main]
    assert shown == list(range(len(shown)))
    assert len(shown) > 5
    assert f"and {90 - len(shown)} more announcements, see the thread" in main
    assert all(f"第{number:03d}号" in thread for number in range(len(shown), 90))
    assert "rarewatch.mute" in main


def test_an_alert_carries_its_buttons_only_where_somebody_hears():
    assert "rarewatch.ack" in texts(payload(MESSAGE, TARGET, interactive=True)["blocks"])
    assert "rarewatch.ack" not in texts(payload(MESSAGE, TARGET)["blocks"])
    assert "rarewatch.ack" not in texts(payload(replace(MESSAGE, test=True), TARGET, interactive=True)["blocks"])


ACTS = st.lists(
    st.builds(
        Act,
        st.sampled_from(["acknowledged", "muted", "not_relevant"]),
        st.one_of(FOREIGN, st.just("slack:U0READER01")),
        st.just(MESSAGE.seen_at),
        FOREIGN,
        st.none() | st.just(MESSAGE.seen_at + timedelta(hours=1)),
    ),
    max_size=8,
).map(tuple)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(MESSAGES, ACTS, st.lists(MESSAGES, max_size=3).map(tuple), st.booleans())
def test_whatever_the_page_held_slack_takes_the_alert_and_its_thread(message, acts, parts, notice):
    held_by_every_limit(replace(message, acts=acts, parts=parts, notice=notice))


@pytest.mark.parametrize("part", ["稀", "😀", '"', "<", "&"])
def test_the_worst_page_still_fits_and_says_what_was_left_out(part):
    held_by_every_limit(worst(part))
    assert "more characters, see the announcement" in whole(worst(part))[1]
    held_by_every_limit(replace(worst(part), parts=(worst(part),) * 60))
    held_by_every_limit(replace(worst(part), notice=True))


def held_by_every_limit(message):
    bodies = [payload(message, TARGET, interactive=True), *replies(message, TARGET, interactive=True)]
    assert len(bodies) <= 11
    for body in bodies:
        assert refusal(body) == ""
        assert weight(body["blocks"]) <= BUDGET
        assert 'mrkdwn"' not in texts(body["blocks"])
        assert "<" not in body["text"]


# Sending


def numbers(double):
    """The messages of the channel: 0 for the alert, else the number of the reply."""
    return [one.metadata["event_payload"].get("part", 0) for one in double.messages]


async def test_the_rest_is_posted_under_the_alert(double, slack):
    receipt = await slack.send(LONG, TARGET)
    first, *rest = double.messages
    assert receipt.remote == {"channel": CHANNEL, "ts": first.ts}
    assert rest
    assert {one.thread_ts for one in rest} == {first.ts}
    assert numbers(double) == list(range(len(double.messages)))


async def test_replies_keep_to_the_pace_of_the_channel():
    double = SlackDouble(token=TOKEN, channels=[CHANNEL], rate=0.2)
    await double.start()
    slack = notifier(double, pace=0.25)
    await slack.send(LONG, TARGET)
    assert numbers(double) == list(range(len(replies(LONG, TARGET)) + 1))
    assert len(double.calls) == len(double.messages)
    await slack.close()
    await double.stop()


@pytest.mark.parametrize("place", [1, 2, 3])
@pytest.mark.parametrize("trouble", ["accept-then-drop", "drop", "500", "429"])
@pytest.mark.parametrize("restarted", [False, True])
async def test_trouble_on_the_way_posts_nothing_twice(double, slack, trouble, place, restarted):
    # Trouble at one call only: the alert itself, or one of the replies.
    serve = double._serve
    calls = iter(range(1, 1_000))

    def serving(method, request, arguments):
        if method == "chat.postMessage" and next(calls) == place - 1:
            double.fail(trouble)
        return serve(method, request, arguments)

    double._serve = serving
    if place == 1:
        double.fail(trouble)
    with pytest.raises(DeliveryFault) as caught:
        await slack.send(LONG, TARGET)
    assert caught.value.again
    assert place == 1 or caught.value.in_doubt
    double._serve = serve
    later = notifier(double) if restarted else slack
    receipt = await later.send(replace(LONG, possible_repeat=caught.value.in_doubt), TARGET)
    assert numbers(double) == list(range(len(replies(LONG, TARGET)) + 1))
    assert receipt.remote["ts"] == double.messages[0].ts
    if restarted:
        await later.close()


async def test_a_thread_that_slack_will_not_have_is_named_in_the_receipt(double, slack):
    def serve(method, request, arguments, before=double._serve):
        if arguments.get("thread_ts"):
            double.fail("invalid_blocks")
        return before(method, request, arguments)

    receipt = await slack.send(MESSAGE, TARGET)
    assert "thread" not in receipt.remote
    double.channels = [CHANNEL]
    refused = Slack._reply

    async def locked(self, reply, receipt):
        raise DeliveryFault("Slack refused: restricted_action_thread_locked", reason="client", again=False)

    slack._reply = locked.__get__(slack)
    receipt = await slack.send(replace(LONG, delivery="dlv-2"), TARGET)
    assert receipt.remote["thread"] == "Slack refused: restricted_action_thread_locked"
    slack._reply = refused.__get__(slack)


async def test_an_earlier_message_is_changed_in_place(double, slack):
    first = await slack.send(MESSAGE, TARGET)
    grown = replace(MESSAGE, headline="关于稀土出口管制的公告（更正）")
    for _ in range(2):
        receipt = await slack.send(grown, TARGET, previous=first)
    assert receipt.remote == first.remote
    (posted,) = double.messages
    assert posted.edits == 2
    assert "更正" in posted.text


async def test_an_earlier_message_that_is_gone_is_posted_anew(double, slack):
    receipt = await slack.send(MESSAGE, TARGET, previous=Receipt({"channel": CHANNEL, "ts": "1.000001"}, MESSAGE.seen_at))
    (posted,) = double.messages
    assert receipt.remote["ts"] == posted.ts


async def test_a_change_without_an_answer_is_no_doubt(double, slack):
    first = await slack.send(MESSAGE, TARGET)
    double.fail("accept-then-drop")
    with pytest.raises(DeliveryFault) as caught:
        await slack.send(MESSAGE, TARGET, previous=first)
    assert caught.value.again
    assert not caught.value.in_doubt


async def test_a_person_is_told_in_a_conversation_that_can_be_looked_up(double, slack):
    person = Target("slack", "U0READER01")
    double.fail("drop")
    with pytest.raises(DeliveryFault):
        await slack.send(LONG, person)
    await slack.send(LONG, person)
    assert {one.channel for one in double.messages} == {"D0READER01"}
    before = len(double.messages)
    await slack.send(replace(LONG, possible_repeat=True), person)
    assert len(double.messages) == before


# What is promised


@pytest.mark.parametrize(
    ("to", "hint"),
    [
        ("alice@example.org", "looks like a mail address"),
        ("@alice", "a person's name"),
        ("https://hooks.slack.com/services/T0/B0/secret", "a webhook's is a secret"),
        ("rare-earths", "neither an id nor a #name"),
        ("", "neither an id nor a #name"),
    ],
)
def test_a_target_that_is_none_is_refused_with_a_hint(to, hint):
    objection = Slack(Slack.Options.model_validate({"token": {"env": "X"}}), lambda _: "").objection(to)
    assert hint in objection
    assert "C0123456789" in objection
    assert "secret" not in objection.replace("is a secret", "")


async def test_what_can_be_promised_is_told(double, slack):
    told = await slack.standing([CHANNEL, "#rare-earths", "U0READER01"])
    assert all(ok for ok, _ in told)
    assert f"{CHANNEL}: each alert once" in dict.fromkeys(words for _, words in told)
    assert any("#rare-earths" in words and "at least once" in words for _, words in told)
    double.scopes = ("chat:write",)
    told = await slack.standing([CHANNEL, "U0READER01"])
    assert (
        True,
        f"warning: {CHANNEL}: without the scope channels:history at least once: after a lost answer an alert may come twice, marked as a possible repeat",
    ) in told
    assert (False, "U0READER01: to write to a person the token needs the scope im:write") in told
    double.scopes = ("channels:history",)
    assert await slack.standing([CHANNEL]) == [(False, "the token lacks the scope chat:write")]
    double.token = "other"
    assert (await slack.standing([CHANNEL]))[0][0] is False
    assert "rare-earths is a name" in slack.reservation("#rare-earths")
    assert slack.reservation(CHANNEL) == ""
