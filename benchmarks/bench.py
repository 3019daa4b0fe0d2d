"""What a run needs: programs in processes of their own, and the folder they work in."""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Self

import server

HERE = Path(__file__).parent
HOSTS = 250
_SETTINGS = """\
database: sqlite:///{database}
workers: {{readers: 32, couriers: 8, per_host: 8}}
politeness: 0
notifiers:
  slack: {{kind: slack, token: {{env: BENCH_SLACK_TOKEN}}, base_url: "http://{host}:{port}/api/", pace: 0}}
"""
_AUDIENCE = "subscribers:\n  - {id: desk, min_severity: notable, deliver: [{via: slack, to: C0BENCH0001}]}\n"
_PUBLISHER = """\
publisher: {id: bench, name: Benchmark, tier: state_medium, state_owned: true}
defaults: {every: 10m, allow_private: true}
sources:
"""


class Program:
    """A measured program: started, told to do passes, ended."""

    def __init__(self, script: str, *arguments: str) -> None:
        """Start `script` of this folder and wait until it is ready."""
        environment = {**os.environ, "BENCH_SLACK_TOKEN": "xoxb-benchmark"}
        environment["PYTHONPATH"] = os.pathsep.join(
            filter(None, (str(HERE.parent / "src"), str(HERE), environment.get("PYTHONPATH", "")))
        )
        environment.pop("RAREWATCH_DATABASE_URL", None)
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.ready = self._line()

    def one_pass(self, **command: Any) -> dict[str, Any]:
        """One pass; what it took (CPU seconds, seconds, peak MB) and what it found."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._process.args!r} ended with {self._process.wait()}")
        read: dict[str, Any] = json.loads(line)
        return read

    def end(self) -> None:
        """Let it finish."""
        self._process.communicate(timeout=120)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


class Ground:
    """The folder of a run, with the server's address in every file that needs it."""

    def __init__(self, folder: Path, shipped: Path, count: int, port: int) -> None:
        """`shipped` is the configuration whose entities, rules and glossary are used; `count` feeds are served on `port`."""
        self._folder, self._shipped, self._count, self._port = folder, shipped, count, port
        hosts = server.hosts(min(HOSTS, count))
        self._urls = [f"http://{hosts[feed % len(hosts)]}:{port}/feed/{feed}" for feed in range(count)]
        self.addresses = folder / "addresses"
        self.addresses.write_text("\n".join(self._urls))

    def control(self, query: str) -> dict[str, Any]:
        """Tell the server."""
        with urllib.request.urlopen(f"http://127.0.1.1:{self._port}/control?{query}") as answer:
            told: dict[str, Any] = json.load(answer)
            return told

    def config(self, name: str, sources: int | None = None) -> Path:
        """A configuration folder with a database of its own, for the first `sources` feeds (None: all)."""
        folder = self._folder / name
        (folder / "sources").mkdir(parents=True)
        for part in ("entities.yaml", "glossary.yaml"):
            shutil.copy(self._shipped / part, folder / part)
        shutil.copytree(self._shipped / "rules", folder / "rules")
        settings = _SETTINGS.format(database=folder / "bench.db", host="127.0.1.1", port=self._port)
        (folder / "rarewatch.yaml").write_text(settings)
        (folder / "audience.yaml").write_text(_AUDIENCE)
        lines = (f"  - {{id: f{feed}, kind: feed, url: '{url}'}}\n" for feed, url in enumerate(self._urls[:sources]))
        (folder / "sources" / "bench.yaml").write_text(_PUBLISHER + "".join(lines))
        return folder
