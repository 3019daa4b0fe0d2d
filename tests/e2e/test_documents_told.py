"""What stands only in a document reaches people, with the page it stands on; what cannot be read is said."""

from datetime import timedelta

import newsroom
import pytest
from http_peer import Peer, reply
from newsroom import Notice

import paper_files as files

SAID = Notice("one", "关于公布清单的公告", "现予公布，详见附件。", timedelta(minutes=2))
LINKS = "<p>附件：<a href='/art/list.pdf'>1.管制清单.pdf</a> <a href='/art/scan.pdf'>2.样表.pdf</a> <a href='/art/all.zip'>全部.zip</a></p>"
PAGE = newsroom.article(SAID).replace(b"</div>", LINKS.encode() + b"</div>")
ORDER = files.pdf(("目录",), ("第一条 对部分中重稀⼟实施出⼝管制。",), to_unicode="目录第一条对部分中重稀⼟实施出⼝管制。 ")
ANSWERS = {
    "/list": newsroom.rows([SAID]),
    "/art/one.html": PAGE,
    "/art/list.pdf": ORDER,
    "/art/scan.pdf": files.pdf(None),
}


@pytest.fixture
async def told(tmp_path):
    """What one poll said, and what `explain` and `read` say afterwards."""
    async with Peer() as peer:
        for path, body in ANSWERS.items():
            peer.on(path, reply(200, body, [("Content-Type", "application/octet-stream" if "pdf" in path else "text/html")]))
        source = {"id": "s1", "kind": "listing", "url": peer.url("/list"), "options": newsroom.LISTING}
        folder = newsroom.write(tmp_path / "config", [source])
        polled = await newsroom.awaited("poll", "-c", str(folder))
        explained = await newsroom.awaited("explain", "--json", "1", "-c", str(folder))
        shown = await newsroom.awaited("explain", "1", "-c", str(folder))
        read = await newsroom.awaited("read", "s1", "--json", "-c", str(folder))
        seen = await newsroom.awaited("read", "s1", "-c", str(folder))
    return polled, explained, shown, read, seen


async def test_an_order_that_stands_in_a_document(told):
    polled, explained, shown, read, seen = told
    assert "In 1.管制清单.pdf, p. 2" in polled.words
    assert "第一条 对部分中重稀土实施出口管制。" in polled.words
    assert "Documents: 2.样表.pdf is a scan without text; 全部.zip is an archive, which is not opened." in polled.words
    assert "Only the title" not in polled.words
    (facts,) = explained.lines
    spans = facts["matches_then"][0]["evidence"]
    assert {(span["field"], span["text"], span["place"]) for span in spans} >= {("attachment", "出口管制", "1.管制清单.pdf, p. 2")}
    assert facts["admitted"]["papers"].startswith("2.样表.pdf is a scan")
    assert "出口管制 (1.管制清单.pdf, p. 2)" in shown.out
    assert "Documents: 2.样表.pdf is a scan without text" in shown.out
    (line,) = read.lines
    assert line["attachment"] == "目录\n第一条 对部分中重稀土实施出口管制。"
    assert [(one["name"], one["kind"], one["state"], one["pages"]) for one in line["documents"]] == [
        ("1.管制清单.pdf", "pdf", "read", 2), ("2.样表.pdf", "pdf", "scanned", 0), ("全部.zip", "zip", "unread", 0),
    ]  # fmt: skip
    assert "[pdf, scanned] 2.样表.pdf: is a scan without text" in seen.out
