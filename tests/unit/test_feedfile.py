"""Feed files: valid Atom and JSON Feed whatever a page holds, one entry a story, and never half a file."""

import asyncio
import fcntl
import json
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from alert_cases import MESSAGE, messages
from hypothesis import HealthCheck, given, settings
from pydantic import ValidationError
from typer.testing import CliRunner

from rarewatch.cli import app
from rarewatch.errors import DeliveryFault
from rarewatch.notifiers import _feed_files
from rarewatch.notifiers.feedfile import FeedFile, FeedOptions
from rarewatch.nouns.alert import Target

CONFIG = Path(__file__).parents[2] / "config"
DESK = Target("feed", "desk")
TOKEN = "0123456789abcdef0123456789abcdef"
FIRST = replace(MESSAGE, delivery=TOKEN)


def made(folder, **options):
    return FeedFile(FeedOptions(folder=str(folder), **options), str)


async def written(folder, *sent, **options):
    """Both files as readers understand them, after these messages."""
    for message in sent:
        receipt = await made(folder, **options).send(message, DESK)
    return feedparser.parse((folder / "desk.atom").read_bytes()), json.loads((folder / "desk.json").read_bytes()), receipt


async def test_an_alert_is_this_in_atom(tmp_path):
    await made(tmp_path, address="https://x.example.org/f/", title="Rare earths").send(FIRST, DESK)
    text = (tmp_path / "desk.atom").read_text(encoding="utf-8")
    head, _, entry = text.partition("  <entry>\n")
    assert head.splitlines()[:2] == ["<?xml version='1.0' encoding='UTF-8'?>", '<feed xmlns="http://www.w3.org/2005/Atom">']
    assert "  <title>Rare earths: desk</title>\n  <updated>2031-04-04T01:02:00Z</updated>" in head
    assert '<link rel="self" type="application/atom+xml" href="https://x.example.org/f/desk.atom"/>' in head
    assert entry.startswith("""\
    <id>urn:uuid:01234567-89ab-cdef-0123-456789abcdef</id>
    <title type="text">[urgent] 关于对部分稀土物项实施出口管制的公告</title>
    <published>2031-04-04T01:02:00Z</published>
    <updated>2031-04-04T01:02:00Z</updated>
    <link rel="alternate" href="https://www.example.com/a/1.html?x=1&amp;y=2"/>
    <category term="urgent"/>
    <content type="html">&lt;p&gt;In English: 稀土 = rare earths; 出口管制 = export control&lt;/p&gt;
&lt;ul&gt;
&lt;li&gt;Publisher: 商务部 (issuer)&lt;/li&gt;
&lt;li&gt;Type: none recognised&lt;/li&gt;
&lt;li&gt;Published: 2031-04-03 18:00 Beijing time (UTC+8)&lt;/li&gt;
&lt;li&gt;First seen: 2031-04-04 09:02 Beijing time (UTC+8)&lt;/li&gt;
&lt;li&gt;Link: &lt;a href="https://www.example.com/a/1.html?x=1&amp;amp;y=2"&gt;https://www.example.com/a/1.html?x=1&amp;amp;y=2&lt;/a&gt;""")
    assert "&lt;b&gt;中重稀土&lt;/b&gt;" in entry


async def test_both_files_say_the_same(tmp_path):
    second = replace(MESSAGE, delivery="dlv-2", story="sto-2", headline="第二条")
    atom, plain, receipt = await written(tmp_path, FIRST, second)
    assert not atom.bozo
    assert plain["version"] == "https://jsonfeed.org/version/1.1"
    assert [entry.title for entry in atom.entries] == [item["title"] for item in plain["items"]]
    assert [entry.id for entry in atom.entries] == [item["id"] for item in plain["items"]]
    assert [item["title"][:14] for item in plain["items"]] == ["[urgent] 第二条", "[urgent] 关于对部分"]
    assert receipt.remote == {"feed": "desk", "entry": plain["items"][0]["id"]}


async def test_a_delivery_that_is_sent_again_changes_nothing(tmp_path):
    await written(tmp_path, FIRST, replace(MESSAGE, delivery="dlv-2", story="sto-2"))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    _, plain, receipt = await written(tmp_path, replace(FIRST, possible_repeat=True))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert receipt.remote["entry"] == plain["items"][1]["id"]


async def test_a_story_that_comes_again_keeps_its_entry(tmp_path):
    later = replace(MESSAGE, delivery="dlv-3", headline="续报", seen_at=MESSAGE.seen_at + timedelta(hours=2))
    other = replace(MESSAGE, delivery="dlv-2", story="sto-2")
    _, plain, receipt = await written(tmp_path, FIRST, other, later, FIRST)
    first, second = plain["items"]
    assert (first["title"], second["_rarewatch"]["story"]) == ("[urgent] 续报", "sto-2")
    assert first["id"] == _feed_files.entry_id(TOKEN) == receipt.remote["entry"]
    assert (first["date_published"], first["date_modified"]) == ("2031-04-04T01:02:00Z", "2031-04-04T03:02:00Z")


async def test_test_messages_have_no_story(tmp_path):
    tests = [replace(MESSAGE, delivery=f"t{number}", story="", test=True) for number in range(2)]
    _, plain, _ = await written(tmp_path, FIRST, *tests)
    assert [item["tags"] for item in plain["items"]] == [["urgent", "test"], ["urgent", "test"], ["urgent"]]


