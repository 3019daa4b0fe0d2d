"""What an alert shows only in part, whole, for its thread. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from rarewatch.notifiers._slack_text import fit, gloss_text, literal
from rarewatch.nouns.alert import Evidence, Message
from rarewatch.text.wording import evidence_label, notices, publisher_words, types_words, why_line

HEADLINE, GLOSSES, FACT, WHY, SENTENCE, NOTE, SAID = 400, 300, 150, 200, 400, 200, 500
"""UTF-16 units that the alert itself shows of each."""

_OWN = 500

Left: TypeAlias = tuple[str, str]
"""A label, and the whole text."""


def left_of(message: Message, *, rules: int, shown: int, linked: bool) -> list[Left]:
    """All that is shown only in part of an alert that names its first `rules` rules and its first `shown` sentences."""
    return [*_facts(message, linked=linked), *_rules(message, rules), *_sentences(message.evidence, shown)]


def left_of_notice(message: Message, shown: int) -> list[Left]:
    """All that is shown only in part of a notice of which the first `shown` lines stand there."""
    headline = [("Headline", message.headline)] if is_cut(message.headline, HEADLINE) else []
    cut = (one for place, one in enumerate(message.evidence) if place >= shown or is_cut(one.sentence, SAID))
    return headline + [("It also says", one.sentence) for one in cut]


def is_cut(text: str, limit: int) -> bool:
    """Whether `fit` would leave something of `text` out."""
    return len(text) > 8 * limit or fit(text, limit) != literal(text)


def _facts(message: Message, *, linked: bool) -> Iterator[Left]:
    if is_cut(message.headline, HEADLINE):
        yield "Headline", message.headline
    if is_cut(glosses := gloss_text(message.glosses), GLOSSES):
        yield "In English", glosses
    if is_cut(publisher := f"{message.publisher} ({message.tier})", FACT):
        yield "Publisher", publisher if not message.tier else publisher_words(message)
    if is_cut(types := f"Type: {types_words(message.types)}", FACT):
        yield "Type", types.removeprefix("Type: ")
    for notice in notices(message):
        if is_cut(notice.text, NOTE):
            yield "Note", notice.text
    if not linked and is_cut(message.link, FACT):
        yield "Address", message.link


def _rules(message: Message, shown: int) -> Iterator[Left]:
    for place, why in enumerate(message.why):
        # Rules are our own: what is longer than that is no title and no term.
        terms = tuple(term[:_OWN] for term in why.terms[:_OWN])
        line = why_line(replace(why, rule=why.rule[:_OWN], title=why.title[:_OWN], terms=terms))
        if place >= shown or is_cut(line, WHY):
            yield "Why this alert", line


def _sentences(evidence: tuple[Evidence, ...], shown: int) -> Iterator[Left]:
    for place, one in enumerate(evidence):
        glosses = gloss_text(one.glosses)
        if place >= shown or len(one.sentence) > SENTENCE or is_cut(glosses, GLOSSES):
            yield evidence_label(one), one.sentence + (f" ({glosses})" if glosses else "")
