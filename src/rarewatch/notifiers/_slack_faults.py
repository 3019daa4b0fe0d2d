"""What Slack's answers, and the lack of one, mean for a delivery.

Error names from docs.slack.dev (chat.postMessage, conversations.history: "Errors"). A name that is not known here is
tried again: better late than lost.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from rarewatch.errors import DeliveryFault, Reason

_AUTH = frozenset(
    [
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    ]
)
_CLIENT = frozenset(
    [
        "as_user_not_supported",
        "attachment_payload_limit_exceeded",
        "cannot_reply_to_message",
        "channel_not_found",
        "deprecated_endpoint",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_charset",
        "invalid_cursor",
        "invalid_form_data",
        "invalid_json",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_post_type",
        "is_archived",
        "json_not_object",
        "markdown_text_conflict",
        "messages_tab_disabled",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "method_deprecated",
        "method_not_supported_for_channel_type",
        "missing_post_type",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "not_in_channel",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "slack_connect_canvas_sharing_blocked",
        "too_many_attachments",
        "too_many_contact_cards",
        "unknown_method",
        "user_not_found",
    ]
)
_RATE = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})
# Slack says of the first two that part of the operation may have succeeded.
_DOUBT = frozenset({"fatal_error", "internal_error", "service_unavailable"})


def answered(status: int, headers: Mapping[str, str], body: object) -> DeliveryFault:
    """The fault behind an answer that is not a success: HTTP `status`, headers in any case, `body` as parsed (or anything)."""
    after = _seconds(headers)
    code = _code(body)
    if status == 429 or code in _RATE:
        return DeliveryFault(f"Slack asks to wait ({code or status})", reason="rate", again=True, after=after)
    if status >= 500 or code in _DOUBT:
        detail = f"Slack is in trouble ({code or status})"
        return DeliveryFault(detail, reason="server", again=True, after=after, in_doubt=True)
    if not code:
        # Whatever answered with 4xx did not take the message; a 200 that is not Slack's JSON may stand for anything.
        detail = f"the answer (HTTP {status}) is not Slack's JSON"
        return DeliveryFault(detail, reason="server", again=True, after=after, in_doubt=not 400 <= status < 500)
    reason: Reason = "auth" if code in _AUTH else "client" if code in _CLIENT else "server"
    return DeliveryFault(f"Slack refused: {code}{_hint(body)}", reason=reason, again=reason == "server", after=after)


def unanswered(error: BaseException, *, sent: bool) -> DeliveryFault:
    """The fault behind a request without an answer; `sent` says whether any of it may have left this machine."""
    late = isinstance(error, TimeoutError)
    detail = ("no answer in time" if late else "connection failed") + (
        " after the request was sent" if sent else " before it was sent"
    )
    return DeliveryFault(
        f"{detail} ({type(error).__name__})", reason="deadline" if late else "connection", again=True, in_doubt=sent
    )


def unreadable(*, sent: bool) -> DeliveryFault:
    """The fault behind an answer that cannot be parsed at all."""
    return DeliveryFault("the answer is not Slack's JSON", reason="server", again=True, in_doubt=sent)


def _code(body: object) -> str:
    """Slack's name for the error: only what looks like one, for it is shown and logged."""
    error = body.get("error") if isinstance(body, Mapping) else None
    return error if isinstance(error, str) and re.fullmatch(r"[a-z][a-z0-9_]{2,79}", error) else ""


def _hint(body: object) -> str:
    """What mends a missing scope, or which block is wrong, in Slack's words."""
    if not isinstance(body, Mapping):
        return ""
    needed = body.get("needed")
    if isinstance(needed, str) and re.fullmatch(r"[a-z:._,]{1,80}", needed):
        return f" (needs {needed})"
    meta: Any = body.get("response_metadata")
    told = meta.get("messages") if isinstance(meta, Mapping) else None
    first = told[0] if isinstance(told, list) and told else None
    # Only a pointer into the payload is repeated, never what stood there.
    where = re.search(r"\[json-pointer:(/[\w/]{1,80})\]", first) if isinstance(first, str) else None
    return f" (at {where[1]})" if where else ""


def _seconds(headers: Mapping[str, str]) -> float | None:
    for name, value in headers.items():
        if name.lower() == "retry-after":
            try:
                seconds = float(value)
            except ValueError:
                return None
            return seconds if math.isfinite(seconds) and seconds >= 0 else None
    return None
