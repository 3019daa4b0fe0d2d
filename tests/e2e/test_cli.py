"""Every command as people and scripts use it: exit codes, clean output, and words instead of tracebacks."""

import json
import os
import re
import signal
import subprocess

import newsroom
import pytest
from cli_cases import CONTROL, OLD, PRICE
from http_peer import Peer, reply
from newsroom import Door, Notice, Service, rss

COMMANDS = ["demo", "run", "poll", "check", "read", "match", "explain", "sources", "alerts", "deliveries", "notify-test"]


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
        "items": 4, "new": 3, "known": 0, "matched": 2, "deliveries": 6,
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
        (["read", "--kind", "listing", "--options", "{rows: li}", "x"], "--options:1:2: unknown key 'rows'"),
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


async def test_poll_says_in_words_what_each_source_gave(tmp_path):
    dateless = re.sub(rb"<pubDate>[^<]*", b"<pubDate>some day", rss([CONTROL]))
    pages = {"/old": rss([OLD, PRICE]), "/cut": rss([PRICE])[:-20], "/odd": dateless}
    async with Peer({path: reply(200, body, [("Content-Type", "application/xml")]) for path, body in pages.items()}) as site:
        sources = [{"id": path[1:], "kind": "feed", "url": site.url(path)} for path in [*pages, "/gone"]]
        folder = newsroom.write(tmp_path / "config", sources)
        first, again = [await newsroom.awaited("poll", "-c", str(folder)) for _ in range(2)]

    said = {line.partition(": ")[0]: line.partition(": ")[2] for line in first.words.splitlines()}
    assert said["old"].startswith("2 item(s), 1 new, 1 older or revised, ")
    assert said["cut"].startswith("1 item(s), ")
    assert "; not all could be read: truncated: " in said["cut"]
    assert said["odd"].startswith("1 item(s), 0 new, 1 older or revised, ")
    assert "; bad-date: " in said["odd"]
    assert said["gone"].startswith("missing: status 404")
    assert "old: unchanged\n" in again.words


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
