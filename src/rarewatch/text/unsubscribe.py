"""The words of the List-Unsubscribe headers: what a mail says, and what the web server reads again."""

from collections.abc import Sequence
from urllib.parse import quote

from rarewatch.text import signed
from rarewatch.text.mailbox import key_of

PURPOSE = "rarewatch unsubscribe 1"


def token(address: str, subscription: str, key: str) -> str:
    """The token by which `address` ends the mails of `subscription`; it does not expire."""
    return signed.sign(PURPOSE, (key_of(address), subscription), key)


def link(url: str, mark: str) -> str:
    """The address that a click opens."""
    return f"{url}{'&' if '?' in url else '?'}t={mark}"


def ways(*, url: str | None, mailto: str | None, address: str, subscription: str, keys: Sequence[str]) -> tuple[str, ...]:
    """The addresses of List-Unsubscribe, in the order of preference; none where nothing is configured."""
    found = []
    if url and keys:
        found.append(link(url, token(address, subscription, keys[0])))
    if mailto:
        subject = quote(f"unsubscribe {key_of(address)} {subscription}", safe="")
        found.append(f"mailto:{mailto}?subject={subject}")
    return tuple(found)
