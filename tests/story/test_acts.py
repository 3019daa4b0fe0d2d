"""What happens to an announcement, from a page to a phone: each act, its silence and its failures."""

import asyncio
from datetime import timedelta

import pytest
from desk_room import desk_of, entry, feed, open_newsroom

from making import DAY, HOUR, LONG_TEXT, MINUTE, NOW, source
from rarewatch.errors import DeliveryFault, Refused, Unreachable
from rarewatch.nouns.alert import DeliveryState
from rarewatch.nouns.source import Cadence, Draft, Job, Reading
from rarewatch.nouns.watch import Severity
from rarewatch.stores import views

URL = "https://s1.example.com/feed"
OLD_URL = "https://s1.example.com/old.html"
OLD = entry("旧闻：稀土行业规范条件", NOW - 9 * DAY, url=OLD_URL)
FRESH = entry("商务部公告：对稀土实施出口管制", NOW + HOUR, LONG_TEXT, url="https://s1.example.com/fresh.html")
OTHER = entry("关于召开座谈会的通知", NOW + HOUR, url="https://s1.example.com/other.html")


@pytest.fixture
async def room(sqlite_url):
    async with open_newsroom(sqlite_url) as opened:
        opened.web[URL] = feed(OLD)
        await opened.tick()
        yield opened


def fault(*, again=True, in_doubt=False):
    return DeliveryFault("no answer", reason="server", again=again, in_doubt=in_doubt)


def deliveries(room):
    return room.look(views.deliveries, 100)


class TestAnnouncements:
    async def test_the_first_reading_tells_nobody_of_the_past_and_says_why(self, room):
        assert room.bell.rung == []
        assert room.look(views.find, "", OLD_URL, OLD_URL)[0][1].status == "baseline"
        assert room.decisions(OLD_URL) == []
        (polled,) = room.polled()
        assert (polled.found, polled.new, polled.matched, polled.alerts) == (1, 0, 0, 0)

    async def test_what_is_young_at_the_first_reading_is_told(self, sqlite_url):
        async with open_newsroom(sqlite_url) as room:
            room.web[URL] = feed(OLD, entry("稀土新规", NOW - HOUR))
            await room.tick()
            assert room.bell.headlines == ["稀土新规"]

    async def test_a_counter_that_moves_on_an_old_page_is_no_news(self, room):
        room.web[URL] = feed(entry("旧闻：稀土行业规范条件", NOW - 9 * DAY, "阅读 99 次", url=OLD_URL))
        await room.later()
        assert room.bell.rung == []
        assert room.decisions(OLD_URL) == []

    async def test_an_announcement_is_told_once_with_its_evidence(self, room):
        room.web[URL] = feed(OTHER, FRESH, OLD)
        await room.later()
        ((message, target),) = room.bell.rung
        assert (message.headline, target.to) == ("商务部公告：对稀土实施出口管制", "desk")
        assert "稀土" in message.evidence[0].sentence
        assert message.publisher == "Ministry of Examples 示例部"
        for _ in range(3):
            await room.later()
        assert len(room.bell.rung) == 1
        assert [row["state"] for row in deliveries(room)] == ["sent"]

    async def test_a_restart_tells_nothing_again(self, sqlite_url):
        for _ in range(3):
            async with open_newsroom(sqlite_url) as room:
                room.web[URL] = feed(FRESH)
                room.clock.forward(HOUR)
                await room.tick()
                last = room.bell.rung
        assert last == []

    async def test_after_an_empty_first_reading_the_first_item_is_told(self, sqlite_url):
        async with open_newsroom(sqlite_url) as room:
            room.web[URL] = feed()
            await room.tick()
            room.web[URL] = feed(entry("稀土旧日期公告", NOW - 300 * DAY))
            await room.later()
            assert room.bell.headlines == ["稀土旧日期公告"]

    async def test_a_text_that_comes_after_its_title_is_told_when_only_it_matches(self, room):
        url = "https://s1.example.com/late.html"
        room.web[URL] = feed(entry("部令第7号", NOW + HOUR, url=url))
        await room.later()
        assert room.bell.rung == []
        room.web[URL] = feed(entry("部令第7号", NOW + HOUR, LONG_TEXT, url=url))
        await room.later()
        assert room.bell.headlines == ["部令第7号"]
        room.web[URL] = feed(entry("部令第7号", NOW + HOUR, LONG_TEXT + "阅读 7 次", url=url))
        await room.later()
        assert len(room.bell.rung) == 1


