"""Measures the shipped rules and holds them to floors: `PYTHONPATH=tests python -m corpus.evaluate`.

Exits 1 when a measure is below its floor in floors.yaml (or above its ceiling). `--repin` moves the floors to what was measured,
`--write` renews the tables in docs/evaluation.md, `--misses` tells each item that went wrong.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path

import yaml

from corpus import labelled, recorded, traps
from corpus.labelled import Judged, Share
from corpus.recorded import Stream
from rarewatch.match import Compiled

FLOORS = Path(__file__).parent / "floors.yaml"
PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"
BEGIN, END = "<!-- rules: begin -->", "<!-- rules: end -->"
_HEAD = """# What the measures of the shipped rules may not fall below (`floor`) or rise above (`ceiling`).
# `make eval` checks them; `--repin` moves them to what it measured and leaves alone what it could not measure.

"""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure; `more` says whether more is better."""

    name: str
    value: float
    more: bool = True

    @property
    def pin(self) -> dict[str, float]:
        """The floor or ceiling that this value just keeps, to three digits."""
        return {"floor": floor(self.value * 1000) / 1000} if self.more else {"ceiling": ceil(self.value * 1000) / 1000}

    def keeps(self, pin: dict[str, float]) -> bool:
        return pin.get("floor", self.value) <= self.value <= pin.get("ceiling", self.value)


def measures(judged: Judged, held: Judged, streams: list[Stream]) -> Iterator[Measure]:
    """Every figure that is held to a floor."""
    for kind, one in (("labelled", judged), ("held", held)):
        for part, shares in (("alerts", one.alerts), ("types", one.all_types)):
            for name, share in zip(("recall", "precision"), shares, strict=True):
                yield Measure(f"{kind} {part} {name}", share.value)
        yield Measure(f"{kind} exact severity", one.exact.value)
    for kind, table in (("rules", judged.families), ("type", judged.types)):
        for name, (recall, precision) in table.items():
            yield Measure(f"{kind} {name} recall", recall.value)
            if precision.whole:
                yield Measure(f"{kind} {name} precision", precision.value)
    *_, (_, count, right) = traps.table()
    yield Measure("traps seen through", right["rarewatch"] / count)
    for stream in streams:
        yield from (Measure(f"{stream.name}: {name}", *figure) for name, figure in stream.measures.items())


def report(judged: Judged, held: Judged, streams: list[Stream]) -> str:
    """The tables, in Markdown."""
    both = [
        [what, str(one), _percent(one), str(two), _percent(two)]
        for what, one, two in zip(_FIGURES, _figures(judged), _figures(held), strict=True)
    ]
    real = [
        [stream.name, str(stream.items), name, f"{value:.3g}"] for stream in streams for name, (value, _) in stream.measures.items()
    ]
    rows = [[trap, str(count), *(str(right[way]) for way in traps.WAYS)] for trap, count, right in traps.table()]
    parts = [
        "### Headlines",
        _table(["", f"labelled, {judged.rows} headlines", "", f"held back, {held.rows} headlines", ""], both),
        "By family and by type, on the labelled ones:",
        _table(["rule family", "recall", "", "precision", ""], _shares(judged.families)),
        _table(["type", "recall", "", "precision", ""], _shares(judged.types)),
        "### Recorded input",
        _table(["stream", "items", "measure", "value"], real) if real else "Not present in this run.",
        "### Text traps",
        _table(["trap", "cases", *traps.WAYS], rows),
    ]
    return "\n\n".join(parts)


_FIGURES = ("alerts: recall", "alerts: precision", "severity exactly right", "types: recall", "types: precision")


def _figures(judged: Judged) -> tuple[Share, ...]:
    return *judged.alerts, judged.exact, *judged.all_types


def _shares(table: dict[str, tuple[Share, Share]]) -> list[list[str]]:
    return [[name, str(one), _percent(one), str(two), _percent(two)] for name, (one, two) in table.items()]


def _percent(share: Share) -> str:
    return f"{100 * share.value:.1f} %" if share.whole else "-"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def faults(found: list[Measure], pins: dict[str, dict[str, float]], streams: list[Stream]) -> list[str]:
    """What is worse than its floor, what has none, and what has one but was not measured although it could be."""
    values = {measure.name: measure for measure in found}
    wrong = [
        f"{name} is {values[name].value:.4g}, its {'floor' if 'floor' in pin else 'ceiling'} is {next(iter(pin.values()))}"
        for name, pin in pins.items()
        if name in values and not values[name].keeps(pin)
    ]
    wrong += [f"{name} has no floor yet: run with --repin" for name in values if name not in pins]
    absent = [name for name in pins if name not in values and _measurable(name, streams)]
    return wrong + [f"{name} has a floor but was not measured" for name in absent]


def _measurable(name: str, streams: list[Stream]) -> bool:
    """Whether this run can tell the measure: those of recorded input, which bear a colon, only when all of it is present."""
    return ":" not in name or len(streams) == len(recorded.READERS)


def _write(tables: str) -> None:
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Evaluation\n"
    block = f"{BEGIN}\n\n{tables}\n\n{END}"
    if BEGIN in page:
        page = re.sub(f"{BEGIN}.*?{END}", lambda _: block, page, flags=re.DOTALL)
    else:
        page = f"{page.rstrip()}\n\n## Rules\n\n{block}\n"
    PAGE.write_text(page, encoding="utf-8")


def main() -> int:
    """Measure, tell, and judge by the floors."""
    parser = argparse.ArgumentParser(description="Measure the shipped rules.")
    parser.add_argument("--repin", action="store_true", help="move the floors to what is measured")
    parser.add_argument("--write", action="store_true", help="renew the tables in docs/evaluation.md")
    parser.add_argument("--misses", action="store_true", help="tell each item that went wrong")
    options = parser.parse_args()
    watch = traps.shipped()
    compiled = Compiled(watch)
    judged, held = (labelled.judge(watch, compiled, name) for name in ("labelled.yaml", "held.yaml"))
    streams = list(recorded.streams(compiled))
    tables, found = report(judged, held, streams), list(measures(judged, held, streams))
    sys.stdout.write(tables + "\n\n")
    if options.misses:
        sys.stdout.writelines(f"labelled: {miss}\n" for miss in judged.misses)
        sys.stdout.writelines(f"held: {miss}\n" for miss in held.misses)
        sys.stdout.writelines(f"{stream.name}: {miss}\n" for stream in streams for miss in stream.misses)
    if options.write:
        _write(tables)
    pins = yaml.safe_load(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    if options.repin:
        pins = {name: pin for name, pin in pins.items() if not _measurable(name, streams)}
        pins |= {measure.name: measure.pin for measure in found}
        FLOORS.write_text(_HEAD + yaml.safe_dump(pins, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return 0
    wrong = faults(found, pins, streams)
    sys.stdout.writelines(f"{one}\n" for one in wrong or ["All measures keep their floors."])
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
