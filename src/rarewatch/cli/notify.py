"""`notify-test`: try the channels with a message that says it is a test."""

import asyncio
import uuid
from typing import Annotated

import typer

from rarewatch import app, clock, log
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, fail, people, put, read_config
from rarewatch.compose import example
from rarewatch.config import Config
from rarewatch.errors import DeliveryFault
from rarewatch.nouns.alert import Subscription, Target


def notify_test(
    subscribers: Annotated[list[str] | None, typer.Argument(help="Subscriber ids; none means all.", show_default=False)] = None,
    folder: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a test message to every target of the named subscribers (or all); exit code 1 when one failed."""
    loaded = read_config(folder)
    there = {subscription.id: subscription for subscription in loaded.audience}
    for name in subscribers or []:
        if name not in there:
            fail(f"there is no subscriber {name!r}: {', '.join(there) or 'audience.yaml names nobody'}", Exit.MISTAKE)
    chosen = [there[name] for name in subscribers or there]
    if asyncio.run(_tell(loaded, chosen, as_json)):
        raise typer.Exit(Exit.FAILED)


async def _tell(loaded: Config, chosen: list[Subscription], as_json: bool) -> int:
    channels = app.notifiers_in_use(loaded)
    failed = 0
    try:
        for subscription in chosen:
            message = example(uuid.uuid4().hex, clock.now(), subscription.time_zone)
            for target in subscription.targets:
                try:
                    receipt = await channels[target.via].send(message, target)
                except DeliveryFault as fault:
                    failed += 1
                    _say(target, subscription, log.redact(fault.detail), as_json, ok=False)
                else:
                    words = ", ".join(f"{name} {value}" for name, value in receipt.remote.items())
                    _say(target, subscription, words, as_json, ok=True)
    finally:
        for channel in channels.values():
            await channel.close()
    return failed


def _say(target: Target, subscription: Subscription, words: str, as_json: bool, *, ok: bool) -> None:
    if as_json:
        put({"subscription": subscription.id, "via": target.via, "to": target.to, "ok": ok, "words": words})
    else:
        people.print(f"{'sent' if ok else 'FAILED'} {target.via} {target.to}: {words}")
