"""The people of the newsroom: many readers, one clerk at the desk, many couriers; all of them at work at once."""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Mapping
from concurrent.futures import Executor
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from rarewatch import telling
from rarewatch.errors import DeliveryFault, SourceFault, StoreError, Unavailable
from rarewatch.notifiers import pace_of
from rarewatch.nouns.alert import Delivered, DeliveryState, Parcel
from rarewatch.nouns.source import Claim, Job, Polled, Reading, Source
from rarewatch.nouns.turns import Turns
from rarewatch.pacing import Pacing
from rarewatch.pipeline import Kit, deliver, desk, gather, note_failure, note_fault

_log = structlog.get_logger()
_READER_LEASE = timedelta(minutes=15)
_COURIER_LEASE = timedelta(minutes=2)
_INSIST_SECONDS = 100.0
_ASK_AGAIN_SECONDS = 1.0
_BATCH = 64
_LOOK_SECONDS = 1.0
_LEAST_WAIT = 0.02
"""Seconds: targets whose rests end together are claimed together."""
_AFTER_TROUBLE = timedelta(minutes=1)
"""A source that was read while the store was out of order is read again so long after the store serves again."""
_IN_HAND = 8
"""Readers wait for their turn at a host; so many more sources than requests are in hand that one slow host holds up no other."""


class Writer:
    """Store work in the one thread that may write, in the order it was asked for."""

    def __init__(self, thread: Executor) -> None:
        """`thread` runs one thing at a time."""
        self._thread = thread

    async def __call__(self, work: Any, *args: object) -> Any:
        """The result of `work(*args)`."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *args))

    async def insist(self, work: Any, *args: object) -> Any:
        """The same, but a store that is out of order (a full disk, a restart) is asked again for a while before it is given up."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _INSIST_SECONDS
        while True:
            try:
                return await self(work, *args)
            except Unavailable as error:
                if loop.time() > until:
                    raise
                _log.error("store-out-of-order", error=str(error))
                await asyncio.sleep(_ASK_AGAIN_SECONDS)


class Clerk:
    """Collects what readers bring while the desk is busy, so that a rush costs few transactions."""

    def __init__(self, writer: Writer) -> None:
        """`writer` runs the desk."""
        self._writer = writer
        self._waiting: list[tuple[Job, Reading, asyncio.Future[Polled]]] = []
        self._at_work: asyncio.Task[None] | None = None
        self.kit: Kit | None = None

    async def submit(self, job: Job, reading: Reading) -> Polled:
        """Wait until the desk has decided on `reading`; raises what the desk raised."""
        answer: asyncio.Future[Polled] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, reading, answer))
        if self._at_work is None or self._at_work.done():
            self._at_work = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            await self._decide(batch)

    async def _decide(self, batch: list[tuple[Job, Reading, "asyncio.Future[Polled]"]]) -> None:
        try:
            polled = await self._writer(desk, [(job, reading) for job, reading, _ in batch], self.kit)
        except Exception as error:  # noqa: BLE001 - whoever waits for the answer gets it; nothing is swallowed
            # A store that is out of order is so for all of them, and may take long to say it each time.
            if len(batch) == 1 or isinstance(error, StoreError):
                for _, _, answer in batch:
                    _answer(answer, error)
                return
            # One reading that cannot be recorded must not take the others with it.
            for one in batch:
                await self._decide([one])
            return
        for (_, _, answer), result in zip(batch, polled, strict=True):
            if not answer.done():
                answer.set_result(result)


def _answer(answer: "asyncio.Future[Polled]", error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)


