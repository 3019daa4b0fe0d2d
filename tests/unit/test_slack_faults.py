"""What each answer of Slack means for a delivery."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rarewatch.errors import DeliveryFault
from rarewatch.notifiers._slack_faults import answered


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
