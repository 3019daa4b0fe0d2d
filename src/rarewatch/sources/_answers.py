"""What every kind does with an answer before it reads it: is it news at all, is it a wall, which text is it. Pure."""

from rarewatch.errors import BadEncoding, Refused, SourceFault
from rarewatch.nouns.source import Got, Reading, Seen, Validators
from rarewatch.sources._links import line
from rarewatch.text.challenge import challenge
from rarewatch.text.charset import Decoded, decode
from rarewatch.text.plain import plain

_SHOWN = 80  # characters of an unexpected page that its fault quotes


def validators_of(got: Got) -> Validators:
    """The validators that `got` gives for the next poll."""
    return Validators(got.headers.get("etag", ""), got.headers.get("last-modified", ""), got.digest)


def unchanged(got: Got, seen: Seen) -> Reading | None:
    """The reading of an answer that cannot hold anything new (304, or the last body again); None where it has to be read."""
    if got.not_modified:
        return Reading(validators=seen.validators, unchanged=True)
    if got.digest == seen.validators.body:
        return Reading(validators=validators_of(got), unchanged=True)
    return None


def not_a_challenge(got: Got) -> None:
    """Raise `Refused` where the answer is an anti-bot page."""
    if name := challenge(got.status, got.headers, got.body):
        raise Refused(f"the answer is an anti-bot page ({name})", url=got.url)


def page_of(got: Got, charset: str = "") -> Decoded:
    """The text of an HTML answer; raises `Refused` where it is an anti-bot page. `charset` overrules what it declares."""
    not_a_challenge(got)
    return decode(got.body, got.headers.get("content-type", ""), charset=charset)


def damage(page: Decoded, got: Got) -> list[SourceFault]:
    """The fault of a text that could not be decoded whole, if so."""
    return [BadEncoding(f"some of the page cannot be read as {page.encoding}", url=got.url)] if page.damaged else []


def beginning(page: str, got: Got) -> str:
    """How an unexpected page begins, in words for its fault."""
    start = line(plain(page))[:_SHOWN]
    return f"the page begins with {start!r}" if start else f"the page of {len(got.body)} bytes shows no text"
