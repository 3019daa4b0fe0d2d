"""`docs/dependencies.md` has a full row for every dependency of `pyproject.toml`, and none for a package that is not there."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOC = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
EXTRAS = PROJECT["project"]["optional-dependencies"]
DECLARED = {
    "Runtime": PROJECT["project"]["dependencies"],
    **{f"Extra `{name}`": wanted for name, wanted in EXTRAS.items() if name != "dev"},
    "Development": [*EXTRAS["dev"], *PROJECT["build-system"]["requires"]],
}


def names(requirements):
    return {re.match(r"[A-Za-z0-9._-]+", text).group() for text in requirements} - {"rarewatch"}


def rows(heading):
    text = DOC.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line.startswith("| `")]


def test_every_extra_has_a_table():
    assert set(re.findall(r"^## Extra `(\w+)`$", DOC, re.MULTILINE)) == set(EXTRAS) - {"dev"}


@pytest.mark.parametrize("heading", DECLARED)
def test_every_dependency_has_a_row_and_no_other_package(heading):
    assert sorted(row[0].strip("`") for row in rows(heading)) == sorted(names(DECLARED[heading]))


@pytest.mark.parametrize("heading", DECLARED)
def test_every_row_is_whole(heading):
    for row in rows(heading):
        assert len(row) == 5, row
        assert all(row), row
