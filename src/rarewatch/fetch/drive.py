"""Runs a source kind's generator: asks for what it wants, hands it the answers, and parses away from the event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from dataclasses import replace
from typing import Protocol, TypeAlias

from rarewatch.errors import SourceFault
from rarewatch.fetch.freshness import fresh_for
from rarewatch.nouns.paper import Paper
from rarewatch.nouns.source import Access, Get, Got, Reading
from rarewatch.sources import Visit
from rarewatch.text.urls import host_of

Fetch: TypeAlias = Callable[[Get, Access], Awaitable[Got]]
"""What `Web.get` is to a drive."""


class ReadPaper(Protocol):
    """What `Papers.read` is to a drive."""

    async def __call__(self, body: bytes, *, url: str, content_type: str) -> Paper | None:
        """What the document `body` says, None where it is no document."""
        ...


# Parsing holds the interpreter lock, so more threads only take turns; and the loop's own threads stay free for the database.
_PARSERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="parse")

_Step: TypeAlias = Get | Reading


async def drive(
    visit: Visit,
    access: Access,
    get: Fetch,
    backlog: AbstractContextManager[None] | None = None,
    read_paper: ReadPaper | None = None,
) -> Reading:
    """Let one visit run to its end and return its reading.

    A body is parsed in a thread, unless its digest says that it is the last one again; a `SourceFault` from `get` is thrown into
    the visit. `backlog` is held while an answer waits for its parser. `read_paper` reads the documents that a visit asks for;
    without it they stay unread. Raises what the visit raises. The visit is closed in any case, after a cancellation as soon as its
    thread lets go.
    """
    step, first, landed = _advance(visit, None), None, ""
    while isinstance(step, Get):
        try:
            got = await get(step, access)
        except SourceFault as fault:
            step = _throw(visit, fault)
        except BaseException:
            visit.close()
            raise
        else:
            if first is None:
                first, landed = got, got.url if host_of(got.url) != host_of(step.url) else ""
            if _is_cheap(step, got):
                step = _advance(visit, got)
                continue
            with backlog or nullcontext():
                if step.document and read_paper is not None:
                    got = await _with_paper(visit, got, read_paper)
                step = await _in_thread(visit, got)
    return replace(step, fresh_for=fresh_for(first.headers), landed=step.landed or landed) if first else step


async def _with_paper(visit: Visit, got: Got, read_paper: ReadPaper) -> Got:
    """The answer with what its document says, where it is one."""
    try:
        paper = await read_paper(got.body, url=got.url, content_type=got.headers.get("content-type", ""))
    except BaseException:
        visit.close()
        raise
    return replace(got, paper=paper) if paper else got


def _is_cheap(get: Get, got: Got) -> bool:
    """Whether there is nothing to parse: no body, or the very body of the last reading."""
    return not got.body or (get.validators is not None and get.validators.body == got.digest)


def _advance(visit: Visit, got: Got | None) -> _Step:
    """The visit's next wish or its reading; StopIteration cannot cross a thread or a coroutine."""
    try:
        # A generator that has not started yet takes only None, which its type cannot say.
        return next(visit) if got is None else visit.send(got)
    except StopIteration as stop:
        return _reading(stop)


def _throw(visit: Visit, fault: SourceFault) -> _Step:
    try:
        return visit.throw(fault)
    except StopIteration as stop:
        return _reading(stop)


def _reading(stop: StopIteration) -> Reading:
    assert isinstance(stop.value, Reading)
    return stop.value


async def _in_thread(visit: Visit, got: Got) -> _Step:
    work = asyncio.get_running_loop().run_in_executor(_PARSERS, copy_context().run, _advance, visit, got)
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        work.add_done_callback(lambda done: _abandon(visit, done))
        raise


def _abandon(visit: Visit, done: "asyncio.Future[_Step]") -> None:
    """Close a visit whose result nobody waits for any more; a running generator cannot be closed earlier."""
    if not done.cancelled():
        done.exception()
    visit.close()
