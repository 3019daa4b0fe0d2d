"""Runs a source kind's generator: asks for what it wants, hands it the answers, and parses away from the event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from dataclasses import replace
from typing import TypeAlias

from rarewatch.errors import SourceFault
from rarewatch.fetch.freshness import fresh_for
from rarewatch.nouns.source import Access, Get, Got, Reading
from rarewatch.sources import Visit

Fetch: TypeAlias = Callable[[Get, Access], Awaitable[Got]]
"""What `Web.get` is to a drive."""

# Parsing holds the interpreter lock, so more threads only take turns; and the loop's own threads stay free for the database.
_PARSERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="parse")

_Step: TypeAlias = Get | Reading


async def drive(visit: Visit, access: Access, get: Fetch, backlog: AbstractContextManager[None] | None = None) -> Reading:
    """Let one visit run to its end and return its reading.

    A body is parsed in a thread, unless its digest says that it is the last one again; a `SourceFault` from `get` is thrown into
    the visit. `backlog` is held while an answer waits for its parser. Raises what the visit raises. The visit is closed in any
    case, after a cancellation as soon as its thread lets go.
    """
    step, first = _advance(visit, None), None
    while isinstance(step, Get):
        try:
            got = await get(step, access)
        except SourceFault as fault:
            step = _throw(visit, fault)
        except BaseException:
            visit.close()
            raise
        else:
            first = first or got
            if _is_cheap(step, got):
                step = _advance(visit, got)
                continue
            with backlog or nullcontext():
                step = await _in_thread(visit, got)
    return replace(step, fresh_for=fresh_for(first.headers)) if first else step


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
