"""Tokens that only we can have made: a few words and an HMAC over them, short enough for a link. Pure."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence

LONGEST = 2_000
"""Characters of a token that is looked at."""
LEAST_KEY = 16
"""Characters of a key; a shorter one could be guessed."""


def sign(purpose: str, words: Sequence[str], key: str) -> str:
    """A token that holds `words` in the open; `purpose` keeps it from being used for anything else. Letters, digits, `-_.` only."""
    payload = _packed(json.dumps(list(words)).encode("ascii"))
    return f"{payload}.{_packed(_mac(purpose, payload, key))}"


def read(purpose: str, token: str, keys: Iterable[str]) -> tuple[str, ...] | None:
    """The words of a token signed with one of `keys`, None for anything else.

    Takes the same time whichever key fits and wherever a forgery differs.
    """
    payload, point, mac = token.partition(".")
    if len(token) > LONGEST or not point or not token.isascii():
        return None
    fits = [hmac.compare_digest(_packed(_mac(purpose, payload, key)), mac) for key in keys]
    if not any(fits):
        return None
    try:
        words = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, binascii.Error):  # signed, but not by `sign`
        return None
    return tuple(map(str, words)) if isinstance(words, list) else None


def _mac(purpose: str, payload: str, key: str) -> bytes:
    return hmac.digest(key.encode("utf-8", "surrogatepass"), f"{purpose}\0{payload}".encode(), hashlib.sha256)


def _packed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
