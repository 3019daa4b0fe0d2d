"""Every command as people and scripts use it: exit codes, clean output, and words instead of tracebacks."""

import asyncio
import io
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import newsroom
import pytest
import structlog
import yaml
from http_peer import Peer, reply
from newsroom import Door, Notice, Outcome, Service, rss

from rarewatch import cli
from rarewatch.demo.slack_double import SlackDouble

CONTROL = Notice(
    "c1",
    "某部公告第18号 对中重稀土实施出口管制",
    "对钐、钆、铽等实施出口管制。北方稀土表示遵守规定，自公布之日起正式实施，请各有关单位遵照执行。",
)
PRICE = Notice("p1", "北方稀土公布稀土精矿价格", "价格为每吨26205元。")
OLD = Notice("o1", "稀土行业回顾", "去年的稀土行业情况。", newsroom.timedelta(days=3))
OTHER = Notice("w1", "全国多地降温", "气温下降。")
COPY = Notice("c1-copy", CONTROL.title, CONTROL.text)
COMMANDS = ["demo", "run", "poll", "check", "read", "match", "explain", "sources", "alerts", "deliveries", "notify-test"]


@pytest.fixture
def rarewatch(monkeypatch, capfd):
    """The command line in this process; a traceback or stray output fails the test."""
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level

    def run(*words: str, given: str | None = None) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["rarewatch", *words])
        if given is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8"))
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, words_said = capfd.readouterr()
        assert "Traceback" not in words_said
        return Outcome(int(end.value.code or 0), out, words_said, 0)

    for name, value in newsroom.environment().items():
        monkeypatch.setenv(name, value)
    yield run
    logging.getLogger().handlers[:], logging.getLogger().level = handlers, level
    structlog.reset_defaults()


@dataclass(frozen=True)
class Archive:
    """What one `poll --json` left behind and said; two deliveries are dead."""

    folder: Path
    polled: Outcome

    @property
    def config(self) -> tuple[str, str]:
        return "-c", str(self.folder / "config")


async def _fill(folder: Path) -> Archive:
    slack = SlackDouble()
    await slack.start()
    slack.fail("invalid_blocks", 2)
    feed = reply(200, rss([CONTROL, PRICE, OLD, OTHER]), [("Content-Type", "application/xml")])
    copy = reply(200, rss([COPY]), [("Content-Type", "application/xml")])
    async with Peer({"/feed": feed, "/copy": copy}) as site:
        sources = [
            {"id": "feed", "kind": "feed", "url": site.url("/feed")},
            {"id": "gone", "kind": "feed", "url": site.url("/gone")},
            {"id": "copy", "kind": "feed", "url": site.url("/copy")},
            {"id": "off", "kind": "feed", "url": site.url("/off"), "enabled": False},
        ]
        newsroom.write(
            folder / "config",
            sources,
            notifiers={
                "slack": {"kind": "slack", "token": {"env": "SLACK_TOKEN"}, "base_url": slack.url},
                "console": {"kind": "console"},
            },
            deliver=[{"via": "slack", "to": ["C1", "C2"]}, {"via": "console", "to": "terminal"}],
            workers={"couriers": 1, "readers": 1},
        )
        polled = await newsroom.awaited("poll", "--json", "-c", str(folder / "config"), "feed", "gone")
        later = await newsroom.awaited("poll", "--json", "-c", str(folder / "config"), "copy")
    await slack.stop()
    assert later.code == 0
    assert later.deliveries == []
    return Archive(folder, polled)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return asyncio.run(_fill(tmp_path_factory.mktemp("archive")))


@pytest.fixture
def archive(filled, tmp_path):
    """A copy of one's own."""
    shutil.copytree(filled.folder, tmp_path, dirs_exist_ok=True)
    settings = tmp_path / "config" / "rarewatch.yaml"
    settings.write_text(settings.read_text().replace(str(filled.folder), str(tmp_path)))
    return Archive(tmp_path, filled.polled)


@pytest.mark.parametrize("command", COMMANDS)
def test_help(rarewatch, command):
    shown = rarewatch(command, "--help")

    assert shown.code == 0
    assert "Usage:" in shown.out
    assert shown.words == ""


