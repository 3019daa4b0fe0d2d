"""Lets a browser show a page that was fetched: its scripts run and fill it in. The only module that knows Playwright.

The page itself is fetched by `Web` like any other, with all its limits, so that an anti-bot page never gets to run: it is refused
before. What the page's scripts load goes through a gateway that connects to permitted addresses only.
"""

import asyncio
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

from rarewatch.errors import Refused, TooLarge, TooSlow, Unreachable
from rarewatch.fetch.address import address
from rarewatch.fetch.gateway import Gateway
from rarewatch.fetch.jar import Jar
from rarewatch.guard import Forbidden, check_host
from rarewatch.nouns.source import Access, Got
from rarewatch.text.challenge import challenge

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, Cookie, Dialog, Page, Playwright, Route

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Names under which a Chromium is looked for."""

_AT_ONCE = 2
_QUIET = 5.0
"""Seconds a page may go on loading after it is there, before it is taken as it is."""
_UNSEEN = frozenset({"image", "media", "font"})
_OWN_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie", "keep-alive"})
_FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--no-pings",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page is shown: `cap` in bytes for the shown page, the User-Agent, the visit's cookies, a proxy's `user:password`."""

    cap: int
    agent: str
    jar: Jar
    login: str = ""


def is_page(got: Got) -> bool:
    """Whether an answer is something to be shown; a feed or JSON is taken as it came."""
    kind = got.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in {"text/html", "application/xhtml+xml"} or (not kind and got.body.lstrip()[:1] == b"<")


def missing(chromium: str = "") -> str:
    """What a browser lacks on this machine, in words; "" when all is there. `chromium` is the program's path ("" looks for it)."""
    if find_spec("playwright") is None:
        return "browser-missing: the extra is not installed (pip install rarewatch[browser])"
    if not _program(chromium):
        return f"browser-missing: {chromium or 'no Chromium'} is not there (install one, or set RAREWATCH_CHROMIUM)"
    return ""


def _program(chromium: str) -> str:
    return next((found for name in ([chromium] if chromium else PROGRAMS) if (found := shutil.which(name))), "")


class Browser:
    """One browser process, started when it is first needed; a page gets a profile of its own, two are shown at once."""

    def __init__(self, names: ThreadPoolExecutor, chromium: str = "") -> None:
        """Nothing is started yet; `names` are the threads that look names up, `chromium` the program's path."""
        self._names, self._chromium = names, chromium
        self._pages, self._starting = asyncio.Semaphore(_AT_ONCE), asyncio.Lock()
        self._playwright: Playwright | None = None
        self._process: Chromium | None = None
        self._gateways: dict[bool, Gateway] = {}

    def require(self, url: str) -> None:
        """Raise `Unreachable`, with what is missing, where there is no browser to show `url`."""
        if words := missing(self._chromium):
            raise Unreachable(words, url=url)

    async def aclose(self) -> None:
        """End the browser; it starts again when it is needed."""
        process, driver = self._process, self._playwright
        self._process = self._playwright = None
        for end in (process.close if process else None, driver.stop if driver else None):
            if end is not None:
                with suppress(Exception):  # a browser that crashed cannot be closed, and need not be
                    await asyncio.wait_for(end(), _QUIET)
        for gateway in self._gateways.values():
            await gateway.aclose()
        self._gateways.clear()

    async def render(self, got: Got, access: Access, frame: Frame) -> Got:
        """The page as it stands when its scripts have run, as UTF-8; the time for all is `access.timeout`.

        Raises `Refused` for an anti-bot page, before or after, `TooSlow`, `TooLarge`, and `Unreachable` where the browser fails.
        """
        _no_challenge(got)
        async with self._pages:
            try:
                process = await self._started()
                async with asyncio.timeout(access.timeout):
                    markup, url = await self._show(process, got, access, frame)
            except (TimeoutError, _late()):
                raise TooSlow(f"the page was not there within {access.timeout:g} s", url=got.url) from None
            except _error() as error:
                if self._process is not None and not self._process.is_connected():
                    await self.aclose()
                first = str(error).strip().splitlines()[:1]
                raise Unreachable(f"the browser could not show it: {''.join(first)[:120]}", url=got.url) from None
        body = markup.encode("utf-8", "replace")
        if len(body) > frame.cap:
            raise TooLarge(f"shown, it has {len(body):,} bytes, {frame.cap:,} allowed", url=got.url)
        headers = {**got.headers, "content-type": "text/html; charset=utf-8"}
        shown = replace(got, url=url, body=body, headers=headers, digest=hashlib.sha256(body).hexdigest())
        _no_challenge(shown)
        return shown

    async def _show(self, process: "Chromium", got: Got, access: Access, frame: Frame) -> tuple[str, str]:
        context = await process.new_context(
            accept_downloads=False,
            ignore_https_errors=False,
            locale="zh-CN",
            proxy=await self._way(access, frame),
            service_workers="block",
            user_agent=frame.agent,
        )
        try:
            for cookie in frame.jar.plain():
                with suppress(_error()):  # one that the browser finds odd must not cost the page
                    await context.add_cookies([cast("Any", cookie)])
            page = await _page(context, got, access)
            await page.goto(got.url, wait_until="commit", timeout=access.timeout * 1000)
            # A part that hangs, or a way out into a download, is no reason to have nothing of the page.
            with suppress(_late()):
                await page.wait_for_load_state("load", timeout=access.timeout * 400)
                await page.wait_for_load_state("networkidle", timeout=min(_QUIET, access.timeout * 0.2) * 1000)
            shown, url = await page.content(), page.url.partition("#")[0]
            frame.jar.take(address(url), _lines(await context.cookies(url), address(url).host))
            return shown, url
        finally:
            with suppress(Exception):  # the browser may have died under it
                await context.close()

    async def _way(self, access: Access, frame: Frame) -> Any:
        """The proxy a page loads through: the source's own, or our gateway."""
        if access.proxy:
            user, _, password = frame.login.partition(":")
            return {"server": access.proxy, **({"username": user, "password": password} if frame.login else {})}
        gateway = self._gateways.get(access.allow_private)
        if gateway is None:
            gateway = self._gateways[access.allow_private] = Gateway(self._names, private=access.allow_private)
            await gateway.start()
        return {"server": gateway.url}

    async def _started(self) -> "Chromium":
        from playwright.async_api import async_playwright  # noqa: PLC0415 - see below

        async with self._starting:
            if self._process is None or not self._process.is_connected():
                if self._playwright is None:
                    self._playwright = await async_playwright().start()
                self._process = await self._playwright.chromium.launch(
                    executable_path=_program(self._chromium),
                    args=list(_FLAGS),
                    chromium_sandbox=os.geteuid() != 0,  # as root Chromium does not start with its sandbox
                    # Signals are the service's; and a page's process must not know this one's secrets.
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                    env={"PATH": os.defpath, "HOME": tempfile.gettempdir(), "LANG": "C.UTF-8"},
                )
            return self._process


