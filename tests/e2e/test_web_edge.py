"""robots.txt, refusals and cookies as an operator meets them: through commands, over real HTTP, with a database."""

import newsroom
import pytest
from http_peer import Peer, reply
from newsroom import Notice, rss

from rarewatch.stores.sql import SqlStore

FEED = reply(200, rss([Notice("a", "稀土出口管制公告")]), [("Content-Type", "application/xml")])


@pytest.fixture
async def site():
    async with Peer({"/feed": FEED, "/closed/feed": FEED}) as made:
        yield made


def source(site, path, **more):
    return {"id": path.strip("/").replace("/", "."), "kind": "feed", "url": site.url(path), **more}


async def polled(folder, *sources):
    newsroom.write(folder / "config", sources)
    return await newsroom.awaited("poll", "--json", "-c", str(folder / "config"))


async def test_robots_txt_is_obeyed_and_recorded(tmp_path, site):
    site.on("/robots.txt", reply(200, b"User-agent: rarewatch\nDisallow: /closed/\nCrawl-delay: 0.1\n"))
    outcome = await polled(tmp_path, source(site, "/feed"), source(site, "/closed/feed"))
    told = {line["source"]: line for line in outcome.lines if "source" in line}
    assert (outcome.code, told["feed"]["state"], told["closed.feed"]["state"]) == (1, "ok", "disallowed")
    assert "Disallow: /closed/" in told["closed.feed"]["fault"]
    assert [asked.path for asked in site.asked] == ["/robots.txt", "/feed"]
    store = SqlStore(f"sqlite:///{tmp_path}/rarewatch.db")
    note = store.robots_of(site.url("").rstrip("/"))
    store.close()
    assert (note.status, note.detail) == (200, "its rules are obeyed, at least 0.1 s between two requests")


async def test_a_single_reading_obeys_it_too(tmp_path, site):
    site.on("/robots.txt", reply(200, b"User-agent: *\nDisallow: /closed/\n"))
    newsroom.write(tmp_path / "config", [source(site, "/closed/feed")])
    outcome = await newsroom.awaited("read", "-c", str(tmp_path / "config"), "closed.feed")
    assert (outcome.code, [asked.path for asked in site.asked]) == (1, ["/robots.txt"])
    assert "disallowed: robots.txt says 'Disallow: /closed/'" in outcome.words


async def test_a_source_that_is_told_not_to_ask_does_not(tmp_path, site):
    site.on("/robots.txt", reply(200, b"User-agent: *\nDisallow: /\n"))
    outcome = await polled(tmp_path, source(site, "/feed", robots=False))
    assert (outcome.code, [asked.path for asked in site.asked]) == (0, ["/feed"])


async def test_all_sources_of_a_host_that_refuses_wait(tmp_path, site):
    paths = [f"/wall{number}" for number in range(6)]
    for path in paths:
        site.on(path, reply(403))
    folder = tmp_path / "config"
    newsroom.write(folder, [source(site, path) for path in paths], workers={"readers": 1, "per_host": 1})
    outcome = await newsroom.awaited("poll", "--json", "-c", str(folder))
    faults = [line["fault"] for line in outcome.lines]
    assert {line["state"] for line in outcome.lines} == {"refused"}
    assert len(site.asked) == 2
    assert sum("the host is left alone after it turned us away, again in" in fault for fault in faults) == 4


async def test_check_says_what_the_way_to_a_source_lacks(tmp_path, site):
    shown = source(site, "/feed", browser=True, proxy="http://127.0.0.1:9", proxy_login={"env": "NO_SUCH_LOGIN"})
    folder = newsroom.write(tmp_path / "config", [shown])
    outcome = await newsroom.awaited("check", "--json", "-c", str(folder), RAREWATCH_CHROMIUM="/nowhere/chromium")
    told = {line["check"]: line for line in outcome.lines}
    assert (told["browser"]["ok"], told["proxies"]["ok"], outcome.code) == (True, False, 1)
    assert told["browser"]["words"].startswith("warning: browser-missing: ")
    assert told["browser"]["words"].endswith("without it nothing is read of feed")
    assert "environment variable NO_SUCH_LOGIN is empty or not set" in told["proxies"]["words"]
