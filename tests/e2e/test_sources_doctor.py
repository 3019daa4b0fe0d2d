"""`sources doctor` says of each source what its site serves today, and what of that its YAML does not say."""

import asyncio
import json

import newsroom
import pytest
from http_peer import Peer, redirect, reply
from list_sites import SITES, TITLES, as_json, web
from test_sources_new import Routes
from typer.testing import CliRunner

from rarewatch.cli import app

LIST = {"item": "ul.u-list li", "date": "span"}


async def examined(folder, sources, *words, code):
    config = newsroom.write(folder / "config", sources, defaults={"every": "10m"})
    ended = await asyncio.to_thread(CliRunner().invoke, app, ["sources", "doctor", *words, "--json", "-c", str(config)])
    assert ended.exit_code == code, ended.stderr
    return {line["source"]: line for line in map(json.loads, ended.stdout.splitlines())}


async def test_a_source_in_order_is_shown_with_everything_there_is_to_know(tmp_path):
    async with Peer() as peer:
        peer.routes = SITES["trs"]("").routes
        peer.on("/robots.txt", reply(200, b"User-agent: *\nDisallow: /private/"))
        source = {
            "id": "notices",
            "kind": "listing",
            "url": peer.url("/zcfb/tzgg/"),
            "options": LIST,
            "expects": {"newest_within": "7d"},
        }
        off = {"id": "off", "kind": "feed", "url": peer.url("/gone"), "enabled": False}
        line = (lines := await examined(tmp_path, [source, off], code=0))["notices"]

    assert list(lines) == ["notices"]
    assert (line["condition"], line["differs"], line["proposed"]) == ("ok", [], [])
    assert (line["status"], line["tls"], line["items"]) == (200, "none", len(TITLES))
    assert "obeyed" in line["robots"]
    assert line["charset"] == {"declared": "", "found": "utf-8"}
    assert line["validators"] == {"etag": False, "last_modified": False}
    assert "listing" in line["looks_like"]
    assert {"option": "date", "selector": "span", "hits": 8, "of": 8} in line["selectors"]
    assert line["article"]["title"]
    assert line["article"]["characters"] > 10
    assert line["newest_within"] == 7 * 86_400


async def test_selectors_that_find_nothing_come_with_those_that_would(tmp_path):
    async with Peer() as peer:
        peer.routes = SITES["trs"]("").routes
        url = peer.url("/zcfb/tzgg/")
        lines = await examined(
            tmp_path,
            [
                {"id": "rebuilt", "kind": "listing", "url": url, "options": {"item": "ul.old li", "date": "em"}},
                {"id": "undated", "kind": "listing", "url": url, "options": {"item": "ul.u-list li", "date": "em"}},
                {"id": "empty", "kind": "listing", "url": url, "options": LIST | {"article": {"text": ["#none"]}}},
            ],
            code=1,
        )

    assert {name: line["condition"] for name, line in lines.items()} == dict.fromkeys(lines, "drifted")
    assert lines["rebuilt"]["proposed"] == ["options.item: ul.u-list li", "options.date: span"]
    assert lines["undated"]["proposed"] == ["options.date: span"]
    assert lines["empty"]["differs"] == ["article.text finds nothing: '#none'"]


async def test_another_kind_another_address_and_an_old_entry_are_told(tmp_path):
    async with Peer() as peer:
        peer.routes = SITES["jpage"]("").routes | SITES["trs"]("").routes
        peer_url = peer.url("/zcfb/tzgg/")
        peer.on("/moved", redirect("/zcfb/tzgg/"))
        peer.on(
            "/old", web("<ul class='u-list'><li><a href='/art/1.html'>关于公布去年指标的通知</a><span>2025-01-02</span></li></ul>")
        )
        lines = await examined(
            tmp_path,
            [
                {"id": "other-kind", "kind": "feed", "url": peer.url("/col/col123/index.html")},
                {"id": "moved", "kind": "listing", "url": peer.url("/moved"), "options": LIST},
                {
                    "id": "old",
                    "kind": "listing",
                    "url": peer.url("/old"),
                    "options": LIST,
                    "expects": {"newest_within": "30d"},
                },
            ],
            code=1,
        )

    assert lines["other-kind"]["proposed"] == ["kind: jpage"]
    assert lines["other-kind"]["condition"] == "drifted"
    assert lines["moved"]["proposed"] == [f"url: {peer_url}"]
    assert lines["moved"]["items"] == len(TITLES)
    assert lines["old"]["condition"] == "stale"


