"""Driving a source kind's generator."""

import asyncio
import threading
from contextvars import ContextVar
from datetime import UTC, datetime

import pytest

from rarewatch.errors import LayoutChanged, Missing, Refused
from rarewatch.fetch import drive
from rarewatch.nouns.paper import Paper
from rarewatch.nouns.source import Access, Get, Got, Reading, Validators

AT = datetime(2026, 11, 22, tzinfo=UTC)
ACCESS = Access(timeout=7)


def got(url="http://x/", body=b"body", digest="d", status=200):
    return Got(url, status, {}, body, digest, AT)


class Web:
    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    async def get(self, get, access):
        assert access is ACCESS
        self.asked.append(get.url)
        answer = self.answers[get.url]
        if isinstance(answer, BaseException):
            raise answer
        return answer


def visit_of(*urls, where=None, validators=None):
    """Asks for every url in turn; faults are noted and the visit goes on."""
    faults, marks = [], []
    for url in urls:
        try:
            answer = yield Get(url, validators=validators)
        except (Refused, Missing) as fault:
            faults.append(fault)
        else:
            if where is not None:
                where.append(threading.current_thread() is threading.main_thread())
            marks.append(answer.url)
    return Reading(marks=tuple(marks), faults=tuple(faults))


async def test_asks_and_answers_until_the_reading():
    web = Web(a=got("a"), b=got("b"))
    reading = await drive(visit_of("a", "b"), ACCESS, web.get)
    assert (reading.marks, web.asked) == (("a", "b"), ["a", "b"])


async def test_a_fault_goes_to_the_visit_which_goes_on():
    fault = Refused("no")
    reading = await drive(visit_of("a", "b"), ACCESS, Web(a=fault, b=got("b")).get)
    assert (reading.faults, reading.marks) == ((fault,), ("b",))


async def test_a_fault_on_the_last_request_still_gives_a_reading():
    assert (await drive(visit_of("a"), ACCESS, Web(a=Missing("gone")).get)).marks == ()


async def test_a_visit_without_requests():
    assert await drive(visit_of(), ACCESS, Web().get) == Reading()


async def test_a_fault_nobody_catches_and_a_fault_of_the_kind_come_out():
    with pytest.raises(LayoutChanged, match="thrown"):
        await drive(visit_of("a"), ACCESS, Web(a=LayoutChanged("thrown")).get)

    def changed():
        yield Get("a")
        raise LayoutChanged("nothing found")

    with pytest.raises(LayoutChanged, match="nothing found"):
        await drive(changed(), ACCESS, Web(a=got()).get)


async def test_a_bug_in_the_kind_is_not_hidden():
    def broken():
        yield Get("a")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await drive(broken(), ACCESS, Web(a=got()).get)


@pytest.mark.parametrize(
    ("answer", "inline"),
    [(got(), False), (got(body=b"", status=304), True), (got(digest="same"), True)],
    ids=["a body", "not modified", "the same body again"],
)
async def test_only_what_must_be_parsed_leaves_the_event_loop(answer, inline):
    where = []
    await drive(visit_of("a", where=where, validators=Validators(body="same")), ACCESS, Web(a=answer).get)
    assert where == [inline]


async def test_parsing_sees_the_context_of_its_caller():
    name = ContextVar("name", default="")
    name.set("mofcom")
    seen = []

    def visit():
        yield Get("a")
        seen.append(name.get())
        return Reading()

    await drive(visit(), ACCESS, Web(a=got()).get)
    assert seen == ["mofcom"]


class Closing:
    """A visit that says when it is closed."""

    def __init__(self):
        self.closed, self.entered, self.go_on = threading.Event(), threading.Event(), threading.Event()

    def visit(self):
        try:
            yield Get("a")
            self.entered.set()
            self.go_on.wait(10)
            yield Get("b")
        finally:
            self.closed.set()


async def test_a_cancelled_request_closes_the_visit():
    asked, visit = asyncio.Event(), Closing()

    async def never(get, access):
        asked.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(drive(visit.visit(), ACCESS, never))
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert visit.closed.is_set()


async def test_a_bug_in_get_closes_the_visit_and_comes_out():
    visit = Closing()
    with pytest.raises(ZeroDivisionError):
        await drive(visit.visit(), ACCESS, Web(a=ZeroDivisionError()).get)
    assert visit.closed.is_set()


async def test_a_visit_cancelled_while_it_parses_is_closed_when_its_thread_lets_go():
    visit = Closing()
    task = asyncio.create_task(drive(visit.visit(), ACCESS, Web(a=got()).get))
    await asyncio.to_thread(visit.entered.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not visit.closed.is_set()
    visit.go_on.set()
    assert await asyncio.to_thread(visit.closed.wait, 10)


def document_of(*, asked, where):
    """Asks for one answer, as a document or not, and keeps what came with it."""
    try:
        where.append((yield Get("a", document=asked)).paper)
    finally:
        where.append("closed")
    return Reading()


class Reader:
    """Takes a body that begins with %PDF for a document."""

    def __init__(self, error=None):
        self.error, self.asked = error, []

    async def read(self, body, *, url, content_type):
        self.asked.append((body, url, content_type))
        if self.error:
            raise self.error
        return Paper(url, "", "pdf", pages=("稀土",)) if body.startswith(b"%PDF") else None


@pytest.mark.parametrize(("asked", "body", "pages"), [(True, b"%PDF", ("稀土",)), (True, b"<p>", None), (False, b"%PDF", None)])
async def test_a_document_that_was_asked_for_is_read(asked, body, pages):
    where, reader = [], Reader()
    await drive(document_of(asked=asked, where=where), ACCESS, Web(a=got("a", body)).get, read_paper=reader.read)
    assert where[0] == (Paper("a", "", "pdf", pages=pages) if pages else None)
    assert reader.asked == ([(body, "a", "")] if asked else [])


async def test_a_document_stays_unread_where_nobody_reads():
    where = []
    await drive(document_of(asked=True, where=where), ACCESS, Web(a=got("a", b"%PDF")).get)
    assert where == [None, "closed"]


async def test_a_visit_is_closed_when_its_reader_goes():
    where = []
    with pytest.raises(asyncio.CancelledError):
        await drive(
            document_of(asked=True, where=where), ACCESS, Web(a=got("a")).get, read_paper=Reader(asyncio.CancelledError()).read
        )
    assert where == ["closed"]
