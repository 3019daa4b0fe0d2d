"""The service watches itself, from end to end: a real canary over a real Slack wire, read back, and a heartbeat outside."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing

import newsroom
import yaml
from http_peer import Peer, raw
from newsroom import Door, Notice

from rarewatch import app, config
from rarewatch.demo.slack_double import SlackDouble
from rarewatch.stores import vigil

TEST, CHANNEL, OPS = "C0000000TEST", "C0000000NEWS", "C00000000OPS"


class Outside:
    """A monitor that is called, and says so."""

    def __init__(self) -> None:
        self.calls, self._news = 0, asyncio.Condition()

    async def __call__(self, asked, writer) -> None:
        self.calls += 1
        async with self._news:
            self._news.notify_all()
        writer.write(raw(200, b"OK"))
        await writer.drain()

    async def called(self, times: int) -> None:
        async with asyncio.timeout(newsroom.PATIENCE), self._news:
            await self._news.wait_for(lambda: self.calls >= times)


def write(folder, slack, site, monitor, every):
    newsroom.write(
        folder,
        [{"id": "feed", "kind": "feed", "url": site.url("/feed.xml")}],
        notifiers={"slack": {"kind": "slack", "token": {"file": str(folder / "token")}, "base_url": slack.url}},
        deliver=[{"via": "slack", "to": CHANNEL}],
    )
    (folder / "token").write_text(slack.token, encoding="utf-8")
    change(folder / "rarewatch.yaml", canary={"via": "slack", "to": TEST, "every": every, "within": every / 2})
    change(folder / "rarewatch.yaml", heartbeat={"ping": monitor, "allow_private": True})
    change(folder / "audience.yaml", operators=[{"id": "ops", "deliver": [{"via": "slack", "to": OPS}]}])


def change(path, **more):
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text("utf-8")), **more}, allow_unicode=True), encoding="utf-8")


@asynccontextmanager
async def running(folder):
    stop = asyncio.Event()
    async with app.open_service(config.load(folder)) as service:
        task = asyncio.create_task(service.run(stop))
        try:
            yield service
        finally:
            stop.set()
            await task


async def test_a_canary_over_slack_is_read_back_and_only_then_the_monitor_outside_is_called(tmp_path):
    outside, folder = Outside(), tmp_path / "config"
    feed = Door(lambda: newsroom.rss([Notice("a", "部门公布稀土出口管制公告")]))
    slack = SlackDouble(channels=[TEST, CHANNEL, OPS])
    await slack.start()
    try:
        async with Peer({"/feed.xml": feed, "/ping": outside}) as site:
            write(folder, slack, site, site.url("/ping"), every=6)
            async with running(folder) as service:
                await outside.called(2)
                with service.kit.store.look() as connection:
                    sent = vigil.newest_canary(connection)
        tests = [one for one in slack.messages if one.channel == TEST]
        assert len(tests) >= 2
        assert len({one.metadata["event_payload"]["delivery_id"] for one in tests}) == len(tests)
        assert sent.token in {one.metadata["event_payload"]["delivery_id"] for one in tests}
        assert slack.calls.count("conversations.history") >= 2
        # Readers get the news and nothing else; operators have nothing to be told.
        assert len([one for one in slack.messages if one.channel == CHANNEL]) == 1
        assert not [one for one in slack.messages if one.channel == OPS]
        assert "(" in str(next(one for one in slack.messages if one.channel == CHANNEL).blocks[-1])
    finally:
        await slack.stop()


async def test_without_its_channel_no_heartbeat_and_operators_are_told(tmp_path):
    outside, folder = Outside(), tmp_path / "config"
    feed = Door(lambda: newsroom.rss([]))
    slack = SlackDouble(channels=[CHANNEL, OPS])
    await slack.start()
    try:
        async with Peer({"/feed.xml": feed, "/ping": outside}) as site:
            write(folder, slack, site, site.url("/ping"), every=30)
            told = asyncio.Event()
            async with app.open_service(
                config.load(folder), lambda one: told.set() if "canary" in str(one).lower() and "'ops'" in repr(one) else None
            ) as service:
                stop = asyncio.Event()
                task = asyncio.create_task(service.run(stop))
                async with asyncio.timeout(newsroom.PATIENCE):
                    await told.wait()
                stop.set()
                await task
        assert outside.calls == 0
        (message,) = [one for one in slack.messages if one.channel == OPS]
        assert "A canary did not arrive" in message.text
        assert "channel_not_found" in message.text
    finally:
        await slack.stop()


def test_the_command_line_shows_no_canary_and_sums_up_how_long_it_took(tmp_path, rarewatch, capfd):
    """After a service that told one alert and flew one canary."""

    async def serve():
        outside = Outside()
        feed = Door(lambda: newsroom.rss([Notice("a", "部门公布稀土出口管制公告")]))
        slack = SlackDouble(channels=[TEST, CHANNEL, OPS])
        await slack.start()
        async with Peer({"/feed.xml": feed, "/ping": outside}) as site:
            write(tmp_path / "config", slack, site, site.url("/ping"), every=60)
            async with running(tmp_path / "config"):
                await outside.called(1)
        await slack.stop()

    asyncio.run(serve())
    capfd.readouterr()  # its log
    folder = str(tmp_path / "config")
    with closing(sqlite3.connect(tmp_path / "rarewatch.db")) as connection:
        assert connection.execute("SELECT count(*) FROM alert").fetchone() == (2,)
    assert [line["subscription"] for line in rarewatch("alerts", "-c", folder, "--json").lines] == ["desk"]
    assert [line["to"] for line in rarewatch("deliveries", "-c", folder, "--json").lines] == [CHANNEL]
    assert [line["source"] for line in rarewatch("sources", "-c", folder, "--json").lines] == ["feed"]
    sums = rarewatch("latency", "-c", folder, "--json", "--by", "source").lines
    assert [(line["by"], line["of"], line["deliveries"]) for line in sums] == [("all", "", 1), ("source", "feed", 1)]
    assert sums[0]["seen_to_sent"]["p95"] < 30
    assert "slack" in rarewatch("latency", "-c", folder).out
    assert rarewatch("latency", "-c", folder, "--by", "rule").code == 2
    checks = {line["check"]: line["ok"] for line in rarewatch("check", "-c", folder, "--json").lines}
    assert checks["heartbeat"] is True
