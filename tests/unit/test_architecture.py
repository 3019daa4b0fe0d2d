"""The shape of the program: what may import what, and how long a module may be."""

import re
from pathlib import Path

import pytest
from importlinter.application import use_cases
from importlinter.configuration import configure

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "rarewatch"
MODULES = sorted(SOURCE.rglob("*.py"))
LONGEST = 350
LONGER_FOR_A_REASON: dict[str, int] = {}
"""Modules that may be longer, by path, with their own bound; each needs a reason beside it."""


def lines(path):
    return len(path.read_text("utf-8").splitlines())


def test_layers_and_purity_hold(monkeypatch):
    monkeypatch.chdir(ROOT)
    configure()
    assert use_cases.lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None), "see `lint-imports`"


def test_the_story_is_a_page():
    assert lines(SOURCE / "pipeline.py") <= 150


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_can_be_read_in_one_go(path):
    assert lines(path) <= LONGER_FOR_A_REASON.get(str(path.relative_to(SOURCE)), LONGEST)


def test_an_exception_that_is_no_longer_needed_is_struck_off():
    assert [name for name, _ in LONGER_FOR_A_REASON.items() if lines(SOURCE / name) <= LONGEST] == []


def test_only_app_knows_concrete_classes():
    """The edges are named in `KINDS` and put together in `app`; nobody else imports one."""
    concrete = re.compile(
        r"^\s*(?:from|import) rarewatch\.(?:stores\.sql|engines\.local|notifiers\.(?:slack|email|console))\b", re.MULTILINE
    )
    outside = [path for path in MODULES if path.parent.name not in {"stores", "engines", "notifiers", "cli", "demo"}]
    assert [path.name for path in outside if concrete.search(path.read_text("utf-8"))] == ["app.py"]


def test_only_one_module_reads_the_clock():
    reads = re.compile(r"\b(?:datetime\.(?:now|utcnow|today)|date\.today|time\.time)\(")
    found = {str(path.relative_to(SOURCE)) for path in MODULES if reads.search(path.read_text("utf-8"))}
    # The engine hands its scheduler the present; nothing is decided by it.
    assert found - {"clock.py", "engines/local.py"} == set()
