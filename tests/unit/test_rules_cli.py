"""`rarewatch rules`, run as people run it, on an archive made for it."""

import json
from contextlib import closing
from datetime import timedelta

import pytest
import yaml
from typer.testing import CliRunner

from making import NOW, all_marks, item
from rarewatch import clock
from rarewatch.cli import app
from rarewatch.config import load
from rarewatch.nouns.item import Admission, Stamp, Status
from rarewatch.nouns.memory import NearMiss, RulesNote
from rarewatch.nouns.watch import Match, Severity, Span
from rarewatch.stores.sql import SqlStore

CONTROL = {
    "id": "control",
    "title": "Export control",
    "severity": "urgent",
    "when": {"all": [{"list": "earths"}, {"terms": ["出口管制"]}]},
    "match": ["对稀土实施出口管制"],
    "ignore": ["稀土价格上涨"],
}
EARTHS = {"id": "earths", "title": "Rare earths", "severity": "routine", "when": {"list": "earths"}}


class Desk:
    def __init__(self, folder):
        self.folder = folder / "config"
        self.database = f"sqlite:///{folder / 'archive.db'}"
        self.save("rarewatch.yaml", {"database": self.database, "notifiers": {"c": {"kind": "console"}}})
        self.save(
            "audience.yaml", {"subscribers": [{"id": "desk", "min_severity": "notable", "deliver": [{"via": "c", "to": "x"}]}]}
        )
        self.save("entities.yaml", {"entities": [{"id": "org.n", "kind": "company", "name": "North", "zh": "北方稀土"}]})
        sources = [{"id": "s1", "kind": "feed", "url": "https://s1.example.com/"}]
        self.save("sources/s.yaml", {"publisher": {"id": "p", "name": "P"}, "sources": sources})
        self.rules(CONTROL, EARTHS)

    def save(self, name, content, folder=None):
        path = (folder or self.folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")

    def rules(self, *rules, folder=None):
        self.save("rules/r.yaml", {"lists": {"earths": ["稀土", "rare earth"]}, "rules": list(rules)}, folder)

    def run(self, *words, code=0):
        result = CliRunner().invoke(app, ["rules", *words, "-c", str(self.folder)])
        assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
        return result

    def lines(self, *words, code=0):
        return [json.loads(line) for line in self.run(*words, "--json", code=code).stdout.splitlines()]

    def store(self):
        made = SqlStore(self.database)
        made.migrate()
        return closing(made)

    def keep(self, *titles, hold=(), digest="d", age=timedelta()):
        """Store items with these titles, and the rules `hold` for each."""
        with self.store() as store, store.desk() as book:
            day = Stamp(clock.now() - age, "minute")
            things = [item(title=title, text="", url=f"https://s1.example.com/{title}.html", published=day) for title in titles]
            kept = book.keep([Admission(thing, Status.NEW, "new") for thing in things], all_marks)
            for one in kept:
                spans = (Span("title", 0, 1, one.item.title[0]),)
                book.matched(one.item, [Match(rule, digest, Severity.URGENT, spans) for rule in hold])
            return [one.item.id for one in kept]


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


class TestTest:
    def test_all_is_well(self, desk):
        result = desk.run("test")
        assert result.stdout == ""
        assert "2 example(s) of 1 rule(s) and type(s): 0 failed" in result.stderr
        assert "without any example: earths" in result.stderr

    def test_what_fails_is_told_with_place_and_clause(self, desk):
        desk.rules({**CONTROL, "match": ["稀土价格", "对稀土实施出口管制"]})
        result = desk.run("test", code=1)
        place, title, why = result.stdout.splitlines()
        assert place.startswith(f"{desk.folder / 'rules' / 'r.yaml'}:")
        assert place.endswith("control: must match and does not")
        assert (title.strip(), why.strip()) == ("稀土价格", "it does not hold: “出口管制”")

    def test_as_json_every_example_has_a_line(self, desk):
        one, two = desk.lines("test")
        assert (one["of"], one["expected"], one["result"], one["why"]) == ("control", "match", "passed", "")
        assert (two["expected"], two["title"]) == ("ignore", "稀土价格上涨")

    def test_only_the_named_ones(self, desk):
        desk.rules({**CONTROL, "match": ["稀土价格"]}, {**EARTHS, "match": ["稀土"]})
        desk.run("test", "earths")
        desk.run("test", "control", code=1)
        assert "there is no rule 'none'" in desk.run("test", "none", code=2).stderr

    def test_an_example_may_name_an_archived_item(self, desk):
        (number,) = desk.keep("对稀土实施出口管制")
        desk.rules(
            {**CONTROL, "match": [{"item": int(number)}, {"item": 999}, {"url": "https://s1.example.com/对稀土实施出口管制.html"}]}
        )
        result = desk.run("test", "control")
        assert "the archive has no item 999" in result.stdout
        assert "0 failed, 1 could not be tried" in result.stderr
        assert [line["result"] for line in desk.lines("test", "control")][:3] == ["passed", "not tried", "passed"]

    def test_what_no_example_would_notice_is_listed_and_no_file_touched(self, desk):
        before = {path: path.read_bytes() for path in desk.folder.rglob("*.yaml")}
        result = desk.run("test", "--mutate", "control")
        assert "control: no example would notice the loss of\n    the clause `{list: earths}`" in result.stdout
        assert "list:earths: no example would notice the loss of\n    term “rare earth”" in result.stdout
        assert "4 thing(s) left out in turn, 2 noticed by an example" in result.stderr
        assert {path: path.read_bytes() for path in desk.folder.rglob("*.yaml")} == before

    def test_the_budget_is_kept(self, desk):
        assert "not tried: raise --budget" in desk.run("test", "--mutate", "--budget", "1").stderr
        assert {line["noticed"] for line in desk.lines("test", "--mutate", "--budget", "2") if "noticed" in line} == {
            True,
            False,
            None,
        }


class TestPlan:
    def test_against_a_folder(self, desk, tmp_path):
        desk.keep("对稀土实施出口管制", "稀土价格上涨", "全国降温")
        desk.keep("对稀土实施临时管制", age=timedelta(days=300))
        old = tmp_path / "old"
        for path in desk.folder.rglob("*.yaml"):
            desk.save(path.relative_to(desk.folder), path.read_text(encoding="utf-8"), old)
        desk.rules({**CONTROL, "when": {"terms": ["降温"]}, "match": [], "ignore": []}, {**EARTHS, "id": "new"})
        result = desk.run("plan", "--against", str(old))
        assert result.stdout.splitlines()[:5] == [
            "Rules:",
            "  ~ control",
            "  - earths",
            "  + new",
            "Subscriber desk: 1.0 alert(s) a week before, 1.0 after",
        ]
        assert "全国降温  [urgent: control] s1 #3" in result.stdout
        assert "- " in result.stdout.splitlines()[6]
        assert "Plan: 1 rule(s) to add, 1 to change, 1 to remove; 1 alert(s) more, 1 fewer" in result.stdout
        assert "3 item(s)" in result.stderr
        assert "Nothing was applied" in result.stderr

    def test_against_what_was_recorded(self, desk):
        desk.keep("对稀土实施出口管制", hold=["control"])
        desk.keep("稀土行业有关情况", hold=["gone"])
        desk.keep("再对稀土实施出口管制")
        with desk.store() as store:
            store.note_rules(RulesNote("in force", "abcdef", {"gone": "d/urgent"}), NOW)
        lines = desk.lines("plan")
        assert [(line["rule"], line["change"]) for line in lines if line["kind"] == "rule"] == [
            ("control", "added"), ("earths", "added"), ("gone", "removed"),
        ]  # fmt: skip
        alerts = {(line["title"], line["change"], *line["rules"]) for line in lines if line["kind"] == "alert"}
        assert alerts == {("稀土行业有关情况", "lost", "gone"), ("再对稀土实施出口管制", "gained", "control")}
        assert lines[-1] == {"kind": "sum", "items": 3, "weeks": 1.0, "gained": 1, "lost": 1}

    def test_against_a_set_that_was_in_force(self, desk):
        desk.keep("对稀土实施出口管制", hold=["control"], digest="v1")
        desk.keep("再对稀土实施出口管制", hold=["control"], digest="v2")
        with desk.store() as store:
            store.note_rules(RulesNote("in force", "abcdef", {"control": "v1/urgent"}), clock.now() - timedelta(days=9))
        alerts = [line for line in desk.lines("plan", "--against", "abc") if line["kind"] == "alert"]
        assert [(line["title"], line["change"]) for line in alerts] == [("再对稀土实施出口管制", "gained")]
        assert "neither a folder nor the digest" in desk.run("plan", "--against", "zzz", code=2).stderr

    def test_before_any_service_ran(self, desk):
        result = desk.run("plan")
        assert "no service has run on this archive yet" in result.stdout
        assert "0 item(s)" in result.stderr

    @pytest.mark.parametrize(("since", "items"), [("30d", 1), ("2000-01-01", 2), ("400d", 2)])
    def test_since(self, desk, since, items):
        desk.keep("对稀土实施出口管制")
        desk.keep("再对稀土实施出口管制", age=timedelta(days=300))
        if since == "400d":
            desk.run("plan", "--since", since, code=2)
        else:
            assert desk.lines("plan", "--since", since)[-1]["items"] == items

    def test_since_that_cannot_be_read(self, desk):
        assert "neither a duration" in desk.run("plan", "--since", "lately", code=2).stderr

    @pytest.mark.slow
    def test_much_is_spread_over_processes(self, desk):
        desk.keep(*(f"稀土消息第{number}号" for number in range(2_100)), "对稀土实施出口管制")
        lines = desk.lines("plan")
        assert lines[-1]["items"] == 2_101
        assert [line["title"] for line in lines if line["kind"] == "alert"] == ["对稀土实施出口管制"]


class TestLooking:
    def test_list(self, desk):
        desk.rules(
            CONTROL,
            {**EARTHS, "disabled": {"reason": "too loud", "until": "2999-01-01"}},
            {**EARTHS, "id": "off", "enabled": False},
        )
        control, earths, off = desk.lines("list")
        assert (control["rule"], control["severity"], control["state"], control["heard_by"], control["examples"]) == (
            "control", "urgent", "in force", ["desk"], 2,
        )  # fmt: skip
        assert earths["state"] == "rests until 2999-01-01: too loud"
        assert (off["state"], off["heard_by"]) == ("not enabled", [])
        assert "too loud" in desk.run("list").stdout

    def test_show_writes_everything_out(self, desk):
        desk.rules({**CONTROL, "adjust": [{"when": {"entity": "org.n"}, "by": -1}]})
        shown = yaml.safe_load(desk.run("show", "control").stdout)
        assert shown["when"] == {"all": [{"list": "earths"}, {"terms": ["出口管制"]}]}
        assert shown["lists"] == {"earths": ["稀土", "rare earth"]}
        assert shown["entities"] == {"org.n": ["North", "北方稀土"]}
        assert shown["adjust"] == [{"when": {"entity": "org.n"}, "by": -1}]
        assert (shown["match"], shown["ignore"]) == (["对稀土实施出口管制"], ["稀土价格上涨"])
        (line,) = desk.lines("show", "control")
        assert line["version"] == load(desk.folder).watch.rules["control"].digest
        assert "there is no rule" in desk.run("show", "none", code=2).stderr

    def test_status(self, desk):
        assert "no service has run" in desk.run("status").stdout
        with desk.store() as store:
            store.note_rules(RulesNote("in force", "abcdef", {"a": "1"}), NOW)
        assert "in force: 1 rules, abcdef" in desk.run("status").stdout
        with desk.store() as store:
            store.note_rules(RulesNote("refused", "", words="r.yaml:1:2: wrong"), NOW)
        checked = CliRunner().invoke(app, ["check", "-c", str(desk.folder)])
        assert checked.exit_code == 1
        assert "FAIL edits: the service refused the last edit: r.yaml:1:2: wrong" in checked.stdout
        # Broken files do not keep anybody from asking what is in force.
        desk.save("rules/r.yaml", "rules: [")
        assert "refused\n    r.yaml:1:2: wrong\n" in desk.run("status", code=1).stdout
        refused, before = desk.lines("status", code=1)
        assert (refused["state"], refused["words"], before["digest"], before["rules"]) == (
            "refused",
            "r.yaml:1:2: wrong",
            "abcdef",
            1,
        )

    def test_near(self, desk):
        kept = desk.keep("稀土价格", "稀土消息")
        with desk.store() as store, store.desk() as book:
            for number, age in zip(kept, (timedelta(hours=1), timedelta(days=9)), strict=True):
                book.nearly(item(id=number), [NearMiss("control", "v", "“出口管制”")], clock.now() - age)
        assert [(line["rule"], line["item"], line["title"]) for line in desk.lines("near")] == [
            ("control", int(kept[0]), "稀土价格")
        ]
        assert len(desk.lines("near", "--since", "14d")) == 2
        result = desk.run("near")
        assert "control: 1 near miss(es) (urgent)" in result.stdout
        assert "short of: “出口管制”" in result.stdout
        assert "1 near miss(es) of 1 rule(s) in 7 day(s)" in result.stderr

    def test_near_misses_are_forgotten_after_two_weeks(self, desk):
        kept = desk.keep("稀土价格", "稀土消息")
        miss = [NearMiss("control", "v", "“出口管制”")]
        with desk.store() as store:
            for number, age in zip(kept, (timedelta(days=15), timedelta()), strict=True):
                with store.desk() as book:
                    book.nearly(item(id=number), miss, clock.now() - age)
            with store.look() as connection:
                assert connection.exec_driver_sql("SELECT count(*) FROM near_miss").scalar() == 1


class TestFiles:
    def test_a_new_rule_works_as_it_is_printed(self, desk):
        printed = desk.run("new", "my-rule", "--title", "Mine: 我的").stdout
        desk.save("rules/mine.yaml", printed)
        assert load(desk.folder).watch.rules["my-rule"].title == "Mine: 我的"
        desk.run("test", "my-rule")

    def test_an_id_must_be_new_and_well_formed(self, desk):
        assert "already, at" in desk.run("new", "control", code=2).stderr
        assert "is no id" in desk.run("new", "My Rule", code=2).stderr

    def test_schemas(self, tmp_path):
        result = CliRunner().invoke(app, ["rules", "schema"])
        assert set(json.loads(result.stdout)) == {
            "rarewatch",
            "audience",
            "entities",
            "expectations",
            "webhook-message",
            "glossary",
            "rules",
            "sources",
            "types",
        }
        assert CliRunner().invoke(app, ["rules", "schema", "--out", str(tmp_path / "a" / "b")]).exit_code == 0
        assert json.loads((tmp_path / "a" / "b" / "rules.json").read_text(encoding="utf-8")) == json.loads(result.stdout)["rules"]
        (tmp_path / "file").write_text("", encoding="utf-8")
        assert CliRunner().invoke(app, ["rules", "schema", "--out", str(tmp_path / "file")]).exit_code == 1
