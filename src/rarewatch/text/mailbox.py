"""Mail addresses: read strictly, and compared as mail servers compare them."""

import re
from email.headerregistry import Address

from rarewatch.text import wording

_MAILBOX = re.compile(
    r"""\s*(?:(?P<name>[^<>@"\r\n]*|"[^<>"\\\r\n]*")\s*<)?
        (?P<user>[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*)
        @(?P<domain>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*)(?P<close>>)?\s*""",
    re.VERBOSE,
)
_LONGEST = 320


def mailbox(address: str) -> Address:
    """Read `name@host` or `Name <name@host>`, exactly one.

    Raises `ValueError` where it is neither. Addresses outside ASCII are refused: few servers take them, and a domain has an
    `xn--` form.
    """
    found = _MAILBOX.fullmatch(address) if len(address) <= _LONGEST else None
    if found is None or (found["name"] is None) != (found["close"] is None):
        raise ValueError(f"{wording.shorten(address, 80)!r} is not one mail address such as name@example.org")
    name = wording.tidy(found["name"] or "").strip().strip('"')
    return Address(display_name=name, username=found["user"], domain=found["domain"])


def key_of(address: str) -> str:
    """The bare address in small letters, the same for every way of writing it; "" for what is no mail address.

    The part before the @ could tell large letters from small ones (RFC 5321, 2.4); no server in use does.
    """
    try:
        return mailbox(address).addr_spec.lower()
    except ValueError:
        return ""


def veiled(address: str) -> str:
    """The address for a page that anybody with a link may see: `d***@example.org`."""
    user, _, domain = address.partition("@")
    return f"{user[:1]}***@{domain}"