def test_poll_prints_json_lines_and_nothing_else_and_exits_1_when_a_source_or_delivery_failed(filled):
    polled = filled.polled

    assert polled.code == 1
    assert {name: line["state"] for name, line in polled.sources.items()} == {"feed": "ok", "gone": "missing"}
    assert {key: polled.sources["feed"][key] for key in ("items", "new", "known", "matched", "deliveries")} == {
        "items": 4, "new": 3, "known": 0, "matched": 3, "deliveries": 6,
    }  # fmt: skip
    states = [(line["via"], line["to"], line["state"]) for line in polled.deliveries]
    assert sorted(states) == [
        ("console", "terminal", "sent"), ("console", "terminal", "sent"),
        ("slack", "C1", "dead"), ("slack", "C1", "sent"), ("slack", "C2", "dead"), ("slack", "C2", "sent"),
    ]  # fmt: skip
    assert "2 source(s) read, 3 new item(s), 4 message(s) delivered, 3 failure(s)" in polled.words


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["poll", "nowhere"], 2, "there is no source 'nowhere'"),
        (["poll", "off"], 2, "source 'off' is not enabled"),
        (["sources", "nowhere"], 2, "there is no source 'nowhere'"),
        (["alerts", "--severity", "huge"], 2, "'huge' is no severity"),
        (["deliveries", "--state", "lost"], 2, "'lost' is no state"),
        (["deliveries", "--alert", "x"], 2, "takes the number of an alert"),
        (["deliveries", "--replay", "999"], 1, "there is no dead delivery '999'"),
        (["deliveries", "--replay", "9" * 40], 1, "there is no dead delivery"),
        (["notify-test", "nobody"], 2, "there is no subscriber 'nobody'"),
        (["read", "nowhere"], 2, "there is no source 'nowhere'"),
        (["explain", "http://elsewhere.example/1"], 1, "no source watches elsewhere.example"),
        (["explain", "4711"], 1, "4711 was never seen"),
        (["explain", "9" * 40], 1, "was never seen"),
    ],
)
def test_what_is_not_there_is_said_in_words(rarewatch, archive, words, code, said):
    ended = rarewatch(*words, *archive.config)

    assert ended.code == code
    assert said in ended.words
    assert ended.out == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--nonsense"], "No such option"),
        (["watch"], "No such command"),
        (["poll", "--jsn"], "No such option"),
        (["alerts", "--limit", "many"], "valid integer"),
        (["alerts", "--limit", "0"], "greater than or equal to 1"),
        (["--log-level", "loud", "sources"], "debug, info, warning or error"),
        (["sources", "-c", "/no/such/folder"], "/no/such/folder"),
        (["match", "/no/such/file"], "/no/such/file cannot be read"),
        (["read", "--kind", "telex", "x"], "telex"),
        (["read", "--kind", "listing", "--options", "{item: [}", "x"], "--options"),
        (["read", "--kind", "listing", "--options", "{rows: li}", "x"], "rows: Extra inputs"),
        (["read", "--kind", "feed", "--options", "just words", "x"], "--options"),
        (["read", "--kind", "feed", "--url", "http://[", "--zone", "Moon/Base", "x"], "Moon/Base"),
    ],
)
def test_a_mistake_on_the_command_line_is_code_2_in_words(rarewatch, archive, monkeypatch, words, said):
    monkeypatch.setenv("RAREWATCH_CONFIG", archive.config[1])

    ended = rarewatch(*words)

    assert ended.code == 2
    assert said in " ".join(ended.words.split())
    assert ended.out == ""


@pytest.mark.parametrize("command", [["run"], ["poll"], ["check"], ["sources"], ["alerts"], ["match"], ["notify-test"]])
def test_a_typo_in_a_file_is_code_2_with_its_place_and_what_was_meant(rarewatch, archive, command):
    rules = archive.folder / "config" / "rules" / "all.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("severity: urgent", "severty: urgent"), encoding="utf-8")
    line, text = next((n, text) for n, text in enumerate(rules.read_text(encoding="utf-8").splitlines(), 1) if "severty" in text)

    ended = rarewatch(*command, *archive.config, given="")

    assert ended.code == 2
    assert f"{rules}:{line}:{text.index('severty') + 1}: " in ended.words
    assert "severity" in ended.words.replace("severty", "")
    assert ended.out == ""


