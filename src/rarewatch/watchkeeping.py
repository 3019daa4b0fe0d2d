"""The service watches itself: canaries, the heartbeat outside, the daily word, and trouble that is nobody's source.

A duty of its own, every few seconds. What it must not say twice is remembered in the archive, by the keys of notices and by marks;
killed half-way it says it at the next look.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol, runtime_checkable

import structlog

from rarewatch import canary, wellbeing
from rarewatch.errors import ConfigError, DeliveryFault, SourceFault, Unavailable
from rarewatch.latency import summed_up
from rarewatch.nouns.alert import Subscription, Target
from rarewatch.nouns.expected import Mark, State
from rarewatch.nouns.health import Notice
from rarewatch.nouns.vigil import Sent
from rarewatch.pipeline import Kit
from rarewatch.stores import Store, latency, vigil
from rarewatch.wellbeing import Room

EVERY_SECONDS = 5.0
_log = structlog.get_logger()
_SUBJECT = "own"
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_ASIDE = timedelta(minutes=1)
"""What is not urgent is looked at so often."""


@runtime_checkable
class ReadsBack(Protocol):
    """A notifier that can look whether a message still stands where it was sent."""

    async def stands(self, delivery: str, remote: dict[str, str]) -> bool:
        """Whether the message of `delivery` stands where its receipt `remote` says. Raises `DeliveryFault` where it cannot look."""
        ...


@dataclass(frozen=True)
class Plan:
    """What of it is wanted: `flight` of canaries to `target`, the daily word `at` a time in `zone`; None leaves it out.

    `ping` calls the heartbeat; it raises `SourceFault` or `ConfigError`. `room` measures the disk at `place`.
    """

    flight: canary.Flight | None = None
    target: Target | None = None
    ping: Callable[[], Awaitable[object]] | None = None
    at: time | None = None
    zone: str = "Asia/Shanghai"
    room: Callable[[], Room | None] | None = None
    place: str = ""


class Watchkeeper:
    """Looks after the service it is part of; one for each."""

    def __init__(self, plan: Plan, archive: vigil.Archive, kit: Callable[[], Kit]) -> None:
        """`kit` gives the one in force; nothing is looked at before the first `look`."""
        self._plan, self._archive, self._kit = plan, archive, kit
        self._started: datetime | None = None
        self._before: datetime | None = None
        self._looked_aside: datetime | None = None
        self._out_of_order: datetime | None = None
        self._settled = ""
        self._seen = ""
        self._late = ""
        self._unsaid: list[Notice] = []

    async def look(self) -> None:
        """Look once at everything; what cannot be recorded now is said at a later look."""
        kit = self._kit()
        now = kit.now()
        self._started = self._started or now
        if self._before and (notice := wellbeing.clock_notice(self._before, now)):
            self._unsaid.append(notice)
            # Or what was measured from moments that lie ahead now would wait for them.
            self._started, self._looked_aside = now, None
        self._before = now
        try:
            await self._look(kit, now)
        except Unavailable as error:
            self._out_of_order = self._out_of_order or now
            _log.error("watch-put-off", error=str(error))

    async def _look(self, kit: Kit, now: datetime) -> None:
        if self._plan.flight:
            await self._look_for_canary(self._plan.flight, kit, now)
        pressing = self._unsaid or self._out_of_order
        if self._looked_aside and now - self._looked_aside < _ASIDE and not pressing:
            return
        notices = list(self._unsaid)
        if self._out_of_order:
            notices.append(wellbeing.archive_notice(self._out_of_order, now))
        room = self._plan.room() if self._plan.room else None
        if room and room.is_scarce:
            notices.append(wellbeing.room_notice(room, self._plan.place, now))
        await kit.in_order(self._look_aside, kit, notices, now)
        self._looked_aside, self._unsaid, self._out_of_order = now, [], None

    async def _look_for_canary(self, flight: canary.Flight, kit: Kit, now: datetime) -> None:
        sent, started = await kit.in_order(self._newest_canary), self._started or now
        if sent and sent.token != self._seen:
            await kit.in_order(self._retire)
            self._seen = sent.token
        if sent is None or sent.token != self._settled:
            why = canary.objection(sent, flight, started, now)
            if sent and not why and canary.on_time(sent, flight):
                why = await self._confirm(sent, flight, kit, now)
        else:
            why = canary.overdue(sent, flight, started, now)
        name = sent.token if sent else "none"
        if why and self._late != name:
            _log.error("canary-lost", detail=why)
            await kit.in_order(self._lose, canary.lost_notice(sent, why, self._plan.target, now), kit)
            self._late = name

    async def _confirm(self, sent: Sent, flight: canary.Flight, kit: Kit, now: datetime) -> str:
        """Read a canary back; why it counts as lost, "" where it stands, or has time left to be looked for."""
        objection = await _read_back(sent, kit)
        if objection:
            begun = max(sent.released_at, self._started or now)
            return objection if now - begun > timedelta(seconds=flight.within) else ""
        await kit.in_order(self._settle, sent, kit, now)
        self._settled = sent.token
        # An old one, found again after a restart, says nothing of how this process fares.
        if self._plan.ping and self._started and sent.released_at >= self._started:
            await self._call(self._plan.ping)
        return ""

    async def _call(self, ping: Callable[[], Awaitable[object]]) -> None:
        try:
            await ping()
        except (SourceFault, ConfigError) as error:
            _log.warning("heartbeat-failed", error=type(error).__name__, detail=getattr(error, "detail", str(error)))
        else:
            _log.debug("heartbeat")

    def _newest_canary(self) -> Sent | None:
        with self._archive.look() as connection:
            return vigil.newest_canary(connection)

    def _retire(self) -> None:
        """A newer canary left: what was not delivered of the older ones need not be."""
        with self._archive.begin() as connection:
            vigil.retire_canaries(connection)

    def _lose(self, notice: Notice, kit: Kit) -> None:
        """Tell of a lost canary, unless one was lost before and none came back."""
        with self._archive.look() as connection:
            last = vigil.newest_notice(connection, canary.LOST, canary.BACK)
        if not last.startswith(canary.LOST):
            _tell(kit.store, [notice], kit.audience)

    def _settle(self, sent: Sent, kit: Kit, now: datetime) -> None:
        """Write down what follows from a canary that arrived."""
        with self._archive.look() as connection:
            last = vigil.newest_notice(connection, canary.LOST, canary.BACK)
        if last.startswith(canary.LOST):
            _log.info("canary-back")
            _tell(kit.store, [canary.back_notice(last, sent, now)], kit.audience)

    def _look_aside(self, kit: Kit, notices: list[Notice], now: datetime) -> None:
        """Say `notices`, what died (at most once an hour), and the daily word."""
        marks = dict[str, Mark]()
        with kit.store.desk() as book:
            known = book.register.marks(_SUBJECT)
        told = known.get("dead")
        if told is None:
            marks["dead"] = Mark(State.CURSOR, now)  # what died before anybody asked is past
        elif not told.detail or not timedelta() <= now - told.at < _HOUR:
            since = min(told.at, now)
            with self._archive.look() as connection:
                dead = vigil.dead_since(connection, since, wellbeing.DEAD)
            if dead:
                notices.append(wellbeing.dead_notice(dead, now))
                marks["dead"] = Mark(State.CURSOR, now, "", "told")
        if self._plan.at is not None:
            daily = self._daily(self._plan.at, known.get("all-clear"), now)
            if daily:
                notice, marks["all-clear"] = daily
                notices.append(notice)
        if notices or marks:
            _tell(kit.store, notices, kit.audience, marks)

    def _daily(self, at: time, last: Mark | None, now: datetime) -> tuple[Notice, Mark] | None:
        """The word of the day and what is remembered of it; None when it was said, or nothing was read before it was due."""
        due = wellbeing.last_due(at, self._plan.zone, now)
        if last is not None and due <= last.at <= now:
            return None
        end = due.astimezone(UTC)
        with self._archive.look() as connection:
            if last is None and not vigil.begun_before(connection, due):
                return None
            figures = vigil.figures(connection, end - _DAY, end)
            whole = summed_up(latency.trips(connection, end - _DAY, end), "channel")[0]
        polls = figures.polls - int(last.detail) if last and last.detail.isdecimal() else None
        notice = wellbeing.all_clear(due, figures, polls, whole.seen_to_sent, now)
        return notice, Mark(State.CURSOR, due, "", str(figures.polls))


async def _read_back(sent: Sent, kit: Kit) -> str:
    """Why a canary that was sent cannot be confirmed, "" where it can; a channel that cannot look back is believed its receipt."""
    notifier: object = kit.notifiers.get(sent.via)
    if not isinstance(notifier, ReadsBack):
        return ""
    try:
        return "" if await notifier.stands(sent.token, dict(sent.receipt)) else "it was taken, but does not stand in the channel"
    except DeliveryFault as fault:
        return f"it was taken, but whether it stands there cannot be read: {fault.detail}"


def _tell(store: Store, notices: Sequence[Notice], audience: Sequence[Subscription], marks: dict[str, Mark] | None = None) -> None:
    """Keep notices for the operators among `audience`, and write marks down with them."""
    with store.desk() as book:
        told = sum(book.notify(notice, audience) for notice in notices)
        for period, mark in (marks or {}).items():
            book.register.mark(_SUBJECT, period, mark)
    if notices:
        _log.warning("operators-told", about=[notice.headline for notice in notices], deliveries=told)
