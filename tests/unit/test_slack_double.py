"""The Slack double keeps Slack's rules and makes the trouble it is told to make."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

import rarewatch
from rarewatch.demo._odds import Odds
from rarewatch.demo._slack_limits import refusal
from rarewatch.demo.slack_double import SlackDouble, Trouble

CHANNEL = "C0123456789"
HEADER = {"type": "header", "text": {"type": "plain_text", "text": "标题"}}


def section(text, kind="mrkdwn"):
    return {"type": "section", "text": {"type": kind, "text": text}}


def rich(leaf, run="rich_text_section"):
    return {"type": "rich_text", "elements": [{"type": run, "elements": [leaf]}]}


@pytest.fixture
async def double():
    made = SlackDouble(channels=[CHANNEL])
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as made:
        yield made


async def call(session, double, method, *, token="xoxb-double", **arguments):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with session.post(double.url + method, json=arguments, headers=headers) as answer:
        return answer.status, await answer.json()


async def post(session, double, **more):
    return await call(session, double, "chat.postMessage", **{"channel": CHANNEL, "text": "稀土", **more})


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"text": "a"}, ""),
        ({}, "no_text"),
        ({"text": " ", "blocks": []}, "no_text"),
        ({"blocks": [HEADER]}, ""),
        ({"blocks": json.dumps([HEADER])}, ""),
        ({"blocks": "no list"}, "invalid_blocks_format"),
        ({"blocks": {"type": "header"}}, "invalid_blocks_format"),
        ({"blocks": ["x"]}, "invalid_blocks"),
        ({"blocks": [{"type": "divider"}] * 50}, ""),
        ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"blocks": [section("稀" * 3000)]}, ""),
        ({"blocks": [section("稀" * 3001)]}, "invalid_blocks"),
        ({"blocks": [section("")]}, "invalid_blocks"),
        ({"blocks": [section("x", "markdown")]}, "invalid_blocks"),
        ({"blocks": [section("\ud800")]}, "invalid_blocks"),
        ({"blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 10}]}, ""),
        ({"blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}]}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]}, "invalid_blocks"),
        ({"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 10}]}, ""),
        ({"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}]}, "invalid_blocks"),
        ({"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x", "emoji": False}]}]}, "invalid_blocks"),
        (
            {
                "blocks": [
                    {"type": "context", "elements": [{"type": "image", "image_url": "https://e.example/a.png", "alt_text": "a"}]}
                ]
            },
            "",
        ),
        ({"blocks": [rich({"type": "text", "text": "稀土", "style": {"bold": True}}, "rich_text_quote")]}, ""),
        ({"blocks": [rich({"type": "text", "text": ""})]}, "invalid_blocks"),
        ({"blocks": [rich({"type": "link", "url": "https://e.example/"})]}, ""),
        ({"blocks": [rich({"type": "link", "url": "javascript:x"})]}, "invalid_blocks"),
        ({"blocks": [rich({"type": "link", "url": "https://e.example/a b"})]}, "invalid_blocks"),
        ({"blocks": [rich({"type": "text", "text": "x"}, "rich_text_fancy")]}, "invalid_blocks"),
        ({"blocks": [{"type": "rich_text", "elements": []}]}, "invalid_blocks"),
        ({"blocks": [section("x" * 2900)] * 5}, "msg_blocks_too_long"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "a", "metadata": {"event_type": "e", "event_payload": {}}}, ""),
        ({"text": "a", "metadata": {"event_type": "e"}}, "invalid_metadata_format"),
        ({"text": "a", "metadata": {"event_type": "e", "event_payload": {"x": "y" * 20_000}}}, "metadata_too_large"),
    ],
)
def test_what_slack_refuses(message, error):
    assert refusal(message) == error


async def test_a_message_is_kept_as_it_was_sent(double, session):
    metadata = {"event_type": "e", "event_payload": {"delivery_id": "d"}}
    status, answer = await post(session, double, blocks=[HEADER], metadata=metadata)
    (posted,) = double.messages
    assert (status, answer["ok"], answer["channel"], answer["ts"]) == (200, True, CHANNEL, posted.ts)
    assert (posted.text, posted.blocks, posted.metadata) == ("稀土", [HEADER], metadata)


async def test_ids_never_repeat_even_when_the_clock_stands_still(session):
    double = SlackDouble(clock=lambda: 1_900_000_000.0)
    await double.start()
    ids = [(await post(session, double))[1]["ts"] for _ in range(3)]
    assert ids == ["1900000000.000000", "1900000000.000001", "1900000000.000002"]
    await double.stop()


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"token": ""}, "not_authed"),
        ({"token": "xoxb-other"}, "invalid_auth"),
        ({"channel": "C999"}, "channel_not_found"),
        ({"channel": ""}, "channel_not_found"),
        ({"text": ""}, "no_text"),
        ({"blocks": [section("")]}, "invalid_blocks"),
    ],
)
async def test_refusals_come_with_status_200(double, session, more, error):
    assert await post(session, double, **more) == (200, {"ok": False, "error": error})
    assert double.messages == []


async def test_forms_and_unknown_methods(double, session):
    form = {"token": "xoxb-double", "channel": CHANNEL, "text": "a", "blocks": json.dumps([HEADER])}
    async with session.post(double.url + "chat.postMessage", data=form) as answer:
        assert (await answer.json())["ok"] is True
    assert double.messages[0].blocks == [HEADER]
    assert (await call(session, double, "chat.nothing"))[1]["error"] == "unknown_method"
    assert (await call(session, double, "auth.test"))[1]["bot_id"] == "B0DOUBLE1"


async def test_one_message_a_second_and_channel(session):
    moment = [1000.0]
    double = SlackDouble(rate=1.0, clock=lambda: moment[0])
    await double.start()
    assert (await post(session, double))[0] == 200
    async with session.post(
        double.url + "chat.postMessage", json={"channel": CHANNEL, "text": "a"}, headers={"Authorization": "Bearer xoxb-double"}
    ) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert (await post(session, double, channel="C0000000002"))[0] == 200
    moment[0] += 1.0
    assert (await post(session, double))[0] == 200
    assert len(double.messages) == 3
    await double.stop()


async def test_the_history_pages_from_the_newest_and_shows_metadata_when_asked(double, session):
    metadata = {"event_type": "e", "event_payload": {"delivery_id": "d"}}
    for number in range(5):
        await post(session, double, text=f"m{number}", metadata=metadata)
    ask = {"channel": CHANNEL, "limit": 2}
    first = (await call(session, double, "conversations.history", **ask, include_all_metadata=True))[1]
    assert [one["text"] for one in first["messages"]] == ["m4", "m3"]
    assert first["messages"][0]["metadata"] == metadata
    assert first["has_more"] is True
    cursor = first["response_metadata"]["next_cursor"]
    second = (await call(session, double, "conversations.history", **ask, cursor=cursor))[1]
    assert [one["text"] for one in second["messages"]] == ["m2", "m1"]
    assert "metadata" not in second["messages"][0]
    oldest = double.messages[3].ts
    later = (await call(session, double, "conversations.history", channel=CHANNEL, oldest=oldest))[1]
    assert [one["text"] for one in later["messages"]] == ["m4"]
    with_it = (await call(session, double, "conversations.history", channel=CHANNEL, oldest=oldest, inclusive=True))[1]
    assert [one["text"] for one in with_it["messages"]] == ["m4", "m3"]
    assert with_it["has_more"] is False


async def test_an_update_changes_the_message_in_place(double, session):
    ts = (await post(session, double))[1]["ts"]
    changed = (await call(session, double, "chat.update", channel=CHANNEL, ts=ts, text="更正"))[1]
    assert changed["ts"] == ts
    assert [(one.text, one.edits) for one in double.messages] == [("更正", 1)]
    assert (await call(session, double, "chat.update", channel=CHANNEL, ts="1.0", text="x"))[1]["error"] == "message_not_found"
    assert (await call(session, double, "chat.update", channel=CHANNEL, ts=ts))[1]["error"] == "no_text"


ANSWERS = {
    "429": (429, "ratelimited"),
    "503": (503, "service_unavailable"),
    "invalid_blocks": (200, "invalid_blocks"),
    "token_revoked": (200, "token_revoked"),
    "missing_scope": (200, "missing_scope"),
    "fatal_error": (200, "fatal_error"),
}


@pytest.mark.parametrize("trouble", ANSWERS)
async def test_programmed_answers_hold_as_often_as_asked(double, session, trouble):
    double.fail(trouble, times=2)
    for _ in range(2):
        status, answer = await post(session, double)
        assert (status, answer["error"]) == ANSWERS[trouble]
    assert double.messages == []
    assert (await post(session, double))[0] == 200


@pytest.mark.parametrize(("trouble", "status", "kept"), [("500", 500, 0), ("not-json", 200, 0), ("accept-then-500", 500, 1)])
async def test_programmed_pages(double, session, trouble, status, kept):
    double.fail(trouble)
    with pytest.raises(aiohttp.ContentTypeError) as caught:
        await post(session, double)
    assert caught.value.status == status
    assert len(double.messages) == kept


@pytest.mark.parametrize(("trouble", "kept"), [("drop", 0), ("accept-then-drop", 1)])
async def test_a_cut_connection(double, session, trouble, kept):
    double.fail(trouble)
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(session, double)
    assert len(double.messages) == kept


@pytest.mark.parametrize(("trouble", "kept"), [("hang", 0), ("accept-then-hang", 1)])
async def test_silence_lasts_until_the_double_stops(double, session, trouble, kept):
    double.fail(trouble)
    waiting = asyncio.ensure_future(post(session, double))
    async with asyncio.timeout(10):
        while not double.calls or len(double.messages) < kept:
            await asyncio.sleep(0)
    assert not waiting.done()
    await double.stop()
    with pytest.raises(aiohttp.ClientConnectionError):
        await waiting
    assert len(double.messages) == kept


async def test_a_refused_connection_and_the_same_port_again(double, session):
    port = double.port
    double.fail("refuse")
    with pytest.raises(aiohttp.ClientConnectorError):
        await post(session, double)
    await double.start()
    assert double.port == port
    assert (await post(session, double))[0] == 200


async def test_stopping_twice_and_unknown_trouble():
    double = SlackDouble()
    await double.stop()
    with pytest.raises(ValueError, match="earthquake"):
        double.fail("earthquake")
    assert Trouble("hang") is Trouble.HANG


async def test_it_runs_as_its_own_process_and_its_log_survives_a_kill(session, tmp_path):
    log = tmp_path / "accepted.jsonl"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rarewatch.demo.slack_double", "--log", str(log), "--channel", CHANNEL, "--fail", "429",
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(rarewatch.__file__).parents[1])},
    )  # fmt: skip
    try:
        url = (await process.stdout.readline()).decode().strip()
        headers = {"Authorization": "Bearer xoxb-double"}
        answers = []
        for text in ("限流", "一", "二"):
            async with session.post(url + "chat.postMessage", json={"channel": CHANNEL, "text": text}, headers=headers) as answer:
                answers.append(answer.status)
        process.kill()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    assert answers == [429, 200, 200]
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [(line["channel"], line["text"]) for line in lines] == [(CHANNEL, "一"), (CHANNEL, "二")]
    assert all(line["ts"] for line in lines)


async def test_its_process_ends_well_when_asked(tmp_path):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rarewatch.demo.slack_double", stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(rarewatch.__file__).parents[1])},
    )  # fmt: skip
    await process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0


async def test_an_answer_can_break_off_with_the_message_taken(double, session):
    double.fail("accept-then-reset")
    with pytest.raises(aiohttp.ClientError):
        await post(session, double)
    assert len(double.messages) == 1


async def test_a_delayed_message_is_taken_though_nobody_waits(double, session):
    double.delay = 0.05
    double.fail("delay")
    caller = asyncio.create_task(post(session, double))
    async with asyncio.timeout(20):
        while not double.calls:
            await asyncio.sleep(0)
        caller.cancel()
        while not double.messages:
            await asyncio.sleep(0.01)
    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_trouble_can_come_by_chance_and_for_good(double, session):
    double.odds, double.retry_after = Odds({Trouble.RATE_LIMITED: 1.0}), 1
    assert (await post(session, double))[0] == 429
    double.odds, double.dead = Odds(), {CHANNEL: Trouble.UNAVAILABLE}
    assert (await post(session, double))[0] == 503
    double.dead = {}
    assert (await post(session, double))[0] == 200


async def test_the_history_can_lag_and_gives_few_a_page(session):
    times = iter([1_000.0, 1_001.0, 1_001.4, 1_002.0])
    double = SlackDouble(clock=lambda: next(times), lag=0.5, page=1)
    await double.start()
    ids = [(await post(session, double))[1]["ts"] for _ in range(2)]
    _, first = await call(session, double, "conversations.history", channel=CHANNEL, limit=200)
    _, later = await call(session, double, "conversations.history", channel=CHANNEL, limit=200)
    assert [one["ts"] for one in first["messages"]] == ids[:1]
    assert ([one["ts"] for one in later["messages"]], later["has_more"]) == (ids[1:], True)
    await double.stop()
