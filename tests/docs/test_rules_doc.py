"""`docs/rules.md`, followed step by step: each rule as shown is written, each test command gives what is shown."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rarewatch import config
from rarewatch.cli import app

DOC = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(yaml|console)\n(.*?)^```$", DOC, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(config.shipped(), tmp_path / "config")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "config"


def test_every_step_gives_what_is_shown(folder):
    tried = 0
    for kind, text in BLOCKS:
        if kind == "yaml" and "rules:" in text:
            (folder / "rules" / "gallium.yaml").write_text(text, encoding="utf-8")
        elif kind == "console":
            command, _, shown = text.partition("\n")
            words = command.removeprefix("$ rarewatch ").split()
            result = CliRunner().invoke(app, words)
            said = str(result.exception) if result.exception and not isinstance(result.exception, SystemExit) else result.output
            told = [line.rstrip() for line in said.splitlines() if not line.startswith("warning: ")]
            assert told == shown.splitlines(), command
            tried += 1
    assert tried == 5


def test_the_skeleton_begins_where_the_first_step_does(folder):
    result = CliRunner().invoke(app, ["rules", "new", "gallium-control", "--title", "Export control on gallium and germanium"])
    assert result.exit_code == 0
    (folder / "rules" / "gallium.yaml").write_text(result.stdout, encoding="utf-8")
    assert "gallium-control" in config.load(folder).watch.rules


def test_a_rule_is_put_to_rest_as_shown(folder):
    rule = next(text for kind, text in reversed(BLOCKS) if kind == "yaml" and "rules:" in text)
    rest = next(text for kind, text in BLOCKS if kind == "yaml" and "disabled:" in text)
    (folder / "rules" / "gallium.yaml").write_text(rule.replace("    when:\n", rest + "    when:\n"), encoding="utf-8")
    assert config.load(folder).watch.rules["gallium-control"].disabled.reason == "under review after the October round"


def test_every_command_for_rules_is_named():
    for name in ("test", "plan", "show", "status", "near", "new"):
        assert f"rules {name}" in DOC
