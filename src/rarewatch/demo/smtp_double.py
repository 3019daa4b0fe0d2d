"""A mail server for demonstrations and tests: real SMTP on loopback, keeps what it takes, fails when told to.

`python -m rarewatch.demo.smtp_double --port 2525 --log mails.jsonl` runs it alone: each mail taken is one JSON line (message_id,
delivery, to, subject, text), on disk before the sender hears "250".
"""

import argparse
import asyncio
import json
import os
import signal
import ssl
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, AnyStr, Self

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from rarewatch.demo._odds import Odds
from rarewatch.demo._smtp_faults import ANSWERS, Fault

__all__ = ["HOST", "Fault", "Mail", "SmtpDouble", "main"]

HOST = "127.0.0.1"
_NEVER_HAPPENS = 3600.0


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that was taken: the envelope and the bytes as they came."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    message: EmailMessage = field(repr=False)

    @property
    def text(self) -> str:
        """The plain part, "" where there is none."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part, "" where there is none."""
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")

    def header(self, name: str) -> str:
        """A header in words, "" where it is missing."""
        return str(self.message.get(name, ""))

    def line(self) -> str:
        """The mail as one line of JSON."""
        named = {"message_id": "Message-ID", "delivery": "X-Rarewatch-Delivery", "subject": "Subject"}
        record = {key: self.header(name) for key, name in named.items()}
        return json.dumps({**record, "to": list(self.recipients), "text": self.text}, ensure_ascii=False)


class SmtpDouble:
    """The server: `async with SmtpDouble() as double`, then `double.host`, `double.port`, `double.mails`.

    `tls` makes it offer STARTTLS, or speak TLS from the first byte where `implicit`; `login` (user, password) makes it ask for
    them; `size` is the most bytes of a mail; `log` the file that gets a JSON line for each mail. `odds` make faults by chance
    where none was ordered; `delay` is how slow a slow answer is, in seconds.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        login: tuple[str, str] | None = None,
        size: int = 10_000_000,
        log: Path | None = None,
        odds: Odds[Fault] | None = None,
        delay: float = 0.5,
    ) -> None:
        self.odds, self.delay = odds or Odds[Fault](), delay
        self.host, self.port = HOST, 0
        self.mails: list[Mail] = []
        self.connections = 0
        self.login, self.size, self.log = login, size, log
        self.tls, self.implicit = tls, implicit
        self.faults: deque[Fault] = deque()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.BaseTransport] = set()

    def fail(self, *faults: Fault) -> None:
        """Let the next connections fail so, one each, in this order; afterwards all is well again."""
        self.faults.extend(faults)

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        loop = asyncio.get_running_loop()
        context = self.tls if self.implicit else None
        self._server = await loop.create_server(lambda: _Peer(self, loop), HOST, port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the door and every open connection; may be called more than once."""
        if self._server is None:
            return
        self._server.close()
        for transport in list(self._open):
            _abort(transport)
        await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def take(self, envelope: Envelope) -> None:
        """Keep the mail in `envelope`, on disk first where there is a log."""
        raw = bytes(envelope.original_content or b"")
        message = message_from_bytes(raw, policy=policy.default)
        mail = Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw, message)
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(mail.line() + "\n")
                file.flush()
                os.fsync(file.fileno())
        self.mails.append(mail)

    def opened(self, transport: asyncio.BaseTransport) -> Fault | None:
        """Note a connection and say what it shall go through."""
        self.connections += 1
        self._open.add(transport)
        return self.faults.popleft() if self.faults else self.odds.draw()

    def closed(self, transport: asyncio.BaseTransport | None) -> None:
        """Forget a connection."""
        if transport is not None:
            self._open.discard(transport)


