"""What every command shares: configuration, errors in people's words, exit codes, output."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from rarewatch import config, log, settings
from rarewatch.errors import ConfigError, Conflict, RarewatchError


class Exit(IntEnum):
    """Exit codes; `docs/cli.md` explains them."""

    DONE = 0
    FAILED = 1
    MISTAKE = 2
    STORE = 3
    CONFLICT = 4


class _People(Console):
    """Standard error: that it cannot be written is told by nobody, and ends nothing."""

    def print(self, *objects: Any, **how: Any) -> None:
        """As rich does it, where there is room."""
        with suppress(OSError):
            super().print(*objects, **how)


people = _People(stderr=True, soft_wrap=True, highlight=False, emoji=False, markup=False)
"""Words for people go to standard error, so that standard output stays clean for programs."""

table_out = Console(soft_wrap=False, highlight=False, emoji=False, markup=False)
"""What a person asked to see, on standard output."""

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Configuration folder (else RAREWATCH_CONFIG, else ./config).", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]


def read_config(folder: Path | None) -> config.Config:
    """The checked configuration; its warnings go to people. Raises `ConfigError`."""
    loaded = config.load(settings.config_folder(folder))
    for warning in loaded.warnings:
        people.print(f"warning: {log.redact(warning)}")
    return loaded


def put(line: object) -> None:
    """One JSON object on a line of standard output."""
    sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


def fail(words: str, code: Exit) -> NoReturn:
    """Say what went wrong and end."""
    people.print(log.redact(words))
    raise typer.Exit(code)


def end_of(error: RarewatchError) -> NoReturn:
    """End with the words and the exit code of an error."""
    if isinstance(error, ConfigError):
        fail(str(error), Exit.MISTAKE)
    if isinstance(error, Conflict):
        fail(f"conflict: {error}", Exit.CONFLICT)
    fail(str(error), Exit.STORE)


@contextmanager
def progress(words: str, total: int | None) -> Iterator["Bar"]:
    """A progress bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield Bar(None, None)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=people, transient=True) as shown:
        yield Bar(shown, shown.add_task(words, total=total))


class Bar:
    """A progress bar that may not be there."""

    def __init__(self, shown: Progress | None, task: Any) -> None:
        """`task` is the task's id in `shown`."""
        self._shown, self._task = shown, task

    def step(self, words: str = "") -> None:
        """One more is done."""
        if self._shown is not None:
            self._shown.update(self._task, advance=1, description=words or None)


def columns(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> None:
    """A plain table on standard output, as wide as it needs to be in a pipe and fitted on a terminal."""
    from rich.table import Table  # noqa: PLC0415 - only where a table is asked for

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        shown.add_column(head, overflow="fold")
    for row in rows:
        shown.add_row(*row)
    console = table_out if sys.stdout.isatty() else Console(width=240, highlight=False, markup=False, emoji=False)
    console.print(shown)
