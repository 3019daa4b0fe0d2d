"""What a mail server can do to a sender."""

from enum import StrEnum


class Fault(StrEnum):
    """What one connection goes through instead of a plain success."""

    DROP = "drop"
    """Closed before any greeting."""
    UNWELCOME = "unwelcome"
    """554 in place of the greeting."""
    DROP_AT_HELLO = "drop-at-hello"
    """Closed at EHLO."""
    LOGIN_LATER = "login-later"
    """454 at AUTH."""
    LOGIN_REFUSED = "login-refused"
    """535 at AUTH, with the client's own words in the answer, as careless servers do."""
    CLOSING = "closing"
    """421 at MAIL, then closed."""
    DROP_AT_MAIL = "drop-at-mail"
    """Closed at MAIL."""
    SLOW = "slow"
    """All well, but the answer to MAIL comes `delay` seconds later."""
    HANG = "hang"
    """No answer to MAIL."""
    DROP_AT_RCPT = "drop-at-rcpt"
    """Closed at RCPT."""
    GREYLIST = "greylist"
    """451 at RCPT."""
    UNKNOWN = "unknown"
    """550 at RCPT."""
    DROP_IN_DATA = "drop-in-data"
    """Closed after 354, the mail not taken."""
    DROP_AT_THE_DOT = "drop-at-the-dot"
    """Closed after the mail's last dot, the mail not taken."""
    REJECT = "reject"
    """554 after the mail."""
    FULL = "full"
    """452 after the mail."""
    LOST_ANSWER = "lost-answer"
    """The mail is taken, the connection closed before the answer."""
    HANG_AFTER_DATA = "hang-after-data"
    """The mail is taken, no answer comes."""
    DROP_AT_QUIT = "drop-at-quit"
    """All well, but QUIT finds the connection closed."""


ANSWERS = {
    Fault.GREYLIST: "451 4.7.1 Greylisted, please try again later",
    Fault.UNKNOWN: "550 5.1.1 No such user here",
    Fault.REJECT: "554 5.7.1 Message refused",
    Fault.FULL: "452 4.3.1 Out of storage",
}
