"""Ten thousand sources on one machine: `python benchmarks/many.py [--sources N] [--seconds S] [--profile FILE]`.

The service has one core, the sites (`many_site.py`) the other, and every answer takes 50 to 500 ms. What is measured: a first
pass, a pass after a restart (when robots.txt of every site is asked again) and one more, each beside the time that politeness alone
would take; then how late polls are by the clock; and the memory all along. Needs Linux.
"""

import argparse
import json
import shutil
import tempfile
import time
import urllib.request
from collections import defaultdict
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from bench import HERE, Program
from many_site import HOST, shape

SOURCES = 10_000
EVERY = 200.0
"""Seconds between two polls of a source: fifty polls a second for ten thousand."""
READERS = 32
SPACING = 0.5
LATENCY = 0.275
"""The mean, in seconds."""
_LARGE_HOST, _ONE_IN = 40, 25
"""One source in 25 stands on a host that has 40 of them; all others on hosts that have four."""

_SETTINGS = """\
database: sqlite:///{database}
workers: {{readers: {readers}}}
politeness: {spacing}
notifiers:
  slack: {{kind: slack, token: {{env: BENCH_SLACK_TOKEN}}, base_url: "http://{host}:{port}/api/", pace: 0}}
"""
_AUDIENCE = "subscribers:\n  - {id: desk, min_severity: notable, deliver: [{via: slack, to: C0BENCH0001}]}\n"
_PUBLISHER = """\
publisher: {{id: many{number}, name: Publisher {number}, tier: state_medium, state_owned: true}}
defaults: {{every: {every:g}s, learn: false, allow_private: true}}
sources:
"""
_OPTIONS = {
    "feed": "{}",
    "listing": "{item: 'ul.list li', date: span, articles: never}",
    "json_list": "{items: data, title: title, link: url, key: id, date: date, text: text}",
}
_A_FILE = 100
_CLOCKS = 0.05
"""Seconds by which a claim may have been noted after its request was sent."""


class Lateness(NamedTuple):
    """Seconds from a source's due time to its request at the server: middle, 95 of 100 and the worst of so many."""

    middle: float
    p95: float
    worst: float
    polls: int


def hosts(count: int) -> dict[int, str]:
    """The host of each source, by its number."""
    large = [source for source in range(count) if source % _ONE_IN == 0]
    small = [source for source in range(count) if source % _ONE_IN]
    groups = [large[at : at + _LARGE_HOST] for at in range(0, len(large), _LARGE_HOST)]
    groups += [small[at : at + 4] for at in range(0, len(small), 4)]
    return {source: f"127.1.{1 + at // 250}.{1 + at % 250}" for at, group in enumerate(groups) for source in group}


def bounds(count: int) -> tuple[float, float]:
    """The least wall seconds of a pass with robots.txt asked and without: by the largest host, and by the readers."""
    on: dict[str, int] = defaultdict(int)
    for host in hosts(count).values():
        on[host] += 1
    most = max(on.values())
    with_robots = max(most * SPACING, (count + len(on)) * LATENCY / READERS)
    return with_robots, max((most - 1) * SPACING, count * LATENCY / READERS)


def folder(where: Path, shipped: Path, count: int, port: int) -> Path:
    """A configuration with so many sources in `where`, and the rules of `shipped`."""
    (where / "sources").mkdir(parents=True)
    for part in ("entities.yaml", "glossary.yaml"):
        shutil.copy(shipped / part, where / part)
    shutil.copytree(shipped / "rules", where / "rules")
    settings = _SETTINGS.format(database=where / "bench.db", host=HOST, port=port, readers=READERS, spacing=SPACING)
    (where / "rarewatch.yaml").write_text(settings)
    (where / "audience.yaml").write_text(_AUDIENCE)
    on = hosts(count)
    for begin in range(0, count, _A_FILE):
        lines = [_PUBLISHER.format(number=begin, every=EVERY)]
        for source in range(begin, min(begin + _A_FILE, count)):
            kind = shape(source)
            url = f"http://{on[source]}:{port}/s/{source}"
            lines.append(f"  - {{id: s{source}, kind: {kind}, url: '{url}', options: {_OPTIONS[kind]}}}\n")
        (where / "sources" / f"many{begin}.yaml").write_text("".join(lines))
    return where


