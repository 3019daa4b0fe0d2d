"""Delivery under load: `python benchmarks/delivery.py`; what it measures and what it found is in docs/benchmarks.md.

The real service, told of 1,000 announcements at once, tells 50 Slack channels (the double refuses a second message within a second)
and 500 mailboxes; then the same with one more channel that never answers.
"""

import argparse
import asyncio
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

import yaml
from aiohttp import web

from rarewatch.demo.slack_double import SlackDouble, Trouble
from rarewatch.demo.smtp_double import SmtpDouble

CHANNELS, BOXES, EACH = 50, 10, 20
"""Channels, mailboxes beside each channel, announcements for each channel."""
RATE = 1.0
"""Seconds between two messages to one channel: Slack's limit."""
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉"
_SAMPLES = 30
_PATIENCE = 120.0
DEAD = "C0DEAD00001"


@dataclass
class News:
    """What the site shows: items by feed; each item names its channel's word and one of its mailboxes'."""

    dice: Random = field(default_factory=lambda: Random(7))
    feeds: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def publish(self, channel: int, box: int) -> None:
        """One announcement that resembles no other."""
        words = "".join(chr(self.dice.randrange(0x5000, 0x9000)) for _ in range(60))
        number, at = f"{channel}-{len(self.feeds[channel])}", format_datetime(datetime.now(UTC))
        title = f"{words[:12]}{word(channel, box)}"
        self.feeds[channel].append(
            f"<item><title>{title}</title><link>http://news.example/{number}.html</link><guid>{number}</guid>"
            f"<description>{words[12:]}</description><pubDate>{at}</pubDate></item>"
        )

    async def answer(self, request: web.Request) -> web.Response:
        """One feed."""
        items = "".join(reversed(self.feeds[int(request.match_info["feed"])]))
        head = '<rss version="2.0"><channel><title>b</title><link>http://news.example/</link><description>d</description>'
        return web.Response(text=f"{head}{items}</channel></rss>", content_type="application/xml")


class Measured(NamedTuple):
    """Of one run: seconds from the first message to the last, messages a second of a channel, seconds of the mails."""

    wall: float
    slowest: float
    middle: float
    mails: float
    refused: int


def word(channel: int, box: int) -> str:
    """What the rule of one mailbox looks for."""
    return f"稀土{_STEMS[channel // 10]}{_STEMS[channel % 10]}{_BRANCHES[box]}矿"


def channel_id(channel: int) -> str:
    """A channel's id at Slack."""
    return f"C0{channel:09d}"


def write(folder: Path, site: int, slack: SlackDouble, post: SmtpDouble, *, dead: bool) -> None:
    """The configuration: a rule for each mailbox, and for each channel all the rules of its mailboxes."""
    boxes = [(channel, box) for channel in range(CHANNELS) for box in range(BOXES)]
    slack_settings = {"kind": "slack", "token": {"env": "BENCH_SLACK_TOKEN"}, "base_url": slack.url}
    mail = {"kind": "email", "host": "127.0.0.1", "port": post.port, "security": "none", "sender": "watch@rarewatch.example"}
    readers = [
        {
            "id": f"m{channel}x{box}",
            "rules": [f"r{channel}x{box}"],
            "deliver": [{"via": "mail", "to": f"b{box}@c{channel}.example"}],
        }
        for channel, box in boxes
    ]
    desks = [
        {
            "id": f"s{channel}",
            "rules": [f"r{channel}x{box}" for box in range(BOXES)],
            "deliver": [{"via": "slack", "to": to} for to in (channel_id(channel), *([DEAD] if dead and channel == 0 else []))],
        }
        for channel in range(CHANNELS)
    ]
    rules = [
        {"id": f"r{channel}x{box}", "title": "Box", "severity": "notable", "when": {"terms": [word(channel, box)]}}
        for channel, box in boxes
    ]
    feeds = [{"id": f"f{n}", "kind": "feed", "url": f"http://127.0.0.1:{site}/{n}.xml"} for n in range(CHANNELS)]
    files = {
        "rarewatch.yaml": {
            "database": f"sqlite:///{folder}/rarewatch.db",
            "workers": {"per_host": 8},
            "politeness": 0,
            "host_budget": 36_000,
            "notifiers": {"slack": slack_settings, "mail": mail},
        },
        "audience.yaml": {"subscribers": desks + readers},
        "entities.yaml": {"entities": [{"id": "org.bench", "kind": "company", "name": "Benchmark", "zh": "基准公司"}]},
        "rules/all.yaml": {"rules": rules},
        "sources/all.yaml": {
            "publisher": {"id": "bench", "name": "Benchmark", "tier": "state_medium"},
            "defaults": {"every": 5, "jitter": 0, "allow_private": True},
            "sources": feeds,
        },
    }
    for name, content in files.items():
        path = folder / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


