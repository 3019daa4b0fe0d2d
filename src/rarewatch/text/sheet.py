"""An alert laid out as labelled rows: what email and console show, in the order a reader needs it.

Pure, and bounded: however much a page holds, a sheet stays readable (the link leads to the rest).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rarewatch.nouns.alert import Evidence, Message
from rarewatch.text import wording

HEADLINE, SENTENCE, LINE, ROWS = 500, 600, 400, 12
"""Most characters of a headline, of a sentence, of any other row, and most rows of one kind."""

Kind = Literal["fact", "why", "evidence"]
Pieces = tuple[tuple[str, bool], ...]
"""Text in stretches, each with whether it is to be highlighted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled line; `note` is a quieter line under it, "" for none."""

    kind: Kind
    label: str
    pieces: Pieces
    note: str = ""

    @property
    def text(self) -> str:
        """The pieces without their highlights."""
        return "".join(text for text, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole alert: `link` is "" unless it is safe to click, `address` the same as plain text whatever it is.

    Of a notice to operators only headline, notices, facts, evidence and footer say something.
    """

    severity: str
    headline: str
    glosses: str
    notices: tuple[wording.Notice, ...]
    facts: tuple[Row, ...]
    why: tuple[Row, ...]
    evidence: tuple[Row, ...]
    link: str
    address: str
    footer: str
    notice: bool = False


def lay_out(message: Message) -> Sheet:
    """Lay out `message`; every text is tidied (one line, no control characters) but not escaped for any markup."""
    return Sheet(
        severity=message.severity.label,
        headline=wording.shorten(message.headline, HEADLINE) or "(no title)",
        glosses=wording.shorten(wording.gloss_words(message.glosses), LINE),
        notices=tuple(wording.Notice(notice.kind, wording.shorten(notice.text, SENTENCE)) for notice in wording.notices(message)),
        facts=_facts(message),
        why=_capped(Row("why", "Why", ((wording.shorten(wording.why_line(why), LINE), False),)) for why in message.why),
        evidence=_capped(_evidence(evidence, labelled=not message.notice) for evidence in message.evidence),
        link=wording.safe_link(message.link),
        address=wording.tidy(message.link).strip(),
        footer=wording.shorten(_footer(message), LINE),
        notice=message.notice,
    )


def _footer(message: Message) -> str:
    journey, ids = wording.journey_line(message), f"Story {message.story or 'none'}, delivery {message.delivery}"
    return f"{journey} · {ids}" if journey else ids


def _facts(message: Message) -> tuple[Row, ...]:
    facts = [("At", wording.moment_words(message.seen_at, message.zone))] if message.notice else _facts_of_news(message)
    return tuple(Row("fact", label, ((wording.shorten(value, LINE), False),)) for label, value in facts)


def _facts_of_news(message: Message) -> list[tuple[str, str]]:
    return [
        ("Publisher", wording.publisher_words(message)),
        ("Type", wording.types_words(message.types)),
        ("Published", wording.stamp_words(message.published, message.zone)),
        ("First seen", wording.moment_words(message.seen_at, message.zone)),
    ]


def _evidence(evidence: Evidence, *, labelled: bool) -> Row:
    pieces = wording.stretches(wording.excerpt(evidence, SENTENCE))
    note = wording.shorten(wording.gloss_words(evidence.glosses), LINE)
    return Row("evidence", wording.evidence_label(evidence) if labelled else "", pieces, note)


def _capped(rows: Iterable[Row]) -> tuple[Row, ...]:
    every = tuple(rows)
    if len(every) <= ROWS:
        return every
    kept = every[: ROWS - 1]
    return (*kept, Row(every[0].kind, "", ((f"and {len(every) - len(kept)} more", False),)))


def plain(sheet: Sheet) -> str:
    """The sheet as plain text for people, lines ended by a line feed, without any markup."""
    lines = [f"[{sheet.severity.upper()}] {sheet.headline}"]
    if sheet.glosses:
        lines.append(f"In English: {sheet.glosses}")
    lines += ["", *(f"! {notice.text}" for notice in sheet.notices)]
    if sheet.notices:
        lines.append("")
    lines += [f"{row.label + ':':<12}{row.text}" for row in sheet.facts]
    if sheet.notice:
        return "\n".join([*lines, "", *(row.text for row in sheet.evidence), "", "--", sheet.footer, ""])
    lines.append(f"{'Link:':<12}{sheet.address or 'none'}")
    lines += ["", "Why you are told", *(f"- {row.text}" for row in sheet.why)]
    if sheet.evidence:
        lines += ["", "What it says"]
    for row in sheet.evidence:
        lines.append(f"- {row.label}: {row.text}" if row.label else f"- {row.text}")
        if row.note:
            lines.append(f"  ({row.note})")
    return "\n".join([*lines, "", "--", sheet.footer, ""])
