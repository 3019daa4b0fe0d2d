"""The words every channel uses for the same fact, so that Slack, email and the console never say it differently.

Pure functions on nouns and primitive values. They give plain text without markup; each channel escapes it in its own way.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from rarewatch.nouns.alert import Evidence, Message, Why
from rarewatch.nouns.item import Stamp

BEIJING = "Asia/Shanghai"
ELLIPSIS = "…"
_PLACE = 120
_NAMES = {BEIJING: "Beijing time", "UTC": "UTC", "Etc/UTC": "UTC"}
# Bidirectional overrides and isolates reorder what stands around them; a page has no need of them and a forger has.
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")


def tidy(text: str) -> str:
    """Text as it may stand on one line anywhere: no line breaks, no control or bidi-override characters, no lone surrogates.

    Breaks and tabs become one space each, other controls vanish, a lone surrogate becomes U+FFFD. Chinese, emoji and
    right-to-left letters stay. Offsets into `text` do not survive: cut first (`stretches`), tidy afterwards.
    """
    return "".join(_tidied(char) for char in text)


def _tidied(char: str) -> str:
    if char in _BREAKS:
        return " "
    if char < "\x7f" and char >= " ":
        return char
    kind = unicodedata.category(char)
    if kind == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    return "" if kind == "Cc" or char in _BIDI else char


def shorten(text: str, limit: int) -> str:
    """`text` tidied and cut to at most `limit` characters (at least 1), the last one an ellipsis where something was cut."""
    text = " ".join(tidy(text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def moment_words(at: datetime, zone: str) -> str:
    """A moment for a reader in `zone` (IANA name): `2026-11-22 18:00 Beijing time (UTC+8)`.

    Outside China the reader's own time comes first and Beijing time follows after a slash. An unknown zone shows Beijing time.
    """
    beijing = _moment(at, BEIJING)
    home = _moment(at, zone) if zone != BEIJING and _known(zone) else ""
    return f"{home} / {beijing}" if home else beijing


def stamp_words(stamp: Stamp | None, zone: str) -> str:
    """A publication date as precise as it was printed; a day is never shown as midnight.

    Precision "minute" reads as `moment_words`; "day" as `2026-11-22 (time not given)`, the publisher's calendar day whatever the
    reader's zone; none as `not given`.
    """
    if stamp is None:
        return "not given"
    if stamp.precision == "minute":
        return moment_words(stamp.at, zone)
    # A store hands moments back in UTC, where a Chinese midnight is still the day before.
    local = stamp.at if stamp.at.utcoffset() else _shifted(stamp.at, BEIJING)
    return f"{local.date().isoformat()} (time not given)"


def types_words(types: Sequence[str]) -> str:
    """`Quota or total control 总量指标; Law or plan 法规规划`, or that none is recognised: a type is a label, never a gate."""
    return "; ".join(types) or "none recognised"


def published_line(message: Message) -> str:
    """`Published 2026-11-22 18:00 Beijing time (UTC+8)`."""
    return f"Published {stamp_words(message.published, message.zone)}"


def seen_line(message: Message) -> str:
    """`First seen 2026-11-22 18:02 Beijing time (UTC+8)`."""
    return f"First seen {moment_words(message.seen_at, message.zone)}"


def journey_line(message: Message) -> str:
    """`published 10:31 · seen 10:33 · told 10:33 (2 min)`: how long it took, in the reader's time; "" where nobody is told of news.

    A moment of another day than that of telling has its day too; what was published on a day has no minutes to count from.
    """
    told = message.told_at
    if told is None or message.notice or message.parts:
        return ""
    printed = message.published
    exact = printed.at if printed and printed.precision == "minute" else None
    words = f"published {_short(exact, told, message.zone)} · " if exact else ""
    if printed and not exact:
        words = f"published {stamp_words(printed, message.zone).partition(' ')[0]} · "
    words += f"seen {_short(message.seen_at, told, message.zone)} · told {_short(told, told, message.zone)}"
    took = (told - (exact or message.seen_at)).total_seconds()
    if took < 0:  # a clock that is not right, theirs or ours
        return words
    return f"{words} ({_span_words(took)}{'' if exact else ' after it was seen'})"


def _short(at: datetime, told: datetime, zone: str) -> str:
    """Hours and minutes, behind the day where it is not that of `told`."""
    zone = zone if _known(zone) else BEIJING
    local, today = _shifted(at, zone), _shifted(told, zone).date()
    clock = f"{local.hour:02d}:{local.minute:02d}"
    return clock if local.date() == today else f"{local.date().isoformat()} {clock}"


def _span_words(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under 1 min"
    if minutes < 120:
        return f"{minutes} min"
    return f"{round(minutes / 60)} h" if minutes < 48 * 60 else f"{round(minutes / 1440)} days"


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _shifted(at: datetime, zone: str) -> datetime:
    try:
        return at.astimezone(ZoneInfo(zone))
    except OverflowError:  # a publisher's year 1 or 9999 has no time in other zones
        return at


def _moment(at: datetime, zone: str) -> str:
    local = _shifted(at, zone)
    name, offset = _NAMES.get(zone, zone), offset_words(local.utcoffset() or timedelta())
    clock = f"{local.date().isoformat()} {local.hour:02d}:{local.minute:02d}"
    return f"{clock} {name}" if name == offset else f"{clock} {name} ({offset})"


def offset_words(offset: timedelta) -> str:
    """`UTC`, `UTC+8` or `UTC-3:30` for a distance from UTC."""
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")


def publisher_words(message: Message) -> str:
    """`商务部 (issuer)`: who says so, and how close they stand to the fact."""
    return f"{tidy(message.publisher)} ({tidy(message.tier)})" if message.tier else tidy(message.publisher)


def gloss_words(glosses: Iterable[tuple[str, str]]) -> str:
    """`稀土 = rare earths; 出口管制 = export control`, or "" where there are none."""
    return "; ".join(f"{tidy(term)} = {tidy(english)}" for term, english in glosses)


def why_line(why: Why) -> str:
    """`Rare earths under export control [urgent]: 稀土, 出口管制 (rule ree-control)`."""
    terms = f": {', '.join(tidy(term) for term in why.terms)}" if why.terms else ""
    return f"{tidy(why.title or why.rule)} [{why.severity.label}]{terms} (rule {tidy(why.rule)})"


def subject_words(message: Message, limit: int = 150) -> str:
    """One line that stands alone in a list of messages: `[urgent] headline`, at most `limit` characters, marked where a test."""
    start = f"[{message.severity.label}] " + ("TEST: " if message.test else "") + ("(repeat?) " if message.possible_repeat else "")
    return shorten(start + (message.headline.strip() or "(no title)"), limit)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader must know beside the news: `kind` for styling, `text` one sentence."""

    kind: str
    text: str


