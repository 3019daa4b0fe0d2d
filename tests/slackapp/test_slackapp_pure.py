"""Reading commands, payloads and signatures: whatever comes in, the answer is a wish, a refusal or words, never a crash."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.nouns.watch import Severity
from rarewatch.slackapp import command
from rarewatch.slackapp.hearing import Written, hear
from rarewatch.slackapp.signature import RefusedError, Signatures

RULES = ["export-control", "quota", "from"]


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("", command.Plain("help")),
        ("  HELP ", command.Plain("help")),
        ("list", command.Plain("list")),
        ("status", command.Plain("status")),
        ("subscribe quota", command.Subscribe(("quota",))),
        ("subscribe quota, export-control quota", command.Subscribe(("quota", "export-control"))),
        ("subscribe ALL from urgent", command.Subscribe((), Severity.URGENT)),
        ("subscribe from", command.Subscribe(("from",))),
        ("unsubscribe", command.Unsubscribe(())),
        ("unsubscribe all", command.Unsubscribe(())),
        ("unsubscribe quota", command.Unsubscribe(("quota",))),
        ("mute quota 90m", command.Mute("quota", timedelta(minutes=90))),
        ("mute `quota` 1W", command.Mute("quota", timedelta(weeks=1))),
        ("search 稀土 出口", command.Search(("稀土", "出口"))),
        ("explain <https://a.cn/1?a=1&amp;b=2|a.cn>", command.Explain("https://a.cn/1?a=1&b=2")),
        ("explain 12", command.Explain("12")),
    ],
)
def test_what_is_understood(text, wish):
    assert command.parse(text, RULES) == wish


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("subscribe", "Name rules"),
        ("subscribe qouta", "did you mean `quota`?"),
        ("subscribe quota from loud", "log, routine, notable, important, urgent"),
        ("subscibe quota", "did you mean `subscribe`?"),
        ("mute quota", "mute takes a rule and a time"),
        ("mute quota 5y", "30m, 1h, 2d or 1w"),
        ("mute quota 0h", "four weeks at most"),
        ("mute quota 5w", "four weeks at most"),
        ("list all", "takes nothing after it"),
        ("search", "search for what?"),
        ("explain a b", "one address"),
    ],
)
def test_what_is_not_understood_comes_with_a_hint(text, hint):
    with pytest.raises(command.NotUnderstoodError, match=hint.replace("?", r"\?")):
        command.parse(text, RULES)


@given(st.text(max_size=200), st.sampled_from(["", "subscribe ", "mute ", "explain ", "unsubscribe ", "search "]))
def test_any_text_is_a_wish_or_an_objection(text, verb):
    objection = ""
    try:
        command.parse(verb + text, RULES)
    except command.NotUnderstoodError as error:
        objection = str(error)
    assert len(objection) < 400


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "user", "channel", "id", "actions", "container", "message_ts", "value", "action_id", "event", "block_id"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(["interactive", "slash_commands", "events_api", "other"]), JSON, st.booleans())
def test_any_payload_is_read_or_refused(kind, payload, pressed):
    if pressed and isinstance(payload, dict):
        payload = {**payload, "type": "block_actions"}
    why = ""
    try:
        hear(kind, payload, "https://slack.com/api/")
    except RefusedError as error:
        why = str(error)
    assert why in {"", "malformed", "unknown-action"}


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://hooks.slack.com/commands/1", True),
        ("https://slack.com/api/x", True),
        ("http://hooks.slack.com/commands/1", False),
        ("https://hooks.slack.com.evil.example/1", False),
        ("https://hooks.slack.com@evil.example/1", False),
        ("http://[", False),
    ],
)
def test_answers_go_to_slack_only(address, kept):
    payload = {"user_id": "U0READER01", "channel_id": "C0123456789", "text": "help", "response_url": address}
    heard = hear("slash_commands", payload, "https://slack.com/api/")
    assert isinstance(heard, Written)
    assert heard.who.reply_to == (address if kept else "")


NOW = datetime(2031, 4, 4, tzinfo=UTC)


def signed(body, at, secret="s"):
    stamp = str(int(at.timestamp()))
    return {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest(),
    }


def test_a_signature_as_slack_documents_it():
    # The example of docs.slack.dev, "Verifying requests from Slack".
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
        b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10"
        b"d2c447fce8b6703c"
    )
    headers = {
        "X-Slack-Request-Timestamp": "1531420618",
        "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    }
    Signatures().check("8f742231b10e8888abcd99yyyzzz85a5", headers, body, datetime.fromtimestamp(1531420700, UTC))


def test_a_replay_is_known_for_as_long_as_it_would_be_fresh():
    seen = Signatures()
    headers = signed(b"x", NOW)
    seen.check("s", headers, b"x", NOW - timedelta(seconds=299))
    for later in (0, 299):
        with pytest.raises(RefusedError, match="replayed"):
            seen.check("s", headers, b"x", NOW + timedelta(seconds=later))
    with pytest.raises(RefusedError, match="old"):
        seen.check("s", headers, b"x", NOW + timedelta(seconds=301))


@given(st.binary(max_size=50), st.binary(max_size=50), st.text(max_size=20), st.text(max_size=80))
def test_nothing_but_the_secret_opens(body, other, stamp, signature):
    seen = Signatures()
    seen.check("s", signed(body, NOW), body, NOW)
    if other != body:
        with pytest.raises(RefusedError):
            seen.check("s", signed(body, NOW), other, NOW)
    with pytest.raises(RefusedError):
        seen.check("s", signed(body, NOW, "t"), body, NOW)
    with pytest.raises(RefusedError):
        seen.check("s", {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}, body, NOW)
