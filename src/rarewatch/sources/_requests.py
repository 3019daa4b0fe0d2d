"""Requests that carry more than an address: forms, JSON bodies, a query that is changed. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from rarewatch.nouns.source import Get, Validators

Plain: TypeAlias = str | int | float | bool
Field: TypeAlias = Plain | Sequence[Plain]


def with_query(url: str, parameters: Mapping[str, Plain]) -> str:
    """`url` with `parameters` in its query, each in the place of one of the same name."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in parameters]
    added = [(name, _plain(value)) for name, value in parameters.items()]
    return urlunsplit(parts._replace(query=urlencode([*kept, *added])))


def post_form(
    url: str, form: Mapping[str, Field], *, headers: Mapping[str, str] | None = None, validators: Validators | None = None
) -> Get:
    """A POST of `form`, its text in UTF-8; a list sends its field once for each value."""
    pairs = [
        (name, _plain(one)) for name, value in form.items() for one in ((value,) if isinstance(value, str | int | float) else value)
    ]
    sent = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", **(headers or {})}
    return Get(url, "POST", sent, urlencode(pairs).encode(), validators)


def post_json(url: str, body: Any, *, headers: Mapping[str, str] | None = None, validators: Validators | None = None) -> Get:
    """A POST of `body` as JSON."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    return Get(url, "POST", sent, json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), validators)


def _plain(value: Plain) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
