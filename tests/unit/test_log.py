"""Logs: no secret is ever shown, whoever logs it and however."""

import io
import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from rarewatch import log

SECRET = "hunter2-hunter2"
TOKENS = ["xox" + "b-123456-abcdef", "xapp" + "-1-A123-456-abc", "xoxe" + ".xox" + "p-1-abcdef0123"]


@pytest.fixture(autouse=True)
def as_before():
    """Secrets are the process's: put them back as they were."""
    known = set(log._secrets)
    yield
    log._secrets.clear()
    log._secrets.update(known)


@pytest.fixture(params=[True, False], ids=["json", "terminal"])
def told(request):
    stream = io.StringIO()
    log.set_up(json=request.param, stream=stream, level="debug")
    return stream


def test_a_hidden_secret_is_shown_nowhere(told):
    assert log.hide(SECRET) == SECRET

    class Odd:
        def __str__(self):
            return f"odd {SECRET}"

    structlog.get_logger().info(
        f"event {SECRET}",
        text=f"a {SECRET} b",
        inner={"k": [SECRET, (SECRET,)], SECRET: 1},
        some={SECRET},
        error=OSError(SECRET),
        odd=Odd(),
    )
    line = told.getvalue()
    assert "hunter2" not in line
    assert line.count("[secret]") >= 8


def test_not_in_a_traceback_either(told):
    log.hide(SECRET)
    try:
        int(f"cannot log in with {SECRET}")
    except ValueError:
        structlog.get_logger().exception("bug", act="deliver")
        logging.getLogger("somewhere").exception("library says %s", SECRET)
    text = told.getvalue()
    assert "hunter2" not in text
    assert text.count("cannot log in with [secret]") >= 2
    assert "library says [secret]" in text
    assert "Traceback" in text


@pytest.mark.parametrize("token", TOKENS)
def test_slack_tokens_are_known_by_their_form(told, token):
    structlog.get_logger().warning("x", detail=f"token={token}.")
    logging.getLogger("slack_sdk").warning("sent %s", token)
    assert "abc" not in told.getvalue()


def test_passwords_in_addresses_are_hidden_and_the_rest_is_shown(told):
    structlog.get_logger().warning("x", url="postgresql://me:s3cr:et@db.example.com:5432/x?y=z", plain="https://e.com:80/a@b")
    text = told.getvalue()
    assert "s3cr" not in text
    assert "db.example.com:5432/x?y=z" in text
    assert "https://e.com:80/a@b" in text


def test_a_secret_that_begins_another_does_not_uncover_its_end():
    log.hide("abcd")
    log.hide("abcd-efgh-ijkl")
    assert log.redact("it is abcd-efgh-ijkl and abcd") == "it is [secret] and [secret]"


def test_what_is_too_short_to_be_a_secret_does_not_blacken_everything():
    log.hide("a")
    log.hide("")
    assert log.redact("a cat") == "a cat"


def test_json_is_one_object_a_line_with_level_and_time():
    stream = io.StringIO()
    log.set_up(stream=stream)
    structlog.get_logger().info("polled", source="s1", new=3, ratio=0.5, ok=True, none=None, title="稀土\n公告")
    structlog.get_logger().debug("not at this level")
    logging.getLogger("httpx").warning("from a library")
    logging.getLogger("httpx").info("too chatty")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert {key: first[key] for key in ("event", "level", "source", "new", "ratio", "ok", "none", "title")} == {
        "event": "polled", "level": "info", "source": "s1", "new": 3, "ratio": 0.5, "ok": True, "none": None, "title": "稀土\n公告",
    }  # fmt: skip
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["level"]) == ("from a library", "warning")


@given(st.text(max_size=60), st.text(min_size=4, max_size=20), st.text(max_size=60))
def test_redaction_takes_the_secret_out_of_any_text(before, secret, after):
    log._secrets.clear()
    log.hide(secret)
    shown = log.redact(before + secret + after)
    assert secret not in shown.replace("[secret]", "\x00" * 30) or secret in "[secret]"


def test_a_log_that_cannot_be_written_ends_nothing():
    stream = io.StringIO()
    log.set_up(stream=stream, level="debug")
    stream.close()

    structlog.get_logger().error("nobody hears this")
    logging.getLogger("library").warning("nor this")
