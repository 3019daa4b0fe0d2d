"""The chaos run: `python tests/chaos/run.py [--alerts 10000] [--seconds 150] [--seed 1]`.

The real service watches sites that publish, tells a Slack and a mail server that fail by chance, and is killed with -9 every few
seconds. Then the faults end, all that is owed is let out, and the receivers' own records are counted. Exit 1 unless nothing was
lost and nothing told twice (a mail may be, where its answer was lost, if it says so).
"""

import argparse
import asyncio
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS.parent / "src"), str(Path(__file__).parent), str(TESTS / "e2e"), str(TESTS / "contracts")]

import newsroom  # noqa: E402 - found by the line above
from chaos_ground import TARGETS, Ground  # noqa: E402
from chaos_tally import states  # noqa: E402

_SHORT, _LONG = 1.0, 8.0
"""Seconds a service may live after its start-up."""
_PUBLISHED = 0.5
"""The share of the time within which everything is published."""
_UNDER_FIRE = 0.6
"""The share of all that is to be taken before the faults end, should a busy machine need up to twice the time for it."""
_DRAIN_SECONDS = 300.0


def say(line: str) -> None:
    """A line on standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Lives:
    """The service, again and again; `logged` counts the log events of all its lives."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.kills, self.logged = ground, 0, Counter[str]()
        self.bugs: list[str] = []

    async def live(self, ended: asyncio.Event | None, seconds: float, how: signal.Signals) -> None:
        """One life: so many seconds after its start, or until `ended`."""
        service = await newsroom.Service.start(self.ground.folder / "config")
        try:
            await service.until("started")
            if ended is None:
                await asyncio.sleep(seconds)
            else:
                async with asyncio.timeout(seconds):
                    await ended.wait()
        finally:
            await service.end(how)
            self._note(service)

    async def killed_at_the_start(self, seconds: float) -> None:
        """A life that ends before or just as it begins."""
        service = await newsroom.Service.start(self.ground.folder / "config")
        await asyncio.sleep(seconds)
        await service.end(signal.SIGKILL)
        self._note(service)

    def _note(self, service: newsroom.Service) -> None:
        self.kills += 1
        self.logged.update(f"{line['event'][:30]} {line.get('state', '')}".strip() for line in service.log)
        self.bugs += [str(line) for line in service.log if line["event"] in ("bug", "not-recorded", "not-claimed")]
        self.bugs += [line for line in service.other if line.strip()]


async def chaos(ground: Ground, seconds: float, dice: Random) -> Lives:
    """Faults and kills for so many seconds, then calm until nothing is owed."""
    lives, until = Lives(ground), time.monotonic() + seconds
    while time.monotonic() < until or (_taken(ground) < _UNDER_FIRE and time.monotonic() < until + seconds):
        if dice.random() < 0.15:
            await lives.killed_at_the_start(dice.uniform(0.1, 2.0))
        else:
            await lives.live(None, dice.uniform(_SHORT, _LONG), signal.SIGKILL)
        say(f"  {until - time.monotonic():4.0f} s left, {_progress(ground)}")
    ground.calm()
    if ground.database.exists():
        newsroom.let_time_pass(ground.database, 1.0)  # what waits for its next try need not be waited for here
    drained = asyncio.Event()
    watch = asyncio.create_task(_watch(ground, drained))
    try:
        await lives.live(drained, _DRAIN_SECONDS, signal.SIGTERM)
    except TimeoutError:
        say(f"not drained after {_DRAIN_SECONDS:g} s: {_progress(ground)}")
    finally:
        watch.cancel()
    return lives


async def _watch(ground: Ground, drained: asyncio.Event) -> None:
    wanted = len(ground.announcements) * TARGETS
    while True:
        rows = _rows(ground)
        if len(rows) == wanted and all(state in ("sent", "dead") for state in rows):
            drained.set()
            return
        await asyncio.sleep(0.5)


def _rows(ground: Ground) -> list[str]:
    with closing(sqlite3.connect(f"file:{ground.database}?mode=ro", uri=True)) as connection:
        try:
            return [state for (state,) in connection.execute("SELECT state FROM delivery")]
        except sqlite3.OperationalError:  # no table yet
            return []


def _taken(ground: Ground) -> float:
    return (len(ground.slack.messages) + len(ground.post.mails)) / (len(ground.announcements) * TARGETS)


def _progress(ground: Ground) -> str:
    return f"{len(ground.slack.messages)} messages, {len(ground.post.mails)} mails; rows: {states(_rows(ground))}"


async def run(alerts: int, seconds: float, seed: int) -> bool:
    """The whole run, told on standard output; whether all is well."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rarewatch-chaos-") as folder:
        async with Ground(Path(folder), alerts, seconds * _PUBLISHED, seed) as ground:
            say(f"{len(ground.announcements)} announcements to {TARGETS} targets each, in {ground.groups} groups; seed {seed}")
            lives = await chaos(ground, seconds, Random(seed + 3))
            found = ground.tally()
            say(f"\nrows: {states(_rows(ground))}; {lives.kills - 1} kills; {time.monotonic() - began:.0f} s")
    say("log: " + ", ".join(f"{event} {count}" for event, count in sorted(lives.logged.items())))
    odd = [
        f"{name}: {number} at {to}"
        for name, some in (("lost", found.lost), ("never asked for", found.strange))
        for number, to in some
    ]
    for line in [*(f"log: {line}" for line in lives.bugs[:20]), *found.lines(), *odd[:20]]:
        say(line)
    say("good" if found.good else "BAD")
    return found.good


def main() -> None:
    """Read the options, run, exit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--alerts", type=int, default=10_000, help="deliveries in total (10000)")
    parser.add_argument("--seconds", type=float, default=150.0, help="how long faults and kills last (150)")
    parser.add_argument("--seed", type=int, default=1, help="of the faults, kills and texts (1); timing still differs")
    asked = parser.parse_args()
    sys.exit(0 if asyncio.run(run(asked.alerts, asked.seconds, asked.seed)) else 1)


if __name__ == "__main__":
    main()