def test_sources_tells_each_state(rarewatch, archive):
    shown = rarewatch("sources", "--json", "--sample", "2", *archive.config)

    assert shown.code == 0
    states = {line["source"]: (line["state"], line.get("items", 0), len(line["sample"])) for line in shown.lines}
    assert states == {"feed": ("ok", 4, 2), "gone": ("missing", 0, 0), "copy": ("ok", 1, 1), "off": ("disabled", 0, 0)}
    table = rarewatch("sources", *archive.config)
    assert "missing" in table.out
    assert table.words == ""


def test_alerts_are_filtered(rarewatch, archive):
    everything = rarewatch("alerts", "--json", *archive.config).lines
    urgent = rarewatch("alerts", "--json", "--severity", "urgent", *archive.config).lines

    assert {line["title"] for line in everything} == {CONTROL.title, PRICE.title}
    assert [line["title"] for line in urgent] == [CONTROL.title]
    assert {"control", "earths"} == set(urgent[0]["rules"])
    assert len(rarewatch("alerts", "--json", "--limit", "1", *archive.config).lines) == 1
    assert rarewatch("alerts", "--json", "--subscription", "nobody", *archive.config).lines == []


def test_deliveries_are_filtered_and_dead_ones_replayed(rarewatch, archive):
    def shown(*words: str) -> list[dict]:
        return rarewatch("deliveries", "--json", *words, *archive.config).lines

    dead = shown("--state", "dead")
    assert len(shown()) == 6
    assert len(shown("--via", "console")) == 2
    assert len(shown("--alert", str(dead[0]["alert"]))) == 3
    assert sorted(line["to"] for line in dead) == ["C1", "C2"]
    assert all("invalid_blocks" in line["fault"] for line in dead)

    one = rarewatch("deliveries", "--replay", str(dead[0]["id"]), *archive.config)
    assert (one.code, one.words.split()[0]) == (0, "1")
    assert [line["id"] for line in shown("--state", "due")] == [dead[0]["id"]]
    assert rarewatch("deliveries", "--replay", str(dead[0]["id"]), *archive.config).code == 1  # it is not dead any more
    rest = rarewatch("deliveries", "--replay", "all", *archive.config)
    assert (rest.code, rest.words.split()[0]) == (0, "1")
    assert shown("--state", "dead") == []


def _explained(rarewatch, archive, notice: Notice) -> list[dict]:
    shown = rarewatch("explain", "--json", f"http://news.example/{notice.slug}.html?utm_source=x", *archive.config)
    assert shown.code == 0
    return shown.lines


def test_explain_an_alert(rarewatch, archive):
    (told,) = _explained(rarewatch, archive, CONTROL)

    assert told["admitted"]["status"] == "new"
    assert [(made["verdict"], made["reason"]) for made in told["decisions"]] == [("tell", "first")]
    assert {made["rule"] for made in told["matches_then"]} == {"control", "earths"}
    assert len(told["deliveries"]) == 3
    words = rarewatch("explain", told["item"], *archive.config)
    assert "told: the first on this story" in words.out
    assert "C1: dead" in words.out or "C1: sent" in words.out


def test_explain_silence(rarewatch, archive):
    (past,) = _explained(rarewatch, archive, OLD)
    assert past["admitted"]["status"] == "baseline"
    assert [made["reason"] for made in past["decisions"]] == ["baseline"]

    (nothing,) = _explained(rarewatch, archive, OTHER)
    assert nothing["story"] is None
    assert not any(rule["held"] for rule in nothing["rules_now"])
    assert all(rule["failed_at"] for rule in nothing["rules_now"])

    (copy,) = _explained(rarewatch, archive, COPY)
    assert [made["reason"] for made in copy["decisions"]] == ["already_told"]
    assert "told of the story before" in rarewatch("explain", copy["item"], "--all", *archive.config).out

    never = rarewatch("explain", "--json", "http://127.0.0.1/never.html", *archive.config)
    assert never.code == 1
    assert never.lines[0]["item"] is None
    assert {line["source"] for line in never.lines[0]["sources_on_host"]} == {"feed", "gone", "copy", "off"}