class Crew:
    """Sends readers to sources that are due and couriers with deliveries that are due."""

    def __init__(
        self,
        kit: Kit,
        sources: Mapping[str, Source],
        *,
        readers: int,
        couriers: int,
        told: Callable[[Polled | Delivered], None],
    ) -> None:
        """`readers` requests and `couriers` deliveries at once; `told` hears of every outcome."""
        self._kit = kit
        self._sources = sources
        self._told = told
        self._most_readings = readers * _IN_HAND
        self._most_deliveries = couriers
        self._readings: set[asyncio.Task[None]] = set()
        self._deliveries: set[asyncio.Task[None]] = set()
        self._carried: set[str] = set()
        self._unrecorded: list[Claim] = []
        self._claiming = asyncio.Lock()
        self._handing_out = asyncio.Lock()
        self._closing = False
        self._ended = asyncio.Event()
        self._pacing = Pacing(couriers)
        self._turns = Turns()
        self._wake: asyncio.TimerHandle | None = None
        self._asked = False

    async def send_readers(self) -> None:
        """Hand every source that is due to a reader, as far as there are free ones."""
        await self._give_back()
        free = self._most_readings - len(self._readings)
        if free > 0 and not self._closing:
            await self._hand_out(free, None)

    async def send_couriers(self) -> None:
        """Hand every delivery that is due and whose turn it is to a courier, as far as there are free ones."""
        if self._asked:
            return  # somebody waits to claim, and will see what is due by then
        self._asked = True
        try:
            # One at a time: two who count the same free couriers would send out more than there are.
            await self._claiming.acquire()
        finally:
            self._asked = False
        try:
            free = self._most_deliveries - len(self._carried)
            if free > 0 and not self._closing:
                await self._send_out(free)
                self._wake_up()
        finally:
            self._claiming.release()

    async def _send_out(self, free: int) -> None:
        kit, carried, now = self._kit, frozenset(self._carried), self._kit.now()
        turns = self._turns = self._pacing.turns(len(kit.notifiers), now.timestamp())
        for parcel in await kit.in_order(kit.store.claim_deliveries, now, free, _COURIER_LEASE, carried, turns):
            self._carried.add(parcel.delivery)
            self._pacing.begin(parcel.target, pace_of(kit.notifiers.get(parcel.target.via)), kit.now().timestamp())
            self._start(self._deliveries, self._bring(parcel))

    def _wake_up(self) -> None:
        """Look again when the next target has rested, if something waits for one; a tick would come too late for its pace."""
        loop = asyncio.get_running_loop()
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        rest = self._pacing.wake(self._kit.now().timestamp()) if self._turns.waiting else None
        if rest is not None:
            self._wake = loop.call_later(max(rest, _LEAST_WAIT), lambda: self._start(self._deliveries, self._at_once()))

    async def tell_what_waited(self) -> None:
        """Let go what waited long enough, and tell what nobody acknowledged."""
        kit = self._kit
        opened = await kit.in_order(telling.release, kit.store, kit.rules, kit.now())
        if opened:
            _log.info("released", deliveries=opened)
            await self.send_couriers()

    async def one_pass(self, only: Collection[str]) -> None:
        """Read each of the sources `only` once, due or not, and deliver until nothing is due."""
        left, loop, look_at = list(dict.fromkeys(only)), asyncio.get_running_loop(), 0.0
        while True:
            free = self._most_readings - len(self._readings)
            if left and free * 2 >= self._most_readings:  # by the hundred, for every claim is a transaction
                some, left = left[:free], left[free:]
                await self._hand_out(free, some)
            # So is every look for deliveries; those that a reading opens go out at once without it.
            if not self._running or loop.time() >= look_at:
                await self.send_couriers()
                look_at = loop.time() + _LOOK_SECONDS
            if self._running:
                self._ended.clear()
                await self._ended.wait()
            elif not left:
                rest = self._pacing.wake(self._kit.now().timestamp(), troubled=False) if self._turns.waiting else None
                if rest is None:
                    return
                await asyncio.sleep(rest)

    async def _hand_out(self, most: int, only: Collection[str] | None) -> None:
        # Held together: a claim speaks of the address its source had when it was made, and so must the job.
        async with self._handing_out:
            store, now = self._kit.store, self._kit.now()
            for claim in await self._kit.in_order(store.claim_sources, now, most, _READER_LEASE, only):
                self._start(self._readings, self._read(Job(self._sources[claim.source], claim)))

    async def _give_back(self) -> None:
        """Make sources due again that were read while the store was out of order: their leases would hold them back for longer."""
        if self._unrecorded:
            claims, store = tuple(self._unrecorded), self._kit.store
            await self._kit.in_order(store.release_sources, claims, self._kit.now() + _AFTER_TROUBLE)
            del self._unrecorded[: len(claims)]

    async def adopt(self, kit: Kit, sources: Mapping[str, Source], enrol: Callable[[], None]) -> None:
        """Work with another kit and other sources from now on; `enrol` makes the sources known to the store.

        What is in hand is ended with what it was begun with. Raises what `enrol` raises, with nothing changed.
        """
        async with self._handing_out:
            await self._kit.in_order(enrol)
            self._kit, self._sources = kit, sources

    async def drain(self) -> None:
        """Take no new work and wait until everything in hand is done."""
        self._closing = True
        if self._wake is not None:
            self._wake.cancel()
        while self._running:
            await asyncio.wait(self._running)

    @property
    def in_hand(self) -> int:
        """How many readings and deliveries are under way."""
        return len(self._running)

    @property
    def _running(self) -> set[asyncio.Task[None]]:
        return self._readings | self._deliveries

    def _start(self, running: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        running.add(task)
        task.add_done_callback(partial(self._end, running))

    def _end(self, running: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
        running.discard(task)
        self._ended.set()

    async def _read(self, job: Job) -> None:
        try:
            polled = await self._gather(job)
        except StoreError as error:
            # What was read is read again, for the validators have not moved.
            self._unrecorded.append(job.claim)
            _log.error("not-recorded", act="gather", source=job.source.id, error=str(error))
            polled = Polled(job.source.id, fault=SourceFault(f"read, but not recorded: {error}", url=job.source.url))
        if changed := polled.change:
            level = logging.WARNING if changed.now.is_trouble else logging.INFO
            words = {"was": changed.was.value, "now": changed.now.value, "detail": changed.detail}
            _log.log(level, "source-condition", source=changed.source, **words)
        if polled.fault:
            _log.warning("source-fault", source=polled.source, fault=polled.fault.name, detail=str(polled.fault))
        elif polled.new:
            _log.info("polled", source=polled.source, new=polled.new, matched=polled.matched, deliveries=polled.alerts)
        self._told(polled)
        if polled.alerts:
            await self._at_once()

    async def _gather(self, job: Job) -> Polled:
        try:
            return await gather(job, self._kit)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug met on one source's input must not end the others, nor hide
            _log.exception("bug", act="gather", source=job.source.id)
            fault = SourceFault(f"an error of rarewatch itself: {type(error).__name__}: {error}", url=job.source.url)
            return await note_fault(job, fault, self._kit)

    async def _bring(self, parcel: Parcel) -> None:
        fault: DeliveryFault | None = None
        try:
            delivered = await self._deliver(parcel)
            fault = delivered.fault if delivered.state is DeliveryState.DUE else None
        except StoreError as error:
            # The row still says "sending": after its lease it goes out again, in doubt, and the message says so.
            _log.error("not-recorded", act="deliver", delivery=parcel.delivery, error=str(error))
            delivered = Delivered(
                parcel.delivery, parcel.subscription, parcel.target, parcel.item.title, DeliveryState.SENDING, str(error)
            )
        finally:
            # Back before the next are sent out, or the last free courier would wait for a tick.
            self._carried.discard(parcel.delivery)
            self._pacing.end(parcel.target, fault, self._kit.now().timestamp())
        # Nobody will hear of a dead one unless somebody is told so.
        _log.log(
            logging.ERROR if delivered.state is DeliveryState.DEAD else logging.INFO,
            "delivery",
            delivery=parcel.delivery,
            subscription=parcel.subscription,
            via=parcel.target.via,
            attempt=parcel.attempt,
            state=delivered.state.value,
            detail=delivered.detail,
        )
        self._told(delivered)
        await self._at_once()

    async def _deliver(self, parcel: Parcel) -> Delivered:
        try:
            return await deliver(parcel, self._kit)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug met on one alert must not hold up the others, nor vanish
            _log.exception("bug", act="deliver", delivery=parcel.delivery)
            fault = DeliveryFault(
                f"an error of rarewatch itself: {type(error).__name__}", reason="client", again=True, in_doubt=True
            )
            return await note_failure(parcel, fault, self._kit)

    async def _at_once(self) -> None:
        """Do not wait for the next tick: within minutes means within milliseconds where that costs nothing."""
        try:
            await self.send_couriers()
        except StoreError as error:
            _log.error("not-claimed", act="deliver", error=str(error))
