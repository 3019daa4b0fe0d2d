"""Processes that read documents may hang, die or take all the memory: the program goes on, and says what became of the document."""

import asyncio
import json
import os
import random
import signal
import struct
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

import paper_files as files
from rarewatch.papers.pool import Papers

BODY = files.pdf(("商务部公告2025年第61号",), ("稀土",))
HANGS = (sys.executable, "-c", "import sys; sys.stdin.buffer.read()")
DIES = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")


def poor(memory):
    return (sys.executable, "-c", f"from rarewatch.papers.worker import main; main({memory})")


def environment_of(pid):
    return Path(f"/proc/{pid}/environ").read_bytes()


async def test_documents_are_read_in_processes_that_are_used_again():
    async with Papers(workers=1) as papers:
        one = await papers.read(BODY, url="http://x/1.pdf", name="一.pdf")
        first = papers._idle[0].process.pid
        other = await papers.read(BODY, url="http://x/2.pdf")
        assert papers._idle[0].process.pid == first
    assert (one.url, one.name, one.pages, one.labels) == (
        "http://x/1.pdf",
        "一.pdf",
        ("商务部公告2025年第61号", "稀土"),
        ("p. 1", "p. 2"),
    )
    assert other.pages == one.pages


async def test_what_is_no_document_starts_no_process():
    async with Papers(command=("/nowhere",)) as papers:
        assert await papers.read(b"<html>", url="http://x/") is None


async def test_no_more_processes_than_asked_for():
    async with Papers(workers=2) as papers:
        read = await asyncio.gather(*(papers.read(BODY, url=f"http://x/{n}") for n in range(6)))
        assert [paper.url for paper in read] == [f"http://x/{n}" for n in range(6)]
        assert len(papers._all) == 2


async def test_one_that_hangs_is_killed():
    async with Papers(seconds=0.3, command=HANGS) as papers:
        paper = await papers.read(BODY, url="http://x/", name="慢.pdf")
        assert (paper.state, paper.detail, paper.name) == ("broken", "could not be read within 0.3 seconds", "慢.pdf")
        assert not papers._all


async def test_one_that_dies_over_a_document_is_told():
    async with Papers(command=DIES) as papers:
        paper = await papers.read(BODY, url="http://x/")
    assert (paper.state, paper.detail) == ("broken", "ended the process that read it")


async def test_one_that_died_in_between_has_a_successor():
    async with Papers(workers=1) as papers:
        await papers.read(BODY, url="http://x/")
        os.kill(papers._idle[0].process.pid, signal.SIGKILL)
        assert (await papers.read(BODY, url="http://x/")).state == "read"


async def test_a_caller_that_goes_leaves_no_process_with_half_a_question():
    async with Papers(workers=1, command=HANGS) as papers:
        task = asyncio.create_task(papers.read(BODY, url="http://x/"))
        while not papers._all:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not papers._all


async def test_memory_is_bounded():
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("OFD.xml", "<a>" + "<b/>" * 10_000_000 + "</a>")
    async with Papers(command=poor(300_000_000)) as papers:
        paper = await papers.read(held.getvalue(), url="http://x/")
        assert paper.state == "broken"
        assert (await papers.read(BODY, url="http://x/")).state == "read"


async def test_the_process_knows_no_secret_of_this_one(monkeypatch):
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-1")
    async with Papers(workers=1) as papers:
        await papers.read(BODY, url="http://x/")
        assert b"xoxb-1" not in environment_of(papers._idle[0].process.pid)


async def test_damaged_documents_never_end_the_program():
    chance = random.Random(61)
    kinds = [BODY, files.pdf(None), files.doc("稀土\r" * 50), files.ofd([("1", "稀土")])]
    async with Papers() as papers:
        for number in range(60):
            body = bytearray(kinds[number % len(kinds)])
            for _ in range(chance.randint(1, 12)):
                body[chance.randrange(8, len(body))] = chance.randrange(256)
            paper = await papers.read(bytes(body), url="http://x/")
            assert paper.state in {"read", "scanned", "locked", "broken", "unread"}
            assert bool(paper.pages) == (paper.state == "read")
            assert len(paper.pages) == len(paper.labels)
            assert paper.state == "read" or paper.detail


async def test_closing_ends_all_and_may_be_done_twice():
    papers = Papers(workers=1)
    await papers.read(BODY, url="http://x/")
    process = papers._idle[0].process
    await papers.aclose()
    await papers.aclose()
    assert process.returncode == 0


def test_a_worker_answers_until_its_input_ends():
    from rarewatch.papers.worker import serve

    def asked(body):
        head = json.dumps({"url": "u", "name": "n", "content_type": "", "size": len(body), "seconds": 600}).encode()
        return struct.pack(">I", len(head)) + head + body

    answers = BytesIO()
    serve(BytesIO(asked(BODY) + asked(b"no")), answers)
    told = answers.getvalue()
    (length,) = struct.unpack(">I", told[:4])
    first = json.loads(told[4 : 4 + length])
    second = json.loads(told[8 + length :])
    assert (first["state"], first["labels"], second["state"]) == ("read", ["p. 1", "p. 2"], "unread")
