"""Holds the processes that read documents: started when first needed, killed when they take too long, never the program's end."""

import asyncio
import json
import os
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog

from rarewatch.nouns.paper import Paper
from rarewatch.papers.sniff import may_be_paper

_log = structlog.get_logger()
SECONDS = 20.0
"""So long may one document take."""
_IDLE_SECONDS = 60.0
_DOCUMENTS = 200
"""A process is replaced after so many, for what its libraries leak."""
_GRACE_SECONDS = 2.0
_ROOT = str(Path(__file__).parents[2])
_COMMAND = (sys.executable, "-m", "rarewatch.papers.worker")


class _Worker:
    """One process; asks it one thing at a time."""

    def __init__(self, process: Process) -> None:
        self.process, self.asked = process, 0
        self.timer: asyncio.TimerHandle | None = None

    async def ask(self, head: dict[str, Any], body: bytes) -> dict[str, Any]:
        """Its answer; raises `EOFError` or `OSError` where it died over the question."""
        self.asked += 1
        asked, answers = self.process.stdin, self.process.stdout
        assert asked is not None
        assert answers is not None
        words = json.dumps(head).encode()
        asked.write(struct.pack(">I", len(words)) + words)
        asked.write(body)
        await asked.drain()
        (length,) = struct.unpack(">I", await answers.readexactly(4))
        answer: dict[str, Any] = json.loads(await answers.readexactly(length))
        return answer

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    def dismiss(self) -> None:
        """Let it end by itself: it does when its input ends."""
        if self.timer:
            self.timer.cancel()
        if self.process.stdin:
            self.process.stdin.close()

    async def end(self) -> int:
        """Wait until it is gone, killing it after a moment; its exit code, negative for a signal."""
        self.dismiss()
        try:
            return await asyncio.wait_for(self.process.wait(), _GRACE_SECONDS)
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int:
        """The same at once."""
        self.dismiss()
        if self.alive:
            self.process.kill()
        return await self.process.wait()


class Papers:
    """Reads documents in at most `workers` processes of their own; use as `async with`, or call `aclose`."""

    def __init__(self, workers: int = 2, seconds: float = SECONDS, command: Sequence[str] = _COMMAND) -> None:
        """`seconds` is the time one document may take; `command` starts a process that speaks as `worker` does."""
        self._free = asyncio.Semaphore(workers)
        self._seconds, self._command = seconds, tuple(command)
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def read(self, body: bytes, *, url: str, name: str = "", content_type: str = "") -> Paper | None:
        """What the document `body` says, None where it is none; a process that fails over it makes it `broken`, never an error."""
        if not may_be_paper(body):
            return None
        head = {"url": url, "name": name, "content_type": content_type, "size": len(body), "seconds": self._seconds}
        async with self._free:
            try:
                answer = await self._asked(head, body)
            except TimeoutError:
                return Paper(url, name, "", "broken", detail=f"could not be read within {self._seconds:g} seconds")
            except (EOFError, OSError):
                return Paper(url, name, "", "broken", detail="ended the process that read it")
        return Paper(**{**answer, "pages": tuple(answer["pages"]), "labels": tuple(answer["labels"])})

    async def _asked(self, head: dict[str, Any], body: bytes) -> dict[str, Any]:
        """The answer of a process; one that ended while it was idle, or for what it read before, gets a successor."""
        while True:
            worker = await self._hired()
            try:
                answer = await asyncio.wait_for(worker.ask(head, body), self._seconds)
            except (EOFError, OSError) as error:
                code = await self._lost(worker)
                # A time-out is an OSError too.
                if isinstance(error, TimeoutError):
                    raise
                _log.warning("paper-reader-ended", url=head["url"], code=code)
                if worker.asked == 1:
                    raise
            except BaseException:
                await self._lost(worker)
                raise
            else:
                self._back(worker)
                return answer

    async def _hired(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.timer:
                worker.timer.cancel()
            if worker.alive:
                return worker
            await self._lost(worker)
        # Neither settings nor secrets of this process are any business of one that reads what strangers wrote.
        paths = os.pathsep.join(path for path in (_ROOT, os.environ.get("PYTHONPATH", "")) if path)
        environment = {"PYTHONPATH": paths, "PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd="/",
            env=environment,
            start_new_session=True,  # what is typed at this process's terminal is not meant for it
        )
        worker = _Worker(process)
        self._all.add(worker)
        return worker

    def _back(self, worker: _Worker) -> None:
        self._idle.append(worker)
        wait = 0.0 if worker.asked >= _DOCUMENTS else _IDLE_SECONDS
        worker.timer = asyncio.get_running_loop().call_later(wait, self._dismiss, worker)

    def _dismiss(self, worker: _Worker) -> None:
        """Send one home that nobody needed for a while; it is waited for when all are closed."""
        if worker in self._idle:
            self._idle.remove(worker)
            worker.dismiss()

    async def _lost(self, worker: _Worker) -> int:
        self._all.discard(worker)
        return await worker.kill()

    async def aclose(self) -> None:
        """End all processes; may be called more than once."""
        self._idle.clear()
        workers, self._all = self._all, set()
        await asyncio.gather(*(worker.end() for worker in workers))