class _Peer(SMTP):
    """aiosmtpd's server side of one connection, with our faults put in."""

    def __init__(self, double: SmtpDouble, loop: asyncio.AbstractEventLoop) -> None:
        self._double = double
        super().__init__(
            _Hooks(double, self),
            data_size_limit=double.size,
            hostname="double.invalid",
            ident="ESMTP",
            tls_context=None if double.implicit else double.tls,
            require_starttls=double.tls is not None and not double.implicit,
            timeout=_NEVER_HAPPENS,
            auth_require_tls=double.tls is not None and not double.implicit,
            auth_exclude_mechanism=() if double.login else ("LOGIN", "PLAIN"),
            authenticator=self._knows,
            loop=loop,
        )
        self.fault: Fault | None = None
        self._raw_transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._raw_transport is None:  # STARTTLS comes by here a second time
            self._raw_transport = transport
            self.fault = self._double.opened(transport)
        super().connection_made(transport)
        if self.fault is Fault.DROP:
            _abort(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._double.closed(self._raw_transport)
        super().connection_lost(error)

    def _knows(self, _server: Any, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self._double.login, handled=False)

    async def push(self, status: AnyStr) -> None:
        # The greeting has no hook of its own.
        if self.fault is Fault.UNWELCOME and status[:3] in ("220", b"220"):
            await super().push("554 5.3.2 No service here")
        else:
            await super().push(status)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd calls it by this name
        if self.fault is Fault.DROP_AT_HELLO:
            self.drop()
            return
        await super().smtp_EHLO(hostname)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd calls it by this name
        if self.fault is Fault.DROP_IN_DATA:
            await self.push("354 Go on")
            self.drop()
            return
        await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802 - aiosmtpd calls it by this name
        if self.fault is Fault.DROP_AT_QUIT:
            self.drop()
            return
        await super().smtp_QUIT(arg)

    def drop(self) -> None:
        """Close the connection without a word."""
        if self._raw_transport is not None:
            _abort(self._raw_transport)


class _Hooks:
    """What aiosmtpd asks at each command; a hook's answer goes to the client as it is."""

    def __init__(self, double: SmtpDouble, peer: _Peer) -> None:
        self._double, self._peer = double, peer

    async def handle_AUTH(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, _envelope: Envelope, words: list[str]
    ) -> Any:
        if self._peer.fault is Fault.LOGIN_LATER:
            return "454 4.7.0 Temporary authentication failure"
        if self._peer.fault is Fault.LOGIN_REFUSED:
            return f"535 5.7.8 Not accepted: {' '.join(words)}"
        return MISSING

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._peer.fault is Fault.HANG:
            await asyncio.sleep(_NEVER_HAPPENS)
        if self._peer.fault is Fault.SLOW:
            await asyncio.sleep(self._double.delay)
        if self._peer.fault is Fault.DROP_AT_MAIL:
            self._peer.drop()
        if self._peer.fault is Fault.CLOSING:
            await self._peer.push("421 4.3.2 Closing")
            self._peer.drop()
        if self._double.login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._peer.fault is Fault.DROP_AT_RCPT:
            self._peer.drop()
        if self._peer.fault in (Fault.GREYLIST, Fault.UNKNOWN):
            return ANSWERS[self._peer.fault]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        fault = self._peer.fault
        if fault in (Fault.REJECT, Fault.FULL):
            return ANSWERS[fault]
        if fault is not Fault.DROP_AT_THE_DOT:
            self._double.take(envelope)
        if fault in (Fault.DROP_AT_THE_DOT, Fault.LOST_ANSWER):
            self._peer.drop()
        if fault in (Fault.DROP_AT_THE_DOT, Fault.LOST_ANSWER, Fault.HANG_AFTER_DATA):
            await asyncio.sleep(_NEVER_HAPPENS)  # cancelled when the connection goes
        return "250 2.0.0 Taken"


def _abort(transport: asyncio.BaseTransport) -> None:
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    else:
        transport.close()


async def _serve(port: int, log: Path, faults: Iterable[Fault]) -> None:
    double = SmtpDouble(log=log)
    double.fail(*faults)
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await double.start(port)
    sys.stdout.write(f"smtp://{double.host}:{double.port}\n")
    sys.stdout.flush()
    await stopped.wait()
    await double.stop()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the double alone until SIGINT or SIGTERM; its address is the first line on standard output."""
    parser = argparse.ArgumentParser(prog="python -m rarewatch.demo.smtp_double", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--log", type=Path, required=True, help="file that gets one JSON line for each mail taken")
    parser.add_argument(
        "--fail", type=Fault, action="append", default=[], choices=list(Fault), help="let the next connection fail so; repeatable"
    )
    given = parser.parse_args(arguments)
    asyncio.run(_serve(given.port, given.log, given.fail))


if __name__ == "__main__":
    main()
