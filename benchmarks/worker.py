"""What every measured program shares: it starts, says so, does a pass on each line of its input, and says what that took."""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

Pass: TypeAlias = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
"""Does what a command says and tells what came of it."""


def cpu() -> float:
    """User and system seconds of this process, all its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak() -> float:
    """The most memory this process held, in MB.

    Linux counts in `ru_maxrss` what the parent held when it started us, hence the process's own record where there is one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if sys.platform.startswith("linux") else most / 1_048_576


def held() -> float:
    """The memory this process holds now, in MB; Linux only."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


async def work(one_pass: Pass) -> None:
    """Serve commands, one JSON object a line, until the input ends."""
    loop = asyncio.get_running_loop()
    say({"cpu": cpu(), "wall": 0.0, "peak": peak()})
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        before, started = cpu(), time.perf_counter()
        told = await one_pass(json.loads(line))
        say({"cpu": cpu() - before, "wall": time.perf_counter() - started, "peak": peak(), **told})


def say(told: dict[str, Any]) -> None:
    """One line of output."""
    print(json.dumps(told), flush=True)


def addresses() -> list[str]:
    """The addresses to get, one a line in the file named first on the command line."""
    return Path(sys.argv[1]).read_text().split()
