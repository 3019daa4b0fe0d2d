"""docs/traps.md lists every case there is, with the state that its source is in afterwards."""

import re
from pathlib import Path

import pytest
import yaml

from rarewatch import errors
from rarewatch.health import condition_of
from rarewatch.nouns.health import Condition

TESTS = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (?P<what>[^|]+) \| `(?P<case>[^`|]+)` \| (?P<state>[^|]+) \|$", re.MULTILINE)
FAULTS = {kind.name: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.SourceFault)}


def rows():
    found = ROW.findall((TESTS.parent / "docs" / "traps.md").read_text(encoding="utf-8"))
    return {case: (what.strip(), state.strip()) for what, case, state in found}


def served():
    """The cases that are polled over real HTTP: what they are about, and the state they end in."""
    for path in TESTS.glob("traps/*/case.yaml"):
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        yield f"traps/{path.parent.name}", case["trap"].partition(": ")[2], case["expect"]["condition"]


def read():
    """The cases of single kinds: the state that their fault means, or that they are read."""
    for path in TESTS.glob("sources/*/*/expected.yaml"):
        expected = yaml.safe_load(path.read_text(encoding="utf-8"))
        fault = FAULTS[expected["error"]] if "error" in expected else getattr(errors, expected.get("raises", ""), None)
        yield f"sources/{path.parent.parent.name}/{path.parent.name}", condition_of(fault("as served")).value if fault else "read"


def test_every_case_is_listed_and_every_listed_case_is_there():
    assert rows().keys() == {case for case, *_ in served()} | {case for case, _ in read()}


@pytest.mark.parametrize(("case", "what", "state"), sorted(served()))
def test_a_trap_is_described_by_its_case(case, what, state):
    assert rows()[case] == (what.replace("|", "/"), state)
    assert state in set(Condition)


def test_the_state_of_a_case_follows_from_what_it_expects():
    listed = rows()
    assert {case: listed[case][1] for case, _ in read()} == dict(read())
