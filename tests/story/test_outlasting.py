"""What the newsroom outlasts: a store out of order, slow couriers, sleeping machines, clocks that are set back, pages never whole."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from desk_room import entry, feed, open_newsroom

from making import DAY, HOUR, LONG_TEXT, MINUTE, NOW, source
from rarewatch.crew import Clerk
from rarewatch.errors import DeliveryFault, Unavailable
from rarewatch.nouns.source import Claim, Job, Reading
from rarewatch.stores import views

URL = "https://s1.example.com/feed"
STATIC = "https://s1.example.com/notice.html"


def deliveries(room):
    return [(row["state"], row["in_doubt"]) for row in room.look(views.deliveries, 100)]


class TestStoreOutOfOrder:
    async def test_a_whole_batch_is_told_so_at_once(self):
        tries = []

        async def locked(_work, batch, _kit):
            tries.append(len(batch))
            raise Unavailable("the database does not serve: database is locked")

        clerk = Clerk(locked)
        jobs = [Job(source(f"s{number}"), Claim(f"s{number}")) for number in range(40)]
        answers = await asyncio.gather(*(clerk.submit(job, Reading()) for job in jobs), return_exceptions=True)
        assert [type(answer) for answer in answers] == [Unavailable] * 40
        assert tries == [40]

    async def test_what_was_read_meanwhile_is_read_again_within_minutes(self, sqlite_url):
        async def full(_job, _reading):
            raise Unavailable("the database does not serve: database or disk is full")

        async with open_newsroom(sqlite_url) as room:
            room.web[URL] = feed(entry("稀土新规", NOW))
            await room.crew.adopt(replace(room.kit, submit=full), room.sources, lambda: None)
            await room.tick()
            assert "read, but not recorded" in str(room.polled()[0].fault)
            await room.crew.adopt(room.kit, room.sources, lambda: None)
            await room.tick()
            assert room.asked.total() == 1  # not at once: a store that stays out of order must not cost a publisher a poll a second
            await room.later(2 * MINUTE)
            assert room.bell.headlines == ["稀土新规"]


class TestSlowCouriers:
    async def test_a_message_that_is_still_under_way_is_not_sent_a_second_time(self, sqlite_url):
        async with open_newsroom(sqlite_url) as room:
            room.web[URL] = feed(entry("稀土新规", NOW))
            room.bell.gate.clear()
            await room.crew.send_readers()
            async with asyncio.timeout(20):
                await room.bell.entered.wait()
            room.clock.forward(4 * MINUTE)
            await room.crew.send_couriers()
            room.bell.gate.set()
            await room.tick()
            assert room.bell.headlines == ["稀土新规"]
            assert deliveries(room) == [("sent", False)]

    async def test_a_delivery_that_slept_for_days_is_not_dead_after_its_first_failure(self, sqlite_url):
        async with open_newsroom(sqlite_url) as room:
            room.web[URL] = feed(entry("稀土新规", NOW))
            room.bell.answers = [DeliveryFault("no route", reason="connection", again=True)] * 3
            await room.tick()
            await room.later(3 * DAY)
            assert deliveries(room) == [("due", False)]
            for _ in range(3):
                await room.later()
            assert room.bell.headlines == ["稀土新规"]


class TestClocks:
    @pytest.mark.parametrize("by", [2 * HOUR, 400 * DAY])
    async def test_sources_and_deliveries_go_on_when_the_clock_is_set_back(self, sqlite_url, by):
        async with open_newsroom(sqlite_url) as room:
            room.web[URL] = feed()
            room.clock.forward(by)
            await room.tick()
            room.web[URL] = feed(entry("稀土新规", NOW))
            room.bell.answers = [DeliveryFault("busy", reason="rate", again=True, after=3_600)]
            await room.later()
            assert deliveries(room) == [("due", False)]
            room.clock.at = NOW
            room.web[URL] = feed(entry("稀土新规", NOW), entry("稀土通报", NOW))
            for _ in range(5):
                await room.later(30 * MINUTE)
            assert sorted(room.bell.headlines) == ["稀土新规", "稀土通报"]

    async def test_a_source_enrolled_under_a_wrong_clock_is_read(self, sqlite_url):
        async with open_newsroom(sqlite_url) as room:
            room.store.enrol([source("s1"), source("s2")], lambda _: NOW + 400 * DAY)
            assert {claim.source for claim in room.store.claim_sources(NOW, 5, HOUR)} == {"s1", "s2"}

    async def test_a_lease_from_a_future_that_was_none_ends(self, sqlite_url):
        async with open_newsroom(sqlite_url) as room:
            lease = timedelta(minutes=15)
            assert room.store.claim_sources(NOW + 400 * DAY, 5, lease)
            assert room.store.claim_sources(NOW, 5, lease)


class TestPagesNeverWhole:
    async def test_what_is_new_on_a_page_that_is_always_broken_is_told_in_the_end(self, sqlite_url):
        def broken(*titles):
            undated = "".join(f"<item><title>{title}</title><link>https://s1.example.com/{title}</link></item>" for title in titles)
            return f'<?xml version="1.0"?><rss version="2.0"><channel>{undated}'.encode()

        async with open_newsroom(sqlite_url) as room:
            room.web[URL] = broken("稀土旧闻")
            for _ in range(6):
                await room.later(2 * HOUR)
            assert room.bell.rung == []
            assert room.look(views.sources)[0]["fault"] == "truncated"
            room.web[URL] = broken("稀土新规", "稀土旧闻")
            await room.later(2 * HOUR)
            assert room.bell.headlines == ["稀土新规"]


class TestOneAddressSeveralAnnouncements:
    async def test_a_suspension_under_the_address_of_what_it_suspends_is_told(self, sqlite_url):
        await told(sqlite_url, ["商务部决定对相关稀土物项实施出口管制", "商务部决定对相关稀土物项暂停实施出口管制"], ["", ""])

    async def test_a_like_headline_with_another_text_is_told(self, sqlite_url):
        other = (
            "据海关总署消息，有关企业自本月起可以在线提交申请材料，办理时限缩短，详情请咨询当地主管部门或者登录网上办事大厅查询。"
        )
        await told(sqlite_url, ["商务部就镓相关稀土物项答记者问", "商务部就锗相关稀土物项答记者问"], [LONG_TEXT, other])

    async def test_two_announcements_with_one_covering_note_are_both_told(self, sqlite_url):
        note = "根据有关法律法规的规定，经审核，现将取得稀土出口资格的企业予以公布，自公布之日起施行，具体内容详见附件。特此公告。"
        titles = ["关于示例稀土公司取得出口资格的公告", "关于样板稀土公司取得出口资格的公告"]
        await told(sqlite_url, titles, [note, note], ["https://s1.example.com/1.html", "https://s1.example.com/2.html"])


async def told(url, titles, texts, links=(STATIC, STATIC)):
    async with open_newsroom(url) as room:
        room.web[URL] = feed()
        await room.tick()
        for title, text, link in zip(titles, texts, links, strict=True):
            room.web[URL] = feed(entry(title, room.clock(), text, url=link))
            await room.later()
        assert room.bell.headlines == titles
