"""Recorded real input through the whole program; what was measured stands in docs/evaluation.md."""

import html
import json
import os
import re
import sqlite3
import sys
import unicodedata
import warnings
from collections import Counter
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin

import feedparser
import newsroom
import pytest
import yaml
from http_peer import Peer, reply
from newsroom import ROOT

CORPUS = Path(os.environ.get("RAREWATCH_CORPUS") or ROOT.parent / "shared" / "corpus")
SEEDS = CORPUS.parent / "seeds"
EXPECTED = CORPUS.parent / "reference" / "seeds-expected.json"
pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no recorded input at {CORPUS}")]

TYPES = {".xml": "application/xml", ".html": "text/html"}
FEEDS = {
    **dict.fromkeys(sorted(CORPUS.glob("feeds_real/chardet_GB2312/*.xml")), "gb18030"),
    **dict.fromkeys(sorted(CORPUS.glob("feeds_real/chardet_Big5/*.xml")), "big5hkscs"),
    **dict.fromkeys(sorted(CORPUS.glob("feeds_real/state_media_rss/*.xml")), "utf-8"),
}
MOFCOM = CORPUS / "lists_zh" / "mofcom_zcfb_index_202509.html"
CMS = sorted(CORPUS.glob("lists_zh/eb_*/*.html"))
POLICY = {"item": "ul.policy-list > li", "date": "span", "articles": "never"}
TABLE = {
    "item": "table.frontTableList tbody tr",
    "link": "a",
    "link_attr": "id",
    "date": "td:last-child",
    "articles": "never",
}
NOT_A_FEED = "_chromium_gb18030_with_no_encoding_specified.html"


