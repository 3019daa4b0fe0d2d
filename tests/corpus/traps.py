"""The text traps of traps.yaml: what rarewatch finds in each, and what a plain search finds."""

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from rarewatch import matchers, registry
from rarewatch.config import load_watch
from rarewatch.match import Compiled
from rarewatch.nouns.watch import Leaf, Rule, Severity, Watch

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "config"
OPEN, CLOSE = "⟦⟧"


@dataclass(frozen=True, slots=True)
class Case:
    """`sought` (an entity's id or a term) must stand in `text` at the places `at` and nowhere else."""

    trap: str
    sought: str
    text: str
    at: tuple[tuple[int, int], ...]

    @property
    def name(self) -> str:
        return f"{self.trap}: {self.sought} in {self.text!a}"


def _case(trap: str, sought: str, marked: str) -> Case:
    plain, starts, at = "", [], []
    for char in marked:
        if char == OPEN:
            starts.append(len(plain))
        elif char == CLOSE:
            at.append((starts.pop(), len(plain)))
        else:
            plain += char
    assert not starts, marked
    return Case(trap, sought, plain, tuple(at))


@cache
def cases() -> tuple[Case, ...]:
    """Every case of traps.yaml, in its order."""
    blocks = yaml.safe_load((HERE / "traps.yaml").read_text(encoding="utf-8"))
    return tuple(_case(block["trap"], str(sought), text) for block in blocks for sought, text in block["cases"])


@cache
def shipped() -> Watch:
    """What the shipped configuration watches for."""
    return load_watch(FOLDER)


@cache
def _compiled() -> Compiled:
    """The shipped entities, and one rule for each term that a case seeks."""
    kind = registry.load(matchers.KINDS, "terms")
    sought = {case.sought for case in cases()} - set(shipped().entities)
    rules = {term: Rule(term, term, Severity.LOG, Leaf("terms", kind.Options.model_validate([term]))) for term in sorted(sought)}
    return Compiled(replace(shipped(), rules=rules, types={}))


def found(case: Case) -> tuple[tuple[int, int], ...]:
    """Where rarewatch finds what the case seeks."""
    findings = _compiled().findings("", case.text)
    if case.sought in shipped().entities:
        spans = [span for mention in findings.mentions if mention.entity == case.sought for span in mention.spans]
    else:
        spans = [span for match in findings.matches if match.rule == case.sought for span in match.spans]
    return tuple(sorted((span.start, span.end) for span in spans))


def _forms(sought: str) -> tuple[str, ...]:
    entity = shipped().entities.get(sought)
    return tuple(alias.text for alias in entity.aliases) if entity else (sought,)


def with_boundaries(case: Case) -> tuple[tuple[int, int], ...]:
    r"""Where a regular expression finds it that sets `\b` around each way of writing, longest first."""
    forms = "|".join(re.escape(form) for form in sorted(_forms(case.sought), key=len, reverse=True))
    return tuple(found.span() for found in re.finditer(rf"\b(?:{forms})\b", case.text, re.IGNORECASE))


def as_substring(case: Case) -> tuple[tuple[int, int], ...]:
    """Where a search for the bare characters finds it."""
    forms = "|".join(re.escape(form) for form in sorted(_forms(case.sought), key=len, reverse=True))
    return tuple(found.span() for found in re.finditer(forms, case.text, re.IGNORECASE))


WAYS = {"rarewatch": found, "`\\b` around each term": with_boundaries, "bare substring": as_substring}


def table() -> list[tuple[str, int, dict[str, int]]]:
    """For each trap its cases, and how many of them each way gets exactly right; the last row is the sum."""
    rows = {case.trap: (0, dict.fromkeys(WAYS, 0)) for case in cases()}
    for case in cases():
        count, right = rows[case.trap]
        rows[case.trap] = count + 1, {way: right[way] + (find(case) == case.at) for way, find in WAYS.items()}
    whole = {way: sum(right[way] for _, right in rows.values()) for way in WAYS}
    return [(trap, *row) for trap, row in rows.items()] + [("all", len(cases()), whole)]
