"""`docs/cli.md` names every command, argument, option and exit code there is, and shows `--json` as it comes out."""

import asyncio
import json
import re
import shutil
import threading
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from rarewatch import clock
from rarewatch.app import open_archive
from rarewatch.cli import app
from rarewatch.cli.context import Exit
from rarewatch.config import load
from rarewatch.demo.run import write_config
from rarewatch.demo.site import SampleSite
from rarewatch.demo.slack_double import SlackDouble
from rarewatch.demo.smtp_double import SmtpDouble
from rarewatch.nouns.memory import RulesNote

DOC = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
ARTICLE = Path(__file__).parents[1] / "articles" / "jpaas_mofcom" / "page.html"
PROGRAM = typer.main.get_command(app)
HELP = {"--help", "-h"}


def flattened(group, lead=""):
    """Every command by the words it is called with, those of groups within groups too."""
    found = {}
    for name, command in group.commands.items():
        words = f"{lead}{name}"
        found.update(flattened(command, f"{words} ") if hasattr(command, "commands") else {words: command})
    return found


COMMANDS = flattened(PROGRAM)


def section(heading):
    text = DOC.partition(f"\n{heading}\n")[2]
    assert text, f"there is no heading {heading}"
    level = heading.partition(" ")[0]
    return re.split(rf"^#{{2,{len(level)}}} ", text, maxsplit=1, flags=re.MULTILINE)[0]


def first_column(text):
    cells = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def names(command):
    """Options as typed, arguments by the name that the help shows."""
    found = set()
    for parameter in command.params:
        if parameter.param_type_name == "option":
            found.update([*parameter.opts, *parameter.secondary_opts])
        else:
            name = parameter.metavar or parameter.name
            found.add((f"{{{name}}}" if parameter.required else f"[{name}]") + ("..." if parameter.nargs == -1 else ""))
    return found - HELP


def test_every_command_is_documented_and_no_other():
    assert re.findall(r"^### `([^`]+)`$", DOC, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_and_option_is_documented_and_no_other(command):
    assert first_column(section(f"### `{command}`")) == names(COMMANDS[command])


def test_the_options_before_the_command_are_documented():
    assert first_column(section("## Options before the command")) == names(PROGRAM) | HELP


def test_every_exit_code_is_documented():
    rows = re.findall(r"^\| `(\d+)` \| (\w+) \|", section("## Exit codes"), re.MULTILINE)
    assert {(int(code), name) for code, name in rows} == {(code.value, code.name.lower()) for code in Exit}


class Peers:
    """The sample site, Slack double and mail server of the demonstration, in a thread of their own."""

    def __init__(self, folder):
        self.folder = folder
        self.ready, self.done = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.serve()))

    async def serve(self):
        async with SampleSite(clock.now) as site, SmtpDouble() as smtp:
            slack = SlackDouble()
            await slack.start()
            self.site = site.url
            write_config(self.folder, site.url, slack, smtp)
            self.ready.set()
            await asyncio.to_thread(self.done.wait)
            await slack.stop()


@pytest.fixture(scope="module")
def peers(tmp_path_factory):
    made = Peers(tmp_path_factory.mktemp("config"))
    made.thread.start()
    assert made.ready.wait(30)
    yield made
    made.done.set()
    made.thread.join(30)


@pytest.fixture(scope="module")
def lines(peers):
    """What each command prints with --json, after one poll of the sample publishers."""

    def of(*arguments, given=None, code=0):
        result = CliRunner().invoke(app, [*arguments, "--config", str(peers.folder)], input=given)
        assert result.exit_code == code, result.stderr
        return [json.loads(line) for line in result.stdout.splitlines()]

    polled = of("poll", "--json", code=1)
    alert = of("alerts", "--json", "-n", "1")
    document = json.dumps({"id": 7, "title": "商务部公布稀土出口管制公告"})
    return {
        "poll": polled,
        "check": of("check", "--json"),
        "read": of("read", "sample-trade", "--json") + of("read", "--article", "--json", str(ARTICLE)),
        "match": of("match", given=document),
        "explain": of("explain", str(alert[0]["item"]), "--json") + of("explain", f"{peers.site}/walled/1.html", "--json", code=1),
        "sources list": of("sources", "--json", "--sample", "1"),
        "sources new": of("sources", "new", f"{peers.site}/company/xwzx/index.html", "--allow-private", "--json"),
        "sources doctor": of("sources", "doctor", "sample-trade", "sample-company", "--json"),
        "expected": awaited(of, peers.folder),
        "latency": of("latency", "--json"),
        "alerts": alert,
        "deliveries": of("deliveries", "--json", "--via", "email", "-n", "1"),
        "notify-test": of("notify-test", "--json", "desk"),
        "silence list": silenced(of, peers.folder),
        "route test": of("route", "test", "--title", "商务部公布稀土出口管制公告", "--json"),
        "addresses list": given_up(of, peers.folder),
        **rules(of, peers.folder),
    }


