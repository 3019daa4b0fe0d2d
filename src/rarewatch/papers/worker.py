"""The process that reads documents: `python -m rarewatch.papers.worker`, asked and answering over its pipes.

A request is four bytes (big-endian) with the length of a JSON object, the object (url, name, content_type, size, seconds), then
`size` bytes of document. The answer is four bytes with the length of a JSON object, and the object: a `Paper`. It opens no file and
no connection, and ends when its input does.
"""

import json
import os
import resource
import struct
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import IO

from rarewatch.nouns.paper import Paper
from rarewatch.papers.reading import read_paper

MEMORY = 1_500_000_000
"""Bytes of address space."""
_FILE_BYTES = 0


def bound(memory: int) -> None:
    """Bound this process: no core dump, no writing of files, so much memory."""
    for what, limit in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, _FILE_BYTES), (resource.RLIMIT_AS, memory)):
        with suppress(ValueError, OSError):  # a system without this bound: time is bounded from outside all the same
            resource.setrlimit(what, (limit, limit))


def _more_time(seconds: float) -> None:
    """Let this process compute for so long from now on, then be killed by the system, even if nobody is left to do it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 2, hard))


def serve(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until there are no more; ends after one that took all the memory, for what is left is not to be trusted."""
    while head := asked.read(4):
        (length,) = struct.unpack(">I", head)
        request = json.loads(asked.read(length))
        body = asked.read(request["size"])
        _more_time(request["seconds"])
        named = {name: request[name] for name in ("url", "name", "content_type")}
        whole = True
        try:
            paper = read_paper(body, **named)
        except MemoryError:
            whole = False
            paper = Paper(named["url"], named["name"], "", "broken", detail="needs more memory than is allowed to read it")
        answer = json.dumps(asdict(paper)).encode()
        answers.write(struct.pack(">I", len(answer)) + answer)
        answers.flush()
        if not whole:
            return


def main(memory: int = MEMORY) -> None:
    """Serve the process that started this one, with so many bytes of memory."""
    answers = os.fdopen(os.dup(1), "wb")
    # What a library prints must not be taken for an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    bound(memory)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