class TestAudience:
    async def test_every_silence_is_recorded_with_its_reason(self, sqlite_url):
        audience = [
            desk_of("all"),
            desk_of("metals", rules=frozenset({"tungsten"})),
            desk_of("grave", min_severity=Severity.URGENT),
        ]
        async with open_newsroom(sqlite_url, audience=audience) as room:
            room.web[URL] = feed(FRESH)
            await room.tick()
            assert [target.to for _, target in room.bell.rung] == ["all"]
            assert room.decisions("https://s1.example.com/fresh.html") == [
                ("all", "tell", "first"),
                ("metals", "skip", "not_subscribed"),
                ("grave", "skip", "below_severity"),
            ]

    async def test_a_copy_from_another_source_tells_nobody_again(self, sqlite_url):
        sources = [source("s1"), source("s2")]
        async with open_newsroom(sqlite_url, sources) as room:
            room.web = {URL: feed(), "https://s2.example.com/feed": feed()}
            await room.tick()
            room.web[URL] = feed(FRESH)
            await room.later()
            copy = entry(
                "商务部决定对中重稀土实施出口管制", NOW + HOUR, "据悉，" + LONG_TEXT, url="https://s2.example.com/copy.html"
            )
            room.web["https://s2.example.com/feed"] = feed(copy)
            await room.later()
            assert len(room.bell.rung) == 1
            assert room.decisions("https://s2.example.com/copy.html") == [("desk", "skip", "already_told")]

    async def test_copies_in_one_batch_are_told_once(self, sqlite_url):
        sources = [source(f"s{number}") for number in range(12)]
        async with open_newsroom(sqlite_url, sources) as room:
            for one in sources:
                room.web[one.url] = feed(
                    entry("商务部公告：对稀土实施出口管制", NOW, LONG_TEXT, url=f"https://{one.id}.example.com/1.html")
                )
            await room.tick()
            assert len(room.bell.rung) == 1
            assert len(room.look(views.alerts, 10)) == 1


class TestFaults:
    async def test_a_fault_is_a_state_of_its_source_and_passes(self, room):
        room.web[URL] = Refused("403", url=URL)
        await room.later()
        (line,) = room.look(views.sources)
        assert (line["fault"], line["failures"]) == ("refused", 1)
        room.web[URL] = feed(FRESH, OLD)
        await room.later(2 * HOUR)
        (line,) = room.look(views.sources)
        assert (line["fault"], line["failures"]) == ("", 0)
        assert len(room.bell.rung) == 1

    async def test_a_fault_at_the_first_reading_leaves_the_baseline_to_the_next(self, sqlite_url):
        async with open_newsroom(sqlite_url) as room:
            room.web[URL] = Unreachable("no name")
            await room.tick()
            room.web[URL] = feed(OLD)
            await room.later()
            assert room.bell.rung == []
            assert [polled.fault and polled.fault.name for polled in room.polled()] == ["unreachable", None]

    async def test_one_broken_source_holds_up_no_other(self, sqlite_url):
        sources = [source(f"s{number}") for number in range(6)]
        async with open_newsroom(sqlite_url, sources) as room:
            for number, one in enumerate(sources):
                room.web[one.url] = feed(entry(f"稀土公告第{number}号", NOW)) if number % 2 else RuntimeError("a bug")
            await room.tick()
            assert sorted(room.bell.headlines) == ["稀土公告第1号", "稀土公告第3号", "稀土公告第5号"]
            assert sum(polled.fault is not None for polled in room.polled()) == 3
            assert all("an error of rarewatch itself" in str(polled.fault) for polled in room.polled() if polled.fault)

    async def test_a_reading_that_cannot_be_recorded_takes_no_other_with_it(self, sqlite_url):
        poisoned = source("s1", time_zone="Not/AZone")
        async with open_newsroom(sqlite_url, [poisoned, source("s2"), source("s3")]) as room:
            for name in ("s1", "s2", "s3"):
                dateless = entry(f"稀土公告{name}", NOW).replace("GMT", "").replace("+0000", "")
                room.web[f"https://{name}.example.com/feed"] = feed(dateless)
            await room.tick()
            assert sorted(room.bell.headlines) == ["稀土公告s2", "稀土公告s3"]
            (line,) = [one for one in room.look(views.sources) if one["source"] == "s1"]
            assert line["failures"] == 1

    async def test_in_one_batch_each_waits_for_its_own_answer(self, sqlite_url):
        poisoned, sound = source("s1", time_zone="Not/AZone"), source("s2")
        async with open_newsroom(sqlite_url, [poisoned, sound, source("s3")]) as room:
            claims = {claim.source: claim for claim in room.store.claim_sources(NOW, 3, HOUR)}
            jobs = [Job(room.sources[name], claims[name]) for name in ("s3", "s1", "s2")]
            reading = Reading((Draft("k", "https://e.com/1", "商务部关于稀土的公告", dates=("2031-04-04 08:00",)),), marks=("m",))
            first, second, third = await asyncio.gather(*(room.kit.submit(job, reading) for job in jobs), return_exceptions=True)
            assert (first.new, third.new) == (1, 1)
            assert "Not/AZone" in str(second)
            assert len(room.look(views.alerts, 10)) == 1


