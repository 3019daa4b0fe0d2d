"""Whether a request over HTTP is Slack's: signed, fresh, and not seen before. Pure but for what it remembers.

docs.slack.dev, "Verifying requests from Slack": v0 = HMAC-SHA256 of `v0:timestamp:body` with the app's signing secret; a timestamp
more than five minutes away is to be refused.
"""

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime

FRESH_SECONDS = 300
_REMEMBERED = 20_000


class RefusedError(Exception):
    """What came is not from Slack, or not what Slack sends; its text is one word for counting."""


class Signatures:
    """Refuses what is unsigned, old or repeated."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._seen: OrderedDict[str, float] = OrderedDict()

    def check(self, secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Raise `RefusedError` (`unsigned`, `old`, `forged` or `replayed`) unless `body` is Slack's and new."""
        given = {name.lower(): value for name, value in headers.items()}
        stamp, signature = given.get("x-slack-request-timestamp", ""), given.get("x-slack-signature", "")
        if not re.fullmatch(r"[0-9]{1,12}", stamp) or not re.fullmatch(r"v0=[0-9a-f]{64}", signature):
            raise RefusedError("unsigned")
        seconds = now.timestamp()
        if abs(seconds - int(stamp)) > FRESH_SECONDS:
            raise RefusedError("old")
        expected = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v0={expected}", signature):
            raise RefusedError("forged")
        self._once(signature, seconds)

    def _once(self, signature: str, seconds: float) -> None:
        # What was seen longer ago than twice the time a request is fresh would be refused as old, whatever the clocks say.
        while self._seen and (len(self._seen) >= _REMEMBERED or next(iter(self._seen.values())) < seconds - 2 * FRESH_SECONDS):
            self._seen.popitem(last=False)
        if signature in self._seen:
            raise RefusedError("replayed")
        self._seen[signature] = seconds
