"""Shows alerts on the terminal as a reader would see them; also the channel to try things out with."""

import os
import shutil
import sys
from collections.abc import Mapping
from io import StringIO
from typing import Annotated, Any, ClassVar, Literal, TextIO

from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console as Rich
from rich.text import Text

from rarewatch.clock import now
from rarewatch.errors import DeliveryFault
from rarewatch.notifiers import Reveal
from rarewatch.notifiers._whole_text import whole_text
from rarewatch.nouns.alert import Message, Receipt, Target
from rarewatch.text import sheet

_COLOURS = {"urgent": "bold white on red", "important": "bold red", "notable": "bold yellow", "routine": "bold", "log": "dim"}
_PAPER = 1_000_000
"""A width in characters at which nothing wraps: what a file or pipe gets."""


class ConsoleOptions(BaseModel):
    """The keys of a console notifier."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stream: Annotated[Literal["stderr", "stdout"], Field(description="where alerts are written")] = "stderr"
    color: Annotated[Literal["auto", "always", "never"], Field(description="auto: on a terminal, unless NO_COLOR is set")] = "auto"
    width: Annotated[
        int | None, Field(ge=20, le=1000, description="columns to wrap at; left out: the terminal's, and none in a file or pipe")
    ] = None


class Console:
    """The console channel; a target's `to` is any name."""

    Options: ClassVar[type[BaseModel]] = ConsoleOptions

    def __init__(self, options: ConsoleOptions, reveal: Reveal, stream: TextIO | None = None) -> None:
        """`stream` takes the place of the one the options name; `reveal` is not asked, there is no secret here."""
        del reveal
        self._options = options
        self._stream = stream

    def render(self, message: Message, target: Target) -> Mapping[str, Any]:
        """`{"text": ...}`: the alert as plain text, free of control characters but for line feeds."""
        del target
        return {"text": whole_text(message)}

    async def send(self, message: Message, target: Target) -> Receipt:
        """Write the alert in one piece; the receipt names the stream.

        Raises `DeliveryFault` where the stream is closed or its reader gone.
        """
        stream = self._stream or (sys.stdout if self._options.stream == "stdout" else sys.stderr)
        try:
            stream.write(self._dressed(message, stream))
            stream.flush()
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            raise DeliveryFault(f"{self._options.stream} cannot be written: {error}", reason="connection", again=True) from error
        return Receipt({"stream": self._options.stream, "to": target.to}, now())

    async def close(self) -> None:
        """Nothing to let go of: the stream belongs to the process."""

    def _dressed(self, message: Message, stream: TextIO) -> str:
        """The alert as text for `stream`, with colours where wanted and only characters it can write."""
        terminal = stream.isatty()
        coloured = self._options.color == "always" or (
            self._options.color == "auto" and terminal and not os.environ.get("NO_COLOR")
        )
        paper = StringIO()
        rich = Rich(
            file=paper,
            width=self._options.width or (shutil.get_terminal_size().columns if terminal else _PAPER),
            force_terminal=coloured,
            color_system="standard" if coloured else None,
            legacy_windows=False,
            _environ={},
        )
        rich.print(_digest(message) if message.parts else _styled(sheet.lay_out(message)), end="")
        encoding = stream.encoding or "utf-8"
        return paper.getvalue().encode(encoding, "backslashreplace").decode(encoding)


def _digest(message: Message) -> Text:
    """A digest in the words of `whole_text`, its headline with style."""
    headline, _, rest = whole_text(message).partition("\n")
    return Text(f"{headline}\n", style="bold", end="").append(rest, style="not bold")


def _styled(laid_out: sheet.Sheet) -> Text:
    """The same words as `sheet.plain`, in the same order, with styles."""
    text = Text(end="")
    text.append(f"[{laid_out.severity.upper()}]", style=_COLOURS[laid_out.severity]).append(f" {laid_out.headline}\n", style="bold")
    if laid_out.glosses:
        text.append(f"In English: {laid_out.glosses}\n", style="italic")
    text.append("\n")
    for notice in laid_out.notices:
        text.append(f"! {notice.text}\n", style="yellow")
    if laid_out.notices:
        text.append("\n")
    for row in laid_out.facts:
        text.append(f"{row.label + ':':<12}", style="dim").append(f"{row.text}\n")
    if laid_out.notice:
        lines = "".join(f"{row.text}\n" for row in laid_out.evidence)
        return text.append(f"\n{lines}").append(f"\n--\n{laid_out.footer}\n", style="dim")
    text.append(f"{'Link:':<12}", style="dim").append(laid_out.address or "none", style="underline").append(
        "\n\nWhy you are told\n"
    )
    for row in laid_out.why:
        text.append(f"- {row.text}\n")
    if laid_out.evidence:
        text.append("\nWhat it says\n")
    for row in laid_out.evidence:
        _append_evidence(text, row)
    return text.append(f"\n--\n{laid_out.footer}\n", style="dim")


def _append_evidence(text: Text, row: sheet.Row) -> None:
    text.append(f"- {row.label}: " if row.label else "- ")
    for piece, marked in row.pieces:
        text.append(piece, style="bold reverse" if marked else "")
    text.append("\n")
    if row.note:
        text.append(f"  ({row.note})\n", style="italic")