async def test_the_ids_of_a_unit_are_held_to_those_on_the_page(tmp_path):
    async with Peer(Routes()) as peer:
        site = SITES["jpaas"]("")
        peer.routes.update(site.routes)
        today = {"webId": "8d", "pageId": "fc0", "tagId": "分页列表"}
        url = peer.url(site.entry)
        lines = await examined(
            tmp_path,
            [
                {"id": "right", "kind": "jpaas", "url": url, "options": {"unit": today}},
                {"id": "wrong", "kind": "jpaas", "url": url, "options": {"unit": today | {"pageId": "old"}}},
            ],
            code=1,
        )

    assert lines["right"]["differs"] == []
    assert len(lines["wrong"]["differs"]) == 1
    assert "pageId: fc0" in lines["wrong"]["proposed"][0]


@pytest.mark.parametrize(
    ("answer", "condition"),
    [
        (reply(404), "moved"),
        (reply(403), "blocked"),
        (reply(500), "unreachable"),
        (web("<p>维护中</p>"), "drifted"),
    ],
)
async def test_a_source_in_trouble_has_its_condition_and_the_reason(answer, condition, tmp_path):
    async with Peer() as peer:
        source = {"id": "list", "kind": "listing", "url": peer.on("/list", answer), "options": LIST}
        line = (await examined(tmp_path, [source], "list", code=1))["list"]

    assert line["condition"] == condition
    assert line["differs"]


async def test_robots_that_forbid_the_address_are_named(tmp_path):
    async with Peer() as peer:
        peer.on("/robots.txt", reply(200, b"User-agent: *\nDisallow: /list"))
        source = {"id": "list", "kind": "listing", "url": peer.on("/list", web("")), "options": LIST}
        line = (await examined(tmp_path, [source], code=1))["list"]

    assert line["condition"] == "blocked"
    assert "Disallow: /list" in line["robots"]
    assert not any(asked.path == "/list" for asked in peer.asked)


@pytest.mark.parametrize("name", SITES)
async def test_what_was_drafted_is_in_order(name, tmp_path):
    async with Peer(Routes()) as peer:
        site = SITES[name](peer.url("")[len("http://") :])
        peer.routes.update(site.routes)
        config = newsroom.write(tmp_path / "config", [{"id": "other", "kind": "feed", "url": "http://other.example/feed"}])
        drafted = config / "sources" / "drafted.yaml"
        words = [
            "sources",
            "new",
            peer.url(site.entry),
            "--name",
            "new",
            "--allow-private",
            "--out",
            str(drafted),
            "-c",
            str(config),
        ]
        await asyncio.to_thread(CliRunner().invoke, app, words)
        ended = await asyncio.to_thread(CliRunner().invoke, app, ["sources", "doctor", "new", "--json", "-c", str(config)])

    line = json.loads(ended.stdout)
    assert (ended.exit_code, line["differs"]) == (0, []), line


async def test_people_read_the_same(tmp_path):
    async with Peer() as peer:
        source = {
            "id": "list",
            "kind": "json_list",
            "url": peer.on("/list", as_json({"data": []})),
            "options": {"items": "rows", "title": "t"},
        }
        config = newsroom.write(tmp_path / "config", [source])
        ended = await asyncio.to_thread(CliRunner().invoke, app, ["sources", "doctor", "-c", str(config)])
        unknown = await asyncio.to_thread(CliRunner().invoke, app, ["sources", "doctor", "nowhere", "-c", str(config)])

    assert ended.exit_code == 1
    assert "list: drifted" in ended.stdout
    assert "items 'rows': 0" in ended.stdout
    assert "differs: " in ended.stdout
    assert unknown.exit_code == 2
    assert "there is no source 'nowhere'" in unknown.stderr
