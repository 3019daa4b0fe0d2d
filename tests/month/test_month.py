"""A month of sixty sources, driven from due time to due time: what must be told is told once, what ails a source is named."""

import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from http_peer import Peer, raw

from month import judge, world
from month.drive import live
from month.model import Outlet
from month.webs import Sites
from rarewatch.errors import SourceFault

DAYS = float(os.environ.get("RAREWATCH_MONTH_DAYS", "31"))
STATUS = {"errors": 500, "not_found": 404}
HTTP_DAYS = timedelta(days=3)


def bad(month):
    return [f"{line.what}: {line.how}" for line in judge.lines(month) if not line.good]


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_month_misses_nothing_and_names_every_trouble(tmp_path):
    length = timedelta(days=DAYS)
    month = await live(world.outlets(length), world.START, length, tmp_path)
    assert bad(month) == [], judge.table(month)
    if DAYS >= 31:
        assert {outlet.kind for outlet in month.outlets} == set(world.KINDS)
        assert len(list(judge.troubles(month))) >= 25
        assert sum(month.told.values()) > 1_000


class Everything(dict):
    """Whatever is asked for, one answers."""

    def __init__(self, answer):
        super().__init__()
        self._answer = answer

    def get(self, _path, _other=None):
        return self._answer


class Served:
    """The sites of a month on a real server, each below a path of its own."""

    def __init__(self):
        self.peer, self.sites = Peer(routes=Everything(self._answer)), None

    @contextmanager
    def serving(self, sites: Sites):
        self.sites = sites
        yield

    def base(self, name: str) -> str:
        return self.peer.url(f"/{name}")

    async def _answer(self, asked, writer):
        url, now = self.peer.url(asked.path), self.sites.clock()
        outlet = self.sites.outlet(url)
        trouble = outlet.ails(now) if outlet else None
        if outlet is None or (trouble and trouble.harm in STATUS):
            writer.write(raw(STATUS[trouble.harm] if trouble else 404))
        else:
            self.sites.asked += 1
            writer.write(self._page(outlet, url))
        await writer.drain()

    def _page(self, outlet: Outlet, url: str) -> bytes:
        try:
            _, kind, body = self.sites.answer(outlet, url, self.sites.clock())
        except SourceFault:
            return raw(404)
        return raw(200, body, [("Content-Type", kind)])


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_some_days_over_real_http(tmp_path):
    served = Served()
    async with served.peer:
        everything = world.outlets(HTTP_DAYS, served.base)
        chosen = [outlet for outlet in everything if outlet.id.endswith("-0") or outlet.id == "feed-1"]
        month = await live(chosen, world.START, HTTP_DAYS, tmp_path, served.serving)
    assert bad(month) == [], judge.table(month)
    assert {outlet.kind for outlet in chosen} == set(world.KINDS)
    assert len(list(judge.troubles(month))) == 2
    assert sum(month.told.values()) > 30


async def test_the_judge_sees_what_goes_wrong(tmp_path):
    length = timedelta(days=0.5)
    outlets = [one for one in world.outlets(length) if one.id in {"feed-0", "feed-7", "json_list-0"}]
    month = await live(outlets, world.START, length, tmp_path)
    assert bad(month) == []
    first = next(one.number for one in outlets[0].announcements if one.at > month.start and one.number in month.told)
    late = {**month.told_at, first: month.told_at[first] + timedelta(days=1)}
    quiet = [notice for notice in month.notices if "feed-7" not in notice[1]]
    alarm = (month.start + timedelta(hours=2), "feed-0 is silent: nothing new")
    for wrong in (
        replace(month, told=Counter(month.told - Counter([first]))),
        replace(month, told=month.told + Counter([first])),
        replace(month, told_at=late),
        replace(month, notices=quiet),
        replace(month, notices=[*month.notices, alarm]),
    ):
        assert len(bad(wrong)) == 1
