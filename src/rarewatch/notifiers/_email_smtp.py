"""One conversation with a mail server, and what each way it can fail means for the delivery."""

import asyncio
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException

from rarewatch.errors import Bounce, DeliveryFault
from rarewatch.text.wording import shorten

Security = Literal["starttls", "tls", "none"]
GOODBYE = 2.0
"""Seconds a server may take for QUIT once it has taken the mail."""

_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_AUTH_CODES = frozenset((530, 534, 535, 538))
_NO_SUCH = "5.1.1"
# RFC 3463 and 7505: unknown system, bad syntax, moved away, takes no mail. 5.1.7 and 5.1.8 speak of the sender.
_OF_THE_ADDRESS = frozenset(("5.1.0", "5.1.2", "5.1.3", "5.1.6", "5.1.10"))
_UNKNOWN_CODES = frozenset((550, 551, 553))
_UNKNOWN_WORDS = re.compile(
    r"(?:no such|unknown|invalid|non-?existent|unrouteable) (?:\w+ )?(?:user|mailbox|recipient|address|account|person)"
    r"|(?:user|mailbox|recipient|address|account)\b.{0,60}?(?:unknown|not found|not exist|n't exist|invalid|no longer)",
    re.IGNORECASE,
)


class Stage(StrEnum):
    """How far the conversation has come, in words for people."""

    CONNECT = "connecting"
    LOGIN = "logging in"
    ENVELOPE = "naming sender and recipient"
    DATA = "handing over the mail"


@dataclass(slots=True)
class Server:
    """A mail server and how to talk to it; `timeout` in seconds for a whole mail, `hello` the name to give, None: this host's."""

    host: str
    port: int
    security: Security
    timeout: float
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    hello: str | None = None
    context: ssl.SSLContext | None = None

    async def deliver(self, sender: str, recipient: str, content: bytes) -> str:
        """Hand one mail over and return the server's answer.

        Raises `DeliveryFault`; `in_doubt` only where the mail was under way and no answer came.
        """
        talk = _Talk(self)
        try:
            async with asyncio.timeout(self.timeout):
                answer = await talk.run(sender, recipient, content)
            await talk.goodbye()
        except (SMTPException, OSError) as error:
            failure = error
        else:
            return answer
        finally:
            talk.end()
        # Raised out here, so that a refused login does not carry along what the server said: it may echo what it was sent.
        raise fault(failure, talk.stage, self) from (None if talk.stage is Stage.LOGIN else failure)


class _Talk:
    """The steps of one conversation; `stage` is where it stands or stopped."""

    def __init__(self, server: Server) -> None:
        self.stage = Stage.CONNECT
        self._server = server
        self._client = SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=False,  # done as a step of its own, where its failure can be told apart
            tls_context=server.context,
            timeout=server.timeout,
            local_hostname=server.hello,
        )

    async def run(self, sender: str, recipient: str, content: bytes) -> str:
        client, server = self._client, self._server
        await client.connect()
        server.hello = client.local_hostname  # the resolver is asked once, not for every mail
        if server.security == "starttls":
            await client.starttls()
        await client.ehlo()
        if server.username is not None:
            self.stage = Stage.LOGIN
            await client.login(server.username, server.password or "")
        self.stage = Stage.ENVELOPE
        await client.mail(sender, options=self._size(len(content)))
        await client.rcpt(recipient)
        self.stage = Stage.DATA
        return (await client.data(content)).message

    def _size(self, size: int) -> list[str]:
        limit = self._client.esmtp_extensions.get("size")
        if limit is None:
            return []
        if limit.isdecimal() and 0 < int(limit) < size:
            raise DeliveryFault(f"the mail has {size} bytes, the server takes {limit}", reason="client", again=False)
        return [f"SIZE={size}"]

    async def goodbye(self) -> None:
        # The mail is taken; whatever goes wrong from here on must not make it look otherwise.
        with suppress(SMTPException, OSError):
            await self._client.quit(timeout=GOODBYE)

    def end(self) -> None:
        transport = self._client.transport
        self._client.close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


def fault(error: SMTPException | OSError, stage: Stage, server: Server) -> DeliveryFault:
    """What `error` at `stage` means: whether to try again, why, and whether the mail may have arrived all the same."""
    place = f"{server.host}:{server.port}"
    if isinstance(error, SMTPResponseException) and 400 <= error.code < 600:
        return _answered(error, stage, server)
    in_doubt = stage is Stage.DATA
    if isinstance(error, TimeoutError):
        detail = f"{place} did not answer in {server.timeout:g} s while {stage}"
        return DeliveryFault(detail, reason="deadline", again=True, in_doubt=in_doubt)
    if stage is Stage.LOGIN and not isinstance(error, OSError):
        return DeliveryFault(f"{place} offers no way to log in that is known here", reason="auth", again=False)
    said = "" if stage is Stage.LOGIN else f": {_scrubbed(str(error) or type(error).__name__, server)}"
    return DeliveryFault(f"{place} failed while {stage}{said}", reason="connection", again=True, in_doubt=in_doubt)


def _answered(error: SMTPResponseException, stage: Stage, server: Server) -> DeliveryFault:
    """The fault for a clear refusal; never in doubt, for the server has said that it did not take the mail."""
    place, code = f"{server.host}:{server.port}", error.code
    if stage is Stage.LOGIN:
        enhanced = _ENHANCED.search(error.message)
        said = f"{code} {enhanced[0]}" if enhanced else str(code)
    else:
        said = f"{code} {_scrubbed(error.message, server)}".strip()
    detail = f"{place} answered {said} while {stage}"
    if code < 500:
        return DeliveryFault(detail, reason="server", again=True)
    if stage is Stage.LOGIN or code in _AUTH_CODES:
        return DeliveryFault(detail, reason="auth", again=False)
    if stage is Stage.CONNECT:
        # It is us or the hour that is refused, not this mail: another attempt may well find the door open.
        return DeliveryFault(detail, reason="server", again=True)
    return DeliveryFault(detail, reason="client", again=False, bounce=bounce_of(error, stage))


def bounce_of(error: SMTPResponseException, stage: Stage) -> Bounce:
    """What a lasting refusal says of the address itself.

    An enhanced code is believed where there is one: policy (5.7) and full mailboxes (5.2) say nothing of the address. Without one
    a refused recipient counts where the words say that nobody is known by it.
    """
    if not isinstance(error, SMTPRecipientRefused) and stage is not Stage.DATA:
        return ""
    enhanced = _ENHANCED.match(error.message)
    if enhanced:
        return "gone" if enhanced[0] == _NO_SUCH else "doubtful" if enhanced[0] in _OF_THE_ADDRESS else ""
    unknown = error.code in _UNKNOWN_CODES and isinstance(error, SMTPRecipientRefused) and _UNKNOWN_WORDS.search(error.message)
    return "doubtful" if unknown else ""


def _scrubbed(text: str, server: Server) -> str:
    if server.password:
        text = text.replace(server.password, "[secret]")
    return shorten(text.encode("utf-8", "replace").decode(), 300)
