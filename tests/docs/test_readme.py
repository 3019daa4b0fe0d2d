"""What the documents say exists: links, commands, make targets, faults, reasons, numbers, examples."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rarewatch import config, errors
from rarewatch.cli import app
from rarewatch.nouns.alert import Reason

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*.md")])
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in PAGES}
PROGRAM = typer.main.get_command(app)
SHARED = {"--log-level", "--log-json", "--version", "--help", "-h"}


def anchors(text):
    """The anchors hosting sites make of headings: small letters, blanks as hyphens, no other punctuation."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", TEXTS)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[page]):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there.read_text(encoding="utf-8")), target


def shell_lines(text):
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def calls_of_rarewatch(text):
    """Every use of the program in a shell block, as words after its name."""
    for line in shell_lines(text):
        words = shlex.split(line)
        for at, word in enumerate(words):
            called = word == "rarewatch" and (at == 0 or words[at - 1] in {"|", "rarewatch"})
            if called or word.endswith("/bin/rarewatch"):
                yield words[at + 1 :]


@pytest.mark.parametrize("page", [page for page, text in TEXTS.items() if any(calls_of_rarewatch(text))])
def test_commands_in_shell_blocks_exist_with_their_options(page):
    for words in calls_of_rarewatch(TEXTS[page]):
        command = PROGRAM
        for word in [word for word in words if not word.startswith("-")]:
            if not hasattr(command, "commands"):
                break
            command = command.commands.get(word, command)
        if default := getattr(command, "default", ""):
            command = command.commands[default]
        if command is PROGRAM:
            assert words[:1] in (["[OPTIONS]"], ["COMMAND"], []), words
            continue
        assert not hasattr(command, "commands"), words
        known = {name for parameter in command.params for name in parameter.opts} | SHARED
        assert {word for word in words if word.startswith("-") and word != "-"} <= known, words


def test_make_targets_that_documents_name_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert set(re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE).group(1).split()) == targets
    named = {name for text in TEXTS.values() for name in re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)}
    assert {"demo", "test"} <= named <= targets


def test_every_fault_is_explained():
    def kinds(kind):
        return {kind.name} | {
            name for below in kind.__subclasses__() if below.__module__ == errors.__name__ for name in kinds(below)
        }

    section = TEXTS["docs/operations.md"].partition("## What faults mean")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE)) == kinds(errors.SourceFault)


def test_every_reason_is_explained():
    section = TEXTS["docs/story.md"].partition("## Why somebody is told")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)) == {reason.value for reason in Reason}


def test_events_in_the_log_are_explained():
    code = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("src/rarewatch/**/*.py"))
    logged = set(re.findall(r"_log\.(?:debug|info|warning|error|exception|log)\([^\"]*\"([a-z-]+)\"", code))
    section = TEXTS["docs/operations.md"].partition("## Logs")[2].partition("\n## ")[0]
    explained = {name for row in re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE) for name in re.findall(r"`([a-z-]+)`", row)}
    assert logged == explained


def test_the_numbers_of_the_readme_are_those_of_the_shipped_configuration():
    loaded = config.load(ROOT / "config")
    enabled = sum(source.enabled for source in loaded.sources.values())
    rules = sum(rule.enabled for rule in loaded.watch.rules.values())
    words = " ".join(TEXTS["README.md"].split())
    assert f"{enabled} sources that are on" in words
    assert f"{rules} rules, {len(loaded.watch.entities)} names" in words


def test_every_decision_is_a_whole_page_and_numbered_in_order():
    pages = [page for page in TEXTS if page.startswith("docs/decisions/")]
    assert [int(Path(page).name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        parts = re.findall(r"^\*\*(.+?)\.\*\*", TEXTS[page], re.MULTILINE)
        assert [part for part in parts if part != "Evidence"] == ["Context", "Decision", "What it costs", "What would change it"]
        assert TEXTS[page].startswith(f"# {Path(page).name[:4]} ")


@pytest.mark.parametrize("name", ["alert-slack.png", "alert-mail.png"])
def test_pictures_are_pictures_of_a_bearable_size(name):
    content = (ROOT / "docs" / "img" / name).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 300_000
    assert f"docs/img/{name}" in TEXTS["README.md"]


def files_of(text):
    """The YAML files a page shows, by the name in their first line."""
    return dict(re.findall(r"^```yaml\n# (\S+\.yaml)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "config"
    shutil.copytree(ROOT / "config", made)
    return made


def test_the_settings_of_the_readme_are_right(folder):
    for name, text in files_of(TEXTS["README.md"]).items():
        (folder / name).write_text(text, encoding="utf-8")
    loaded = config.load(folder)
    assert {target.via for one in loaded.audience for target in one.targets} == set(loaded.settings.notifiers) == {"slack", "email"}


def test_the_worked_sources_load_and_read_the_page_that_is_shown(folder, tmp_path):
    text = TEXTS["docs/add-a-source.md"]
    for name, content in files_of(text).items():
        (folder / name).write_text(content, encoding="utf-8")
    assert {"example-notices", "example-feed"} <= set(config.load(folder).sources)
    page = tmp_path / "page.html"
    page.write_text(re.search(r"^```html\n(.*?)^```$", text, re.MULTILINE | re.DOTALL).group(1), encoding="utf-8")
    arguments = ["read", "--saved", "example-notices", str(page), "--config", str(folder)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    assert "关于稀土开采总量控制指标的通知" in result.stdout
    assert "https://www.example.org/notices/art/2026/n17.html" in result.stdout
    assert "2 item(s)" in result.stderr