def _name(path: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", "-".join(path.relative_to(CORPUS).with_suffix("").parts[1:]).lower()).strip("-")


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", html.unescape(html.unescape(text))))


def _configure(site: Peer, folder: Path) -> None:
    sources = []
    for path in [*FEEDS, MOFCOM, *CMS]:
        where = f"/{path.relative_to(CORPUS)}"
        site.on(where, reply(200, path.read_bytes(), [("Content-Type", TYPES[path.suffix])]))
        kind = {"kind": "feed"} if path in FEEDS else {"kind": "listing", "options": POLICY if path == MOFCOM else TABLE}
        sources.append({"id": _name(path), "url": site.url(where), **kind})
    newsroom.write(folder, sources, workers={"per_host": 20}, defaults={"baseline_age": "366d"})
    # A rule that much meets, so that a repeat would show as a delivery.
    rule = {"id": "any", "title": "Anything", "when": {"terms": ["中国", "市场", "我们", "今年", "记者", "增长", "美国", "公告"]}}
    (folder / "rules" / "all.yaml").write_text(yaml.safe_dump({"rules": [rule]}, allow_unicode=True), encoding="utf-8")


def _items(database: Path) -> dict[str, list[sqlite3.Row]]:
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        found: dict[str, list[sqlite3.Row]] = {}
        for row in connection.execute("SELECT * FROM item WHERE source != 'rarewatch' ORDER BY id"):
            found.setdefault(row["source"], []).append(row)
    return found


def _entries(body: bytes) -> list[dict]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return feedparser.parse(body).entries


async def test_recorded_feeds_and_lists_are_stored_whole_undamaged_and_once(tmp_path):
    folder, database = tmp_path / "config", tmp_path / "rarewatch.db"
    async with Peer() as site:
        _configure(site, folder)
        origin = site.url("")
        first = await newsroom.awaited("poll", "--json", "-c", str(folder))
        assert first.code in {0, 1}, first.words
        before = _items(database)
        second = await newsroom.awaited("poll", "--json", "-c", str(folder))

    odd = {name: line["state"] for name, line in first.sources.items() if line["state"] != "ok" or line["notes"]}
    assert odd == {_name(path): "not-a-feed" for path in FEEDS if path.stem == NOT_A_FEED}
    assert len(first.sources) == len(FEEDS) + 1 + len(CMS)
    assert first.deliveries
    assert {line["state"] for line in first.deliveries} == {"sent"}
    assert {line["state"] for name, line in second.sources.items() if name not in odd} == {"unchanged"}
    assert second.deliveries == []
    assert _items(database) == before

    assert _feed_mistakes(before) == []
    assert _list_mistakes(before, origin) == []
    policy = [(row["link"], row["title"]) for row in before[_name(MOFCOM)]]
    rows = re.findall(r'<em>【.*?<a href="(.*?)" title="(.*?)"', MOFCOM.read_text(encoding="utf-8"), re.DOTALL)
    assert policy == [(urljoin(origin, where), title) for where, title in rows] != []
    assert all(row["published_at"] and row["precision"] == "day" for row in before[_name(MOFCOM)])
    sys.stdout.write(f"{len(first.sources)} sources, {sum(map(len, before.values()))} items, {len(first.deliveries)} messages\n")


def _feed_mistakes(items: dict[str, list[sqlite3.Row]]) -> list[object]:
    """Feeds with fewer or more items than feedparser finds, and titles that do not stand in the text as its true encoding gives it."""
    wrong: list[object] = []
    for path, encoding in FEEDS.items():
        body, rows = path.read_bytes(), items.get(_name(path), [])
        if len(rows) != len(_entries(body)):
            wrong.append((path.name, len(rows), len(_entries(body))))
        document = _folded(body.decode(encoding, "replace"))
        wrong += [row["title"] for row in rows if "\ufffd" in row["title"] or _folded(row["title"]) not in document]
    return wrong


def _list_mistakes(items: dict[str, list[sqlite3.Row]], origin: str) -> list[object]:
    """List pages whose addresses and titles, blanks folded, are not those of the truth."""
    wrong: list[object] = []
    for path in CMS:
        truth = [line.split("\t") for line in (path.parent / "TRUTH_items.tsv").read_text(encoding="utf-8").splitlines()]
        want = Counter((where, _folded(title)) for page, where, title, _ in truth if page == path.name)
        got = Counter((row["link"].removeprefix(origin), _folded(row["title"])) for row in items.get(_name(path), []))
        if got != want:
            wrong.append((path.name, want - got, got - want))
    return wrong


def test_feedparsers_own_files_raise_nothing_and_lose_nothing():
    files = sorted(path for path in (CORPUS / "feeds_conformance" / "feedparser").rglob("*") if path.is_file())

    read = newsroom.command("read", "--json", "--kind", "feed", *map(str, files))

    assert "Traceback" not in read.words
    assert "error of rarewatch" not in read.words
    assert len(re.findall(r": \d+ item\(s\)", read.words)) + read.words.count(": not-a-feed: ") == len(files) > 0
    given = Counter(line["from"] for line in read.lines)
    expected = Counter({str(path): len(_entries(path.read_bytes())) for path in files if path.suffix != ".json"})
    assert sum(expected.values()) > 0
    assert {name: number for name, number in expected.items() if number != given[name]} == {}
    sys.stdout.write(f"{len(files)} files, {expected.total()} entries of feedparser, {given.total()} items read\n")


@pytest.mark.skipif(not (EXPECTED.is_file() and SEEDS.is_dir()), reason="no seeds with the entities expected in them")
def test_the_seeds_hold_the_entities_expected_with_exact_spans():
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    texts = {key: (SEEDS / seed["file"]).read_bytes().decode() for key, seed in expected.items()}
    given = "".join(json.dumps({"id": key, "text": text}) + "\n" for key, text in texts.items())

    ended = newsroom.command("match", "-c", str(ROOT / "config"), given=given)

    assert ended.code == 0, ended.words
    found = {
        line["id"]: {e["id"]: {(m["start"], m["end"]) for m in e["mentions"]} for e in line["entities"]} for line in ended.lines
    }
    wanted = {
        key: {e["id"]: {tuple(span) for mention in e["mentions"] for span in mention["all"]} for e in seed["entities"]}
        for key, seed in expected.items()
    }
    assert found == wanted
    spans = sum(len(spans) for entities in wanted.values() for spans in entities.values())
    sys.stdout.write(f"{len(texts)} texts, {sum(map(len, wanted.values()))} entities, {spans} spans\n")
