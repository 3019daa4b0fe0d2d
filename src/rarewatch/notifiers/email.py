"""Tells people by email: one recipient a mail, readable as plain text and as HTML, recognisable when it comes twice."""

import ssl
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rarewatch.clock import now
from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers import Reveal, _email_mime
from rarewatch.notifiers._email_html import html_body
from rarewatch.notifiers._email_smtp import Security, Server
from rarewatch.nouns.alert import Message, Receipt, Target
from rarewatch.nouns.secret import SecretRef
from rarewatch.text import cards, sheet, signed, unsubscribe, wording
from rarewatch.text.mailbox import mailbox

_MOST_CARDS = 200
_PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
_HOST = r"^([A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?|[0-9A-Fa-f.]{0,30}:[0-9A-Fa-f:.]{1,40})$"


class EmailOptions(BaseModel):
    """The keys of an email notifier."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(pattern=_HOST, max_length=253, description="name or IP address of the mail server")]
    port: Annotated[int | None, Field(ge=1, le=65535, description="587 for starttls, 465 for tls, 25 for none when left out")] = (
        None
    )
    security: Annotated[
        Security, Field(description="starttls, tls (from the first byte) or none; certificates are always verified")
    ] = "starttls"
    username: Annotated[str | None, Field(min_length=1, description="name to log in with")] = None
    password: Annotated[SecretRef | None, Field(description="where the password is found: {env: NAME} or {file: PATH}")] = None
    sender: Annotated[str, Field(description="address alerts come from: name@example.org or Name <name@example.org>")]
    reply_to: Annotated[str | None, Field(description="address answers go to")] = None
    ca_file: Annotated[str | None, Field(description="PEM file of one more certificate authority to trust")] = None
    timeout: Annotated[float, Field(gt=0, le=600, description="seconds one mail may take")] = 30.0
    hello: Annotated[
        str | None, Field(pattern=r"^[A-Za-z0-9.:\[\]-]{1,255}$", description="name given in EHLO; this host's own when left out")
    ] = None
    subject_prefix: Annotated[str, Field(max_length=40, description="begins every subject")] = "[rarewatch]"
    list_id: Annotated[
        str | None,
        Field(
            pattern=r"^([ -;=?-~]{0,100} )?<[A-Za-z0-9._-]{1,200}>$", description="List-Id, such as Rare earths <ree.example.org>"
        ),
    ] = None
    unsubscribe_url: Annotated[
        str | None,
        Field(
            pattern=r"^https://[!#-+\--;=?-~]{1,250}$",
            description="address of /unsubscribe of the web server, as mail readers reach it; needs unsubscribe_secrets",
        ),
    ] = None
    unsubscribe_secrets: Annotated[
        tuple[SecretRef, ...],
        Field(max_length=8, description="where the keys of unsubscribe links are found: the first signs, all are taken"),
    ] = ()
    unsubscribe_mailto: Annotated[str | None, Field(description="address that people may ask to be taken off")] = None

    @field_validator("unsubscribe_mailto")
    @classmethod
    def _is_bare(cls, value: str | None) -> str | None:
        if value is not None and mailbox(value).addr_spec != value:
            raise ValueError("write the address alone, as name@example.org")
        return value

    @field_validator("sender", "reply_to")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None:
            mailbox(value)
        return value

    @model_validator(mode="after")
    def _login_is_whole_and_safe(self) -> "EmailOptions":
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together: give both or neither")
        if self.password is not None and self.security == "none" and not _loopback(self.host):
            raise ValueError("a password would travel readable for all: use security starttls or tls")
        if (self.unsubscribe_url is None) != (not self.unsubscribe_secrets):
            raise ValueError("unsubscribe_url and unsubscribe_secrets go together: give both or neither")
        return self


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Email:
    """The email channel; a target's `to` is one address."""

    Options: ClassVar[type[BaseModel]] = EmailOptions

    def __init__(self, options: EmailOptions, reveal: Reveal) -> None:
        """Read the password and the certificate authorities now, so that a mistake shows at the start.

        Raises `ConfigError` where one of them is not there.
        """
        self._options = options
        self._sender = mailbox(options.sender)
        self.unsubscribe_keys = tuple(_key(reveal(ref), ref) for ref in options.unsubscribe_secrets)
        self._server = Server(
            host=options.host,
            port=options.port or _PORTS[options.security],
            security=options.security,
            timeout=options.timeout,
            username=options.username,
            password=None if options.password is None else reveal(options.password),
            hello=options.hello,
            context=None if options.security == "none" else _trust(options.ca_file),
        )

    def render(self, message: Message, target: Target) -> Mapping[str, Any]:
        """The mail in its parts: from, to, subject, message_id, headers, text, html; everything but its date."""
        mail = self._compose(message, target)
        return {
            "from": mail.sender,
            "to": mail.to,
            "subject": mail.subject,
            "message_id": mail.message_id,
            "headers": dict(mail.headers),
            "text": mail.text,
            "html": mail.html,
        }

    async def send(self, message: Message, target: Target) -> Receipt:
        """Send one mail to one address.

        The receipt holds `message_id` and the server's `answer`. Raises `DeliveryFault`.
        """
        mail = self._compose(message, target)
        try:
            recipient = mailbox(target.to).addr_spec
            content = _email_mime.assemble(mail, now()).as_bytes(policy=_email_mime.POLICY)
        except ValueError as error:
            raise DeliveryFault(f"the mail cannot be written: {error}", reason="client", again=False) from error
        answer = await self._server.deliver(self._sender.addr_spec, recipient, content)
        return Receipt({"message_id": mail.message_id, "answer": wording.shorten(answer, 200)}, now())

    async def close(self) -> None:
        """Nothing to let go of: each mail has its own connection, closed with it."""

    def _compose(self, message: Message, target: Target) -> _email_mime.Mail:
        laid_out, domain = sheet.lay_out(message), self._sender.domain
        shown = cards.cards(message.parts)
        ways = self._ways_out(message, target)
        leave = next((way for way in ways if way.startswith("https:")), "")
        return _email_mime.Mail(
            sender=self._options.sender,
            to=target.to,
            subject=_email_mime.subject(message, self._options.subject_prefix),
            message_id=_email_mime.message_id(message.delivery, domain),
            text=_plain(laid_out, shown, leave),
            html=html_body(message, laid_out, shown, leave),
            headers=self._headers(message, ways) | _email_mime.thread(message, domain),
        )

    def _ways_out(self, message: Message, target: Target) -> tuple[str, ...]:
        """The addresses that end these mails; none in a test message, which no subscription sent."""
        if not message.subscription:
            return ()
        return unsubscribe.ways(
            url=self._options.unsubscribe_url,
            mailto=self._options.unsubscribe_mailto,
            address=target.to,
            subscription=message.subscription,
            keys=self.unsubscribe_keys,
        )

    def _headers(self, message: Message, ways: Sequence[str]) -> dict[str, str]:
        headers = {
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
            "X-Rarewatch-Delivery": _email_mime.token(message.delivery),
        }
        if self._options.reply_to is not None:
            headers["Reply-To"] = str(mailbox(self._options.reply_to))
        if self._options.list_id is not None:
            headers["List-Id"] = self._options.list_id
        if ways:
            headers["List-Unsubscribe"] = ", ".join(f"<{way}>" for way in ways)
        if ways and ways[0].startswith("https:"):
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers


def _plain(laid_out: sheet.Sheet, shown: Sequence[cards.Card], leave: str) -> str:
    text = sheet.plain(laid_out)
    if shown:
        kept = shown[:_MOST_CARDS]
        head = f"[{laid_out.severity.upper()}] {laid_out.headline}"
        said = "".join(f"! {notice.text}\n" for notice in laid_out.notices)
        text = f"{head}\n\n{said}{cards.plain(kept, len(shown) - len(kept))}\n--\n{laid_out.footer}\n"
    return f"{text}Stop these mails: {leave}\n" if leave else text


def _key(secret: str, ref: SecretRef) -> str:
    if len(secret) < signed.LEAST_KEY:
        raise ConfigError(
            f"the key in {ref} is too short to sign links with",
            hint=f"at least {signed.LEAST_KEY} characters, such as from `openssl rand -hex 32`",
        )
    return secret


def _trust(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:
            raise ConfigError(
                f"the certificate file {ca_file} cannot be used: {error}", hint="a PEM file of certificates"
            ) from error
    return context
