"""Headlines with what must be found in them (labelled.yaml, held.yaml), and how well the shipped rules and types do on them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from rarewatch.match import Compiled
from rarewatch.nouns.watch import Findings, Severity, Watch

HERE = Path(__file__).parent
BACKSTOP = "context"
"""The family of the wide net: it catches what the sharp rules miss, so its own precision says nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    """A headline, what an alert of it must weigh, and the rules and types that must hold."""

    title: str
    text: str
    grade: int
    rules: tuple[str, ...]
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`; `value` is 1 when there is nothing to count."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole if self.whole else 1.0

    def __str__(self) -> str:
        return f"{self.part}/{self.whole}"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the rules made of `rows` headlines."""

    rows: int
    alerts: tuple[Share, Share]
    exact: Share
    families: dict[str, tuple[Share, Share]]
    types: dict[str, tuple[Share, Share]]
    misses: list[str]

    @property
    def all_types(self) -> tuple[Share, Share]:
        """Recall and precision over all types together."""
        recall, precision = ([pair[at] for pair in self.types.values()] for at in (0, 1))
        return _sum(recall), _sum(precision)


def _sum(shares: list[Share]) -> Share:
    return Share(sum(share.part for share in shares), sum(share.whole for share in shares))


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Every row of the file, in its order."""
    blocks = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return tuple(_row(block, row) for block in blocks for row in block["rows"])


def _row(block: dict, row: str | dict) -> Row:
    given = {key: block[key] for key in ("grade", "rules", "types")} | ({"title": row} if isinstance(row, str) else row)
    assert set(given) <= {"title", "text", "grade", "rules", "types", "again"}, row
    return Row(given["title"], given.get("text", ""), given["grade"], tuple(given["rules"]), tuple(given["types"]))


def family(watch: Watch, rule: str) -> str:
    """The file a rule stands in, without its ending."""
    return Path(watch.rules[rule].where.partition(":")[0]).stem


def weight(findings: Findings) -> int:
    """What the heaviest rule says of an item; 0 when none holds."""
    return max((match.severity for match in findings.matches), default=Severity.LOG).value


def judge(watch: Watch, compiled: Compiled, name: str) -> Judged:
    """Run the rules and types of `watch` over every row of the file."""
    found = [(row, compiled.findings(row.title, row.text)) for row in rows(name)]
    alerted = [(row.grade >= Severity.NOTABLE, weight(findings) >= Severity.NOTABLE) for row, findings in found]
    both = sum(wanted and told for wanted, told in alerted)
    return Judged(
        rows=len(found),
        alerts=(Share(both, sum(wanted for wanted, _ in alerted)), Share(both, sum(told for _, told in alerted))),
        exact=Share(sum(weight(findings) == row.grade for row, findings in found), len(found)),
        families=_families(watch, found),
        types=_shares((row.types, [label.type for label in findings.labels]) for row, findings in found),
        misses=[line for row, findings in found for line in _misses(row, findings)],
    )


def _families(watch: Watch, found: list[tuple[Row, Findings]]) -> dict[str, tuple[Share, Share]]:
    wanted, got, told, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for row, findings in found:
        held = {match.rule: match.severity for match in findings.matches}
        for rule in row.rules:
            wanted[family(watch, rule)] += 1
            got[family(watch, rule)] += rule in held
        for rule, severity in held.items():
            if severity >= Severity.ROUTINE and family(watch, rule) != BACKSTOP:
                told[family(watch, rule)] += 1
                right[family(watch, rule)] += severity <= row.grade
    return {name: (Share(got[name], wanted[name]), Share(right[name], told[name])) for name in sorted(wanted | told)}


def _shares(pairs: Iterable[tuple[Iterable[str], Iterable[str]]]) -> dict[str, tuple[Share, Share]]:
    wanted, told, both = Counter[str](), Counter[str](), Counter[str]()
    for expected, labels in pairs:
        wanted.update(expected)
        told.update(labels)
        both.update(set(expected) & set(labels))
    return {name: (Share(both[name], wanted[name]), Share(both[name], told[name])) for name in sorted(wanted | told)}


def _misses(row: Row, findings: Findings) -> Iterator[str]:
    held = {match.rule for match in findings.matches}
    labels = {label.type for label in findings.labels}
    wrong = []
    if weight(findings) != row.grade:
        wrong.append(f"weighs {weight(findings)}, should weigh {row.grade}")
    wrong += [f"rule {name} does not hold" for name in row.rules if name not in held]
    wrong += [f"type {name} not seen" for name in row.types if name not in labels]
    wrong += [f"type {name} seen" for name in sorted(labels - set(row.types))]
    if wrong:
        yield f"{row.title}: " + "; ".join(wrong)
