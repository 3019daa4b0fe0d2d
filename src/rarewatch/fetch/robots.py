"""Asks a site's robots.txt before anything else, remembers it, and says what it allows (RFC 9309).

An answer of the kind 4xx means that there are no rules. Where the site fails to answer, the page is not asked either: an older
copy counts where one is known, and a robots.txt that fails for a whole day counts as none.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from protego import Protego

from rarewatch.clock import Clock
from rarewatch.errors import BadRedirect, Disallowed, ForbiddenAddress, RateLimited, Refused, SourceFault
from rarewatch.fetch.address import Address
from rarewatch.fetch.freshness import fresh_for
from rarewatch.nouns.robots import RobotsNote
from rarewatch.nouns.source import Access, Got

TOKEN = "rarewatch"  # noqa: S105 - the product token of RFC 9309: the name rules are addressed to
CAP = 500_000
"""Bytes of a robots.txt that are read; what comes after them does not count."""
LONGEST_PACE = 30.0
"""Seconds between two requests that a Crawl-delay may ask for."""

_SHORTEST, _LONGEST = 3_600.0, 86_400.0
_PATIENCE = timedelta(days=1)
_AGAIN, _AGAIN_WITH_RULES = 60.0, 3_600.0
_TIMEOUT = 20.0
_KEPT_TEXT = 100_000
_KEPT_SITES = 32_768
_KEPT_RULES = 4_000_000  # characters over all sites; parsed they take twelve times as much
_KEPT_VERDICTS = 2_048
_NAMED = 2_000  # rules that are looked through for the one to name

Ask: TypeAlias = Callable[[str, Access], Awaitable[Got]]
"""Gets an address and gives any answer below status 500, cut at the size allowed; raises a `SourceFault` for all else."""


class RobotsMemory(Protocol):
    """Where answers are recorded over restarts."""

    async def load(self, origin: str) -> RobotsNote | None:
        """What was last recorded of `origin`."""
        ...

    async def save(self, note: RobotsNote) -> None:
        """Record `note` in place of what was known of its origin."""
        ...


class Rules:
    """What one robots.txt asks of rarewatch; `pace` is the least time between two requests, in seconds (0.0 for none)."""

    def __init__(self, text: str) -> None:
        """`text` is the file's content; what is no rule in it does not count."""
        self._text = text
        self._parsed = Protego.parse(text) if text else None
        delay = self._parsed.crawl_delay(TOKEN) if self._parsed else None
        self.pace = min(delay or 0.0, LONGEST_PACE)
        self._verdicts: dict[str, str] = {}

    def against(self, url: str) -> str:
        """The line that forbids `url`, "" where it may be asked."""
        if self._parsed is None:
            return ""
        verdict = self._verdicts.get(url)
        if verdict is None:
            if len(self._verdicts) >= _KEPT_VERDICTS:
                self._verdicts.clear()
            verdict = self._verdicts[url] = "" if self._parsed.can_fetch(url, TOKEN) else _line(self._text, url)
        return verdict

    @property
    def in_words(self) -> str:
        """What follows from them, for people."""
        if self._parsed is None:
            return "no rules: everything may be asked"
        pace = f", at least {self.pace:g} s between two requests" if self.pace else ""
        return f"its rules are obeyed{pace}"


def _line(text: str, url: str) -> str:
    """The longest Disallow line among those for us, or for all, that holds for `url`: it is the one that decides."""
    groups: dict[str, list[str]] = {}
    agents: list[str] = []
    heading = False
    for line in text.splitlines():
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        if key.lower() == "user-agent":
            agents = [*agents, value.lower()] if heading else [value.lower()]
        elif key.lower() == "disallow" and value:
            for agent in agents:
                groups.setdefault(agent, []).append(value)
        heading = key.lower() == "user-agent" or (heading and not key)
    ours = groups.get(TOKEN) or groups.get("*") or []
    held = [rule for rule in ours[:_NAMED] if not Protego.parse(f"User-agent: *\nDisallow: {rule}").can_fetch(url, TOKEN)]
    return f"Disallow: {max(held, key=len)}" if held else "a rule against it"


def verdict(note: RobotsNote, url: str) -> str:
    """What `note` means for `url`, in one line for people."""
    line = "" if note.failed else Rules(note.text).against(url)
    return f"not asked, robots.txt says {line!r}" if line else note.detail


