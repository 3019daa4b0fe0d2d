"""The other end of List-Unsubscribe: one click in a mail reader (RFC 8058), or a page with one button."""

from collections.abc import Awaitable, Callable, Sequence
from html import escape

import structlog
from aiohttp import web

from rarewatch.clock import Clock
from rarewatch.errors import StoreError
from rarewatch.text import signed
from rarewatch.text.mailbox import veiled
from rarewatch.text.unsubscribe import PURPOSE
from rarewatch.web.limit import Limiter, client_of
from rarewatch.web.server import Route

PATH = "/unsubscribe"
PER_MINUTE = 60
"""So many requests of one client are answered; mail services click for many readers at once."""

Suppress = Callable[[str, str], Awaitable[None]]
"""Writes no more to an address (first) for a subscription (second); raises `StoreError`."""

_log = structlog.get_logger()
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark"><title>{title}</title>
<style>:root {{ color-scheme: light dark }} body {{ font: 17px/1.6 system-ui, sans-serif; max-width: 34rem; margin: 12vh auto;
padding: 0 1rem }} button {{ font: inherit; padding: .5rem 1.2rem }}</style></head>
<body><h1>{title}</h1>{body}</body></html>
"""


class Unsubscribe:
    """Answers `GET` and `POST` of one path."""

    def __init__(self, keys: Callable[[], Sequence[str]], suppress: Suppress, now: Clock) -> None:
        """`keys` gives the keys in force whenever it is asked."""
        self._keys, self._suppress, self._now = keys, suppress, now
        self._limiter = Limiter(PER_MINUTE)

    def routes(self) -> list[Route]:
        """What to mount."""
        return [Route("GET", PATH, self.ask), Route("POST", PATH, self.act)]

    async def ask(self, request: web.Request) -> web.Response:
        """A page with a button: programs that only look at links must not end anybody's mails."""
        found = self._found(request)
        if isinstance(found, web.Response):
            return found
        address, subscription = (escape(word) for word in (veiled(found[0]), found[1]))
        return _page(
            200,
            "Stop these mails?",
            f"<p>No more mails of the subscription <b>{subscription}</b> will be sent to <b>{address}</b>.</p>"
            '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
            "<button>Stop the mails</button></form>",
        )

    async def act(self, request: web.Request) -> web.Response:
        """One click: the address gets no more mails of the subscription. A second click changes nothing."""
        found = self._found(request)
        if isinstance(found, web.Response):
            return found
        if (await request.post()).get("List-Unsubscribe") != "One-Click":
            return _page(400, "That did not work", "<p>The request does not say that it is meant.</p>")
        try:
            await self._suppress(*found)
        except StoreError as error:
            _log.error("not-recorded", act="unsubscribe", error=str(error))
            return _page(503, "Not now", "<p>This could not be written down. Please try again in a minute.</p>")
        _log.info("unsubscribed", subscription=found[1])
        return _page(200, "Done", f"<p>No more mails of the subscription <b>{escape(found[1])}</b> will be sent to you.</p>")

    def _found(self, request: web.Request) -> tuple[str, str] | web.Response:
        """Address and subscription of a token that is ours, or the answer to what is not."""
        if not self._limiter.allows(client_of(request), self._now()):
            answer = _page(429, "Too many requests", "<p>Please try again in a minute.</p>")
            answer.headers["Retry-After"] = "60"
            return answer
        words = signed.read(PURPOSE, request.query.get("t", ""), self._keys())
        if words is None or len(words) != 2:
            _log.warning("unsubscribe-refused", client=client_of(request))
            return _page(403, "This link is not valid", "<p>Nothing was changed.</p>")
        return words[0], words[1]


def _page(status: int, title: str, body: str) -> web.Response:
    return web.Response(status=status, text=_PAGE.format(title=title, body=body), content_type="text/html", charset="utf-8")
