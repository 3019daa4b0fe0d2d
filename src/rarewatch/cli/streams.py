"""Standard streams as every command needs them, whatever the locale says and whoever has closed one."""

import errno
import io
import os
import sys
from typing import TextIO

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def make_ready() -> None:
    """Replace closed streams by empty ones, and let each take any character.

    A file or a pipe gets UTF-8, a terminal keeps its own encoding and shows what that lacks as escapes.
    """
    # In this order: each takes the number of the closed stream, so that no database is ever opened as standard output.
    if sys.stdin is None:
        sys.stdin = _nothing("r")
    if sys.stdout is None:
        sys.stdout = _nothing("w")
    if sys.stderr is None:
        sys.stderr = _nothing("w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def give_up_output() -> None:
    """Send what is left of standard output nowhere: nobody can take it, and Python would complain of it at its end."""
    _give_up(sys.stdout)


def settle_words() -> None:
    """Write out what standard error still holds, or send it nowhere: a full log is no failure of the work that was done."""
    try:
        sys.stderr.flush()
    except OSError:
        _give_up(sys.stderr)


def _give_up(stream: TextIO) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def has_no_room(error: OSError) -> bool:
    """Whether `error` says that a file or device cannot take any more."""
    return error.errno in _NO_ROOM


def _nothing(mode: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(open(os.devnull, f"{mode}b"), encoding="utf-8")  # noqa: PTH123 - open as long as the process
