"""Every error rarewatch raises on purpose; anything else is a bug and is reported as one.

RarewatchError
 ├ ConfigError            a mistake in a file people edit: where, what is wrong, what would be right
 │   └ ConfigErrors       all mistakes of one reading, told together
 ├ SourceFault            reading a source failed; `name` is what people see, `retry` says when to look again
 │   ├ Unreachable        no connection, no name, time-out
 │   ├ BadTLS             the certificate or handshake is not to be trusted
 │   ├ Refused            401, 403, 412, 521, or a page that is an anti-bot challenge
 │   ├ RateLimited        429 (or 503 with Retry-After)
 │   ├ Disallowed         robots.txt asks programs to stay away
 │   ├ Missing            404 or 410
 │   ├ Elsewhere          the answer is another site's
 │   ├ ServerTrouble      any other 5xx or unexpected status
 │   ├ TooLarge           more bytes than allowed, before or after decompression
 │   ├ TooSlow            the whole answer took longer than allowed
 │   ├ BadRedirect        too many, in a circle, or to a scheme that is not http(s)
 │   ├ ForbiddenAddress   the host leads to a private address and the source does not allow it
 │   ├ NotAFeed           the answer is no feed (a web page, most often)
 │   ├ Truncated          the document ends too early; what could be read was kept
 │   ├ LayoutChanged      a selector found nothing where something must be
 │   ├ BadEncoding        the text cannot be decoded without damage
 │   ├ BadDate            a date that cannot be read (the item is kept, undated)
 │   └ Gap                a list was read back as far as it goes without meeting what was known: entries may be missing
 ├ DeliveryFault          telling one target failed; `retry`, `reason`, `after`, and whether it may have arrived all the same
 └ StoreError
     ├ Unavailable        the database cannot be opened, is full, or is locked by another process
     └ Conflict           another process runs on the same database file
"""

from typing import Literal

Retry = Literal["soon", "later", "never"]
Reason = Literal["auth", "rate", "client", "server", "deadline", "connection"]
Bounce = Literal["", "gone", "doubtful"]
"""What a refusal says of the address itself: nothing, that it does not exist, that it may not exist."""


class RarewatchError(Exception):
    """What rarewatch raises on purpose."""


class ConfigError(RarewatchError):
    """A mistake in a configuration file, told so that a person can mend it.

    `file` is the path as given, `line` and `column` count from 1 (0 where there is no place), `hint` says what would be right.
    """

    def __init__(self, message: str, *, file: str = "", line: int = 0, column: int = 0, hint: str = "") -> None:
        """`message` says what is wrong, in one sentence without a full stop."""
        super().__init__(message)
        self.message, self.file, self.line, self.column, self.hint = message, file, line, column, hint

    def __str__(self) -> str:
        """`file:line:column: what is wrong (what would be right)`."""
        where = ":".join(str(part) for part in (self.file, self.line or "", self.column or "") if part)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} ({self.hint})" if self.hint else text


class ConfigErrors(ConfigError):  # noqa: N818 - the plural of the name above
    """All the mistakes of one reading of the configuration."""

    def __init__(self, errors: list[ConfigError]) -> None:
        """`errors` in the order of files and lines; never empty."""
        super().__init__(f"{len(errors)} mistake(s) in the configuration")
        self.errors = errors

    def __str__(self) -> str:
        """One mistake a line."""
        return "\n".join(str(error) for error in self.errors)


class SourceFault(RarewatchError):  # noqa: N818 - the field calls it a fault: the source is at fault, not the program
    """Reading a source failed; a named state of that source, never a crash of ours."""

    name = "fault"
    retry: Retry = "soon"
    of_entry: bool = False
    """The page of one entry is at fault; the list that names it was read."""
    of_part: bool = False
    """A part of the list itself could not be read; what was read was kept. Neither: the whole reading failed, or a mere note."""

    def __init__(self, detail: str, *, url: str = "", after: float | None = None) -> None:
        """`detail` says what was seen; `after` is the delay in seconds the server asked for, if any."""
        super().__init__(detail)
        self.detail, self.url, self.after = detail, url, after

    def __str__(self) -> str:
        """`name: detail [url]`."""
        return f"{self.name}: {self.detail}" + (f" [{self.url}]" if self.url else "")


