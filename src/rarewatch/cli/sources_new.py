"""`sources new`: drafts the YAML of a source from its address."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from rarewatch import config, log, settings
from rarewatch.cli.context import ConfigOption, Exit, fail, people, put
from rarewatch.cli.sources_draft import Drafted, Wish, draft
from rarewatch.cli.sources_look import Fetch, Notes, Saved
from rarewatch.config import Config, Settings
from rarewatch.errors import ConfigError, SourceFault
from rarewatch.fetch import Web
from rarewatch.fingerprint import Guess, fingerprint, garbled_without_script, leads_of, target_of
from rarewatch.nouns.source import Access, Get, Got
from rarewatch.text.wording import stamp_words

_SHOWN = 5
_HOPS = 2
_AS_SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


def new(
    url: Annotated[str, typer.Argument(help="Address of a feed, a list page, a JSON list, a sitemap or a newspaper.")],
    name: Annotated[str, typer.Option("--name", help="Id of the source; made from the address when left out.")] = "",
    publisher: Annotated[str, typer.Option(help="Id of the publisher; made from the host when left out.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write the YAML into this new file.", show_default=False)] = None,
    html: Annotated[
        Path | None, typer.Option(help="Read this saved page instead of asking the address.", show_default=False)
    ] = None,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="The address may be in a private network.")] = False,
    folder: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Look at an address once, guess how it is read, and draft the YAML; nothing is stored.

    Exit code 0 when reading with the draft gave items.
    """
    if not url.startswith(("http://", "https://")):
        fail(f"{url!r} is no web address: it begins with http:// or https://", Exit.MISTAKE)
    if out is not None and out.exists():
        fail(f"{out} exists already; name a new file", Exit.MISTAKE)
    known = _known(folder)
    wish = Wish(url, name, publisher, Access(allow_private=allow_private), known)
    try:
        drafted, guesses = asyncio.run(_drafted(wish, html))
    except SourceFault as fault:
        fail(log.redact(str(fault)), Exit.FAILED)
    _show(drafted, guesses, out, as_json)
    if not drafted.look.items:
        people.print("the draft gave no items: look at it before it is used")
        raise typer.Exit(Exit.FAILED)


def _known(folder: Path | None) -> Config | None:
    """The configuration there is, for names already taken; a broken or absent one is no hindrance."""
    try:
        return config.load(settings.config_folder(folder))
    except ConfigError as error:
        people.print(f"without the configuration: {str(error).splitlines()[0]}")
        return None


async def _drafted(wish: Wish, saved: Path | None) -> tuple[Drafted, list[Guess]]:
    if saved is not None:
        try:
            body = await asyncio.to_thread(saved.read_bytes)
        except OSError as error:
            fail(f"{saved}: cannot be read: {error.strerror}", Exit.MISTAKE)
        return await _by(wish, Saved(body, wish.url).get)
    own = wish.known.settings if wish.known else Settings()
    web = Web(contact=own.contact, per_host=own.workers.per_host, politeness=own.politeness, robots=Notes())
    async with web:
        with web.session() as session:
            return await _by(wish, session.get)


async def _by(wish: Wish, get: Fetch) -> tuple[Drafted, list[Guess]]:
    got = await _followed(wish, get)
    if garbled_without_script(got):
        wish = replace(wish, access=replace(wish.access, headers=_AS_SCRIPT))
        got = await _followed(wish, get)
    guesses = await asyncio.to_thread(fingerprint, got, wish.url)
    if not guesses:
        raise SourceFault("nothing that any kind could read", url=got.url)
    guesses = [*await _behind(leads_of(got, guesses), wish, get, got.url), *guesses]
    return await draft(guesses, got, wish, get), guesses


async def _behind(leads: Sequence[str], wish: Wish, get: Fetch, page: str) -> list[Guess]:
    """What the data files are that a page's scripts name; one that cannot be had is none."""
    found: list[Guess] = []
    for url in leads:
        try:
            got = await get(Get(url, headers={"Referer": page}), wish.access)
            found += await asyncio.to_thread(fingerprint, got, url)
        except SourceFault as fault:
            people.print(log.redact(f"{url}: {fault}"))
    return [guess for guess in found if guess.kind in {"govcn_json", "json_list", "feed"}]


async def _followed(wish: Wish, get: Fetch) -> Got:
    """The page behind the address, past pages that only pass on."""
    got = await get(Get(wish.url), wish.access)
    for _ in range(_HOPS):
        target = target_of(got)
        if not target:
            break
        got = await get(Get(target, headers={"Referer": got.url}), wish.access)
    return got


def _show(drafted: Drafted, guesses: Sequence[Guess], out: Path | None, as_json: bool) -> None:
    if out is not None:
        out.write_text(drafted.text, encoding="utf-8")
    if as_json:
        put(_line(drafted, guesses))
    elif out is None:
        typer.echo(drafted.text, nl=False)
    guess = drafted.outline.guess
    people.print(f"kind {guess.kind}: {guess.seen}")
    for doubt in guess.doubts:
        people.print(f"not certain: {doubt}")
    for words in drafted.tried:
        people.print(f"tried: {log.redact(words)}")
    people.print(f"{len(drafted.look.items)} item(s)" + (", the first:" if drafted.look.items else ""))
    for item in drafted.look.items[:_SHOWN]:
        people.print(f"  {stamp_words(item.published, drafted.source.time_zone)}  {item.title or '(no title)'}\n    {item.link}")
    if out is not None:
        people.print(f"written to {out}")


def _line(drafted: Drafted, guesses: Sequence[Guess]) -> dict[str, Any]:
    guess = drafted.outline.guess
    return {
        "source": drafted.source.id,
        "publisher": drafted.source.publisher.id,
        "kind": guess.kind,
        "url": guess.url,
        "seen": guess.seen,
        "doubts": list(guess.doubts),
        "items": len(drafted.look.items),
        "sample": [
            {"title": item.title, "url": item.link, "published": item.published.at.isoformat() if item.published else None}
            for item in drafted.look.items[:_SHOWN]
        ],
        "tried": list(drafted.tried),
        "also": [{"kind": other.kind, "url": other.url} for other in guesses if other is not drafted.chosen],
        "yaml": drafted.text,
    }
