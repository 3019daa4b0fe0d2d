"""Every folder in `json_list/`, `filing/`, `epaper/`, `sitemap/` and `page/` is a case: a conversation as served, and what must be read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from conversation import Talk, Turn, after, source

from rarewatch import errors
from rarewatch.sources.filing import Filing

KINDS = ("epaper", "filing", "json_list", "page", "sitemap")
CASES = sorted(path.parent for kind in KINDS for path in (Path(__file__).parent / kind).glob("*/case.yaml"))
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
FIELDS = ("key", "url", "title", "text", "author", "origin")


def turn(folder, said, where):
    fault = said.get("fault")
    body = getattr(errors, fault)("as the case says") if fault else (folder / said["file"]).read_bytes()
    return Turn(said.get("url", where), body, said.get("sent"), said.get("type", "text/html"))


def drive(folder, case, turns, seen=None):
    of = source(folder.parent.name, case["options"], case["url"])
    reader = Filing(clock=lambda: AT) if of.kind == "filing" else None
    return Talk([turn(folder, said, case["url"]) for said in turns], AT).drive(of, seen, reader)


@pytest.mark.parametrize("folder", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_case(folder):
    case = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
    expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    assert set(case) <= {"url", "options", "before", "turns"}
    assert set(expected) <= {"drafts", "complete", "faults", "known", "marks", "error", "says"}
    seen = after(drive(folder, case, case["before"])) if "before" in case else None
    if "error" in expected:
        with pytest.raises(errors.SourceFault) as raised:
            drive(folder, case, case["turns"], seen)
        assert raised.value.name == expected["error"]
        assert expected["says"] in raised.value.detail
        return
    reading = drive(folder, case, case["turns"], seen)
    found = [
        {name: getattr(draft, name) for name in FIELDS} | {"dates": list(draft.dates), "title_only": draft.title_only}
        for draft in reading.drafts
    ]
    empty = dict.fromkeys(FIELDS, "") | {"dates": [], "title_only": False}
    assert found == [empty | wanted for wanted in expected["drafts"]]
    assert reading.complete is expected.get("complete", True)
    assert [fault.name for fault in reading.faults] == expected.get("faults", [])
    assert reading.known == expected.get("known", 0)
    assert len({draft.mark for draft in reading.drafts}) == len(reading.drafts)


def test_every_kind_has_cases():
    assert {path.parent.name for path in CASES} == set(KINDS)
