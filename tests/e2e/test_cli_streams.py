"""The command line among streams that are closed, full, or of another encoding."""

import json
import signal
import subprocess

import newsroom
import pytest
from cli_cases import CONTROL, PRICE
from http_peer import Peer
from newsroom import Door, Service, rss

from rarewatch.demo.slack_double import SlackDouble

LINE = json.dumps({"id": 1, "title": "某部对稀土实施出口管制\ud83d"}, ensure_ascii=True).encode()
POSIX = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
LATIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}


def shell(ending, *words, given=b"", environment=None):
    line = ["sh", "-c", f'exec "$@" {ending}', "sh", *newsroom.RAREWATCH, *words]
    return subprocess.run(line, env=newsroom.environment() | (environment or {}), input=given, capture_output=True,
                          check=False, timeout=newsroom.PATIENCE)  # fmt: skip


@pytest.mark.parametrize("ending", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize("command", ["match", "sources"])
def test_a_closed_stream_is_no_failure(archive, ending, command):
    ended = shell(ending, command, *archive.config, given=LINE)

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert bool(ended.stdout) == (ending == "2>&-")


def test_a_closed_input_is_an_empty_one(archive):
    ended = shell("<&-", "match", *archive.config)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


@pytest.mark.parametrize("command", ["match", "sources"])
def test_output_that_cannot_be_written_is_told_and_is_a_failure(archive, command):
    ended = shell(">/dev/full", command, *archive.config, given=LINE)

    assert ended.returncode == 1
    assert ended.stderr == b"the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("environment", [POSIX, LATIN])
def test_lines_are_utf8_whatever_the_locale_says(archive, environment):
    given = json.dumps({"id": 1, "title": "某部对稀土实施出口管制"}, ensure_ascii=False).encode()

    plain = shell("", "match", *archive.config, given=given)
    ended = shell("", "match", *archive.config, given=given, environment=environment)

    assert "出口管制" in plain.stdout.decode()
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, plain.stdout, b"")


def test_words_for_people_are_utf8_in_a_pipe_whatever_the_locale_says(archive):
    ended = shell("", "alerts", *archive.config, environment=POSIX)

    assert ended.returncode == 0
    assert "某部公告第18号" in ended.stdout.decode()


def test_a_line_in_another_encoding_is_told_and_not_taken_for_silence(rarewatch, archive, tmp_path):
    good = json.dumps({"id": 2, "title": "某部对稀土实施出口管制"}, ensure_ascii=False)
    file = tmp_path / "lines.jsonl"
    file.write_bytes(
        b'\xef\xbb\xbf{"id": 0, "title": "x"}\n' + '{"title": "稀土"}\n'.encode("gbk") + good.encode() + b"\n" + b"[" * 200_000
    )

    ended = rarewatch("match", *archive.config, str(file))

    assert ended.code == 1
    assert [line["id"] for line in ended.lines] == [0, 2]
    told = ended.words.splitlines()
    assert told[0] == f"{file}:2: not UTF-8: byte 0xcd at position 14, as in a file saved as GBK or UTF-16"
    assert told[1] == f"{file}:4: not a document: nested too deeply"
    assert len(told) == 2


async def test_a_service_whose_log_cannot_be_written_tells_its_alerts_all_the_same(tmp_path):
    slack, door = SlackDouble(), Door(lambda: rss([CONTROL, PRICE]))
    await slack.start()
    async with Peer({"/feed": door}) as site:
        folder = newsroom.write(
            tmp_path / "config",
            [{"id": "feed", "kind": "feed", "url": site.url("/feed"), "every": 1}],
            notifiers={"slack": {"kind": "slack", "token": {"env": "SLACK_TOKEN"}, "base_url": slack.url}},
            deliver=[{"via": "slack", "to": "C1"}],
        )
        service = await Service.start(folder, "sh", "-c", 'exec "$@" 2>/dev/full', "sh", *newsroom.RAREWATCH)
        await door.passes(3)
        assert await service.end(signal.SIGTERM) == 0
    await slack.stop()

    assert service.log == []
    assert len(slack.messages) == 2
    assert [(row["state"], row["attempts"]) for row in newsroom.deliveries(tmp_path / "rarewatch.db")] == [("sent", 1), ("sent", 1)]
