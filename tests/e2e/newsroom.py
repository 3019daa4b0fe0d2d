"""What the end-to-end tests share: a configuration folder, a site that publishes, and rarewatch as a process of its own."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Self

import yaml
from http_peer import Asked, raw

ROOT = Path(__file__).resolve().parents[2]
RAREWATCH = (sys.executable, "-m", "rarewatch")
TOKEN = "xoxb-double"
PATIENCE = 60.0

RULES = {
    "lists": {"earths": ["稀土", "rare earth"]},
    "rules": [
        {
            "id": "control",
            "title": "Export control",
            "severity": "urgent",
            "when": {"all": [{"list": "earths"}, {"terms": ["出口管制"]}]},
        },
        {"id": "earths", "title": "Rare earths", "severity": "notable", "when": {"list": "earths"}},
    ],
}
ENTITIES = {"entities": [{"id": "org.north", "kind": "company", "name": "Northern Rare Earth", "zh": "北方稀土"}]}
PUBLISHER = {"id": "gov.ministry", "name": "Ministry", "zh": "某部", "tier": "issuer"}
DEFAULTS = {"every": 0.5, "jitter": 0, "allow_private": True}


@dataclass(frozen=True)
class Notice:
    """One announcement; fresh unless `age` says otherwise."""

    slug: str
    title: str
    text: str = ""
    age: timedelta = timedelta(minutes=5)


def rss(notices: Iterable[Notice], *, charset: str = "utf-8") -> bytes:
    """The notices as a feed."""
    now = datetime.now(UTC)
    items = "".join(
        f"<item><title>{one.title}</title><link>http://news.example/{one.slug}.html</link><guid>{one.slug}</guid>"
        f"<description>{one.text or one.title}</description><pubDate>{format_datetime(now - one.age)}</pubDate></item>"
        for one in notices
    )
    head = (
        f'<?xml version="1.0" encoding="{charset}"?><rss version="2.0"><channel><title>部</title><link>http://news.example/</link>'
    )
    return f"{head}<description>d</description>{items}</channel></rss>".encode(charset)


def page(body: str) -> bytes:
    """A web page around `body`."""
    return f"<html><head><meta charset='utf-8'><title>某部</title></head><body>{body}</body></html>".encode()


def rows(notices: Iterable[Notice]) -> bytes:
    """The notices as a list page whose links lead to /art/SLUG.html."""
    today = datetime.now(UTC) + timedelta(hours=8)
    lines = "".join(f"<li><a href='/art/{one.slug}.html'>{one.title}</a><span>{today:%Y-%m-%d}</span></li>" for one in notices)
    return page(f"<ul class='news'>{lines}</ul>")


def article(notice: Notice) -> bytes:
    """A notice's own page."""
    at = datetime.now(UTC) + timedelta(hours=8) - notice.age
    return page(
        f"<h1>{notice.title}</h1><p class='date'>{at:%Y-%m-%d %H:%M}</p><div class='body'><p>{notice.text or notice.title}</p></div>"
    )


LISTING = {"item": "ul.news li", "date": "span", "article": {"title": "h1", "text": "div.body", "date": "p.date"}}


