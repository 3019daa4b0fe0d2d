"""The benchmark: `python benchmarks/run.py [--quick] [--profile]`; what it measures and what it found is in docs/benchmarks.md."""

import argparse
import os
import pstats
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import many
import matching
import planning
from bench import HERE, HOSTS, Ground, Program

import articles

Found = dict[str, list[dict[str, Any]]]
"""Measure and program, as in "cold ours", to one result a round."""

_CHANGED = 10
_SAMPLES = 30
_ARCHIVE = 200_000
_ARCHIVE_SOURCES = 100


class Row(NamedTuple):
    """One line of the table; a target of None is no promise, only something to watch."""

    measure: str
    floor: str
    ours: str
    value: float
    unit: str
    target: float | None

    @property
    def verdict(self) -> str:
        """ok, MISSED or nothing."""
        return "" if self.target is None else "ok" if self.value <= self.target else "MISSED"


def _told(found: Found, name: str, program: Program, **command: Any) -> dict[str, Any]:
    result = program.one_pass(**command)
    if result.get("failed"):
        raise SystemExit(f"{name}: {result}")
    found.setdefault(name, []).append(result)
    print(f"  {name:<16} {result['cpu']:7.2f} s CPU {result['wall']:7.2f} s  {_counts(result)}", flush=True)
    return result


def _counts(result: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in result.items() if name not in {"cpu", "wall", "peak", "failed"})


def _round(ground: Ground, found: Found, number: int) -> None:
    """Every measure once, the programs in turn at each."""
    ground.control("validators=1&every=1&edition=0")
    ours = Program("ours.py", str(ground.config(f"round{number}")))
    get, parse = Program("floor_get.py", str(ground.addresses)), Program("floor_parse.py", str(ground.addresses))
    found.setdefault("start ours", []).append(ours.ready)
    with ours, get, parse:
        programs = {"ours": ours, "G": get, "P": parse}
        for measure, control in (
            ("cold", "validators=1"),
            ("304", "validators=1"),
            ("changed", f"every={_CHANGED}&edition=1"),
            ("unchanged", "validators=0"),
        ):
            ground.control(control)
            # What runs first in one round runs last in the next.
            for name in sorted(programs, reverse=bool(number % 2)):
                if name != "P" or measure == "cold":
                    _told(found, f"{measure} {name}", programs[name])


def _latencies(ground: Ground) -> list[float]:
    """Milliseconds from a feed's last byte to the request at Slack, one source after the other, nothing else going on."""
    ground.control("validators=1&every=1&edition=0")
    taken = []
    with Program("ours.py", str(ground.config("latency", _SAMPLES))) as ours:
        ours.one_pass()
        for feed in range(_SAMPLES):
            ground.control(f"feed={feed}&edition=1")
            result = ours.one_pass(only=[f"f{feed}"])
            times = ground.control(f"times={feed}")
            if result["sent"]:
                taken.append((times["posted"] - times["left"]) * 1_000)
    return taken


def _growth(ground: Ground, rounds: int) -> Found:
    """The same passes on an empty and on a full archive."""
    found: Found = {}
    for number in range(rounds):
        ground.control("validators=1&every=1&edition=0")
        empty, full = (ground.config(f"{name}{number}", _ARCHIVE_SOURCES) for name in ("empty", "full"))
        with Program("archive.py", str(full), str(_ARCHIVE)) as fill:
            _told(found, "archive filled", fill)
        with Program("ours.py", str(empty)) as small, Program("ours.py", str(full)) as large:
            for measure, control in (("cold", "validators=1"), ("304", "validators=1"), ("changed", f"every={_CHANGED}&edition=1")):
                ground.control(control)
                _told(found, f"{measure} empty", small)
                _told(found, f"{measure} full", large)
    return found


def _middle(found: Found, name: str, what: str = "cpu") -> float:
    return float(median(result[what] for result in found[name]))


def _ratio(found: Found, measure: str, over: str, under: str) -> float:
    """The median of the rounds' ratios: a round's own floor knows how busy the machine was."""
    pairs = zip(found[f"{measure} {over}"], found[f"{measure} {under}"], strict=True)
    return float(median(one["cpu"] / other["cpu"] for one, other in pairs))


def _far_rows(far: dict[str, Any]) -> Iterator[Row]:
    """Ten thousand sources on one core."""
    with_robots, without = many.bounds(many.SOURCES)
    for name, bound, target in (
        ("first pass", with_robots, None),
        ("pass after a restart", with_robots, 1.25),
        ("pass", without, 1.25),
    ):
        wall, cpu = far[name]["wall"], far[name]["cpu"]
        ours = f"{wall:.0f} s, {cpu:.0f} s CPU"
        yield Row(f"{many.SOURCES:,} sources, {name}", f"politeness {bound:.0f} s", ours, wall / bound, "x", target)
    late, most = far["lateness"], max(far[name]["peak"] for name in ("first pass", "pass", "run"))
    yield Row(f"late by the clock, p95 of {late.polls}", "", f"{late.p95:.2f} s", late.p95, "s", 2.0)
    yield Row(f"peak memory, {many.SOURCES:,} sources", "", f"{most:.0f} MB", most, "MB", 400)