class _Site:
    """The sites, and what they were asked."""

    def __init__(self, program: Program) -> None:
        self.port = program.ready["port"]

    def told(self) -> dict[str, Any]:
        """What was asked since the last time."""
        with urllib.request.urlopen(f"http://{HOST}:{self.port}/control?log=1") as answer:
            found: dict[str, Any] = json.load(answer)
            return found


def lateness(claims: list[tuple[str, float, float]], asked: list[tuple[int, float]]) -> Lateness:
    """How late the requests for the claims were; one that was cut off by the end of the run does not count."""
    requests: dict[str, list[float]] = defaultdict(list)
    for number, at in asked:
        requests[f"s{number}"].append(at)
    late = []
    for source, due, claimed in claims:
        late += [at - due for at in requests[source] if at >= claimed - _CLOCKS][:1]
    cuts = quantiles(late, n=20)
    return Lateness(cuts[9], cuts[18], max(late), len(late))


def measure(shipped: Path, count: int = SOURCES, seconds: float = 60.0, profile: str = "") -> dict[str, Any]:
    """Everything, by name: passes as the worker tells of them, and the lateness."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="rarewatch-many-") as place, Program("many_site.py", str(count), "1") as program:
        site = _Site(program)
        where = str(folder(Path(place) / "config", shipped, count, site.port))
        with Program("many_service.py", where, "0", *([f"{profile}.first"] if profile else [])) as service:
            found["start, nothing stored"] = service.ready
            found["first pass"] = _told("first pass", service.one_pass(do="pass") | _asked(site))
        with Program("many_service.py", where, "0", *([f"{profile}.later"] if profile else [])) as service:
            found["start"] = service.ready
            for name in ("pass after a restart", "pass"):
                found[name] = _told(name, service.one_pass(do="pass") | _asked(site))
            run = service.one_pass(do="run", seconds=seconds)
            asked = site.told()
            found["lateness"] = lateness(run.pop("claims"), asked["log"])
            found["run"] = _told("run", run | {"asked": len(asked["log"]), "robots": asked["robots"]})
    return found


def _asked(site: _Site) -> dict[str, int]:
    told = site.told()
    return {"asked": len(told["log"]), "robots": told["robots"]}


def _told(name: str, result: dict[str, Any]) -> dict[str, Any]:
    print(f"  {time.strftime('%H:%M:%S')} {name}: {result}", flush=True)
    return result


def main() -> None:
    """Run it and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=SOURCES, help="sources (10000)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long it runs by the clock (60)")
    parser.add_argument("--profile", default="", help="write profiles to FILE.first and FILE.later")
    asked = parser.parse_args()
    found = measure(HERE.parent / "config", asked.sources, asked.seconds, asked.profile)
    with_robots, without = bounds(asked.sources)
    print(f"\npoliteness alone: {with_robots:.0f} s with robots.txt, {without:.0f} s without")
    for name in ("start, nothing stored", "start", "first pass", "pass after a restart", "pass", "run"):
        result = found[name]
        share = f"{result['cpu'] / result['wall']:.0%} of the core" if result["wall"] else ""
        held = f", {result['held']:.0f} MB now" if "held" in result else ""
        print(f"{name:<24} {result['wall']:6.1f} s  {result['cpu']:6.1f} s CPU  {share:<16} peak {result['peak']:.0f} MB{held}")
    late = found["lateness"]
    print(f"late, of {late.polls} polls: middle {late.middle:.2f} s, p95 {late.p95:.2f} s, worst {late.worst:.2f} s")


if __name__ == "__main__":
    main()
