"""Receivers that outlive every service that is killed, the command line in this process, an archive to look into."""

import asyncio
import io
import shutil
import sys
from collections.abc import Iterator

import newsroom
import pytest
from cli_cases import Archive, fill
from newsroom import Outcome
from scene import Receiver, receiver

from rarewatch import cli


@pytest.fixture(scope="module")
def slack(tmp_path_factory) -> Iterator[Receiver]:
    yield from receiver("slack_double", tmp_path_factory.mktemp("slack") / "posted.jsonl")


@pytest.fixture(scope="module")
def post(tmp_path_factory) -> Iterator[Receiver]:
    yield from receiver("smtp_double", tmp_path_factory.mktemp("post") / "mails.jsonl")


@pytest.fixture
def rarewatch(monkeypatch, capfd):
    """The command line in this process; a traceback or stray output fails the test."""

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
    return run


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return asyncio.run(fill(tmp_path_factory.mktemp("archive")))


@pytest.fixture
def archive(filled, tmp_path):
    """A copy of one's own."""
    shutil.copytree(filled.folder, tmp_path, dirs_exist_ok=True)
    settings = tmp_path / "config" / "rarewatch.yaml"
    settings.write_text(settings.read_text().replace(str(filled.folder), str(tmp_path)))
    return Archive(tmp_path, filled.polled)