@asynccontextmanager
async def running(folder: Path, token: str) -> AsyncIterator[None]:
    """The service, ended in good order."""
    source = str(Path(__file__).resolve().parents[1] / "src")
    environment = {**os.environ, "BENCH_SLACK_TOKEN": token, "PYTHONPATH": source}
    environment.pop("RAREWATCH_DATABASE_URL", None)
    words = [sys.executable, "-m", "rarewatch", "--log-json", "run", "-c", str(folder / "config")]
    with (folder / "log.jsonl").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*words, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()


async def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until `holds`; raises `SystemExit` when it does not for two minutes."""
    end = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(f"not within {_PATIENCE:g} s: {what}")
        await asyncio.sleep(0.05)


async def measure(*, dead: bool, samples: int) -> tuple[Measured, list[float]]:
    """One service: single announcements first (milliseconds from the desk to Slack), then all at once."""
    slack = SlackDouble(rate=RATE, dead={DEAD: Trouble.HANG} if dead else {})
    post, news = SmtpDouble(), News()
    app = web.Application()
    app.router.add_get("/{feed:\\d+}.xml", news.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    await slack.start()
    try:
        with tempfile.TemporaryDirectory(prefix="rarewatch-bench-") as name:
            async with post:
                folder = Path(name)
                write(folder, port, slack, post, dead=dead)
                async with running(folder, slack.token):
                    for sample in range(samples):
                        news.publish(1 + sample % (CHANNELS - 1), 0)
                        wanted = sample + 1
                        await until(lambda: len(slack.messages) >= wanted and len(post.mails) >= wanted, "one announcement told")  # noqa: B023 - called in this turn
                    taken = list(latencies(folder, slack)) if samples else []
                    return await rush(news, slack, post), taken
    finally:
        await slack.stop()
        await runner.cleanup()


async def rush(news: News, slack: SlackDouble, post: SmtpDouble) -> Measured:
    """All announcements at once."""
    posted, mailed, calls = len(slack.messages), len(post.mails), len(slack.calls)
    for number in range(EACH):
        for channel in range(CHANNELS):
            news.publish(channel, number % BOXES)
    began, mails = 0.0, 0.0
    end = time.monotonic() + _PATIENCE
    while len(slack.messages) < posted + CHANNELS * EACH or len(post.mails) < mailed + CHANNELS * EACH:
        began = began or (time.time() if len(slack.messages) + len(post.mails) > posted + mailed else 0.0)
        mails = mails or (time.time() if len(post.mails) >= mailed + CHANNELS * EACH else 0.0)
        if time.monotonic() > end:
            raise SystemExit(f"only {len(slack.messages) - posted} messages and {len(post.mails) - mailed} mails")
        await asyncio.sleep(0.02)
    times = defaultdict(list)
    for one in slack.messages[posted:]:
        times[one.channel].append(float(one.ts))
    paces = [(len(some) - 1) / (max(some) - min(some)) for some in times.values()]
    every = [at for some in times.values() for at in some]
    refused = len(slack.calls) - calls - CHANNELS * EACH
    return Measured(max(every) - min(every), min(paces), median(paces), (mails or time.time()) - began, refused)


def latencies(folder: Path, slack: SlackDouble) -> Iterator[float]:
    """Milliseconds from the desk's transaction (its beginning) to the message at Slack, for each."""
    at = {one.metadata["event_payload"]["delivery_id"]: float(one.ts) for one in slack.messages}
    with closing(sqlite3.connect(folder / "rarewatch.db")) as connection:
        for token, created in connection.execute("SELECT token, created_at FROM delivery WHERE via = 'slack'"):
            if token in at:
                yield (at[token] - created) * 1_000


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=_SAMPLES, help="single announcements for the latency (30)")
    asked = parser.parse_args()
    well, taken = asyncio.run(measure(dead=False, samples=asked.samples))
    dead, _ = asyncio.run(measure(dead=True, samples=0))
    ideal = (EACH - 1) * RATE
    print(f"{CHANNELS * EACH} announcements, {CHANNELS} channels at one message in {RATE:g} s, {CHANNELS * BOXES} mailboxes")
    if taken:
        print(f"desk to Slack: median {median(taken):.1f} ms, worst {max(taken):.1f} ms of {len(taken)} (target: median 50)")
    for name, run in (("all well", well), ("one more channel, dead", dead)):
        print(
            f"{name}: {run.wall:.1f} s for what takes {ideal:.1f} s at the limit: {ideal / run.wall:.2f} of it (target 0.90); "
            f"a channel {run.middle:.3f} messages/s in the median, {run.slowest:.3f} the slowest; mails in {run.mails:.1f} s; "
            f"{run.refused} calls beside the messages"
        )
    print(f"dead against well: {dead.wall / well.wall:.2f} of the time (target 1.05)")
    good = ideal / well.wall >= 0.9 and dead.wall / well.wall <= 1.05 and (not taken or median(taken) < 50)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