def write(
    folder: Path,
    sources: Sequence[dict[str, Any]],
    *,
    notifiers: dict[str, Any] | None = None,
    deliver: Sequence[dict[str, Any]] = ({"via": "console", "to": "terminal"},),
    workers: dict[str, int] | None = None,
    defaults: dict[str, Any] | None = None,
) -> Path:
    """A whole configuration folder; the database lies beside it."""
    files = {
        "rarewatch.yaml": {
            "database": f"sqlite:///{folder.parent}/rarewatch.db",
            "workers": workers or {},
            "politeness": 0,
            "host_budget": 36_000,
            "notifiers": notifiers or {"console": {"kind": "console"}},
        },
        "audience.yaml": {"subscribers": [{"id": "desk", "deliver": list(deliver)}]},
        "entities.yaml": ENTITIES,
        "rules/all.yaml": RULES,
        "sources/all.yaml": {"publisher": PUBLISHER, "defaults": DEFAULTS | (defaults or {}), "sources": list(sources)},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def environment(**more: str) -> dict[str, str]:
    """The environment of a rarewatch process: this checkout's code, the doubles' token, nobody's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAREWATCH_")}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "SLACK_TOKEN": TOKEN, "NO_COLOR": "1", "COLUMNS": "200", **more}


@dataclass(frozen=True)
class Outcome:
    """How a command ended: `code`, standard output, standard error, and the most memory it held (bytes)."""

    code: int
    out: str
    words: str
    peak: int

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output, which must be JSON lines and nothing else."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def sources(self) -> dict[str, dict[str, Any]]:
        """What was said of each source."""
        return {line["source"]: line for line in self.lines if "source" in line}

    @property
    def deliveries(self) -> list[dict[str, Any]]:
        """What was said of each delivery."""
        return [line for line in self.lines if "delivery" in line]


def command(*words: str, given: str | None = None, wrap: Sequence[str] = (), **env: str) -> Outcome:
    """Run rarewatch to its end; `wrap` goes before the command."""
    with subprocess.Popen(
        [*wrap, *RAREWATCH, *words],
        env=environment(**env),
        stdin=subprocess.PIPE if given is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        out, words_said = process.communicate(given, timeout=PATIENCE)
        return Outcome(process.returncode, out, words_said, 0)


async def awaited(*words: str, **env: str) -> Outcome:
    """The same without holding up the event loop, with the memory it took."""
    return await asyncio.to_thread(_measured, words, env)


def _measured(words: Sequence[str], env: dict[str, str]) -> Outcome:
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("measured.py")), *words],
        env=environment(**env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    out, said = process.communicate(timeout=PATIENCE)
    *shown, last = said.splitlines()
    return Outcome(process.returncode, out, "\n".join(shown), int(last.removeprefix("peak ")))


@dataclass
class Service:
    """`rarewatch run` as a process, with its log lines as they come."""

    process: asyncio.subprocess.Process
    log: list[dict[str, Any]] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _over: bool = False

    @classmethod
    async def start(cls, folder: Path, *program: str, **env: str) -> Self:
        """`program` in place of `python -m rarewatch`."""
        process = await asyncio.create_subprocess_exec(
            *(program or RAREWATCH),
            *("--log-json", "run", "-c", str(folder)),
            env=environment(**env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        service = cls(process)
        service._reader = asyncio.create_task(service._read())
        return service

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            async with self._news:
                try:
                    self.log.append(json.loads(line))
                except ValueError:
                    self.other.append(line.decode())
                self._news.notify_all()
        async with self._news:
            self._over = True
            self._news.notify_all()

    async def until(self, event: str, count: int = 1, **values: Any) -> None:
        """Wait until so many log lines with this event and these values have come; fails when the process ends before."""

        def there() -> bool:
            return sum(line["event"] == event and values.items() <= line.items() for line in self.log) >= count

        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: self._over or there())
        assert there(), f"no {event} {values} in {self.log} {self.other}"

    async def end(self, sign: signal.Signals) -> int:
        """Send a signal and wait for the end; gives the exit code."""
        self.process.send_signal(sign)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for the end; gives the exit code."""
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
            await self._reader
        return code


@dataclass
class Door:
    """An answer that can be held back: `came` is set when somebody asks, `open` lets the answers out."""

    content: Callable[[], bytes]
    content_type: str = "application/xml"
    asked: int = 0

    def __post_init__(self) -> None:
        self.came, self.open = asyncio.Event(), asyncio.Event()
        self.open.set()
        self._news = asyncio.Condition()

    async def __call__(self, _asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        self.came.set()
        async with self._news:
            self._news.notify_all()
        await self.open.wait()
        writer.write(raw(200, self.content(), [("Content-Type", self.content_type)]))
        await writer.drain()

    async def passes(self, more: int) -> None:
        """Wait until it was asked so many times more."""
        goal = self.asked + more
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: self.asked >= goal)


def deliveries(database: Path) -> list[dict[str, Any]]:
    """The delivery rows as they stand."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'delivery'").fetchone():
            return []
        return [dict(row) for row in connection.execute("SELECT * FROM delivery ORDER BY id")]


def let_time_pass(database: Path, hours: float) -> None:
    """Everything that is due later is due so much earlier."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE delivery SET due_at = due_at - ?", (hours * 3600,))
        connection.execute("UPDATE source_state SET due_at = due_at - ?", (hours * 3600,))


def doubles_log(path: Path) -> list[dict[str, Any]]:
    """What a receiver that runs on its own has taken."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