def test_check_names_the_secret_that_is_missing(rarewatch, archive, monkeypatch):
    monkeypatch.delenv("SLACK_TOKEN")
    broken = rarewatch("check", *archive.config)
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-very-secret-value")
    fine = rarewatch("check", "--json", *archive.config)

    assert broken.code == 1
    assert "FAIL secrets" in broken.out
    assert "SLACK_TOKEN" in broken.out
    assert fine.code == 0
    assert all(line["ok"] for line in fine.lines)
    assert "very-secret" not in fine.out + fine.words
    monkeypatch.delenv("SLACK_TOKEN")
    ended = rarewatch("poll", *archive.config)
    assert ended.code == 2
    assert "SLACK_TOKEN" in ended.words


async def test_notify_test_says_what_it_is_and_fails_in_words(archive):
    slack = SlackDouble()
    await slack.start()
    settings = archive.folder / "config" / "rarewatch.yaml"
    content = yaml.safe_load(settings.read_text())
    content["notifiers"]["slack"]["base_url"] = slack.url
    settings.write_text(yaml.safe_dump(content))
    fine = await newsroom.awaited("notify-test", "--json", *archive.config)
    slack.fail("token_revoked", 2)
    refused = await newsroom.awaited("notify-test", "desk", *archive.config)
    await slack.stop()

    assert fine.code == 0
    assert [(line["to"], line["ok"]) for line in fine.lines] == [("C1", True), ("C2", True), ("terminal", True)]
    assert all("TEST" in one.text for one in slack.messages)
    assert len(slack.messages) == 2
    assert refused.code == 1
    assert refused.words.count("FAILED slack") == 2
    assert "token_revoked" in refused.words
    assert newsroom.TOKEN not in refused.words


def test_match_keeps_its_contract(rarewatch, archive):
    text = "　北方稀土：稀土👩‍🔬价格。"
    lines = [
        json.dumps({"id": "a", "title": CONTROL.title, "text": text}, ensure_ascii=False),
        "",
        "{broken",
        '["a", "list"]',
        json.dumps({"id": 7, "title": None, "text": "nothing here"}),
        json.dumps({"id": "bad", "title": 5}),
        json.dumps({"no": "id"}),
        '{"id": "half", "text": "\\ud83d 稀土"}',
    ]

    ended = rarewatch("match", *archive.config, given="\n".join(lines) + "\n")

    assert ended.code == 1
    assert [line.split(": ")[0] for line in ended.words.splitlines()] == ["-:3", "-:4", "-:6"]
    found = {line["id"]: line for line in ended.lines}
    assert list(found) == ["a", 7, None, "half"]
    first = found["a"]
    assert set(first) == {"id", "rules", "entities"}
    assert [(rule["id"], rule["severity"]) for rule in first["rules"]] == [("control", "urgent"), ("earths", "notable")]
    assert [entity["id"] for entity in first["entities"]] == ["org.north"]
    spans = [span for rule in first["rules"] for span in rule["evidence"]] + first["entities"][0]["mentions"]
    fields = {"title": CONTROL.title, "text": text}
    assert all(set(span) == {"field", "start", "end", "text"} for span in spans)
    assert all(fields[span["field"]][span["start"] : span["end"]] == span["text"] for span in spans)
    assert found[7] == {"id": 7, "rules": [], "entities": []}


