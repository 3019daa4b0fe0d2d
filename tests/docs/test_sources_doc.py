"""`docs/sources.md` names every state a source can be in, and what leads to it."""

import re
from pathlib import Path

import pytest

from rarewatch import errors
from rarewatch.errors import BadDate, Gap, SourceFault
from rarewatch.health import condition_of
from rarewatch.nouns.health import Condition

DOC = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
FAULTS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SourceFault)]


def rows(heading):
    text = (
        DOC.partition(heading)[2].partition("\n\n")[0] if heading.endswith(":") else DOC.partition(heading)[2].partition("\n## ")[0]
    )
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]


def test_every_state_is_documented_in_order_and_no_other():
    states = [row for row in rows("\n## The states\n") if len(row) == 4]
    assert [row[0].strip("`") for row in states] == list(Condition)
    assert all(cell.strip() for row in states for cell in row)


@pytest.mark.parametrize("condition", Condition)
def test_every_state_is_drawn(condition):
    assert re.search(rf"\b{condition}\b", DOC.partition("```mermaid")[2].partition("```")[0])


@pytest.mark.parametrize("kind", FAULTS)
def test_every_fault_leads_where_it_is_said_to(kind):
    (state,) = [
        row[1].strip("` ").split(":")[0] for row in rows("\n## The states\n") if len(row) == 2 and f"`{kind.name}`" in row[0]
    ]
    assert state == ("none" if issubclass(kind, Gap | BadDate) else condition_of(kind("seen")).value)
