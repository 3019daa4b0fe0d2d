"""`alerts` and `deliveries`: what the archive says."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from rarewatch import app, clock
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, columns, fail, people, put, read_config
from rarewatch.config import Config
from rarewatch.nouns.alert import DeliveryState
from rarewatch.nouns.watch import Severity
from rarewatch.stores import views
from rarewatch.text.wording import moment_words

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="At most so many.")]


@contextmanager
def looking(loaded: Config) -> Iterator[Connection]:
    """A connection for reading the archive; the tables are made if this is the first time."""
    with app.open_archive(loaded) as archive, archive.look() as connection:
        yield connection


def when(moment: str | None, loaded: Config) -> str:
    """A moment from a view, in the zone people asked for."""
    return moment_words(datetime.fromisoformat(moment), loaded.settings.console_time_zone) if moment else "never"


def alerts(
    limit: Limit = 20,
    subscription: Annotated[str, typer.Option(help="Only those of this subscriber.")] = "",
    least: Annotated[
        str, typer.Option("--severity", help="Only from this severity on: log, routine, notable, important, urgent.")
    ] = "log",
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the newest alerts: who was told what, and whether it arrived."""
    loaded = read_config(folder)
    if least.upper() not in Severity.__members__:
        fail(f"{least!r} is no severity: log, routine, notable, important or urgent", Exit.MISTAKE)
    with looking(loaded) as connection:
        found = views.alerts(connection, limit, subscription, Severity[least.upper()])
    _name_severity(found)
    if as_json:
        _put_all(found)
    else:
        rows = [
            [
                str(line["id"]),
                when(line["opened_at"], loaded),
                line["severity"],
                line["subscription"],
                line["title"],
                line["publisher"],
                ", ".join(f"{number} {state}" for state, number in line["deliveries"].items()),
            ]
            for line in found
        ]
        columns(rows, ["alert", "opened", "severity", "subscriber", "headline", "publisher", "deliveries"])


def deliveries(
    limit: Limit = 20,
    state: Annotated[str, typer.Option(help="Only due, sending, sent or dead ones.")] = "",
    via: Annotated[str, typer.Option(help="Only those by this notifier.")] = "",
    alert: Annotated[str, typer.Option(help="Only those of this alert (its number).")] = "",
    replay: Annotated[str, typer.Option(help="Make the dead delivery with this number (or `all`) due again.")] = "",
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show deliveries and what became of them; replay dead ones."""
    loaded = read_config(folder)
    if state and state not in set(DeliveryState):
        fail(f"{state!r} is no state: due, sending, sent or dead", Exit.MISTAKE)
    if alert and not alert.isdecimal():
        fail(f"--alert takes the number of an alert, not {alert!r}", Exit.MISTAKE)
    if replay:
        _replay(loaded, replay)
        return
    with looking(loaded) as connection:
        found = views.deliveries(connection, limit, state, via, alert)
    _name_severity(found)
    if as_json:
        _put_all(found)
    else:
        rows = [
            [
                str(line["id"]),
                line["state"] + (", in doubt" if line["in_doubt"] else ""),
                str(line["attempts"]),
                f"{line['via']} {line['to']}",
                when(line["sent_at"] or line["due_at"], loaded),
                line["title"],
                line["fault"],
            ]
            for line in found
        ]
        columns(rows, ["delivery", "state", "tries", "to", "sent or due", "headline", "fault"])


def _name_severity(found: Sequence[views.Line]) -> None:
    for line in found:
        line["severity"] = Severity(line["severity"]).label


def _put_all(found: Iterable[views.Line]) -> None:
    for line in found:
        put(line)


def _replay(loaded: Config, number: str) -> None:
    with app.open_archive(loaded) as archive:
        numbers = [number]
        if number == "all":
            with archive.look() as connection:
                numbers = [str(line["id"]) for line in views.deliveries(connection, 10_000, DeliveryState.DEAD.value)]
        done = sum(archive.replay(one, clock.now()) for one in numbers)
    people.print(f"{done} delivery(ies) due again; a running service sends them within seconds, `rarewatch poll` otherwise")
    if not done and number != "all":
        fail(f"there is no dead delivery {number!r}; `rarewatch deliveries --state dead` lists them", Exit.FAILED)