def test_read_takes_many_saved_files_at_once(rarewatch, tmp_path):
    files = []
    for number in range(120):
        file = tmp_path / f"{number}.xml"
        file.write_bytes(rss([Notice(f"n{number}", f"第{number}号公告"), Notice(f"m{number}", f"第{number}号通知")]))
        files.append(str(file))
    page = tmp_path / "page.html"
    page.write_bytes(newsroom.page("<p>维护中</p>"))

    fine = rarewatch("read", "--json", "--kind", "feed", *files)
    mixed = rarewatch("read", "--json", "--kind", "feed", files[0], str(page), str(tmp_path / "absent.xml"), str(tmp_path))

    assert fine.code == 0
    assert len(fine.lines) == 240
    assert len({line["from"] for line in fine.lines}) == 120
    assert mixed.code == 1
    assert len(mixed.lines) == 2
    assert "page.html: not-a-feed" in mixed.words
    assert mixed.words.count("cannot be read") == 2


def test_read_a_saved_list_page_with_the_options_given(rarewatch, tmp_path):
    saved = tmp_path / "index.html"
    saved.write_bytes(newsroom.rows([CONTROL, PRICE]))

    read = rarewatch("read", "--json", "--kind", "listing", "--options", '{item: "ul.news li", date: span}', "--url",
                     "http://news.example/zc/index.html", str(saved))  # fmt: skip

    assert read.code == 0
    assert [(line["title"], line["url"]) for line in read.lines] == [
        (CONTROL.title, "http://news.example/art/c1.html"), (PRICE.title, "http://news.example/art/p1.html"),
    ]  # fmt: skip
    assert {line["precision"] for line in read.lines} == {"day"}


def test_a_database_that_cannot_be_used_is_code_3(rarewatch, archive, monkeypatch):
    no_database = archive.folder / "notes.txt"
    no_database.write_text("this is no database, only words, and there are enough of them to fill a header" * 20)
    for url in (f"sqlite:///{no_database}", "sqlite:////proc/nowhere/rarewatch.db"):
        monkeypatch.setenv("RAREWATCH_DATABASE_URL", url)
        for command in ("sources", "poll"):
            ended = rarewatch(command, *archive.config)
            assert ended.code == 3, ended.words
            assert "database" in ended.words or "lock file" in ended.words
    monkeypatch.setenv("RAREWATCH_DATABASE_URL", "oracle://tiger:scotty@there/db")
    ended = rarewatch("sources", *archive.config)
    assert ended.code in {2, 3}
    assert "scotty" not in ended.words


async def test_run_ends_its_work_on_sigterm_and_keeps_others_off_its_database(tmp_path):
    door = Door(lambda: rss([CONTROL, PRICE]))
    async with Peer({"/feed": door}) as site:
        folder = newsroom.write(tmp_path / "config", [{"id": "feed", "kind": "feed", "url": site.url("/feed")}])
        door.open.clear()
        service = await Service.start(folder)
        await door.came.wait()

        other = await newsroom.awaited("poll", "--json", "-c", str(folder))
        looking = await newsroom.awaited("sources", "--json", "-c", str(folder))
        assert other.code == 4
        assert f"another rarewatch (process {service.process.pid}) works on" in other.words
        assert other.out == ""
        assert looking.code == 0

        service.process.send_signal(signal.SIGTERM)
        await service.until("stopping")
        door.open.set()
        assert await service.ended() == 0

    # What was in hand was read, decided and recorded, and it goes out at the next start.
    assert [row["state"] for row in newsroom.deliveries(tmp_path / "rarewatch.db")] == ["due", "due"]
    assert service.log[-1]["event"] == "stopped"


def test_output_to_a_pipe_that_closes_ends_without_noise(archive, tmp_path):
    many = tmp_path / "many.xml"
    many.write_bytes(rss([Notice(f"n{n}", f"第{n}号公告", "稀土" * 2_000) for n in range(100)]))
    words = [*newsroom.RAREWATCH, "read", "--json", "--kind", "feed", str(many)]
    with subprocess.Popen(words, env=newsroom.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["title"] == "第0号公告"
        process.stdout.close()
        said = process.stderr.read().decode()
        assert process.wait(newsroom.PATIENCE) == 0
    assert said == ""

    # A table is written at once: the reader is gone before the first byte.
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run([*newsroom.RAREWATCH, "sources", *archive.config], env=newsroom.environment(), stdout=writer,
                           stderr=subprocess.PIPE, check=False, timeout=newsroom.PATIENCE)  # fmt: skip
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, b"")
