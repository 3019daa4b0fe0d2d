"""`run` and `poll`: the service, and one pass of it."""

import asyncio
import signal
from typing import Annotated

import typer

from rarewatch import app, log
from rarewatch.cli.context import Bar, ConfigOption, Exit, JsonOption, fail, people, progress, put, read_config
from rarewatch.config import Config
from rarewatch.nouns.alert import Delivered, DeliveryState
from rarewatch.nouns.source import Polled


def run(folder: ConfigOption = None) -> None:
    """Watch every enabled source and deliver alerts, until SIGTERM or Ctrl-C.

    Files that are edited are taken over within seconds, SIGHUP asks for it at once; a mistake in them is
    logged and changes nothing.
    """
    loaded = read_config(folder)
    asyncio.run(_run(loaded))


async def _run(loaded: Config) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    reload = asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, reload.set)
    async with app.open_service(loaded) as service:
        await service.run(stop, reload)


def poll(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Source ids; none means every enabled source.", show_default=False)
    ] = None,
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the named sources (or all) once, deliver what is due, and exit: 1 if a source or a delivery failed."""
    loaded = read_config(folder)
    wanted = list(dict.fromkeys(sources or [id_ for id_, source in loaded.sources.items() if source.enabled]))
    _must_be_there(wanted, loaded)
    outcomes: list[Polled | Delivered] = []
    with progress("polling", len(wanted)) as bar:
        asyncio.run(_poll(loaded, wanted, outcomes, bar))
    for outcome in outcomes:
        put(_line(outcome)) if as_json else _say(outcome)
    polled = [outcome for outcome in outcomes if isinstance(outcome, Polled)]
    told = [outcome for outcome in outcomes if isinstance(outcome, Delivered)]
    failed = sum(bool(one.fault) for one in polled) + sum(one.state is not DeliveryState.SENT for one in told)
    people.print(
        f"{len(polled)} source(s) read, {sum(one.new for one in polled)} new item(s), "
        f"{sum(one.state is DeliveryState.SENT for one in told)} message(s) delivered, {failed} failure(s)"
    )
    if failed:
        raise typer.Exit(Exit.FAILED)


def _must_be_there(wanted: list[str], loaded: Config) -> None:
    for name in wanted:
        if name not in loaded.sources:
            fail(f"there is no source {name!r}; `rarewatch sources` lists them", Exit.MISTAKE)
        if not loaded.sources[name].enabled:
            fail(f"source {name!r} is not enabled; set `enabled: true` in its file, or use `rarewatch read {name}`", Exit.MISTAKE)
    if not wanted:
        fail("no source is enabled", Exit.MISTAKE)


async def _poll(loaded: Config, wanted: list[str], outcomes: list[Polled | Delivered], bar: Bar) -> None:
    def told(outcome: Polled | Delivered) -> None:
        outcomes.append(outcome)
        if isinstance(outcome, Polled):
            bar.step(outcome.source)

    async with app.open_service(loaded, told) as service:
        await service.crew.one_pass(wanted)
        await service.crew.drain()


def _line(outcome: Polled | Delivered) -> dict[str, object]:
    if isinstance(outcome, Delivered):
        return {
            "delivery": outcome.delivery,
            "subscription": outcome.subscription,
            "via": outcome.target.via,
            "to": outcome.target.to,
            "title": outcome.headline,
            "state": outcome.state.value,
            "detail": log.redact(outcome.detail),
        }
    return {
        "source": outcome.source,
        "state": outcome.fault.name if outcome.fault else "unchanged" if outcome.unchanged else "ok",
        "items": outcome.found,
        "new": outcome.new,
        "known": outcome.known,
        "matched": outcome.matched,
        "deliveries": outcome.alerts,
        "fault": log.redact(str(outcome.fault)) if outcome.fault else None,
        "notes": [log.redact(note) for note in outcome.notes],
    }


def _say(outcome: Polled | Delivered) -> None:
    line = _line(outcome)
    if isinstance(outcome, Delivered):
        people.print(f"  {line['state']:<8} {line['via']} {line['to']}: {line['title']} {line['detail']}".rstrip())
        return
    people.print(f"{outcome.source}: {_counted(outcome)}")


def _counted(outcome: Polled) -> str:
    """What a source gave, in words; what is neither new nor known is of the time before its first reading, or revised."""
    if outcome.unchanged:
        return "unchanged"
    fault = log.redact(str(outcome.fault)) if outcome.fault else ""
    if fault and not outcome.found:
        return fault
    rest = outcome.found - outcome.new - outcome.known
    counts = f"{outcome.found} item(s), {outcome.new} new" + (f", {rest} older or revised" if rest else "")
    trouble = f"; not all could be read: {fault}" if fault else "".join(f"; {log.redact(note)}" for note in outcome.notes[:1])
    return f"{counts}, {outcome.matched} matched{trouble}"
