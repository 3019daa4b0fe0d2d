"""`sources`: how every source fares, and one of them in full."""

from typing import Annotated

import typer

from rarewatch import schedule
from rarewatch.cli.archive import looking
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, fail, put, read_config
from rarewatch.cli.sources_fare import STATES, fares_of
from rarewatch.cli.sources_show import show, table

_SAMPLE = 5


def sources(
    names: Annotated[list[str] | None, typer.Argument(help="Source ids; none means all.", show_default=False)] = None,
    state: Annotated[
        list[str] | None,
        typer.Option("--state", help="Only sources in this state; may be given more than once.", show_default=False),
    ] = None,
    trouble: Annotated[bool, typer.Option("--trouble", help="Only sources that somebody should look at.")] = False,
    sample: Annotated[
        int | None, typer.Option(min=0, max=1000, help="So many of the newest titles with each source.", show_default=False)
    ] = None,
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every source's state, since when, its last item, and when it is read next; of a named one all that is known."""
    loaded = read_config(folder)
    for name in names or []:
        if name not in loaded.sources:
            fail(f"there is no source {name!r}; `rarewatch sources` without a name lists them", Exit.MISTAKE)
    for one in state or []:
        if one not in STATES:
            fail(f"{one!r} is no state: {', '.join(STATES)}", Exit.MISTAKE)
    with looking(loaded) as connection:
        paced = {one.id: one for one in schedule.within_budget(loaded.sources.values(), loaded.settings.host_budget)}
        chosen = [paced[name] for name in dict.fromkeys(names or loaded.sources)]
        titles = sample if sample is not None else _SAMPLE if names and not as_json else 0
        fares = [fare for fare in fares_of(connection, chosen, titles) if (not state or fare.state in state)]
        fares = [fare for fare in fares if fare.in_trouble or not trouble]
        if as_json:
            for fare in fares:
                put(fare.facts | ({"sample": list(fare.titles)} if sample else {}))
        elif names:
            show(fares, loaded, connection)
        else:
            table(fares, loaded)
