"""Files that are edited while the service runs: live within seconds when right, told and left out when wrong, never by half."""

import asyncio
import os
import signal
import sqlite3
from contextlib import asynccontextmanager, closing
from pathlib import Path

import newsroom
import pytest
import yaml
from http_peer import Peer
from newsroom import Door, Notice, Service

from rarewatch import app, config
from rarewatch.errors import ConfigError
from rarewatch.match import Compiled
from rarewatch.stores import views

OLD = Notice("old", "部门通报稀土行业运行情况")
WEATHER = {"id": "weather", "title": "Weather", "severity": "important", "when": {"terms": ["降温"]}}


class Desk:
    """A site with one feed, and a configuration folder that the tests edit."""

    def __init__(self, folder: Path) -> None:
        self.notices = [OLD, Notice("cold", "全国多地降温")]
        self.door = Door(lambda: newsroom.rss(self.notices))
        self.site = Peer({"/feed.xml": self.door})
        self.folder, self.database = folder / "config", folder / "rarewatch.db"
        self.rules = yaml.safe_load(yaml.safe_dump(newsroom.RULES, allow_unicode=True))

    def source(self, id_: str = "feed", **more: object) -> dict[str, object]:
        return {"id": id_, "kind": "feed", "url": self.site.url("/feed.xml"), **more}

    def save(self, name: str, content: object) -> None:
        """As editors do: a whole new file under the old name."""
        path = self.folder / name
        text = content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        fresh = path.with_suffix(".part")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)

    def save_sources(self, *sources: dict[str, object]) -> None:
        defaults = newsroom.DEFAULTS
        self.save("sources/all.yaml", {"publisher": newsroom.PUBLISHER, "defaults": defaults, "sources": list(sources)})

    def add_rule(self, rule: dict[str, object]) -> None:
        self.save("rules/all.yaml", {**self.rules, "rules": [*self.rules["rules"], rule]})

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(statement).fetchall()

    def told(self) -> set[object]:
        return {title for (title,) in self.rows("SELECT item.title FROM alert JOIN item ON item.id = alert.item")}


@pytest.fixture
async def desk(tmp_path):
    made = Desk(tmp_path)
    async with made.site:
        newsroom.write(made.folder, [made.source()])
        yield made


@asynccontextmanager
async def running(desk: Desk):
    service = await Service.start(desk.folder)
    await service.until("polled")
    yield service
    assert await service.end(signal.SIGTERM) == 0


def refusal(service: Service) -> list[str]:
    return next(line["mistakes"] for line in service.log if line["event"] == "reload-refused")


async def test_an_edited_rule_is_live_within_seconds(desk):
    async with running(desk) as service:
        await service.until("delivery", 1, state="sent")
        desk.add_rule(WEATHER)
        await service.until("reloaded", rules_added=["weather"], rules_changed=[], rules_removed=[])
        (line,) = [line for line in service.log if line["event"] == "reloaded"]
        assert (line["items_tried"], line["alerts_gained"], line["alerts_lost"]) == (2, 1, 0)

        desk.notices.insert(0, Notice("snow", "本周继续降温"))
        await service.until("delivery", 2, state="sent")

    # What was there before the rule was is not told afterwards.
    assert desk.told() == {OLD.title, "本周继续降温"}
    assert [rule for (rule,) in desk.rows("SELECT rule FROM match")] == ["earths", "weather"]


async def test_a_broken_edit_is_told_with_its_place_and_changes_nothing(desk):
    async with running(desk) as service:
        desk.save("rules/all.yaml", "rules:\n- id: weather\n  titel: Weather\n  when: {terms: [降温]}\n")
        await service.until("reload-refused")
        desk.notices[:0] = [Notice("mine", "某地发现稀土矿床"), Notice("snow", "本周继续降温")]
        await service.until("delivery", 2, state="sent")
        await desk.door.passes(2)
        assert len([line for line in service.log if line["event"] == "reload-refused"]) == 1
        status = await newsroom.awaited("rules", "status", "--json", "-c", str(desk.folder))

        desk.save("rules/all.yaml", desk.rules)
        await service.until("reloaded")

    assert any(f"{desk.folder / 'rules' / 'all.yaml'}:3:3: unknown key 'titel'" in mistake for mistake in refusal(service))
    assert desk.told() == {OLD.title, "某地发现稀土矿床"}
    assert [line["state"] for line in status.lines] == ["refused", "in force"]
    assert "titel" in status.lines[0]["words"]


async def test_rules_that_fail_their_own_examples_are_refused(desk):
    async with running(desk) as service:
        desk.add_rule({**WEATHER, "match": ["北京升温"], "ignore": ["上海降温"]})
        await service.until("reload-refused")
    first, second = refusal(service)
    assert "rules/all.yaml:" in first
    assert "an example of weather fails: it does not hold" in first
    assert "it holds, by “降温”" in second


async def test_a_file_that_a_rule_needs_may_come_a_moment_later(desk):
    async with running(desk) as service:
        desk.add_rule({**WEATHER, "when": {"list": "cold"}})
        desk.save("rules/words.yaml", {"lists": {"cold": ["降温"]}})
        await service.until("reloaded", rules_added=["weather"])
        assert not [line for line in service.log if line["event"] == "reload-refused"]