def _error() -> type[Exception]:
    from playwright.async_api import Error  # noqa: PLC0415 - an extra, and slow to import

    return Error


def _late() -> type[Exception]:
    from playwright.async_api import TimeoutError as Late  # noqa: PLC0415 - see above

    return Late


def _lines(cookies: "list[Cookie]", host: str) -> Iterator[str]:
    """A browser's cookies as the Set-Cookie lines that would have set them."""
    for cookie in cookies:
        domain = cookie.get("domain", "").removeprefix(".")
        within = f"; Domain={domain}" if domain != host or cookie.get("domain", "").startswith(".") else ""
        secure = "; Secure" if cookie.get("secure") else ""
        yield f"{cookie.get('name', '')}={cookie.get('value', '')}; Path={cookie.get('path', '/')}{within}{secure}"


async def _page(context: "BrowserContext", got: Got, access: Access) -> "Page":
    """A page that is given `got` for its address, and whose further requests are looked at."""
    given = asyncio.Event()

    async def decide(route: "Route") -> None:
        request = route.request
        with suppress(Exception):  # a page that is closed meanwhile has no use for an answer
            if request.is_navigation_request() and request.frame.parent_frame is None and not given.is_set():
                given.set()
                headers = {name: value for name, value in got.headers.items() if name not in _OWN_HEADERS}
                await route.fulfill(status=200, headers=headers, body=got.body)
            elif request.resource_type in _UNSEEN or not _is_allowed(request.url, access):
                await route.abort()
            else:
                await route.continue_()

    await context.route("**/*", decide)
    page = await context.new_page()
    page.on("dialog", _dismissed)
    return page


async def _dismissed(dialog: "Dialog") -> None:
    with suppress(Exception):  # the page may be gone
        await dialog.dismiss()


def _is_allowed(url: str, access: Access) -> bool:
    """Whether a page may load from `url`, by its look; where a name leads is the gateway's to see."""
    try:
        check_host(address(url).host, private=access.allow_private)
    except (ValueError, Forbidden):
        return False
    return True


def _no_challenge(got: Got) -> None:
    if name := challenge(got.status, got.headers, got.body):
        raise Refused(f"the answer is an anti-bot page ({name}); no browser is used against it", url=got.url)
