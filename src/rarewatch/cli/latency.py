"""`latency`: how long it takes from a publication to a reader."""

from dataclasses import asdict
from typing import Annotated

import typer

from rarewatch.cli.archive import looking
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, columns, fail, people, put, read_config
from rarewatch.cli.rules_plan import since_moment
from rarewatch.latency import By, Spread, summed_up
from rarewatch.stores.latency import trips

_WAYS: tuple[By, ...] = ("channel", "source")


def latency(
    since: Annotated[str, typer.Option(help="Only what was sent since then: 30d, 12h, or a day such as 2025-10-09.")] = "30d",
    by: Annotated[str, typer.Option(help="Summed up by `channel` or by `source`.")] = "channel",
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how long alerts took, from published, seen and decided to sent and acknowledged: half of them, and 95 of 100."""
    way = next((way for way in _WAYS if way == by), None)
    if way is None:
        fail(f"--by {by!r} is neither channel nor source", Exit.MISTAKE)
    loaded, begin = read_config(folder), since_moment(since)
    with looking(loaded) as connection:
        found = summed_up(trips(connection, begin), way)
    if as_json:
        for one in found:
            put({"by": way if one.of else "all", **asdict(one)})
        return
    rows = [
        [
            one.of or "all",
            str(one.deliveries),
            _words(one.seen_to_decided),
            _words(one.seen_to_sent),
            _words(one.published_to_sent),
            str(one.by_day + one.undated),
            str(one.past),
            _words(one.sent_to_acknowledged),
        ]
        for one in found
    ]
    heads = [way, "sent", "seen to decided", "seen to sent", "published to sent", "no minute", "old", "sent to acknowledged"]
    columns(rows, heads)
    people.print("half took at most / 95 of 100 took at most; what waited because somebody wants it to is not counted")


def _words(spread: Spread) -> str:
    return f"{_time(spread.p50)} / {_time(spread.p95)}" if spread.p50 is not None and spread.p95 is not None else "-"


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
