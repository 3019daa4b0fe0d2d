"""`rules precision`: how much of what a rule told was worth telling, by people's own word."""

from collections import Counter
from math import sqrt
from typing import Any

from sqlalchemy import Connection, func, select

from rarewatch.cli.archive import looking
from rarewatch.cli.context import ConfigOption, JsonOption, columns, people, put, read_config
from rarewatch.nouns.audience import Label
from rarewatch.stores.tables import decision, feedback, match

_Z = 1.96


def precision(folder: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show for each rule how many items it told, how many of them people judged, and the share that was relevant."""
    loaded = read_config(folder)
    with looking(loaded) as connection:
        lines = list(_lines(connection, sorted(loaded.watch.rules)))
    if as_json:
        for line in lines:
            put(line)
    elif any(line["judged"] or line["missed"] for line in lines):
        rows = [
            [line["rule"], str(line["told"]), str(line["judged"]), _share(line), str(line["missed"])]
            for line in lines
            if line["judged"] or line["missed"]
        ]
        columns(rows, ["rule", "told", "judged", "relevant", "missed"])
    else:
        people.print("nothing was judged yet; `rarewatch feedback ITEM --label not_relevant --rule RULE` says what you think")


def _lines(connection: Connection, rules: list[str]) -> list[dict[str, Any]]:
    told = select(decision.c.item).where(decision.c.verdict == "tell")
    counted = select(match.c.rule, func.count(match.c.item.distinct())).where(match.c.item.in_(told)).group_by(match.c.rule)
    number = {row[0]: int(row[1]) for row in connection.execute(counted)}
    labels: Counter[tuple[str, str]] = Counter()
    for rule, label, count in connection.execute(
        select(feedback.c.rule, feedback.c.label, func.count()).group_by(feedback.c.rule, feedback.c.label)
    ):
        labels[rule, label] = count
    return [_line(rule, number.get(rule, 0), labels) for rule in rules]


def _line(rule: str, told: int, labels: Counter[tuple[str, str]]) -> dict[str, Any]:
    good, bad = labels[rule, Label.RELEVANT], labels[rule, Label.NOT_RELEVANT]
    low, high = interval(good, good + bad)
    return {
        "rule": rule,
        "told": told,
        "judged": good + bad,
        "precision": round(good / (good + bad), 3) if good + bad else None,
        "low": low,
        "high": high,
        "missed": labels[rule, Label.MISSED],
    }


def interval(good: int, judged: int) -> tuple[float, float]:
    """Where the share truly lies, 19 times of 20 (Wilson's score interval); all of 0 to 1 while nothing is judged."""
    if not judged:
        return 0.0, 1.0
    share, square = good / judged, _Z * _Z
    middle = share + square / (2 * judged)
    spread = _Z * sqrt(share * (1 - share) / judged + square / (4 * judged * judged))
    whole = 1 + square / judged
    return round(max(0.0, (middle - spread) / whole), 3), round(min(1.0, (middle + spread) / whole), 3)


def _share(line: dict[str, Any]) -> str:
    return f"{line['precision']:.0%} ({line['low']:.0%}-{line['high']:.0%})" if line["judged"] else "-"
