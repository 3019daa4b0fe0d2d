"""The web server, as written in `rarewatch.yaml`."""

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator

from rarewatch.config.mapped import Mapped
from rarewatch.config.units import wrong

_LISTEN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<four>[0-9.]+)|(?P<name>localhost)):(?P<port>\d{1,5})", re.ASCII)


def _listen(value: str) -> str:
    host, port = parted(value)
    if not host or not 1 <= port <= 65_535:
        raise wrong("is not an address to listen on", "write 127.0.0.1:8098, or [::1]:8098")
    return value


def parted(listen: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8098`; ("", 0) for what is no such address."""
    found = _LISTEN.fullmatch(listen)
    if found is None:
        return "", 0
    host = found["six"] or found["four"] or found["name"]
    try:
        if host != "localhost":
            ip_address(host)
    except ValueError:
        return "", 0
    return host, int(found["port"])


class WebSpec(Mapped):
    """Where the web server listens."""

    listen: Annotated[str, AfterValidator(_listen)] = "127.0.0.1:8098"