class Unreachable(SourceFault):
    """No connection, no name, or no answer in time."""

    name = "unreachable"


class BadTLS(SourceFault):
    """The certificate or the handshake is not to be trusted."""

    name, retry = "bad-tls", "later"


class Refused(SourceFault):
    """The server turned us away, or answered with an anti-bot challenge; never bypassed."""

    name, retry = "refused", "later"


class RateLimited(SourceFault):
    """The server asks for fewer requests; `after` holds its wish in seconds."""

    name, retry = "rate-limited", "later"


class Disallowed(SourceFault):
    """The site's robots.txt asks programs to stay away from this address; obeyed."""

    name, retry = "disallowed", "later"


class Missing(SourceFault):
    """There is nothing at this address (404, 410)."""

    name, retry = "missing", "later"


class Elsewhere(SourceFault):
    """The answer is another site's: the address was given up, sold or taken over, or leads to a page for everybody."""

    name, retry = "elsewhere", "later"


class ServerTrouble(SourceFault):
    """The server failed (5xx) or answered with a status nobody expects."""

    name = "server-trouble"


class TooLarge(SourceFault):
    """The answer is larger than allowed, before or after decompression."""

    name, retry = "too-large", "later"


class TooSlow(SourceFault):
    """The whole answer took longer than allowed."""

    name = "too-slow"


class BadRedirect(SourceFault):
    """Too many redirects, a circle, or one to a scheme that is not http or https."""

    name, retry = "bad-redirect", "later"


class ForbiddenAddress(SourceFault):
    """The host leads to a private address and the source does not allow that."""

    name, retry = "forbidden-address", "never"


class NotAFeed(SourceFault):
    """The answer is not a feed."""

    name, retry = "not-a-feed", "later"


class Truncated(SourceFault):
    """The document ends too early or is malformed; what could be read was kept."""

    name = "truncated"
    of_part = True


class LayoutChanged(SourceFault):
    """A selector found nothing where something must be: the page was rebuilt, or it is another page."""

    name, retry = "layout-changed", "later"


class BadEncoding(SourceFault):
    """The text cannot be decoded without damage."""

    name, retry = "bad-encoding", "later"


class BadDate(SourceFault):
    """A date that cannot be read; its item is kept without one."""

    name = "bad-date"


class Gap(SourceFault):
    """A list was read back as far as allowed without meeting an entry of the last reading: how many it lost is not known."""

    name = "gap"


class DeliveryFault(RarewatchError):  # noqa: N818 - the word the whole field uses for a failed delivery
    """Telling one target failed.

    `again` is False when trying again cannot help; `after` is the delay in seconds the receiver asked for; `reason` is one of a
    closed set; `in_doubt` is True when the message may have arrived although no good answer came back; `bounce` is what was said of
    the address itself.
    """

    def __init__(
        self,
        detail: str,
        *,
        reason: Reason,
        again: bool,
        after: float | None = None,
        in_doubt: bool = False,
        bounce: Bounce = "",
    ) -> None:
        """`detail` must hold no secret: it is shown, logged and stored."""
        super().__init__(detail)
        self.detail, self.reason, self.again, self.after, self.in_doubt = detail, reason, again, after, in_doubt
        self.bounce = bounce


class StoreError(RarewatchError):
    """The database cannot do what was asked."""


class Unavailable(StoreError):  # noqa: N818 - reads as the state it names
    """The database cannot be opened, is full, or stays locked."""


class Conflict(StoreError):  # noqa: N818 - reads as the state it names
    """Another rarewatch already runs on this database file."""