async def test_a_digest_is_an_entry_of_its_own_with_all_its_parts(tmp_path):
    parts = (replace(MESSAGE, headline="甲<b>", delivery="p1"), replace(MESSAGE, headline="乙", delivery="p2"))
    _, plain, _ = await written(tmp_path, FIRST, replace(MESSAGE, delivery="dlv-9", headline="2 alerts", parts=parts, link=""))
    first, second = plain["items"]
    assert second["title"] == "[urgent] 关于对部分稀土物项实施出口管制的公告"
    assert [f"[urgent] {headline}\n" in first["content_text"] for headline in ("甲<b>", "乙")] == [True, True]
    link = '<a href="https://www.example.com/a/1.html?x=1&amp;y=2">'
    assert [f"[urgent] {link}{headline}</a>" in first["content_html"] for headline in ("甲&lt;b&gt;", "乙")] == [True, True]


async def test_the_oldest_give_way_and_fewer_may_be_kept_later(tmp_path):
    sent = [replace(MESSAGE, delivery=f"d{number}", story=f"s{number}", headline=str(number)) for number in range(6)]
    _, plain, _ = await written(tmp_path, *sent, entries=4)
    assert [item["title"][-1] for item in plain["items"]] == ["5", "4", "3", "2"]
    atom, plain, receipt = await written(tmp_path, sent[2], entries=2)
    assert len(atom.entries) == len(plain["items"]) == 2
    assert receipt.remote["entry"] == _feed_files.entry_id("d2")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages)
def test_any_page_gives_two_feeds_that_can_be_read(tmp_path_factory, message):
    folder = tmp_path_factory.mktemp("feeds")
    atom, plain, _ = asyncio.run(written(folder, message))
    assert not atom.bozo, atom.get("bozo_exception")
    assert len(atom.entries) == len(plain["items"]) == 1
    assert atom.entries[0].id == plain["items"][0]["id"]
    assert len(_feed_files.read(folder / "desk.json")) == 1


async def test_markup_of_a_page_stays_text(tmp_path):
    hostile = "<script>alert(1)</script> ]]> &amp; <!-- 稀土\ufffe"
    atom, plain, _ = await written(tmp_path, replace(MESSAGE, headline=hostile, publisher=hostile, link="javascript:alert(1)"))
    assert atom.entries[0].title == "[urgent] <script>alert(1)</script> ]]> & <!-- 稀土\ufffd".replace("& ", "&amp; ")
    assert "<script" not in plain["items"][0]["content_html"]
    assert "href" not in plain["items"][0]["content_html"]
    assert "url" not in plain["items"][0]
    assert atom.entries[0].link == atom.entries[0].id


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"version": "1"}',
        "\x00",
        '{"name": "a-package"}',
        "[" * 100_000,
        '{"version": "https://jsonfeed.org/version/1.1", "items": [3]}',
    ],
    ids=range(8),
)
async def test_a_file_that_is_no_feed_of_ours_is_kept_beside(tmp_path, content):
    (tmp_path / "desk.json").write_text(content, encoding="utf-8")
    _, plain, receipt = await written(tmp_path, FIRST)
    assert len(plain["items"]) == 1
    assert (tmp_path / receipt.remote["set_aside"]).read_text(encoding="utf-8") == content


@pytest.mark.parametrize("name", ["../desk", "", "a.b", ".hidden", "Desk", "a/b", "x" * 101, "稀土", "desk\n"])
async def test_a_name_that_is_none(tmp_path, name):
    with pytest.raises(DeliveryFault) as caught:
        await made(tmp_path).send(FIRST, Target("feed", name))
    assert (caught.value.reason, caught.value.again, caught.value.in_doubt) == ("client", False, False)
    assert list(tmp_path.iterdir()) == []


async def test_many_at_once_are_all_kept(tmp_path):
    channel = made(tmp_path)
    sent = [replace(MESSAGE, delivery=f"d{number}", story=f"s{number}") for number in range(20)]
    await asyncio.gather(*(channel.send(message, DESK) for message in sent))
    atom, plain, _ = await written(tmp_path, sent[0])
    assert len(atom.entries) == len(plain["items"]) == 20


async def test_two_processes_take_turns(tmp_path):
    handle = os.open(tmp_path / ".desk.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(DeliveryFault, match="another process") as caught:
        await made(tmp_path).send(FIRST, DESK)
    assert (caught.value.again, caught.value.in_doubt) == (True, False)
    os.close(handle)
    _, plain, _ = await written(tmp_path, FIRST)
    assert len(plain["items"]) == 1


async def test_what_a_crash_left_is_mended_by_the_next_attempt(tmp_path):
    await written(tmp_path, FIRST)
    (tmp_path / "desk.atom").write_text("half a fi", encoding="utf-8")
    (tmp_path / ".desk.json.tmp").write_text("{", encoding="utf-8")
    atom, plain, _ = await written(tmp_path, FIRST)
    assert not atom.bozo
    assert len(atom.entries) == len(plain["items"]) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".desk.lock", "desk.atom", "desk.json"]


@pytest.mark.parametrize("address", ["example.org/", "https://example.org", "https://example.org/feeds", "ftp://example.org/"])
def test_an_address_that_is_none_is_a_mistake(address):
    with pytest.raises(ValidationError):
        FeedOptions(folder="x", address=address)


def test_notify_test_writes_a_feed(tmp_path):
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    (folder / "rarewatch.yaml").write_text(f"notifiers: {{feeds: {{kind: feed, folder: '{tmp_path / 'out'}'}}}}", encoding="utf-8")
    (folder / "audience.yaml").write_text("subscribers: [{id: desk, deliver: [{via: feeds, to: desk}]}]", encoding="utf-8")
    result = CliRunner().invoke(app, ["notify-test", "--config", str(folder)])
    assert result.exit_code == 0, result.stderr
    assert "sent feeds desk" in result.stdout + result.stderr
    (item,) = json.loads((tmp_path / "out" / "desk.json").read_bytes())["items"]
    assert item["title"].startswith("[urgent] TEST: ")
