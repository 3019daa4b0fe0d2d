"""Every folder here is a case: a source, what its site answers, and what must become of it; adding one needs no code.

`site` maps paths to answers (`status`, `headers`, `body` or `file`, `charset`, `gzip`, `drop`, `hold`; of a list of answers the
first counts whose `needs`, patterns by header, are met); `earlier` holds the sites of polls before. `expect` says the items with
the fields that matter, the fault and what it `says`, the notes on a good reading, the condition, and paths that were `asked`.
"""

from pathlib import Path

import pytest
import yaml
from trap_site import poll

from rarewatch.health import condition_of
from rarewatch.nouns.health import Condition

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/case.yaml"))
KEYS = {"trap", "kind", "url", "options", "source", "at", "earlier", "site", "expect"}
ANSWER = {"status", "headers", "body", "file", "charset", "errors", "gzip", "drop", "hold", "needs"}
EXPECT = {"items", "fault", "says", "notes", "condition", "asked", "not_asked", "matched", "alerts"}
ENOUGH = 4
"""Polls in a row after which any trouble is told."""


def read(folder):
    case = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
    assert set(case) <= KEYS
    assert set(case["expect"]) <= EXPECT
    for served in [*case.get("earlier", []), case["site"]]:
        for said in served.values():
            assert all(set(one) <= ANSWER for one in (said if isinstance(said, list) else [said]))
    return case


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
async def test_case(folder, tmp_path):
    case = read(folder)
    in_trouble = Condition(case["expect"]["condition"]).is_trouble
    outcome = await poll(folder, case, tmp_path, confirm=ENOUGH if in_trouble else 1)
    expect, fault = case["expect"], outcome.fault
    assert (fault.name if fault else "") == expect.get("fault", ""), fault
    assert expect.get("says", "") in str(fault or "")
    notes = "\n".join(outcome.polled[-1].notes)
    assert [note for note in expect.get("notes", []) if note not in notes] == [], notes
    assert bool(notes) == bool(expect.get("notes")), notes
    wanted = expect.get("items", [])
    assert [outcome.told(row, want) for row, want in zip(outcome.items, wanted, strict=False)] == wanted
    assert len(outcome.items) == len(wanted)
    for count in {"matched", "alerts"} & set(expect):
        assert getattr(outcome.polled[-1], count) == expect[count]
    asked = [one.path for one in outcome.asked]
    assert [path for path in expect.get("asked", []) if path not in asked] == []
    assert [path for path in expect.get("not_asked", []) if path in asked] == []
    if fault:
        assert condition_of(fault) == expect["condition"]
    assert outcome.source["condition"] == expect["condition"]


def test_there_are_cases():
    assert len(CASES) >= 40