def _rows(found: Found, latencies: list[float], growth: Found, speeds: dict[str, float], count: int) -> Iterator[Row]:
    for measure, floor, target in (("cold", "P", 1.1), ("304", "G", 1.1), ("unchanged", "G", 1.2), ("changed", "G", 1.4)):
        under, ours = _middle(found, f"{measure} {floor}"), _middle(found, f"{measure} ours")
        yield Row(f"CPU, {measure}", f"{floor} {under:.2f} s", f"{ours:.2f} s", _ratio(found, measure, "ours", floor), "x", target)
    most = max(result["peak"] for name, results in found.items() if name.endswith("ours") for result in results)
    yield Row(f"peak memory, {count} sources", "", f"{most:.0f} MB", most, "MB", 120)
    middle = median(latencies)
    yield Row(f"last byte to Slack, n={len(latencies)}", "", f"{middle:.1f} ms", middle, "ms", 30)
    for measure in ("cold", "304", "changed"):
        empty, full = _middle(growth, f"{measure} empty"), _middle(growth, f"{measure} full")
        yield Row(
            f"CPU, {measure}, {_ARCHIVE:,} stored", f"empty {empty:.2f} s", f"{full:.2f} s",
            _ratio(growth, measure, "full", "empty"), "x", None,
        )  # fmt: skip
    yield Row("fold", "", f"{speeds['fold']:.1f} MB/s", speeds["fold"], "MB/s", None)
    grown = speeds["100"] / speeds["10000"]
    yield Row("match, 10,000 terms", f"100 terms {speeds['100']:.1f} MB/s", f"{speeds['10000']:.1f} MB/s", grown, "x", 1.3)
    bare, whole = speeds["bare"], speeds["10000"]
    yield Row("match, against the bare scan", f"scan {bare:.1f} MB/s", f"{whole:.1f} MB/s", bare / whole, "x", 3.0)
    slow = speeds["expressions"]
    yield Row("match, 1,000 rules", f"one re a rule {slow:.2f} MB/s", f"{whole:.1f} MB/s", slow / whole, "x", 1 / 20)
    yield Row("compile 10,000 rules", "", f"{speeds['compile']:.2f} s", speeds["compile"], "s", 2.0)
    yield Row("compiled, 10,000 rules", "", f"{speeds['compiled']:.0f} MB", speeds["compiled"], "MB", 200.0)
    for shape, (alone, ours, ratio) in articles.measure(3).items():
        bound = 1.2 if shape == "all" else None
        yield Row(f"article, {shape}", f"readability {alone:.1f} ms", f"{ours:.1f} ms", ratio, "x", bound)
    if "plan" in speeds:
        yield Row(f"rules plan, {planning.ITEMS:,} items", "", f"{speeds['plan']:.1f} s", speeds["plan"], "s", 60.0)
    start = found["start ours"]
    yield Row("start-up (imports, config, store)", "", f"{median(one['cpu'] for one in start):.2f} s", 0.0, "", None)


def _show(rows: list[Row]) -> None:
    table = [("measure", "floor", "ours", "ratio", "target", "")]
    for row in rows:
        ratio = f"{row.value:.2f}" if row.unit == "x" else ""
        target = "" if row.target is None else f"<= {row.target:g} {'' if row.unit == 'x' else row.unit}".strip()
        table.append((row.measure, row.floor, row.ours, ratio, target, row.verdict))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    print()
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _profile(ground: Ground, top: int) -> None:
    """Where the time goes: one profiled round, cold and changed together, and one of the warm passes."""
    ground.control("validators=1&every=1&edition=0")
    path = str(ground.config("profile"))
    for name, passes in (("cold", ("validators=1",)), ("warm", ("validators=1", f"every={_CHANGED}&edition=1", "validators=0"))):
        written = f"{path}/{name}.prof"
        with Program("ours.py", path, written) as ours:
            for control in passes:
                ground.control(control)
                ours.one_pass()
        print(f"\n{name}, all threads, by own time:")
        pstats.Stats(written).sort_stats("tottime").print_stats(top)


def main() -> None:
    """Run what was asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round with 200 feeds and no archive test")
    parser.add_argument("--rounds", type=int, default=3, help="rounds (3)")
    parser.add_argument("--sources", type=int, default=1_000, help="feeds (1000)")
    parser.add_argument("--profile", action="store_true", help="only show where the time goes")
    parser.add_argument(
        "--config", type=Path, default=HERE.parent / "config", help="folder with the rules to use (the shipped ones)"
    )
    asked = parser.parse_args()
    rounds, count = (1, 200) if asked.quick else (asked.rounds, asked.sources)
    with (
        tempfile.TemporaryDirectory(prefix="rarewatch-bench-") as folder,
        Program("server.py", str(count), str(min(HOSTS, count))) as site,
    ):
        ground = Ground(Path(folder), asked.config.absolute(), count, site.ready["port"])
        if asked.profile:
            _profile(ground, 40)
            return
        size = ground.control("validators=1")["bytes"]
        print(f"{count} feeds of {size / 1000:.1f} kB on {min(HOSTS, count)} loopback hosts, {rounds} round(s)", flush=True)
        found: Found = {}
        for number in range(rounds):
            _round(ground, found, number)
        latencies = _latencies(ground)
        growth = _growth(ground, 1 if asked.quick else rounds)
        speeds = matching.measure(rounds)
        if not asked.quick:
            speeds["plan"] = planning.seconds(ground)
        # It has the sites on one core and the service on the other.
        apart = not asked.quick and hasattr(os, "sched_setaffinity")
        far = list(_far_rows(many.measure(asked.config.absolute()))) if apart else []
        _show([*_rows(found, latencies, growth, speeds, count), *far])


if __name__ == "__main__":
    main()
