"""Builds the mail itself: addresses, headers that fold rightly, a plain and an HTML part; pure but for the date it is given."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from rarewatch.nouns.alert import Message
from rarewatch.text import wording
from rarewatch.text.mailbox import mailbox

_WHOLE = frozenset(("message-id", "list-id", "in-reply-to", "references", "list-unsubscribe-post"))
_BY_ITEM = "list-unsubscribe"


class _Policy(EmailPolicy):
    """The SMTP policy, but for the headers that the email package folds wrongly.

    Ids longer than a line would become encoded words: they are left on one line, ASCII and far below the 998 characters RFC 5322
    allows. So would the addresses of List-Unsubscribe, and one click (RFC 8058) would be gone. A subject that is split into several
    encoded words may lose the blank where it is split: the older `Header` does not.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        # Kept as it is: parsing would decode what a page wrote to look like an encoded word.
        return (name, wording.tidy(value)) if name.lower() == "subject" else super().header_store_parse(name, value)

    def fold(self, name: str, value: str) -> str:
        if name.lower() == "subject":
            return f"{name}: {_subject(name, str(value))}{self.linesep}"
        if name.lower() == _BY_ITEM:
            return f"{name}: {str(value).replace('>, <', f'>,{self.linesep} <')}{self.linesep}"
        return f"{name}: {value}{self.linesep}" if name.lower() in _WHOLE else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


def _subject(name: str, value: str) -> str:
    if value.isascii() and "=?" not in value and len(name) + 2 + len(value) <= 76:
        return value
    return Header(value, "utf-8", maxlinelen=76, header_name=name).encode(splitchars="", linesep="\r\n")


# 7bit makes the email package choose base64 or quoted-printable, so no server needs 8BITMIME and no line is too long for SMTP.
# RFC 2047 allows 76 characters in a line with an encoded word and 75 in the word; the usual 78 lets the package go over by one.
POLICY = _Policy(linesep="\r\n", cte_type="7bit", max_line_length=76)

_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail before it has a date: `to` as given in the target, `headers` beside the usual ones, bodies as text."""

    sender: str
    to: str
    subject: str
    message_id: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)


def token(delivery: str) -> str:
    """The delivery id as it may stand in a header: itself where it is plain, else a digest of it."""
    plain = _PLAIN_ID.fullmatch(delivery)
    return delivery if plain else sha256(delivery.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def message_id(delivery: str, domain: str) -> str:
    """The Message-ID of a delivery: the same at every attempt, so that a server or reader can recognise a repeat."""
    return f"<rarewatch.{token(delivery)}@{domain}>"


def subject(message: Message, prefix: str) -> str:
    """The subject; of a later mail of a story that of the first one after `Re:`, for some readers go by subjects."""
    first = message.opening
    if first is not None:
        message = replace(message, headline=first.headline, severity=first.severity)
    return wording.shorten(f"{'' if first is None else 'Re: '}{prefix} {wording.subject_words(message)}", 200)


def thread(message: Message, domain: str) -> dict[str, str]:
    """The headers that put a mail under the first one of its story; none where it is the first."""
    if message.opening is None:
        return {}
    first = message_id(message.opening.token, domain)
    return {"In-Reply-To": first, "References": first}


def assemble(mail: Mail, date: datetime) -> EmailMessage:
    """The mail as the email package holds it, dated `date` (aware).

    Raises `ValueError` where an address or header is not fit for a mail.
    """
    built = EmailMessage(policy=POLICY)
    built["From"] = mailbox(mail.sender)
    built["To"] = mailbox(mail.to)
    built["Subject"] = mail.subject
    built["Date"] = format_datetime(date)
    built["Message-ID"] = mail.message_id
    for name, value in mail.headers.items():
        built[name] = value
    built.set_content(mail.text)
    built.add_alternative(mail.html, subtype="html")
    return built