async def test_a_hangup_has_the_files_read_at_once(desk):
    async with running(desk) as service:
        service.process.send_signal(signal.SIGHUP)
        await service.until("reload-unchanged")


async def test_files_that_were_only_touched_change_nothing(desk):
    async with running(desk) as service:
        os.utime(desk.folder / "rules" / "all.yaml", (1, 1))
        await desk.door.passes(8)
        assert not [line for line in service.log if line["event"].startswith("reload")]


async def test_a_new_source_is_read_and_one_that_was_taken_out_rests(desk):
    other = Door(lambda: newsroom.rss([Notice("other", "另一部门谈稀土")]))
    desk.site.on("/other.xml", other)
    async with running(desk) as service:
        desk.save_sources(desk.source("other", url=desk.site.url("/other.xml")))
        await service.until("reloaded", sources_changed=["feed", "other"])
        asked = desk.door.asked
        await other.passes(3)
        assert desk.door.asked <= asked + 1  # one may have been under way
    assert "另一部门谈稀土" in desk.told()


async def test_the_past_of_a_new_address_is_no_news(desk):
    """A source that gets another address is read as if it were new: what is old there is stored and not told."""
    old = newsroom.timedelta(days=40)
    other = Door(lambda: newsroom.rss([Notice(f"n{place}", f"{place}稀土旧闻", age=old) for place in ("包头", "赣州")]))
    desk.site.on("/other.xml", other)
    async with running(desk) as service:
        await service.until("delivery", state="sent")
        desk.save_sources(desk.source(url=desk.site.url("/other.xml")))
        await service.until("reloaded")
        await other.passes(2)
    assert desk.told() == {OLD.title}
    assert desk.rows("SELECT count(*) FROM item WHERE status = 'baseline'") == [(2,)]


async def test_a_notifier_that_is_used_for_the_first_time_is_opened(desk):
    settings = yaml.safe_load((desk.folder / "rarewatch.yaml").read_text(encoding="utf-8"))
    async with running(desk) as service:
        desk.save(
            "rarewatch.yaml", {**settings, "politeness": 0.1, "notifiers": {**settings["notifiers"], "other": {"kind": "console"}}}
        )
        desk.save("audience.yaml", {"subscribers": [{"id": "two", "deliver": [{"via": "other", "to": "terminal"}]}]})
        await service.until("restart-needed", settings=["politeness"])
        desk.notices.insert(0, Notice("mine", "某地发现稀土矿床"))
        await service.until("delivery", via="other", state="sent")


async def test_no_reading_is_judged_by_half_a_set(desk):
    """Two sets of rules take turns while announcements keep coming: every reading is judged by one of them, whole."""
    number = 0

    def fresh() -> bytes:
        nonlocal number
        number += 20
        return newsroom.rss([Notice(f"n{one}", f"稀土消息第{one}号") for one in range(number, number + 20)])

    desk.door.content = fresh
    sets = []
    for name in ("a", "b"):
        pair = [{"id": f"{name}{one}", "title": "T", "when": {"terms": ["稀土"]}} for one in (1, 2)]
        desk.save("rules/all.yaml", {"rules": pair})
        sets.append(config.load(desk.folder))

    stop = asyncio.Event()
    async with app.open_service(sets[0]) as service:
        work = asyncio.create_task(service.run(stop, reload_every=3600))
        for turn in range(1, 13):
            await desk.door.passes(1)
            await service.take_over(sets[turn % 2], Compiled(sets[turn % 2].watch))
        stop.set()
        await work

    by_item: dict[object, set[str]] = {}
    for item, rule in desk.rows("SELECT item, rule FROM match"):
        by_item.setdefault(item, set()).add(str(rule))
    assert len(by_item) == desk.rows("SELECT count(*) FROM item WHERE source != 'rarewatch'")[0][0] >= 12 * 20
    assert {frozenset(rules) for rules in by_item.values()} == {frozenset({"a1", "a2"}), frozenset({"b1", "b2"})}
    readings = desk.rows("SELECT count(DISTINCT substr(rule, 1, 1)) FROM match JOIN item ON item.id = item GROUP BY seen_at")
    assert {count for (count,) in readings} == {1}


async def test_what_cannot_be_taken_over_changes_nothing(desk, monkeypatch):
    """A notifier whose secret is missing is told before anything is swapped."""
    monkeypatch.delenv("NOT_THERE", raising=False)
    before = config.load(desk.folder)
    slack = {"kind": "slack", "token": {"env": "NOT_THERE"}}
    desk.save("rarewatch.yaml", {"database": f"sqlite:///{desk.database}", "notifiers": {"slack": slack}})
    desk.save("audience.yaml", {"subscribers": [{"id": "two", "deliver": [{"via": "slack", "to": "C0123456789"}]}]})
    after = config.load(desk.folder)
    async with app.open_service(before) as service:
        kit = service.kit
        with pytest.raises(ConfigError, match="NOT_THERE"):
            await service.take_over(after, Compiled(after.watch))
        assert service.kit is kit
        assert service.config is before


def test_what_is_in_force_is_written_down(desk, tmp_path):
    loaded = config.load(desk.folder)
    with app.open_archive(loaded) as archive, archive.look() as connection:
        assert list(views.rule_sets(connection, 1)) == []
