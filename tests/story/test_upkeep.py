"""How sources fare, from poll to poll: told to operators once, kept through restarts, never to readers."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
import structlog
from desk_room import desk_of, entry, feed, open_newsroom

from making import DAY, HOUR, LONG_TEXT, MINUTE, NOW, source
from rarewatch._health_words import day_of
from rarewatch.errors import Gap, Refused, Unavailable, Unreachable
from rarewatch.nouns.alert import OWN
from rarewatch.nouns.health import Condition
from rarewatch.nouns.source import Reading
from rarewatch.nouns.watch import Severity
from rarewatch.stores import conditions, views
from rarewatch.upkeep import gap_notice

URL = "https://s1.example.com/feed"
GOOD = feed(entry("稀土新规", NOW - HOUR, LONG_TEXT))
WALL = Refused("a challenge page", url=URL)
PEOPLE = [desk_of("desk"), desk_of("ops", operator=True)]


@pytest.fixture
async def room(sqlite_url):
    async with open_newsroom(sqlite_url, audience=PEOPLE) as opened:
        opened.web[URL] = GOOD
        await opened.tick()
        opened.bell.rung.clear()
        yield opened


def notices(room, of="ops"):
    return [message.headline for message, target in room.bell.rung if target.to == of]


def condition(room):
    return room.look(views.sources)[0]["vitals"].condition


def history(room):
    return [spell["condition"] for spell in room.look(conditions.history, ["s1"])["s1"]]


async def blocked(room, times=3):
    room.web[URL] = WALL
    for _ in range(times):
        await room.later()


class TestTrouble:
    async def test_it_is_told_once_however_often_it_is_met_and_its_end_once(self, room):
        await blocked(room, 50)
        assert notices(room) == [f"s1 is blocked: refused: a challenge page [{URL}]"]
        ((message, _),) = room.bell.rung
        assert (message.notice, message.severity) == (True, Severity.NOTABLE)
        assert f"The newest date seen on it is {day_of(NOW - HOUR)}." in "".join(line.sentence for line in message.evidence)
        assert condition(room) is Condition.BLOCKED
        room.web[URL] = GOOD
        for _ in range(5):
            await room.later()
        assert [headline.partition(" after")[0] for headline in notices(room)[1:]] == ["s1 is well again"]
        assert history(room) == ["ok", "blocked", "ok"]

    async def test_a_blip_alarms_nobody(self, room):
        for trouble in (Unreachable("no name", url=URL), WALL):
            room.web[URL] = trouble
            await room.later()
            room.web[URL] = GOOD
            await room.later()
        assert (room.bell.rung, history(room)) == ([], ["ok"])

    async def test_it_is_no_news_to_readers_nor_is_news_a_notice(self, room):
        await blocked(room)
        room.web[URL] = feed(entry("江西钨业召开年度会议，钨价上涨", NOW + HOUR))
        await room.later()
        assert notices(room, "desk") == ["江西钨业召开年度会议，钨价上涨"]
        assert len(notices(room)) == 2
        assert all("s1 is" in headline for headline in notices(room))

    async def test_an_operator_who_asks_for_more_severe_ones_is_not_told(self, sqlite_url):
        calm = desk_of("calm", operator=True, min_severity=Severity.IMPORTANT)
        async with open_newsroom(sqlite_url, audience=[*PEOPLE, calm]) as room:
            await blocked(room)
            assert (len(notices(room)), notices(room, "calm")) == (1, [])
            (line,) = room.look(views.alerts, 10)
            decided = room.look(views.decisions_of, str(line["item"]))
            assert {made["subscription"]: made["reason"] for made in decided} == {"ops": "notice", "calm": "below_severity"}

    async def test_every_change_is_logged(self, room):
        with structlog.testing.capture_logs() as logged:
            await blocked(room)
        (line,) = [line for line in logged if line["event"] == "source-condition"]
        assert (line["source"], line["was"], line["now"], line["log_level"]) == ("s1", "ok", "blocked", "warning")
        assert "challenge" in line["detail"]

    async def test_a_silence_is_told_and_nothing_else_changes(self, sqlite_url):
        quiet = replace(source(), expects=replace(source().expects, quiet_for=2 * 86_400.0))
        async with open_newsroom(sqlite_url, [quiet], PEOPLE) as room:
            room.web[URL] = GOOD
            await room.tick()
            for _ in range(4):
                await room.later(DAY)
            assert len(notices(room)) == 1
            assert notices(room)[0].startswith("s1 is silent: ")
            assert [message.headline for message, target in room.bell.rung if target.to == "desk"] == ["稀土新规"]


class TestRestarts:
    async def test_what_was_told_is_not_told_again(self, sqlite_url):
        told = []
        for number in range(4):
            async with open_newsroom(sqlite_url, audience=PEOPLE) as room:
                room.web[URL] = WALL
                room.clock.forward(number * DAY)
                await room.tick()
                await room.later()
                told.append(notices(room))
        assert [len(one) for one in told] == [1, 0, 0, 0]

    async def test_a_suspicion_outlives_a_restart(self, sqlite_url):
        for number in range(2):
            async with open_newsroom(sqlite_url, audience=PEOPLE) as room:
                room.web[URL] = WALL
                room.clock.forward(number * HOUR)
                await room.tick()
                assert len(notices(room)) == number

    async def test_killed_between_the_fault_and_its_delivery_the_notice_still_goes_out_once(self, sqlite_url):
        async with open_newsroom(sqlite_url, audience=PEOPLE) as room:
            await blocked(room, 1)
            room.bell.gate.clear()
            room.clock.forward(HOUR)
            await room.crew.send_readers()
            await room.bell.entered.wait()  # the transaction is over, the message on its way
            assert condition(room) is Condition.BLOCKED
            told = room.look(views.deliveries, 10)
            assert [line["state"] for line in told] == ["sending"]
            clock, before = room.clock, room.bell.rung
            assert before == []
            # Another process takes over what this one leaves behind.
            async with open_newsroom(sqlite_url, audience=PEOPLE, clock=clock) as after:
                after.web[URL] = WALL
                await after.tick()
                assert len(notices(after)) == 1
                assert after.bell.rung[0][0].possible_repeat

    async def test_a_transaction_that_fails_leaves_no_state_that_nobody_was_told_of(self, room):
        await blocked(room, 1)
        store = room.kit.store

        @contextmanager
        def broken():
            with store.desk() as book:
                yield book
                raise Unavailable("the database does not serve: disk full")

        await room.crew.adopt(replace(room.kit, store=_Broken(store, broken)), room.sources, lambda: None)
        await room.later()
        assert (notices(room), condition(room), history(room)) == ([], Condition.OK, ["ok"])
        await room.crew.adopt(room.kit, room.sources, lambda: None)
        await room.tick()  # the source is given back, and due a minute later
        await room.later()
        assert (len(notices(room)), condition(room)) == (1, Condition.BLOCKED)


class _Broken:
    """A store whose desk fails at the commit."""

    def __init__(self, store, desk):
        self._store, self.desk = store, desk

    def __getattr__(self, name):
        return getattr(self._store, name)


class TestOtherAddress:
    async def test_a_reading_of_the_old_address_says_nothing_of_the_new_one(self, room):
        await blocked(room, 1)
        (claim,) = room.store.claim_sources(NOW + 9 * HOUR, 1, MINUTE, ["s1"])
        room.store.enrol([source(url="https://s1.example.com/new")], lambda _: NOW + 9 * HOUR)
        with room.store.desk() as book:
            book.failed(claim, WALL, due_at=NOW, now=NOW + 9 * HOUR, vitals=replace(claim.vitals, condition=Condition.BLOCKED))
        assert condition(room) is Condition.UNPROVEN
        assert history(room)[0] == "unproven"


class TestFeedsThatLostTouch:
    OLD = tuple(entry(f"旧公告第{number}号", NOW - HOUR - number * MINUTE, f"正文{number}" * 30) for number in range(6))
    NEW = tuple(entry(f"新闻稿{word}", NOW, f"另文{word}" * 30) for word in "甲乙丙丁戊己")

    async def told(self, room, *entries):
        room.web[URL] = feed(*entries)
        await room.later()
        return notices(room)

    async def test_a_feed_that_shows_nothing_of_its_last_reading_may_have_lost_some(self, room):
        assert await self.told(room, *self.OLD) == ["s1: entries may be missing"]
        room.bell.rung.clear()
        assert await self.told(room, *self.OLD[1:], *self.NEW[:1]) == []
        assert await self.told(room, *self.NEW[1:], *self.NEW[:1]) == []

    async def test_entries_whose_bytes_changed_are_known_all_the_same(self, room):
        await self.told(room, *self.OLD)
        room.bell.rung.clear()
        again = [entry(f"旧公告第{number}号", NOW - HOUR - number * MINUTE, f" 正文{number}" * 30 + "。") for number in range(6)]
        assert await self.told(room, *again) == []

    async def test_a_feed_of_few_entries_says_nothing_by_losing_them(self, room):
        assert await self.told(room, *self.NEW[:3]) == []


class TestGaps:
    async def test_entries_that_may_be_missing_are_told_once_a_day(self, room):
        gap = Gap("60 entries were read back without meeting a known one", url=URL)

        async def read(_job):
            return Reading(marks=("m",), faults=(gap,), complete=True)

        await room.crew.adopt(replace(room.kit, read=read), room.sources, lambda: None)
        for _ in range(3):
            await room.later()
        assert notices(room) == ["s1: entries may be missing"]
        assert room.bell.rung[0][0].severity is Severity.IMPORTANT
        await room.later(DAY)
        assert len(notices(room)) == 2

    def test_the_notice_says_what_to_do(self):
        notice = gap_notice(source(), Gap("seen so far"), NOW)
        assert "seen so far" in notice.text
        assert "max_pages" in notice.text
        assert source().url in notice.text


async def test_a_notice_is_found_by_whoever_looks(room):
    await blocked(room)
    (line,) = [line for line in room.look(views.alerts, 10) if line["reason"] == "notice"]
    assert (line["source"], line["subscription"], line["rules"], line["deliveries"]) == (OWN.id, "ops", [], {"sent": 1})
    (found,) = room.look(views.find, str(line["item"]), "", "")
    assert "It turns programs away" in found[0].text
