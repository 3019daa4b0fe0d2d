"""Polls the source of a trap case over real HTTP through the whole pipeline, and says what became of it."""

import gzip
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from http_peer import Peer, raw, reset, silence

from making import StillClock
from rarewatch import app
from rarewatch.config.loading import load
from rarewatch.errors import SourceFault
from rarewatch.nouns.source import Polled

PUBLISHER = {"id": "gov.ministry", "name": "Ministry", "zh": "某部", "tier": "issuer"}
RULE = {"id": "earths", "title": "Rare earths", "severity": "notable", "when": {"terms": ["稀土", "rare earth", "ree", "ore"]}}
AT = "2026-11-22T16:00:00+08:00"
_SITE, _SISTER = "{site}", "{sister}"


@dataclass
class Outcome:
    """What was read (rows of the table of items, oldest first), the last poll, and what the site was asked."""

    items: list
    polled: list[Polled]
    source: dict
    asked: list = field(default_factory=list)

    @property
    def fault(self) -> SourceFault | None:
        return self.polled[-1].fault

    def told(self, row, wanted):
        """The fields of an item that the case speaks of."""
        seen = dict(row) | {"published": _published(row), "url": row["link"]}
        return {name: bool(seen[name]) if name == "title_only" else seen[name] for name in wanted}


def _published(row):
    if row["published_at"] is None:
        return ""
    at = datetime.fromtimestamp(row["published_at"], tz=datetime.fromisoformat(AT).tzinfo)
    return f"{at:%Y-%m-%d}" if row["precision"] == "day" else f"{at:%Y-%m-%d %H:%M}"


class TrapSite:
    """A real server that answers as a case says; `{site}` and `{sister}` in it stand for its two names."""

    def __init__(self, folder: Path, case: dict):
        self.folder, self.case, self.peer = folder, case, Peer()

    def filled(self, text: str) -> str:
        """`text` with the server's names in it, which are known only once it runs."""
        return text.replace(_SITE, self.peer.url("")).replace(_SISTER, self.peer.url("", host="localhost"))

    def _answer(self, said):
        if said.get("drop"):
            return reset
        if said.get("hold"):
            return silence()
        charset = said.get("charset", "utf-8")
        body = (
            (self.folder / said["file"]).read_bytes()
            if "file" in said
            else self.filled(said.get("body", "")).encode(charset, said.get("errors", "strict"))
        )
        body = gzip.compress(body) if said.get("gzip") else body
        headers = (
            {"Content-Type": "text/html"} | ({"Content-Encoding": "gzip"} if said.get("gzip") else {}) | said.get("headers", {})
        )
        pairs = [(name, self.filled(value)) for name, value in headers.items()]
        return _sent(raw(said.get("status", 200), body, pairs))

    def _route(self, answers):
        """The first of the answers whose needs the request meets."""
        ready = [(one.get("needs", {}), self._answer(one)) for one in answers]

        async def route(asked, writer):
            for needs, answer in ready:
                if all(re.search(pattern, asked.headers.get(name, "")) for name, pattern in needs.items()):
                    return await answer(asked, writer)
            raise AssertionError(f"the case has no answer for {asked}")

        return route

    def publish(self, site: dict):
        for path, said in site.items():
            self.peer.on(path, self._route(said if isinstance(said, list) else [said]))

    def configure(self, folder: Path):
        case = self.case
        source = {
            "id": "trap",
            "kind": case["kind"],
            "url": self.filled(case.get("url", _SITE + "/list")),
            "options": yaml.safe_load(self.filled(yaml.safe_dump(case.get("options", {}), allow_unicode=True))),
            "every": 60,
            "jitter": 0,
            "baseline_age": "366d",
            "allow_private": True,
            **case.get("source", {}),
        }
        files = {
            "rarewatch.yaml": {
                "database": f"sqlite:///{folder.parent}/trap.db",
                "contact": "https://watcher.example",
                "politeness": 0,
                "notifiers": {"console": {"kind": "console"}},
            },
            "audience.yaml": {"subscribers": [{"id": "desk", "deliver": [{"via": "console", "to": "terminal"}]}]},
            "entities.yaml": {"entities": []},
            "rules/all.yaml": {"rules": [RULE]},
            "sources/all.yaml": {"publisher": PUBLISHER, "sources": [source]},
        }
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return load(folder)


def _sent(data):
    async def answer(_asked, writer):
        writer.write(data)
        await writer.drain()

    return answer


async def poll(folder: Path, case: dict, tmp_path: Path, *, confirm: int = 1) -> Outcome:
    """Poll the case's source as often as it says, `confirm` times at the end, twenty minutes apart by the service's clock."""
    clock = StillClock(datetime.fromisoformat(case.get("at", AT)))
    site, polled = TrapSite(folder, case), []
    rounds = [*case.get("earlier", []), *[case["site"]] * confirm]
    async with site.peer:
        config = site.configure(tmp_path / "config")
        async with app.open_service(config, polled.append, clock) as service:
            for served in rounds:
                site.publish(served)
                await service.crew.one_pass(["trap"])
                clock.forward(timedelta(minutes=20))
        case["expect"] = yaml.safe_load(site.filled(yaml.safe_dump(case["expect"], allow_unicode=True)))
    with closing(sqlite3.connect(tmp_path / "trap.db")) as connection:
        connection.row_factory = sqlite3.Row
        items = connection.execute("SELECT * FROM item WHERE source = 'trap' ORDER BY id").fetchall()
        state = dict(connection.execute("SELECT * FROM source_state WHERE source = 'trap'").fetchone())
    return Outcome(items, [one for one in polled if isinstance(one, Polled)], state, site.peer.asked)