@dataclass(slots=True)
class _Site:
    """What is known of one origin until `until` (POSIX): its rules, or the fault for which they were not had.

    `size` is what counts of it in characters, None once it was forgotten.
    """

    until: float = 0.0
    size: int | None = 0
    rules: Rules | None = None
    fault: SourceFault | None = None
    note: RobotsNote | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Robots:
    """The robots.txt of every site that is asked; one question at a time for each site."""

    def __init__(self, ask: Ask, memory: RobotsMemory | None, clock: Clock) -> None:
        """Without `memory` an answer is known only to this process."""
        self._ask, self._memory, self._clock = ask, memory, clock
        self._sites: dict[tuple[str, str], _Site] = {}
        self._size = 0

    async def permit(self, at: Address, access: Access) -> float:
        """The least time, in seconds, that the site at `at` wants between two requests.

        Raises `Disallowed` where it wants none there, and the site's own fault where its robots.txt cannot be had.
        """
        site = self._site(at.origin, access.proxy)
        if self._clock().timestamp() >= site.until:
            async with site.asking:
                if self._clock().timestamp() >= site.until:
                    await self._learn(site, at, access)
        if site.fault is not None:
            raise type(site.fault)(site.fault.detail, url=site.fault.url, after=site.fault.after)
        assert site.rules is not None
        if line := site.rules.against(at.text):
            raise Disallowed(f"robots.txt says {line!r}", url=at.text)
        return site.rules.pace

    def _site(self, origin: str, proxy: str) -> _Site:
        site = self._sites.pop((origin, proxy), None) or _Site()
        self._sites[origin, proxy] = site  # what was not asked for the longest comes first
        self._forget()
        return site

    def _forget(self) -> None:
        """Keep within what may be kept; one that is forgotten is asked again when it is next needed."""
        while len(self._sites) > 1 and (len(self._sites) > _KEPT_SITES or self._size > _KEPT_RULES):
            old = self._sites.pop(next(iter(self._sites)))
            self._size, old.size = self._size - (old.size or 0), None

    def _weigh(self, site: _Site, size: int) -> None:
        if site.size is not None:
            self._size, site.size = self._size + size - site.size, size
            self._forget()

    async def _learn(self, site: _Site, at: Address, access: Access) -> None:
        plain = Access(
            timeout=min(access.timeout, _TIMEOUT),
            max_bytes=CAP,
            allow_private=access.allow_private,
            user_agent=access.user_agent,
            robots=False,
            proxy=access.proxy,
            proxy_login=access.proxy_login,
        )
        now = self._clock()
        try:
            got = await self._ask(f"{at.origin}/robots.txt", plain)
        except (BadRedirect, ForbiddenAddress) as fault:
            await self._settle(site, now, RobotsNote(at.origin, now, 200, "", f"no rules: {fault.detail}"), _LONGEST)
        except SourceFault as fault:
            if isinstance(fault, RateLimited | Refused) and fault.after:
                raise  # the host is left alone: nothing was learned
            await self._do_without(site, at.origin, fault, now)
        else:
            await self._settle(site, now, _noted(at.origin, got), _fresh(got))

    async def _settle(self, site: _Site, now: datetime, note: RobotsNote, fresh: float, fault: SourceFault | None = None) -> None:
        """Take `note` for what is known, and record it cut to what is kept."""
        # A file of the largest size is parsed for half a second, which nobody else should wait for.
        rules = None if fault else await asyncio.to_thread(Rules, note.text)
        if rules is not None and not note.detail:
            note = replace(note, detail=rules.in_words)
        if self._memory is not None:
            await self._memory.save(replace(note, text=note.text[:_KEPT_TEXT]))
        site.rules, site.fault, site.note, site.until = rules, fault, note, now.timestamp() + fresh
        self._weigh(site, len(note.text))

    async def _do_without(self, site: _Site, origin: str, fault: SourceFault, now: datetime) -> None:
        """Go by an older copy; without one, wait for a day before the site counts as one without rules."""
        known = site.note or (await self._memory.load(origin) if self._memory is not None else None)
        if known is not None and not known.failed:
            words = f"robots.txt of {known.at:%Y-%m-%d %H:%M} UTC counts, it cannot be had now: {fault.detail}"
            await self._settle(site, now, replace(known, detail=words), _AGAIN_WITH_RULES)
            return
        since = min(known.at, now) if known is not None else now
        if now - since >= _PATIENCE:
            words = f"no rules: robots.txt has failed since {since:%Y-%m-%d %H:%M} UTC: {fault.detail}"
            await self._settle(site, now, RobotsNote(origin, since, 0, "", words), _AGAIN_WITH_RULES)
        else:
            words = f"nothing is asked there yet, robots.txt cannot be had: {fault.detail}"
            await self._settle(site, now, RobotsNote(origin, since, 0, "", words), _AGAIN, fault)


def _noted(origin: str, got: Got) -> RobotsNote:
    """An answer as it is remembered; a web page in place of rules holds none."""
    if got.status >= 300:
        return RobotsNote(origin, got.at, got.status, "", f"no rules: there is none (status {got.status})")
    text = got.body.decode("utf-8-sig", "replace")
    if text.lstrip().startswith("<"):
        return RobotsNote(origin, got.at, got.status, "", "no rules: a web page stands there")
    return RobotsNote(origin, got.at, got.status, text)


def _fresh(got: Got) -> float:
    """How long an answer counts, in seconds: as long as the server says, from one hour to a day."""
    said = fresh_for(got.headers) if "cache-control" in got.headers else _LONGEST
    return min(max(said, _SHORTEST), _LONGEST)
