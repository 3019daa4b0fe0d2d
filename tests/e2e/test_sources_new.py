"""`sources new` drafts a source that works, for a site of each content system it knows."""

import asyncio
import json

import newsroom
import pytest
from http_peer import Peer, reply
from list_sites import SITES, TITLES, UNIT, web
from typer.testing import CliRunner

from rarewatch.cli import app
from rarewatch.config import load


class Routes(dict):
    """A unit answers whatever it is asked with."""

    def get(self, path, otherwise=None):
        return super().get(path) or (super().get(UNIT) if path.startswith(UNIT) else None) or otherwise


async def called(*words):
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))


def written(folder):
    return str(newsroom.write(folder / "config", [{"id": "other", "kind": "feed", "url": "http://other.example/feed"}]))


async def drafted(folder, *words, code=0):
    ended = await called("sources", "new", *words, "--allow-private", "--json", "-c", written(folder))
    assert ended.exit_code == code, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize("name", SITES)
async def test_a_draft_gives_the_announcements_of_a_site(name, tmp_path):
    async with Peer(Routes()) as peer:
        site = SITES[name](peer.url("")[len("http://") :])
        peer.routes.update(site.routes)
        line = await drafted(tmp_path, peer.url(site.entry))

    assert line["kind"] == site.kind, line["tried"]
    assert line["items"] == len(TITLES)
    assert [item["title"] for item in line["sample"] if item["title"]] == list(site.titles[:5])
    assert all(item["published"] for item in line["sample"])
    (tmp_path / "config" / "sources" / "drafted.yaml").write_text(line["yaml"], encoding="utf-8")
    source = load(tmp_path / "config").sources[line["source"]]
    assert (source.kind, source.url, source.access.allow_private) == (line["kind"], line["url"], True)
    assert getattr(source.options, "min_items", 4) == 4


async def test_a_page_without_a_list_is_drafted_as_a_page_and_said_so(tmp_path):
    async with Peer() as peer:
        url = peer.on("/price", web("<h1>挂牌价格</h1><p>氧化镨钕本月挂牌价格为每吨五十万元，自公布之日起执行。</p>"))
        line = await drafted(tmp_path, url, code=1)

    assert (line["kind"], line["items"]) == ("page", 0)
    assert "list" in line["seen"]
    assert any("first reading" in words for words in line["tried"])


async def test_a_dead_feed_stands_back_for_the_list_on_the_page(tmp_path):
    async with Peer() as peer:
        site = SITES["trs"]("")
        old = "<item><title>旧闻</title><link>http://x.example/1</link><pubDate>Mon, 04 Dec 2017 08:00:00 GMT</pubDate></item>"
        feed = f"<rss version='2.0'><channel><title>t</title>{old}</channel></rss>"
        peer.routes = site.routes
        dead = peer.on("/rss.xml", reply(200, feed.encode(), [("Content-Type", "text/xml")]))
        head = "<link rel='alternate' type='application/rss+xml' href='/rss.xml'>"
        rows = "".join(f"<li><a href='/art/{n}.html'>{title}</a></li>" for n, title in enumerate(TITLES))
        line = await drafted(tmp_path, peer.on("/list", web(f"<ul class='news'>{rows}</ul>", head=head)))

    assert line["kind"] == "listing"
    assert any("2017-12-04" in words for words in line["tried"])
    assert {"kind": "feed", "url": dead} in line["also"]


async def test_the_yaml_goes_to_standard_output_and_words_to_people(tmp_path):
    async with Peer() as peer:
        site = SITES["trs"]("")
        peer.routes = site.routes
        out = tmp_path / "drafted.yaml"
        words = ("sources", "new", peer.url(site.entry), "--allow-private", "-c", written(tmp_path))
        shown = await called(*words, "--name", "ministry-notices", "--publisher", "gov.ministry")
        filed = await called(*words, "--out", str(out))
        again = await called(*words, "--out", str(out))

    assert (shown.exit_code, filed.exit_code, again.exit_code) == (0, 0, 2)
    assert shown.stdout.startswith("publisher: {id: gov.ministry")
    assert "id: ministry-notices" in shown.stdout
    assert "configured already" in shown.stdout
    assert TITLES[0] in shown.stderr
    assert filed.stdout == ""
    assert out.read_text(encoding="utf-8").startswith("publisher:")
    assert "exists already" in again.stderr


async def test_a_saved_page_is_read_without_the_network(tmp_path):
    page = tmp_path / "saved.html"
    rows = "".join(f"<li><a href='/info/1/{n}.htm'>{title}</a><em>2026-11-0{n + 1}</em></li>" for n, title in enumerate(TITLES))
    page.write_text(f"<html><body><div id='wp_news_w6'><ul class='news_list'>{rows}</ul></div></body></html>", encoding="utf-8")

    line = await drafted(tmp_path, "https://www.institute.example.cn/list.htm", "--html", str(page))

    assert line["kind"] == "listing"
    assert [item["title"] for item in line["sample"]] == list(TITLES[:5])
    assert line["sample"][0]["url"] == "https://www.institute.example.cn/info/1/0.htm"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (reply(404), "missing"),
        (reply(200, b"<html><script>var arg1='0123456789ABCDEF0123456789ABCDEF';</script></html>"), "refused"),
        (reply(200, b"%PDF-1.7 nothing to list"), "nothing that any kind could read"),
    ],
)
async def test_what_cannot_be_read_is_said_in_words(answer, words, tmp_path):
    async with Peer() as peer:
        ended = await called("sources", "new", peer.on("/x", answer), "--allow-private", "-c", written(tmp_path))

    assert ended.exit_code == 1
    assert ended.stdout == ""
    assert words in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [(["ftp://x.example/"], "no web address"), (["http://x.example/", "--html", "/nowhere.html"], "cannot be read")],
)
async def test_a_mistake_on_the_command_line_is_exit_code_2(words, said, tmp_path):
    ended = await called("sources", "new", *words, "-c", written(tmp_path))

    assert ended.exit_code == 2
    assert said in ended.stderr