class TestCouriers:
    async def publish(self, room):
        room.web[URL] = feed(FRESH, OLD)
        await room.later()

    async def test_a_failed_try_is_tried_again_when_it_is_due(self, room):
        room.bell.answers = [fault(), fault()]
        await self.publish(room)
        assert room.bell.rung == []
        await room.later(MINUTE)
        assert [(row["state"], row["attempts"]) for row in deliveries(room)] == [("due", 2)]
        await room.later(MINUTE)
        assert [(row["state"], row["attempts"]) for row in deliveries(room)] == [("sent", 3)]
        assert not room.bell.rung[0][0].possible_repeat

    async def test_what_cannot_work_is_dead_at_once_and_says_why(self, room):
        room.bell.answers = [fault(again=False)]
        await self.publish(room)
        (delivered,) = room.delivered()
        assert (delivered.state, delivered.detail) == (DeliveryState.DEAD, "no answer")
        await room.later(DAY)
        assert room.bell.rung == []

    async def test_after_two_days_of_failures_it_is_dead_and_can_be_replayed(self, room):
        room.bell.answers = [fault()] * 1_000
        await self.publish(room)
        for _ in range(49):
            assert deliveries(room)[0]["state"] == "due"
            await room.later()
        assert deliveries(room)[0]["state"] == "dead"
        room.bell.answers = []
        assert room.store.replay(str(deliveries(room)[0]["id"]), room.clock())
        await room.tick()
        assert len(room.bell.rung) == 1

    async def test_a_message_that_may_have_arrived_says_so_when_it_comes_again(self, room):
        room.bell.answers = [fault(in_doubt=True)]
        await self.publish(room)
        await room.later(MINUTE)
        assert room.bell.rung[0][0].possible_repeat

    async def test_a_bug_in_a_channel_is_tried_again_in_doubt_and_hides_nothing(self, room):
        room.bell.answers = [KeyError("x")]
        await self.publish(room)
        (row,) = deliveries(room)
        assert (row["state"], row["fault"], row["in_doubt"]) == ("due", "an error of rarewatch itself: KeyError", True)
        await room.later(MINUTE)
        assert len(room.bell.rung) == 1

    async def test_a_channel_that_is_gone_is_dead_and_says_so(self, sqlite_url):
        nowhere = desk_of()
        async with open_newsroom(sqlite_url, audience=[nowhere]) as room:
            room.kit.notifiers.clear()
            room.web[URL] = feed(entry("稀土新规", NOW))
            await room.tick()
            (row,) = deliveries(room)
            assert (row["state"], row["fault"]) == ("dead", "there is no notifier 'bell' any more")

    async def test_what_was_in_hand_at_a_crash_goes_out_again_in_doubt(self, sqlite_url):
        async with open_newsroom(sqlite_url) as room:
            room.web[URL] = feed(entry("稀土新规", NOW))
            room.bell.gate.clear()
            await room.crew.send_readers()
            async with asyncio.timeout(20):
                await room.bell.entered.wait()
            # The process dies here: another takes over the same database.
            async with open_newsroom(sqlite_url) as heir:
                heir.web = room.web
                await heir.tick()
                ((message, _),) = heir.bell.rung
                assert message.possible_repeat


class TestStopping:
    async def test_what_is_in_hand_is_ended_and_nothing_new_is_begun(self, sqlite_url):
        async with open_newsroom(sqlite_url, couriers=1) as room:
            room.web[URL] = feed(entry("稀土新规", NOW), entry("稀土通报", NOW))
            room.bell.gate.clear()
            await room.crew.send_readers()
            async with asyncio.timeout(20):
                await room.bell.entered.wait()
            draining = asyncio.create_task(room.crew.drain())
            for _ in range(10):
                await asyncio.sleep(0)
            assert not draining.done()
            room.bell.gate.set()
            async with asyncio.timeout(20):
                await draining
            assert sorted(row["state"] for row in deliveries(room)) == ["due", "sent"]
            asked = room.asked.total()
            room.clock.forward(DAY)
            await room.crew.send_readers()
            await room.crew.send_couriers()
            assert (room.crew.in_hand, room.asked.total()) == (0, asked)


class TestCrowds:
    async def test_no_source_starves(self, sqlite_url):
        sources = [source(f"s{number}", cadence=Cadence(600, 0)) for number in range(300)]
        async with open_newsroom(sqlite_url, sources, readers=4) as room:
            for one in sources:
                room.web[one.url] = feed()
            step = timedelta(seconds=30)
            for _ in range(3 * 3_600 // 30):
                await room.later(step)
            polls = {line["source"]: line["polls"] for line in room.look(views.sources)}
        assert len(polls) == 300
        assert min(polls.values()) >= 15
        assert max(polls.values()) - min(polls.values()) <= 1
        assert sum(polls.values()) == room.asked.total()

    async def test_a_rush_of_deliveries_all_arrive_and_no_more_couriers_than_there_are(self, sqlite_url):
        audience = [desk_of(f"d{number}") for number in range(20)]
        sources = [source(f"s{number}") for number in range(10)]
        async with open_newsroom(sqlite_url, sources, audience, couriers=3) as room:
            for number, one in enumerate(sources):
                room.web[one.url] = feed(entry(f"第{number}号稀土公告", NOW, url=f"https://{one.id}.example.com/{number}.html"))
            await asyncio.gather(*(room.crew.send_readers() for _ in range(5)))
            await room.tick()
            assert len(room.bell.rung) == 200
            assert len({(message.headline, target.to) for message, target in room.bell.rung}) == 200
            assert room.bell.most <= 3
