"""Recorded real input: how the shipped rules do on it, where it is present."""

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus import pages
from corpus.labelled import Share, weight
from rarewatch.match import Compiled
from rarewatch.nouns.watch import Severity

_NAMED = re.compile("稀土|钕铁硼|镨钕|出口管制|两用物项|战略(?:性)?矿产|不可靠实体", re.IGNORECASE)
_POINT = re.compile(r"^[\d]+[、.]\s*(?=\S)|^[·•*-]\s+")


@dataclass(frozen=True, slots=True)
class Stream:
    """One recorded stream: its name, how many items it holds, and its measures (value, and whether more is better)."""

    name: str
    items: int
    measures: dict[str, tuple[float, bool]]
    misses: list[str]


def root() -> Path:
    """Where the recorded input stands: RAREWATCH_CORPUS, else beside the repository."""
    return Path(os.environ.get("RAREWATCH_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")


def streams(compiled: Compiled) -> Iterator[Stream]:
    """Every stream that is present."""
    for name, read in READERS.items():
        if (root() / name).is_dir():
            yield read(compiled, root() / name)


def _evening_news(compiled: Compiled, folder: Path) -> Stream:
    rows = [line.split("\t") for line in (folder / "LABELS_rare_earth.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    grades = {row[0]: int(row[1]) for row in rows}
    weights = dict[str, int]()
    misses = []
    for item in _lines(folder):
        weights[item["id"]] = told = weight(compiled.findings(item["title"], item["text"] or ""))
        grade = grades.get(item["id"], 0)
        if (told >= Severity.NOTABLE) != (grade == 2):
            misses.append(f"{item['id']} (grade {grade}) weighs {told}: {item['title']}")
    heavy = [name for name, grade in grades.items() if grade == 2]
    alerted = {name for name, told in weights.items() if told >= Severity.NOTABLE}
    measures = {
        "grade 2 alerted": (Share(len(alerted & set(heavy)), len(heavy)).value, True),
        "grade 0 alerted": (float(sum(not grades.get(name, 0) for name in alerted)), False),
        "alerts per 1,000": (_per_mille(len(alerted), len(weights)), False),
    }
    return Stream("evening news", len(weights), measures, misses)


def _digests(compiled: Compiled, folder: Path) -> Stream:
    labels = [line.split("\t") for line in (folder / "LABELS_rare_earth.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    points, found, false, misses = 0, set(), 0, []
    for file in sorted(folder.glob("*.md")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if not _POINT.match(line):
                continue
            points += 1
            label = next((start for name, start, _ in labels if name == file.name and line.startswith(start)), "")
            told = weight(compiled.findings("", line)) >= Severity.NOTABLE
            if told and label:
                found.add((file.name, label))
            elif told and not _NAMED.search(line):
                false += 1
                misses.append(f"{file.name}: {line[:60]}")
    missed = [f"{name}: {start} is not alerted" for name, start, _ in labels if (name, start) not in found]
    measures = {
        "graded points alerted": (Share(len(found), len(labels)).value, True),
        "alerts on points that name nothing watched": (float(false), False),
    }
    return Stream("daily digests", points, measures, misses + missed)


def _trade_news(compiled: Compiled, folder: Path) -> Stream:
    seen, told, count, misses = 0, 0, 0, []
    for item in _lines(folder, "*mentions.jsonl"):
        findings = compiled.findings(item["title"], item["body"])
        count += 1
        seen += bool(findings.matches)
        if not findings.matches:
            misses.append(f"nothing holds: {item['title']}")
    background = 0
    for item in _lines(folder, "*background.jsonl"):
        background += 1
        findings = compiled.findings(item["title"], item["body"])
        if weight(findings) >= Severity.NOTABLE and not _NAMED.search(item["title"] + item["body"]):
            told += 1
            misses.append(f"alerted: {item['title']}")
    measures = {
        "rare-earth articles found": (Share(seen, count).value, True),
        "false alerts per 1,000 others": (_per_mille(told, background), False),
    }
    return Stream("trade news", count + background, measures, misses)


def _headlines(compiled: Compiled, folder: Path) -> Stream:
    classes = (folder / "thucnews_class.txt").read_text(encoding="utf-8").split()
    titles = []
    for line in (folder / "thucnews_dev.txt").read_text(encoding="utf-8").splitlines():
        title, _, number = line.rpartition("\t")
        titles.append((classes[int(number)], title))
    with (folder / "nlpcc2017_dev_even.csv").open(encoding="utf-8", newline="") as file:
        titles += [(row["category"], row["news"]) for row in csv.DictReader(file)]
    others, false, misses = 0, Counter[str](), []
    for kind, title in titles:
        if _NAMED.search(title.replace(" ", "")):
            continue
        others += 1
        if weight(compiled.findings(title, "")) >= Severity.NOTABLE:
            false[kind] += 1
            misses.append(f"{kind}: {title}")
    measures = {"false alerts per 1,000 unrelated": (_per_mille(false.total(), others), False)}
    return Stream("headlines", others, measures, misses)


def _control_notes(compiled: Compiled, folder: Path) -> Stream:
    seen, count, misses = 0, 0, []
    for file in sorted(folder.glob("*.md")):
        title, _, text = file.read_text(encoding="utf-8").partition("\n")
        if "稀土" not in title:
            continue
        count += 1
        told = weight(compiled.findings(title.lstrip("# "), text)) >= Severity.NOTABLE
        seen += told
        if not told:
            misses.append(f"not alerted: {title}")
    return Stream("export-control notes that name rare earths", count, {"alerted": (Share(seen, count).value, True)}, misses)


def _page(read: Callable[[Path], pages.Figures]) -> Callable[[Compiled, Path], Stream]:
    """A stream that asks no rules."""
    return lambda _, folder: Stream(*read(folder))


def _lines(folder: Path, pattern: str = "*.jsonl") -> Iterator[dict]:
    for file in sorted(folder.glob(pattern)):
        with file.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _per_mille(part: int, whole: int) -> float:
    return 1000 * part / whole if whole else 0.0


READERS = {
    "state_tv_stream": _evening_news,
    "finance_digest": _digests,
    "rare_earth_articles": _trade_news,
    "headlines": _headlines,
    "mofcom_export_control": _control_notes,
    "articles_zh": _page(pages.articles),
    "lists_zh": _page(pages.lists),
    "feeds_real": _page(pages.feeds),
    "announcements_json": _page(pages.announcements),
    "state_media_snapshot_20250923": _page(pages.snapshot),
    "pdf_zh": _page(pages.papers),
}
