"""What a webhook is told: version 1 of the message, its JSON Schema and its signature. Pure.

Within a version keys may be added; a key that goes or changes its meaning makes another version.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from rarewatch.notifiers._whole_text import whole_text
from rarewatch.nouns.alert import Evidence, Message, Why
from rarewatch.nouns.item import Stamp
from rarewatch.text import wording

VERSION: Final = "1"
NAME = "webhook-message"
_TEXT, _SENTENCE, _ID, _ROWS = 2_000, 2_000, 200, 50
"""Most characters of any text, of a sentence and of an id, and most entries of a list."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class Gloss(_Part):
    """A Chinese term and its English."""

    term: str
    english: str


class Day(_Part):
    """A publication date that was printed without a time."""

    precision: Literal["day"] = "day"
    date: Annotated[str, Field(json_schema_extra={"format": "date"}, description="the publisher's calendar day")]


class Minute(_Part):
    """A publication date that was printed with its time."""

    precision: Literal["minute"] = "minute"
    at: Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="in UTC")]


class Fired(_Part):
    """A rule that held."""

    rule: Annotated[str, Field(description="id of the rule")]
    title: str
    severity: str
    terms: Annotated[tuple[str, ...], Field(description="what was found, as it is written there")]


class Quoted(_Part):
    """A sentence that made a rule hold."""

    field: Annotated[str, Field(description="title, text or attachment")]
    place: Annotated[str, Field(description='document and page of a sentence that stands in one, else ""')]
    sentence: str
    marks: Annotated[
        tuple[tuple[int, int], ...], Field(description="[start, end) of what was found, in Unicode code points of sentence")
    ]
    glosses: tuple[Gloss, ...]


class WebhookMessage(_Part):
    """One alert of rarewatch, or one notice to its operators. Unknown keys are to be ignored: more may come within version 1."""

    version: Literal["1"] = VERSION
    delivery: Annotated[str, Field(description="the same at every attempt: a repeat is to be recognised by it")]
    story: Annotated[str, Field(description='the event it tells of, "" for a test')]
    kind: Annotated[
        Literal["news", "digest", "notice"],
        Field(description="digest: several in one, see parts; notice: a word of rarewatch to its operators, with evidence only"),
    ]
    subscription: Annotated[str, Field(description="id of the subscription in audience.yaml that asked for it")]
    test: Annotated[bool, Field(description="sent by hand to try the channel")]
    possible_repeat: Annotated[bool, Field(description="an earlier attempt may have arrived")]
    severity: Literal["log", "routine", "notable", "important", "urgent"]
    headline: Annotated[str, Field(description="the original title")]
    glosses: Annotated[tuple[Gloss, ...], Field(description="terms of the headline in English")]
    types: Annotated[tuple[str, ...], Field(description="kinds of announcement it seems to be, the most severe first")]
    publisher: str
    tier: Annotated[str, Field(description="how close the publisher stands to the fact")]
    published: Annotated[Day | Minute | None, Field(description="null: not given")]
    seen_at: Annotated[str, Field(json_schema_extra={"format": "date-time"}, description="when rarewatch first read it, in UTC")]
    why: tuple[Fired, ...]
    evidence: tuple[Quoted, ...]
    link: Annotated[str, Field(description='a web address (http or https), "" where there is none')]
    caveat: str
    origin: Annotated[str, Field(description="where the publisher says it is from")]
    title_only: Annotated[bool, Field(description="the text could not be read")]
    paper_note: Annotated[str, Field(description="which documents could not be read, and why")]
    note: Annotated[str, Field(description="how it comes to be told now: a storm, a repetition, nobody who acknowledged it")]
    parts: Annotated[tuple["WebhookMessage", ...], Field(description="what a digest tells together, the most severe first")]
    text: Annotated[str, Field(description="all of it as plain text for people")]


def payload(message: Message) -> dict[str, Any]:
    """The message as plain JSON values; every text is one line without control characters, `text` excepted, and bounded.

    A digest has all its parts: the one that receives it is a program, which does not tire.
    """
    return _told(message).model_dump(mode="json")


def _told(message: Message) -> WebhookMessage:
    return WebhookMessage(
        delivery=_short(message.delivery, _ID),
        story=_short(message.story, _ID),
        kind="notice" if message.notice else "digest" if message.parts else "news",
        subscription=_short(message.subscription, _ID),
        test=message.test,
        possible_repeat=message.possible_repeat,
        severity=message.severity.label,
        headline=_short(message.headline),
        glosses=_glosses(message.glosses),
        types=tuple(_short(name) for name in message.types[:_ROWS]),
        publisher=_short(message.publisher),
        tier=_short(message.tier),
        published=_published(message.published, message.zone),
        seen_at=utc(message.seen_at),
        why=tuple(_fired(why) for why in message.why[:_ROWS]),
        evidence=tuple(_quoted(evidence) for evidence in message.evidence[:_ROWS]),
        link=wording.safe_link(message.link),
        caveat=_short(message.caveat),
        origin=_short(message.origin),
        title_only=message.title_only,
        paper_note=_short(message.paper_note),
        note=_short(message.note),
        parts=tuple(_told(part) for part in message.parts),
        text=whole_text(message),
    )


def body(told: object) -> bytes:
    """The bytes that are sent and signed."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def signature(timestamp: str, content: bytes, secrets: Iterable[str]) -> str:
    """The value of the signature header: `v1=` and the hex HMAC-SHA256 of `timestamp.content` for each secret, commas between."""
    signed = timestamp.encode() + b"." + content
    return ",".join(f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}" for secret in secrets)


def schema() -> dict[str, Any]:
    """The JSON Schema of the message, for receivers."""
    made = WebhookMessage.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{NAME}.json", **made}


def utc(at: datetime) -> str:
    """`2031-04-04T01:02:03Z`; a year without room for the shift to UTC stays in its own zone."""
    try:
        at = at.astimezone(UTC)
    except OverflowError:
        return at.isoformat(timespec="seconds")
    return at.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _published(stamp: Stamp | None, zone: str) -> Day | Minute | None:
    if stamp is None:
        return None
    if stamp.precision == "minute":
        return Minute(at=utc(stamp.at))
    return Day(date=wording.stamp_words(stamp, zone).partition(" ")[0])


def _fired(why: Why) -> Fired:
    terms = tuple(_short(term) for term in why.terms[:_ROWS])
    return Fired(rule=_short(why.rule, _ID), title=_short(why.title), severity=why.severity.label, terms=terms)


def _quoted(evidence: Evidence) -> Quoted:
    """Marks are counted in the sentence as it is sent, which is tidied and may be cut."""
    sentence, marks = "", []
    for piece, marked in wording.stretches(wording.excerpt(evidence, _SENTENCE)):
        if marked:
            marks.append((len(sentence), len(sentence) + len(piece)))
        sentence += piece
    return Quoted(
        field=evidence.field,
        place=_short(evidence.place),
        sentence=sentence,
        marks=tuple(marks),
        glosses=_glosses(evidence.glosses),
    )


def _glosses(pairs: Iterable[tuple[str, str]]) -> tuple[Gloss, ...]:
    return tuple(Gloss(term=_short(term), english=_short(english)) for term, english in tuple(pairs)[:_ROWS])


def _short(text: str, limit: int = _TEXT) -> str:
    return wording.shorten(text, limit)