def silenced(of, folder):
    """The same for what is silenced; in the demonstration nothing is."""
    asked = ["--for", "2h", "--reason", "known", "--rule", "export-control", "--config", str(folder)]
    result = CliRunner().invoke(app, ["silence", "add", *asked])
    assert result.exit_code == 0, result.stderr
    return of("silence", "list", "--json")


def given_up(of, folder):
    """The same for addresses that are not written to; the demonstration's all are."""
    result = CliRunner().invoke(app, ["addresses", "add", "former@example.org", "--config", str(folder)])
    assert result.exit_code == 0, result.stderr
    return of("addresses", "list", "--json")


EXPECTATIONS = """
ledgers: [{id: l, name: L, issuer: 商务部, kind: 公告, sources: [sample-ministry]}]
expected: [{id: e, name: E, when: {weekly: friday}, seen_by: {rules: export-control}}]
witnesses: [{id: w, fact: W, rules: export-control, sources: [sample-ministry, sample-wire]}]
"""


def awaited(of, folder):
    """The same for what is expected; the demonstration expects nothing."""
    file = folder / "expectations.yaml"
    file.write_text(EXPECTATIONS, encoding="utf-8")
    told = of("expected", "--json")
    file.unlink()
    return told


def rules(of, folder):
    """The same for the commands that work with rules; the files they are compared with lack those about policy."""
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    (other / "rules" / "policy.yaml").unlink()
    with open_archive(load(folder)) as archive:
        archive.note_rules(RulesNote("in force", "0" * 64, {"export-control": "0" * 12}), clock.now())
    return {
        "rules test": of("rules", "test", "rare-earth-headline", "--mutate", "--json"),
        "rules plan": of("rules", "plan", "--since", "300d", "--against", str(other), "--json"),
        "rules list": of("rules", "list", "--json"),
        "rules show": of("rules", "show", "inspection-round-up", "--json"),
        "rules status": of("rules", "status", "--json"),
        "rules precision": of("rules", "precision", "--json"),
        "rules near": of("rules", "near", "--json"),
    }


def shape(value):
    """The keys of a JSON value, all the way down; of a list, those of its first element that has any inside."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def fits(real, shown):
    """Whether two shapes have the same keys wherever both have some; counts by state have keys that are no names."""
    if isinstance(real, dict) and isinstance(shown, dict):
        return set(real) == set(shown) and all(fits(real[key], shown[key]) for key in real)
    if isinstance(real, list) and isinstance(shown, list):
        return fits(real[0], shown[0])
    return not (isinstance(real, dict) and isinstance(shown, list)) and not (isinstance(real, list) and isinstance(shown, dict))


@pytest.mark.parametrize("command", [name for name in COMMANDS if "```json" in section(f"### `{name}`")])
def test_json_comes_out_as_shown(command, lines):
    examples = re.findall(r"^```json\n(.*?)\n```$", section(f"### `{command}`"), re.MULTILINE | re.DOTALL)
    shown = [shape(json.loads(text)) for text in examples]
    real = [shape(line) for line in lines[command]]
    for example in shown:
        assert any(fits(line, example) for line in real), example
    for line in real:
        assert any(fits(line, example) for example in shown), line


@pytest.mark.parametrize("command", [name for name in COMMANDS if "--json" in names(COMMANDS[name])])
def test_every_json_output_is_shown(command):
    assert "```json" in section(f"### `{command}`")
