"""Fills a folder's archive and times `rarewatch rules plan` over all of it, under an edited copy of the rules."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench import Ground, Program

ITEMS = 100_000


def seconds(ground: Ground) -> float:
    """Wall seconds for replaying 100,000 stored items against the folder as it was before one rule was edited."""
    folder = ground.config("plan", 10)
    with Program("archive.py", str(folder), str(ITEMS)) as fill:
        fill.one_pass()
    edited = folder.parent / "plan-edited"
    shutil.copytree(folder, edited, ignore=shutil.ignore_patterns("*.db*"))
    context = edited / "rules" / "context.yaml"
    context.write_text(context.read_text(encoding="utf-8").replace("severity: log", "severity: routine", 1), encoding="utf-8")
    command = f"-m rarewatch rules plan --json --since 2020-01-01 --config {edited} --against {folder}".split()
    started = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL, env=_environment())
    return time.perf_counter() - started


def _environment() -> dict[str, str]:
    source = str(Path(__file__).parents[1] / "src")
    return {**os.environ, "PYTHONPATH": source}
