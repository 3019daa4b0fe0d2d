"""The command line: `rarewatch COMMAND --help` tells each command's options."""

import sys
from typing import Annotated

import typer

from rarewatch import __version__, log
from rarewatch.cli import (
    addresses,
    archive,
    check,
    demo,
    expected,
    explain,
    latency,
    matching,
    notify,
    reading,
    route,
    rules,
    running,
    silence,
    sources_group,
    streams,
)
from rarewatch.cli.context import Exit, end_of, people
from rarewatch.errors import RarewatchError

app = typer.Typer(
    name="rarewatch",
    help="Watches Chinese state feeds and pages for rare-earth announcements and alerts people, each event once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("run")(running.run)
app.command("poll")(running.poll)
app.command("check")(check.check)
app.command("read")(reading.read)
app.command("match")(matching.match)
app.command("explain")(explain.explain)
app.command("expected")(expected.expected)
app.command("alerts")(archive.alerts)
app.command("deliveries")(archive.deliveries)
app.command("latency")(latency.latency)
app.command("notify-test")(notify.notify_test)
app.command("ack")(silence.ack)
app.command("feedback")(silence.feedback)
app.add_typer(silence.silence, name="silence")
app.add_typer(route.route, name="route")
app.add_typer(sources_group.sources, name="sources")
app.add_typer(rules.rules, name="rules")
app.add_typer(addresses.addresses, name="addresses")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"rarewatch {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    log_level: Annotated[
        str, typer.Option(envvar="RAREWATCH_LOG_LEVEL", help="Least level logged: debug, info, warning, error; `run` logs info.")
    ] = "",
    log_json: Annotated[bool, typer.Option("--log-json", help="Logs as JSON lines even on a terminal.")] = False,
    _version_asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options before the command."""
    level = log_level.lower() or ("info" if context.invoked_subcommand == "run" else "warning")
    if level not in {"debug", "info", "warning", "error"}:
        raise typer.BadParameter("debug, info, warning or error", param_hint="--log-level")
    log.set_up(level=level, json=True if log_json else None)


def main() -> None:
    """Run the command line; errors come out in words with the documented exit codes."""
    streams.make_ready()
    try:
        code = _ended()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has enough; that is no failure, and Python must not complain when it flushes the rest at its end.
        streams.give_up_output()
        code = Exit.DONE
    except OSError as error:
        if not streams.has_no_room(error):
            raise
        streams.give_up_output()
        people.print(f"the output cannot be written: {error.strerror}")
        code = Exit.FAILED
    streams.settle_words()
    sys.exit(code)


def _ended() -> int | str | None:
    try:
        app()
    except RarewatchError as error:
        try:
            end_of(error)
        except typer.Exit as end:
            return end.exit_code
    except SystemExit as end:
        # The libraries for the command line and for tables each turn a closed pipe into a failure of their own.
        if isinstance(end.__context__, BrokenPipeError):
            raise end.__context__ from None
        return end.code
    return Exit.DONE
