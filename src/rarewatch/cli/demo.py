"""`demo`: the main job, end to end, against three servers of our own."""

import asyncio

import typer
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from rarewatch import log
from rarewatch.cli.context import Exit, people
from rarewatch.demo import run


def demo() -> None:
    """Show the main job: sample publishers are polled, matched and deduplicated, alerts reach a local Slack and mail server.

    Nothing leaves this machine. Exit code 0 when every alert arrived, once.
    """
    log.set_up(level="error")
    try:
        story = asyncio.run(run.play(typer.echo))
    except TimeoutError:
        people.print("the demonstration did not come to its end within a minute: this machine is very slow, or this is a bug")
        raise typer.Exit(Exit.FAILED) from None
    _show(story)
    if not story.ok:
        people.print("something did not come as it should")
        raise typer.Exit(Exit.FAILED)


def _show(story: run.Story) -> None:
    out = Console(highlight=False, markup=False, emoji=False)
    for posted in story.slack:
        out.print(Panel(Text("\n".join(run.lines_of(posted["blocks"]))), title=f"Slack {posted['channel']}", title_align="left"))
    for subject, text in story.mails:
        out.print(Panel(Text(text.strip()), title=Text(f"Mail: {subject}"), title_align="left"))
    out.print(f"{story.items} items read in {story.polls} polls and {story.requests} requests.")
    out.print(f"Delivered: {len(story.slack)} message(s) to Slack, {len(story.mails)} mail(s); repeats: {story.repeats}.")
    for source, fault in story.faults.items():
        out.print(f"Could not be read, as it should be, and is named: {source}: {fault}")
