"""What can be reached over HTTP, joined to the store and the notifiers."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Protocol, runtime_checkable

from rarewatch import suppression
from rarewatch.config import Config
from rarewatch.config.web_models import parted
from rarewatch.notifiers import Reveal
from rarewatch.nouns.address import By, Suppression
from rarewatch.pipeline import Kit
from rarewatch.slackapp.opening import open_apps
from rarewatch.web.server import Route, WebServer
from rarewatch.web.unsubscribe import Unsubscribe


@runtime_checkable
class _SignsLinks(Protocol):
    """A notifier that puts links into its messages by which people leave; the keys are those it signs and takes."""

    unsubscribe_keys: tuple[str, ...]


def routes(kit: Callable[[], Kit]) -> list[Route]:
    """The routes of the web server; `kit` gives the one in force."""

    def keys() -> Sequence[str]:
        return [key for one in kit().notifiers.values() if isinstance(one, _SignsLinks) for key in one.unsubscribe_keys]

    async def suppress(address: str, subscription: str) -> None:
        have = kit()
        what = Suppression(address, subscription, By.UNSUBSCRIBE, "a click on the link in a mail", have.now())
        await have.in_order(suppression.suppress, have.store, what)

    return Unsubscribe(keys, suppress, lambda: kit().now()).routes()


async def open_web(config: Callable[[], Config], kit: Callable[[], Kit], stack: AsyncExitStack, reveal: Reveal) -> None:
    """Listen as configured until `stack` is closed, to Slack as well; raises `ConfigError` where that is not possible."""
    apps = await open_apps(config, kit, stack, reveal)
    web = config().settings.web
    if web is not None:
        server = WebServer(*parted(web.listen), [*routes(kit), *apps])
        await server.start()
        stack.push_async_callback(server.aclose)


async def tell_of_addresses(kit: Callable[[], Kit]) -> None:
    """Tell operators of addresses that are not written to any more."""
    have = kit()
    await have.in_order(suppression.look, have.store, have.audience, have.now())
