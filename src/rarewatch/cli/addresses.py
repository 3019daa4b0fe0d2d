"""`addresses`: the mail addresses that are not written to any more."""

import getpass
from typing import Annotated

import typer

from rarewatch import app, clock, suppression
from rarewatch.cli.archive import looking, when
from rarewatch.cli.context import ConfigOption, Exit, JsonOption, columns, fail, people, put, read_config
from rarewatch.nouns.address import By, Suppression
from rarewatch.stores.addresses import SqlAddresses
from rarewatch.text.mailbox import key_of

addresses = typer.Typer(help="The mail addresses that are not written to any more.", no_args_is_help=True)
Address = Annotated[str, typer.Argument(help="A mail address, such as name@example.org.")]
Of = Annotated[str, typer.Option("--subscriber", help="Only for mails of this subscriber.")]


@addresses.command("list")
def list_(folder: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show the addresses that are not written to, since when and why."""
    loaded = read_config(folder)
    with looking(loaded) as connection:
        found = SqlAddresses(connection).all()
    lines = [
        {
            "address": one.address,
            "subscription": one.subscription,
            "by": one.by.value,
            "why": one.why,
            "at": one.at.isoformat(timespec="seconds"),
        }
        for one in found
    ]
    if as_json:
        for line in lines:
            put(line)
    elif lines:
        rows = [
            [line["address"], line["subscription"] or "all", line["by"], when(line["at"], loaded), line["why"]] for line in lines
        ]
        columns(rows, ["address", "mails of", "by", "since", "why"])
    else:
        people.print("every address is written to")


@addresses.command("add")
def add(
    address: Address,
    subscriber: Of = "",
    why: Annotated[str, typer.Option(help="The reason, for whoever wonders.")] = "",
    folder: ConfigOption = None,
) -> None:
    """Write no more to an address: for somebody who asked to be taken off by mail or telephone."""
    loaded = read_config(folder)
    if not key_of(address):
        fail(f"{address!r} is not one mail address such as name@example.org", Exit.MISTAKE)
    if subscriber and subscriber not in {one.id for one in loaded.audience}:
        fail(f"there is no subscriber {subscriber!r} in audience.yaml", Exit.MISTAKE)
    said = f"{getpass.getuser()} said so" + (f": {why}" if why else "")
    with app.open_archive(loaded) as archive:
        done = suppression.suppress(archive, Suppression(address, subscriber, By.OPERATOR, said, clock.now()))
    people.print(
        f"{key_of(address)} is not written to any more" if done else f"{key_of(address)} was not written to before, either"
    )


@addresses.command("lift")
def lift(
    address: Address,
    subscriber: Annotated[str | None, typer.Option("--subscriber", help="Only the entry for mails of this subscriber.")] = None,
    folder: ConfigOption = None,
) -> None:
    """Write to an address again; exit code 1 when it was written to all the time. What is dead stays so until it is replayed."""
    loaded = read_config(folder)
    with app.open_archive(loaded) as archive, archive.desk() as book:
        ended = book.addresses.lift(address, subscriber)
    if not ended:
        fail(f"there is no entry for {address}; `rarewatch addresses list` shows all", Exit.FAILED)
    people.print(f"{key_of(address)} is written to again; `rarewatch deliveries --state dead` shows what it missed")
