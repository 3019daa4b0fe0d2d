"""Why an announcement did or did not become an alert: all that is on record of one item. Reads only."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import Row

from rarewatch.match import Compiled, failing
from rarewatch.nouns.alert import OWN, Reason, Subscription, Verdict
from rarewatch.nouns.item import Item, Status
from rarewatch.nouns.paper import page_at
from rarewatch.nouns.watch import About, Clause, Rule, Span
from rarewatch.stores import conditions, views

REASONS = {
    Reason.FIRST: "told: the first on this story",
    Reason.SEEN: "not told: seen before",
    Reason.BASELINE: "not told: it belongs to the past of a source that was new",
    Reason.NO_MATCH: "not told: no rule held",
    Reason.NOT_SUBSCRIBED: "not told: it is not what this subscriber asks for",
    Reason.BELOW_SEVERITY: "not told: less severe than this subscriber asks for",
    Reason.ALREADY_TOLD: "not told again: this subscriber was told of the story before",
    Reason.ALREADY_HELD: "not told by itself: the story waits for this subscriber already",
    Reason.QUIET_HOURS: "not told at once: quiet hours",
    Reason.DIGEST: "told together with others",
    Reason.STORM: "told as the first of a storm",
    Reason.GROUPED: "not told at once: gathered with others",
    Reason.INHIBITED: "not told: it waited for a more official text, which told the story",
    Reason.SILENCED: "not told: somebody silenced it",
    Reason.ESCALATED: "told: nobody acknowledged it elsewhere",
    Reason.REPEATED: "told again: nobody acknowledged it",
    Reason.NOTICE: "told: a notice to operators",
}
_HELD = {
    Reason.DIGEST: "not told at once: it goes out with the digest",
    Reason.STORM: "not told at once: a storm, told together when it is over",
    Reason.INHIBITED: "not told at once: a more official text on the same matter is told first",
}


def words_of(verdict: str, reason: str, detail: str = "", until: str | None = None) -> str:
    """A decision in words; `detail` and `until` (ISO 8601) where there is more to say."""
    plain = REASONS[Reason(reason)]
    if verdict == Verdict.HOLD:
        plain = f"{_HELD.get(Reason(reason), plain)}; it waits until {until}"
    return f"{plain} ({detail})" if detail else plain


def facts(
    item: Item, row: Row[Any], compiled: Compiled, connection: Connection, *, known: About, audience: Sequence[Subscription]
) -> dict[str, Any]:
    """Everything that was decided about `item`, whose row is `row`, as JSON can hold it; `known` is what is known beside its text.

    `rules_now` is what today's rules (`compiled`) say, clause by clause; `matches_then` what was recorded when it was read.
    """
    story = views.story_of(connection, item.id)
    rules = compiled.explain(item.title, item.text, item.attachment, about=known) if item.source != OWN.id else ()
    published = item.published.at if item.published else None
    return {
        "item": item.id,
        "source": item.source,
        "title": item.title,
        "link": item.link,
        "published": item.published.at.isoformat() if item.published else None,
        "precision": item.published.precision if item.published else None,
        "seen_at": item.seen_at.isoformat(),
        "admitted": {
            "status": row.status,
            "why": row.why,
            "revisions": row.revision,
            "title_only": item.title_only,
            "papers": item.paper_note,
        },
        "source_troubles": list(conditions.spells(connection, item.source, published or item.seen_at, item.seen_at)),
        "rules_now": [_verdict(rule, clause, item) for rule, clause in rules],
        "matches_then": [
            {"rule": m.rule, "version": m.rule_digest, "severity": m.severity.label, "evidence": [_span(s, item) for s in m.spans]}
            for m in views.matches_of(connection, item.id)
        ],
        "story": story,
        "decisions": [
            {"subscription": who, "verdict": verdict, "reason": reason, "words": words}
            for who, verdict, reason, words in _decided(item, row, audience, connection)
        ],
        "deliveries": list(views.deliveries_of(connection, story["id"])) if story else [],
    }


def _decided(
    item: Item, row: Row[Any], audience: Sequence[Subscription], connection: Connection
) -> Iterator[tuple[str, str, str, str]]:
    """Subscriber, verdict, reason and that in words: as recorded; of a source's past nothing is, for it was nobody's news."""
    recorded = views.decisions_of(connection, item.id)
    for made in recorded:
        words = words_of(made["verdict"], made["reason"], made["detail"] or "", made["held_until"])
        yield made["subscription"], made["verdict"], made["reason"], words
    if not recorded and row.status == Status.BASELINE.value:
        for subscription in (one for one in audience if not one.operator):
            yield subscription.id, Verdict.SKIP.value, Reason.BASELINE.value, REASONS[Reason.BASELINE]


def _span(span: Span, item: Item) -> dict[str, Any]:
    page = page_at(item.pages, span.start) if span.field == "attachment" else None
    told = {"field": span.field, "start": span.start, "end": span.end, "text": span.text}
    return told | ({"place": page.place} if page else {})


def _verdict(rule: Rule, clause: Clause, item: Item) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "version": rule.digest,
        "severity": rule.severity.label,
        "held": clause.held,
        "failed_at": _failed_at(clause),
        "clause": _clause(clause, item),
    }


def _failed_at(clause: Clause) -> str:
    """The condition that decided against a rule, in words; "" for a rule that holds."""
    decided = failing(clause)
    if decided is None:
        return ""
    return f"it must not hold: {decided.text}" if decided.held else decided.text


def _clause(clause: Clause, item: Item) -> dict[str, Any]:
    return {
        "text": clause.text,
        "held": clause.held,
        "spans": [_span(span, item) for span in clause.spans],
        "parts": [_clause(part, item) for part in clause.parts],
    }
