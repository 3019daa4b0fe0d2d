"""Opens the app of every Slack notifier that people can answer to."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from functools import partial
from typing import Protocol, runtime_checkable

import structlog
from sqlalchemy import Connection

from rarewatch.config import Config
from rarewatch.notifiers import Reveal
from rarewatch.notifiers._slack_wire import Wire
from rarewatch.nouns.secret import SecretRef
from rarewatch.pipeline import Kit
from rarewatch.slackapp.desk import Desk
from rarewatch.slackapp.http import SignedHttp
from rarewatch.slackapp.office import Office, Present
from rarewatch.slackapp.socket import Socket
from rarewatch.web.server import Route

_log = structlog.get_logger()


@runtime_checkable
class Answerable(Protocol):
    """The options of a notifier that people can answer to."""

    token: SecretRef
    app_token: SecretRef | None
    signing_secret: SecretRef | None
    base_url: str
    timeout: float


@runtime_checkable
class _Looks(Protocol):
    def look(self) -> AbstractContextManager[Connection]: ...


def answerable(config: Config) -> Mapping[str, Answerable]:
    """The notifiers of the settings that people can answer to, by id."""
    every = {name: one.options for name, one in config.settings.notifiers.items()}
    return {
        name: options
        for name, options in every.items()
        if isinstance(options, Answerable) and (options.app_token or options.signing_secret)
    }


async def open_apps(config: Callable[[], Config], kit: Callable[[], Kit], stack: AsyncExitStack, reveal: Reveal) -> Sequence[Route]:
    """Listen for every app whose notifier is in use until `stack` is closed; returns the routes for those that listen over HTTP.

    `config` and `kit` give what is in force. Raises `ConfigError` where a secret is missing.
    """
    routes: list[Route] = []
    for name, options in answerable(config()).items():
        if name not in kit().notifiers:
            continue
        wire = Wire(options.token, options.base_url, options.timeout, reveal)
        stack.push_async_callback(wire.close)
        desk = Desk(_office(name, wire, options.base_url, config, kit))
        stack.push_async_callback(desk.drain)
        if options.app_token:
            socket = Socket(desk, reveal(options.app_token).strip(), options.base_url)
            stack.push_async_callback(socket.close)
            socket.start()
        if options.signing_secret:
            routes += SignedHttp(desk, partial(_stripped, reveal, options.signing_secret), kit().now, name).routes
    if routes and config().settings.web is None:
        _log.warning("slack-trouble", error="a signing_secret is configured, but no `web`: nothing listens for what people press")
    return routes


def _office(name: str, wire: Wire, base_url: str, config: Callable[[], Config], kit: Callable[[], Kit]) -> Office:
    store = kit().store
    assert isinstance(store, _Looks)
    return Office(
        via=name,
        base_url=base_url,
        wire=wire,
        acts=store,
        in_order=kit().in_order,
        archive=store.look,
        present=lambda: Present(config(), kit().watch, kit().composer),
        now=kit().now,
    )


def _stripped(reveal: Reveal, ref: SecretRef) -> str:
    return reveal(ref).strip()
