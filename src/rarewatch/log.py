"""Structured logs: an event name and values; for people on a terminal, one JSON object a line elsewhere; secrets redacted."""

import logging
import re
import sys
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

_secrets: set[str] = set()
_HIDDEN = "[secret]"
_SLACK_TOKEN = re.compile(r"\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{6,}")
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+(?=@)")
_LEAST_LENGTH = 4


def hide(secret: str) -> str:
    """Never show `secret` in any log line from now on; returns it unchanged."""
    if len(secret) >= _LEAST_LENGTH:
        _secrets.add(secret)
    return secret


def redact(text: str) -> str:
    """`text` without known secrets, Slack tokens and passwords in addresses."""
    # The longest first: one secret may be the beginning of another.
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    text = _SLACK_TOKEN.sub(_HIDDEN, text)
    return _PASSWORD_IN_URL.sub(rf"\1:{_HIDDEN}", text)


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {_redacted(key): _redacted(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redacted(inner) for inner in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    # Whatever else there is would be turned into text by the renderer, after this.
    return redact(str(value))


def _redact_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: _redacted(value) for key, value in event.items()}


class _Sturdy:
    """A stream whose failures are nobody's: where a log cannot be written, there is no place left to say so, and work goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write what can be written: a full disk, a closed pipe or a closed stream loses the rest."""
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        """Send on what can be sent."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def set_up(*, level: str = "info", json: bool | None = None, stream: TextIO | None = None) -> None:
    """Send logs to `stream` (standard error) from `level` on; `json` None decides by whether it is a terminal."""
    out = stream or sys.stderr
    sturdy = cast("TextIO", _Sturdy(out))
    as_json = not out.isatty() if json is None else json
    render: Callable[..., Any] = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # As text before the redaction, for an exception may well carry a secret.
    exceptions = structlog.processors.format_exc_info
    structlog.configure(
        processors=[*shared, exceptions, _redact_event, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sturdy),
        cache_logger_on_first_use=False,
    )
    # Libraries log through the standard module; their warnings take the same way and lose the same secrets.
    handler = logging.StreamHandler(sturdy)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, exceptions, _redact_event, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
