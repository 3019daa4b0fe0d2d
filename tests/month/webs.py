"""The sites of the simulated month behind the fetch seam: what they serve at a moment, and what ails them."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from month.model import Announcement, Outlet, Trouble
from month.shapes import HTML, SHAPES, Files, article, page
from rarewatch.clock import Clock
from rarewatch.errors import Missing, TooSlow, Unreachable
from rarewatch.fetch import faults
from rarewatch.nouns.source import Access, Get, Got

_STATUS = {"errors": (500, {}), "not_found": (404, {}), "wall_status": (521, {"set-cookie": "__jsluid_s=0a1b; path=/"})}
_WALL = b"<html><script>var arg1='5D7F3A9BE0C4412A66F0AA11BB22CC33DD44EE55';document.cookie='acw_sc__v2='+arg1;</script></html>"
_OTHER = "https://www.parked-elsewhere.com"


class Sites:
    """Every outlet by the address it is under; `asked` counts requests."""

    def __init__(self, outlets: Iterable[Outlet], clock: Clock):
        self._outlets = {outlet.base: outlet for outlet in outlets}
        self.clock, self.asked = clock, 0
        self._made: dict[str, tuple[tuple[object, ...], Files]] = {}
        self._by_number = {one.number: one for outlet in self._outlets.values() for one in outlet.announcements}

    async def get(self, get: Get, _access: Access) -> Got:
        """As `Web.get`: an answer with status 200 or 304, or a fault."""
        self.asked += 1
        now, outlet = self.clock(), self.outlet(get.url)
        if outlet is None:
            raise Missing("status 404: not found", url=get.url)
        url, kind, body = self.answer(outlet, get.url, now)
        digest = hashlib.sha256(body).hexdigest()
        etag = f'"{digest[:16]}"'
        if outlet.style % 2 and get.validators is not None and get.validators.etag == etag:
            return Got(url, 304, {"etag": etag}, b"", "", now)
        headers = {"content-type": kind} | ({"etag": etag} if outlet.style % 2 else {})
        return Got(url, 200, headers, body, digest, now)

    def outlet(self, url: str) -> Outlet | None:
        """Whose address `url` is."""
        return next((one for base, one in self._outlets.items() if url.startswith(base + "/")), None)

    def answer(self, outlet: Outlet, url: str, now: datetime) -> tuple[str, str, bytes]:
        """Final address, content type and body; raises the fault that the web would."""
        trouble, path = outlet.ails(now), urlsplit(url).path.removeprefix(urlsplit(outlet.base).path)
        if trouble is not None:
            _strike(trouble, url, now)
            if trouble.harm == "wall_page":
                return url, HTML, _WALL
            if trouble.harm == "redesign":
                return url, HTML, page("全新改版", "<div id=app></div><script src=/assets/index.3f2a.js></script>")
        files = self._files(outlet, now)
        if path in files:
            kind, body = files[path]
            if trouble is None:
                return url, kind, body
            return _changed(trouble, outlet, url, kind, body)
        number = path.rpartition("_")[2].removesuffix(".html")
        one = self._by_number.get(int(number)) if number.isdigit() else None
        if one is None or not one.stands(now):
            raise faults.of_status(404, {}, url, now)
        return url, HTML, article(one, now)

    def _files(self, outlet: Outlet, now: datetime) -> Files:
        shown = outlet.shown(now)
        state = tuple((one.number, one.edited_at is not None and one.edited_at <= now) for one in shown)
        if outlet.id not in self._made or self._made[outlet.id][0] != state:
            self._made[outlet.id] = state, SHAPES[outlet.kind].files(outlet, shown, now)
        return self._made[outlet.id][1]


def _strike(trouble: Trouble, url: str, now: datetime) -> None:
    """Raise the fault of a trouble that leaves no answer."""
    if trouble.harm in {"refused", "blip"}:
        raise Unreachable("no connection (Connection refused)", url=url)
    if trouble.harm == "timeouts":
        raise TooSlow("the answer took longer than 30 s", url=url)
    if trouble.harm in _STATUS:
        status, headers = _STATUS[trouble.harm]
        raise faults.of_status(status, headers, url, now)


def _changed(trouble: Trouble, outlet: Outlet, url: str, kind: str, body: bytes) -> tuple[str, str, bytes]:
    """An answer whose words or whose sender a trouble changes."""
    text = body.decode()
    if trouble.harm == "elsewhere":
        moved = url.replace(outlet.base, _OTHER)
        return moved, kind, text.replace(outlet.base, _OTHER).replace("第1", "游戏").encode()
    if trouble.harm == "question_marks":
        return url, kind, "".join("?" if "\u4e00" <= sign <= "\u9fff" else sign for sign in text).encode()
    if trouble.harm == "mojibake":
        return (
            url,
            kind,
            "".join(sign.encode().decode("latin-1") if "\u4e00" <= sign <= "\u9fff" else sign for sign in text).encode(),
        )
    return url, kind, body


def told_numbers(words: str, known: dict[int, Announcement]) -> set[int]:
    """The numbers of announcements that stand in `words`."""
    return {number for part in words.split("第")[1:] if (number := _number(part)) in known}


def _number(part: str) -> int:
    digits = part[:6]
    return int(digits) if digits.isdigit() else 0
