"""`rules near`: what missed a rule by one clause."""

from datetime import timedelta
from typing import Annotated, Any

import typer

from rarewatch import clock
from rarewatch.cli.archive import looking, when
from rarewatch.cli.context import ConfigOption, JsonOption, people, put, read_config
from rarewatch.cli.rules_plan import since_moment
from rarewatch.config import Config
from rarewatch.nouns.memory import NEAR_MISSES_KEPT
from rarewatch.stores import views

_SHOWN = 10


def near(
    since: Annotated[str, typer.Option(help="Only what was read since then: 7d, 12h, or a day such as 2025-10-09.")] = "7d",
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what missed a rule by one clause and would have weighed more by it: where a rule may be too narrow.

    Near misses are kept for 14 days.
    """
    loaded = read_config(folder)
    begin = max(since_moment(since), clock.now() - NEAR_MISSES_KEPT)
    with looking(loaded) as connection:
        lines = views.near_misses(connection, begin)
    if as_json:
        for line in lines:
            put(line)
        return
    by_rule: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_rule.setdefault(line["rule"], []).append(line)
    for rule, missed in sorted(by_rule.items(), key=lambda pair: -len(pair[1])):
        _say(rule, missed, loaded)
    days = (clock.now() - begin) / timedelta(days=1)
    people.print(f"{len(lines)} near miss(es) of {len(by_rule)} rule(s) in {days:.0f} day(s)")


def _say(rule: str, missed: list[dict[str, Any]], loaded: Config) -> None:
    known = loaded.watch.rules.get(rule)
    typer.echo(f"{rule}: {len(missed)} near miss(es)" + (f" ({known.severity.label})" if known else ", a rule that is no more"))
    for line in missed[:_SHOWN]:
        typer.echo(f"  {when(line['at'], loaded)}  {line['title']}  #{line['item']}\n      short of: {line['clause']}")
    if len(missed) > _SHOWN:
        typer.echo(f"  … and {len(missed) - _SHOWN} more; --json shows them all")