def notices(message: Message) -> tuple[Notice, ...]:
    """Every reservation that belongs on this alert, the weightiest first."""
    found = (
        ("test", "This is a test message, not news." if message.test else ""),
        ("note", tidy(message.note)),
        (
            "repeat",
            "You may have had this already: an earlier attempt to send it got no clear answer." if message.possible_repeat else "",
        ),
        (
            "title-only",
            "Only the title could be read; the text of the announcement was not available." if message.title_only else "",
        ),
        ("documents", f"Documents: {tidy(message.paper_note)}." if message.paper_note else ""),
        ("origin", f"Origin named by the publisher: {tidy(message.origin)}" if message.origin else ""),
        ("caveat", f"Caveat: {tidy(message.caveat)}" if message.caveat else ""),
    )
    return tuple(Notice(kind, text) for kind, text in found if text)


def stretches(evidence: Evidence) -> tuple[tuple[str, bool], ...]:
    """The sentence in pieces with whether each is to be highlighted; tidied, overlapping marks joined, in order, none empty."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in _joined(evidence.marks, len(evidence.sentence)):
        pieces += [(evidence.sentence[at:start], False), (evidence.sentence[start:end], True)]
        at = end
    pieces.append((evidence.sentence[at:], False))
    return tuple((clean, marked) for text, marked in pieces if (clean := tidy(text)))


def excerpt(evidence: Evidence, limit: int) -> Evidence:
    """The same evidence with its sentence cut to at most `limit` characters (at least 3) around its first mark."""
    sentence = evidence.sentence
    if len(sentence) <= limit:
        return evidence
    marks = _joined(evidence.marks, len(sentence))
    first = marks[0][0] if marks else 0
    room = limit - 2
    start = max(0, min(first - room // 3, len(sentence) - room))
    end = start + room
    before, after = ELLIPSIS if start else "", ELLIPSIS if end < len(sentence) else ""
    shift = start - len(before)
    kept = tuple((max(a, start) - shift, min(b, end) - shift) for a, b in marks if a < end and b > start)
    return replace(evidence, sentence=f"{before}{sentence[start:end]}{after}", marks=kept)


def _joined(marks: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, a), min(b, length)) for a, b in marks):
        if end <= start:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def evidence_label(evidence: Evidence) -> str:
    """Where the sentence stands, for people: `In the title`, `In the text` or `In 附件1.pdf, p. 3`."""
    if evidence.field == "attachment":
        return f"In {shorten(evidence.place, _PLACE) or 'a document'}"
    return "In the title" if evidence.field == "title" else "In the text"


def safe_link(link: str) -> str:
    """`link` where a click on it can only open a web page (http or https with a host, no blanks or controls), else ""."""
    if not link or tidy(link) != link or any(char.isspace() or char in '<>"`\\' for char in link):
        return ""
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        return ""
    return link if parts.scheme.lower() in ("http", "https") and host else ""
