"""The service watches itself: over days on a clock that stands still, through restarts, with real crews and databases."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from making import HOUR, MINUTE, NOW, StillClock, at_once, item, open_delivery, subscription
from rarewatch import canary
from rarewatch.canary import Canary, Flight, source_of
from rarewatch.compose import Composer
from rarewatch.crew import Clerk, Crew, Writer
from rarewatch.errors import DeliveryFault, Unavailable, Unreachable
from rarewatch.fetch import Backlog, drive
from rarewatch.match import Compiled
from rarewatch.nouns.alert import Receipt, Target
from rarewatch.nouns.vigil import CANARY
from rarewatch.nouns.watch import Severity, Watch
from rarewatch.pipeline import Kit
from rarewatch.stores import tables, views
from rarewatch.stores.sql import SqlStore
from rarewatch.watchkeeping import Plan, Watchkeeper
from rarewatch.watchplan import submitting
from rarewatch.wellbeing import Room, last_due

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
TEST, OPS = Target("bell", "C0TEST"), Target("post", "ops@example.org")
CHANNEL = (Target("bell", "C1"),)
FLIGHT = Flight(every=900, within=300)
LOST, BACK = "A canary did not arrive", "Canaries arrive again"


class Bell:
    """A channel that can be asked whether a message stands; `fault` is raised by every sending, `lost` hides what was sent."""

    def __init__(self, clock):
        self.clock, self.rung, self.fault, self.lost, self.blind = clock, [], None, False, None

    async def send(self, message, target):
        if self.fault:
            raise self.fault
        self.rung.append((message, target))
        return Receipt({"ts": message.delivery}, self.clock())

    async def stands(self, delivery, remote):
        if self.blind:
            raise self.blind
        return not self.lost and remote == {"ts": delivery}


class Post:
    """A channel that gives a receipt and no more."""

    def __init__(self, clock):
        self.clock, self.taken = clock, []

    async def send(self, message, target):
        self.taken.append((self.clock(), message))
        return Receipt({"id": message.delivery}, self.clock())


class House:
    """A service with canaries: `start` is a new process on the same database; `pass_by` lets time go by, tick by tick."""

    def __init__(self, store, writer, plan):
        self.store, self.plan, self.clock = store, plan, StillClock()
        self.bell, self.post, self.pings, self.ping_fault = Bell(self.clock), Post(self.clock), [], None
        self.source = source_of(plan.target, plan.flight.every) if plan.flight else None
        self.writer = writer
        self.start()

    def start(self):
        audience = (subscription("ops", (OPS,), operator=True), subscription("desk", (Target("bell", "C1"),)))
        clerk = Clerk(self.writer)
        self.kit = clerk.kit = Kit(
            read=self.read,
            submit=submitting(clerk, Backlog(8), self.store, self.writer, self.clock),
            store=self.store,
            in_order=self.writer,
            insist=self.writer.insist,
            watch=Compiled(Watch()),
            audience=audience,
            composer=Composer(Watch(), audience, lambda _: ()),
            notifiers={"bell": self.bell, "post": self.post},
            now=self.clock,
        )
        sources = [self.source] if self.source else []
        self.store.enrol(sources, at_once)
        self.store.recover(self.clock())
        self.crew = Crew(self.kit, {one.id: one for one in sources}, readers=2, couriers=2, told=lambda _: None)
        plan = replace(self.plan, ping=self.ping)
        self.keeper = Watchkeeper(plan, self.store, lambda: self.kit)

    async def read(self, job):
        return await drive(Canary().read(job.source, job.claim.seen), job.source.access, None)

    async def ping(self):
        self.pings.append(self.clock())
        if self.ping_fault:
            raise self.ping_fault

    async def tick(self):
        await self.crew.send_readers()
        await self.crew.one_pass(())
        await self.keeper.look()
        await self.crew.one_pass(())

    async def pass_by(self, span, step=MINUTE, *, read=True):
        for _ in range(int(span / step)):
            self.clock.forward(step)
            if read:
                await self.crew.send_readers()
            await self.crew.one_pass(())
            await self.keeper.look()
            await self.crew.one_pass(())

    @property
    def told(self):
        return [message.headline for _, message in self.post.taken]

    def count(self, table):
        with self.store.look() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()


@asynccontextmanager
async def open_house(folder, plan=None):
    store = SqlStore(f"sqlite:///{folder}/own.db")
    store.migrate()
    with ThreadPoolExecutor(max_workers=1) as thread:
        yield House(store, Writer(thread), plan or Plan(flight=FLIGHT, target=TEST))
    store.close()


async def test_a_canary_goes_the_whole_way_and_then_the_heartbeat_is_called(tmp_path):
    async with open_house(tmp_path) as house:
        await house.tick()
        assert [(target, message.notice) for message, target in house.bell.rung] == [(TEST, True)]
        assert house.pings == [NOW]
        await house.pass_by(HOUR)
        assert len(house.bell.rung) == len(house.pings) == 5
        assert {target for _, target in house.bell.rung} == {TEST}
        assert len({message.delivery for message, _ in house.bell.rung}) == 5
        assert house.told == []


async def test_canaries_are_out_of_sight(tmp_path):
    async with open_house(tmp_path) as house:
        await house.pass_by(HOUR)
        with house.store.look() as connection:
            assert views.sources(connection) == []
            assert views.alerts(connection, 99) == views.deliveries(connection, 99) == []
            assert views.newest(connection, 99) == list(views.past(connection, NOW - DAY)) == []
            assert len(views.alerts(connection, 99, CANARY)) == 4
        with house.store.desk() as book:
            assert book.register.looks() == {}


async def test_a_canary_that_is_not_taken_is_told_once_and_its_recovery_once(tmp_path):
    async with open_house(tmp_path) as house:
        await house.tick()
        house.bell.fault = DeliveryFault("channel is gone", reason="client", again=True)
        await house.pass_by(3 * HOUR)
        assert house.told == [LOST]
        assert "channel is gone" in " ".join(one.sentence for one in house.post.taken[0][1].evidence)
        assert house.pings == [NOW]
        house.bell.fault = None
        await house.pass_by(HOUR)
        assert house.told == [LOST, BACK]
        # Those that were overtaken are given up: the channel is not flooded with them.
        assert len(house.bell.rung) == 1 + 1 + 4
        assert len(house.pings) == 6


async def test_a_canary_that_does_not_stand_where_it_was_sent_is_lost(tmp_path):
    async with open_house(tmp_path) as house:
        house.bell.lost = True
        await house.tick()
        await house.pass_by(4 * MINUTE)
        assert house.told == []
        await house.pass_by(2 * MINUTE)
        assert house.told == [LOST]
        await house.pass_by(HOUR)
        assert house.told == [LOST]
        assert not house.pings


async def test_a_canary_that_cannot_be_looked_for_is_lost_and_the_reason_is_told(tmp_path):
    async with open_house(tmp_path) as house:
        house.bell.blind = DeliveryFault("missing_scope", reason="auth", again=False)
        await house.pass_by(HOUR)
        assert (house.told, house.pings) == ([LOST], [])
        assert "missing_scope" in " ".join(one.sentence for one in house.post.taken[0][1].evidence)


async def test_no_canary_at_all_is_told_too(tmp_path):
    async with open_house(tmp_path) as house:
        await house.pass_by(7 * MINUTE, read=False)
        assert house.told == [LOST]
        await house.pass_by(2 * MINUTE)
        assert house.told == [LOST, BACK]
        await house.pass_by(19 * MINUTE, read=False)
        assert house.told == [LOST, BACK]
        await house.pass_by(HOUR, read=False)
        assert house.told == [LOST, BACK, LOST]
        assert len(house.pings) == 1


async def test_a_canary_that_comes_late_is_no_heartbeat(tmp_path):
    async with open_house(tmp_path) as house:
        house.bell.fault = DeliveryFault("busy", reason="server", again=True, after=400)
        await house.tick()
        house.bell.fault = None
        await house.pass_by(8 * MINUTE)
        assert (len(house.bell.rung), house.told, house.pings) == (1, [LOST], [])


async def test_a_restart_tells_nothing_twice_and_an_old_canary_is_no_heartbeat(tmp_path):
    async with open_house(tmp_path) as house:
        await house.tick()
        for _ in range(5):
            house.clock.forward(MINUTE)
            house.start()
            await house.tick()
        assert house.pings == [NOW]
        house.bell.fault = DeliveryFault("down", reason="server", again=True)
        await house.pass_by(HOUR)
        assert house.told == [LOST]
        for _ in range(3):
            house.start()
            await house.pass_by(10 * MINUTE)
        house.bell.fault = None
        house.start()
        await house.pass_by(HOUR)
        house.start()
        await house.pass_by(10 * MINUTE)
        # A restart starts the time anew; each canary that is lost is told once at most.
        assert house.told.count(BACK) == 1
        assert house.told[-1] == BACK


async def test_a_service_that_was_away_does_not_tell_of_its_own_absence(tmp_path):
    async with open_house(tmp_path) as house:
        await house.tick()
        house.clock.forward(DAY)
        house.start()
        await house.tick()
        await house.pass_by(HOUR)
        assert house.told == []
        assert len(house.pings) == 6


async def test_a_channel_that_cannot_look_back_is_believed_its_receipt(tmp_path):
    async with open_house(tmp_path, Plan(flight=FLIGHT, target=Target("post", "test@example.org"))) as house:
        await house.tick()
        assert len(house.pings) == 1


async def test_a_heartbeat_that_fails_is_tried_with_the_next_canary(tmp_path):
    async with open_house(tmp_path) as house:
        house.ping_fault = Unreachable("no answer")
        await house.pass_by(20 * MINUTE)
        assert len(house.pings) == 2
        assert house.told == []


async def test_only_so_many_canaries_are_kept(tmp_path):
    async with open_house(tmp_path, Plan(flight=Flight(60, 30), target=TEST)) as house:
        await house.tick()
        open_delivery(house.store, targets=CHANNEL)
        for _ in range(410):
            house.clock.forward(MINUTE)
            await house.tick()
        with house.store.look() as connection:
            kept = len(views.alerts(connection, 9_999, CANARY))
            assert len(views.alerts(connection, 9_999)) == 1
        assert 200 <= kept < 400
        for table in (tables.item, tables.story, tables.decision, tables.alert):
            assert house.count(table) == kept + 1
        assert len(house.pings) == 411


ALL_CLEAR = Plan(at=time(8, 30), zone="Asia/Shanghai")
"""NOW is nine in the morning there."""


async def test_the_daily_word_comes_once_a_day_whatever_starts_anew(tmp_path):
    async with open_house(tmp_path, ALL_CLEAR) as house:
        open_delivery(house.store, targets=CHANNEL)
        await house.tick()
        assert house.told == []  # what was due before anything was read is not caught up with
        await house.pass_by(23 * HOUR, 10 * MINUTE)
        assert house.told == []
        for _ in range(4):
            house.start()
            await house.pass_by(HOUR, 10 * MINUTE)
        assert house.told == ["All clear, 2031-04-05 08:30 CST"]
        lines = [one.sentence for one in house.post.taken[0][1].evidence]
        assert "Sources: none" in lines
        assert "New items: 1; alerts: 1" in lines
        await house.pass_by(7 * DAY, HOUR)
        assert len(house.told) == 8


async def test_after_days_away_one_word_is_said_not_many(tmp_path):
    async with open_house(tmp_path, ALL_CLEAR) as house:
        open_delivery(house.store, targets=CHANNEL)
        await house.pass_by(DAY, HOUR)
        house.clock.forward(5 * DAY)
        house.start()
        await house.pass_by(6 * HOUR, 10 * MINUTE)
        assert house.told == ["All clear, 2031-04-05 08:30 CST", "All clear, 2031-04-10 08:30 CST"]


async def test_the_daily_word_does_not_wait_for_a_clock_that_was_ahead(tmp_path):
    async with open_house(tmp_path, ALL_CLEAR) as house:
        open_delivery(house.store, targets=CHANNEL)
        house.clock.forward(30 * DAY)
        await house.tick()
        house.clock.forward(-29 * DAY)
        await house.tick()
        assert house.told == [
            "All clear, 2031-05-04 08:30 CST",
            "The system's clock was set back",
            "All clear, 2031-04-05 08:30 CST",
        ]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "2026-03-28T02:30:00+01:00"),
        (datetime(2026, 3, 29, 12, tzinfo=UTC), "2026-03-29T01:30:00+00:00"),  # left out by the change of clocks
        (datetime(2026, 10, 25, 0, 29, tzinfo=UTC), "2026-10-24T02:30:00+02:00"),
        (datetime(2026, 10, 25, 1, 45, tzinfo=UTC), "2026-10-25T02:30:00+02:00"),  # comes twice, counts once
        (datetime(2026, 10, 26, 1, 29, tzinfo=UTC), "2026-10-25T02:30:00+02:00"),
    ],
)
def test_a_time_of_day_is_due_once_a_day_across_changes_of_clocks(now, due):
    found = last_due(time(2, 30), "Europe/Berlin", now)
    assert found.timestamp() == datetime.fromisoformat(due).timestamp()


async def test_dead_deliveries_are_told_in_one_word_an_hour(tmp_path):
    async with open_house(tmp_path, Plan()) as house:
        await house.tick()
        house.bell.fault = DeliveryFault("channel_not_found", reason="client", again=False)
        for number in range(30):
            thing = item(f"商务部公告2031年第{number}号", url=f"https://s1.example.com/{number}.html")
            open_delivery(house.store, thing=thing, targets=CHANNEL, now=house.clock())
            await house.pass_by(4 * MINUTE)
        await house.pass_by(2 * HOUR)
        assert house.told[0] == "1 delivery(ies) will not be tried again"
        assert sum(int(one.split()[0]) for one in house.told) == 30
        assert len(house.told) <= 4
        assert any(one.sentence.startswith("and ") for one in house.post.taken[1][1].evidence)


async def test_the_death_of_a_word_about_deaths_is_no_new_one(tmp_path):
    async with open_house(tmp_path, Plan()) as house:
        await house.tick()
        house.kit = replace(house.kit, audience=(subscription("ops", (Target("bell", "C9"),), operator=True),))
        house.bell.fault = DeliveryFault("channel_not_found", reason="client", again=False)
        open_delivery(house.store, targets=CHANNEL)
        await house.pass_by(12 * HOUR, 10 * MINUTE)
        assert house.count(tables.delivery) == 2


async def test_a_disk_that_is_nearly_full_is_told_once_a_day(tmp_path):
    left = [Room(10_000_000_000, 50_000_000_000)]
    async with open_house(tmp_path, Plan(room=lambda: left[0], place="/srv")) as house:
        await house.pass_by(HOUR)
        assert house.told == []
        left[0] = Room(2_000_000_000, 50_000_000_000)
        await house.pass_by(HOUR)
        await house.pass_by(2 * DAY, HOUR)
        assert house.told == ["The disk of the archive is nearly full"] * 3


@pytest.mark.parametrize(("free", "total", "scarce"), [(5, 100, True), (199_999_999, 10**9, True), (2 * 10**8, 10**9, False)])
def test_a_twentieth_or_200_mb_are_little(free, total, scarce):
    assert Room(free, total).is_scarce is scarce


class Broken:
    """A writer whose store is out of order while `is_broken`."""

    def __init__(self, writer):
        self.writer, self.is_broken = writer, False

    async def __call__(self, work, *arguments):
        if self.is_broken:
            raise Unavailable("disk I/O error")
        return await self.writer(work, *arguments)


async def test_an_archive_that_was_out_of_order_is_told_when_it_serves_again(tmp_path):
    async with open_house(tmp_path) as house:
        await house.tick()
        broken = Broken(house.writer)
        house.kit = replace(house.kit, in_order=broken)
        broken.is_broken = True
        for _ in range(10):
            house.clock.forward(MINUTE)
            await house.keeper.look()
        broken.is_broken = False
        await house.pass_by(10 * MINUTE)
        assert house.told == ["The archive was out of order, and serves again"]
        assert (
            "For 600 s" in house.post.taken[0][1].evidence[0].sentence or "For 540 s" in house.post.taken[0][1].evidence[0].sentence
        )


async def test_a_clock_that_is_set_right_by_a_little_is_not_worth_a_word(tmp_path):
    async with open_house(tmp_path, Plan()) as house:
        await house.tick()
        house.clock.forward(-30 * SECOND)
        await house.tick()
        assert house.told == []
        house.clock.forward(-2 * HOUR)
        await house.tick()
        assert house.told == ["The system's clock was set back"]


def test_operators_hear_of_a_lost_canary_as_of_what_may_lose_alerts():
    lost = canary.lost_notice(None, "why", TEST, NOW)
    assert lost.severity is Severity.IMPORTANT
    assert lost.about == ""
