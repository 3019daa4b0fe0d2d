"""The ledger of numbered announcements: which number an item bears, and which numbers are missing. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from rarewatch.nouns.expected import Ledger, Mark, Number, Numbered, State
from rarewatch.nouns.health import Notice
from rarewatch.nouns.item import Item
from rarewatch.nouns.watch import Severity
from rarewatch.text._document_words import spellings
from rarewatch.text.characters import plane
from rarewatch.text.documents import Named, documents

A_DAY_AT_MOST = 5
"""So many leads of one ledger a day; what goes beyond comes in one summary."""
_LARGEST = 1_000
_CHINA = timezone(timedelta(hours=8))
_HEAD_LINES, _HEAD_CHARACTERS = 8, 800
_BEFORE = re.compile(r"[\s\[(<《【“\"「『]*(?:中华人民共和国)?[\s]*")
_LABEL = re.compile(r"[\s\W_]*(?:发布文号|发文字号|公告编号|公告号|文件编号|文号|编号)?[\s\W_]*")
_LABELLED = re.compile(r"(?:发布文号|发文字号|公告编号|公告号|文件编号|文号)[\]\s::]{0,3}$")
_COMMENT = re.compile("解读|答记者问|问答|答疑|释义|图解|全文翻译")
_CLOSED = re.compile(r"[\s\])>》】”\"」』]*")


@dataclass(frozen=True, slots=True)
class Lead:
    """A number that was not seen, though it must exist since `since`; `mark` is the hint where only a citation says so."""

    number: Number
    since: datetime
    mark: Mark | None = None


def own_number(item: Item, ledger: Ledger) -> Number | None:
    """The number that `item` itself bears in the ledger's series; a number that it merely cites is none of its own."""
    if ledger.stock:
        return _filed(item, ledger)
    title = item.title.translate(plane())
    if _COMMENT.search(title):
        return None
    titled = (named for named in documents(title) if _belongs(named, ledger) and _entitles(named, title))
    named = next(titled, None) or next(_in_head(item, ledger), None)
    return _plausible(named, item) if named else None


def cited_numbers(item: Item, ledger: Ledger) -> frozenset[Number]:
    """The numbers of the ledger's series that `item` names with issuer and year; none for a company's own numbering."""
    if ledger.stock:
        return frozenset()
    found = documents(f"{item.title}\n{item.text}")
    named = [_plausible(one, item) for one in found if one.year is not None and one.issuers and _belongs(one, ledger)]
    return frozenset(number for number in named if number)


def _belongs(named: Named, ledger: Ledger) -> bool:
    """Joint announcements count in the series of the issuer that is named first."""
    return named.kind in ledger.kinds and named.issuers[:1] != () and named.issuers[0] in ledger.issuers


def _entitles(named: Named, title: str) -> bool:
    """Whether the document's name begins the title, or ends it in brackets."""
    if _BEFORE.fullmatch(title, 0, named.start):
        return True
    return title[: named.start].rstrip().endswith(("(", "[")) and _CLOSED.fullmatch(title, named.end) is not None


def _in_head(item: Item, ledger: Ledger) -> Iterator[Named]:
    """The documents of the series that stand alone on a line of the text's head, or behind a label that says so.

    Where such a line names no issuer, one must be named elsewhere in the head.
    """
    head = _head(item.text or item.attachment)
    for named in documents(head):
        start, end = head.rfind("\n", 0, named.start) + 1, head.find("\n", named.end)
        before, after = head[start : named.start].replace("中华人民共和国", ""), head[named.end : end if end >= 0 else len(head)]
        if _LABELLED.search(before) or (_LABEL.fullmatch(before) and _LABEL.fullmatch(after)):
            whole = named if named.issuers else replace(named, issuers=_named_in(head, ledger))
            if _belongs(whole, ledger):
                yield whole


def _named_in(head: str, ledger: Ledger) -> tuple[str, ...]:
    return tuple(issuer for issuer in ledger.issuers if any(name in head for name in spellings(issuer)))[:1]


def _head(text: str) -> str:
    """The first lines that are not empty, folded character by character."""
    lines = [line.strip() for line in text[: _HEAD_CHARACTERS * 2].split("\n")]
    return "\n".join([line for line in lines if line][:_HEAD_LINES])[:_HEAD_CHARACTERS].translate(plane())


def _filed(item: Item, ledger: Ledger) -> Number | None:
    """A listed company's number stands in the first lines of the filing, beside its code."""
    for whole in (item.attachment, item.text):
        head = whole[:_HEAD_CHARACTERS].translate(plane()).replace("(临)", "临")
        if re.search(rf"(?<!\d){re.escape(ledger.stock)}(?!\d)", head):
            for named in documents(head):
                if named.kind in ledger.kinds:
                    return _plausible(named, item)
    return None


def _plausible(named: Named, item: Item) -> Number | None:
    """Its number with its year; None where a slip of the pen is likelier than a document."""
    told = (item.published.at if item.published else item.seen_at).astimezone(_CHINA).year
    year = named.year or told
    return (year, named.number) if told - 1 <= year <= told and 1 <= named.number <= _LARGEST else None


def new_hints(ledger: Ledger, fresh: Sequence[Item], seen: Collection[Number], begin: Number) -> dict[str, Mark]:
    """The numbers above all of `seen` in their year that items cite: they must exist."""
    found: dict[str, Mark] = {}
    for item in fresh:
        for number in sorted(cited_numbers(item, ledger)):
            if number > begin and all(known < number for known in seen if known[0] == number[0]):
                found.setdefault(written(number), Mark(State.HINTED, item.seen_at, item.id, item.title[:300]))
    return found


def begins(
    ledger: Ledger, begun: Mark | None, fresh: Sequence[tuple[Number, bool]], known: Collection[Number], now: datetime
) -> Number | None:
    """Where the series begins: nothing before is missing. None while nothing was seen.

    `fresh` are numbers just seen, True for what was there when its source was new. The series begins at the highest of those, else
    at the first number seen; while the ledger is younger than its grace, the past of further sources moves the beginning on.
    """
    if ledger.start:
        return ledger.start
    past = [number for number, was_there in fresh if was_there]
    if begun is None:
        return max(past) if past else min((number for number, _ in fresh), default=None)
    first = number_of(begun.detail)
    young = now - begun.at <= timedelta(seconds=ledger.grace)
    if young and past and max(past) > max([first, *known]):
        return max(past)
    return first


def missing(begin: Number, seen: Mapping[Number, datetime], hints: Mapping[Number, Mark]) -> list[Lead]:
    """Every number that must exist and was not seen, in order: below one seen, or cited and above all seen.

    `seen` maps numbers to the moment each was first seen. A year that began later than the series does begins with No. 1.
    """
    leads = []
    for year in sorted({year for year, _ in seen if year >= begin[0]}):
        numbers = sorted((number for of, number in seen if of == year), reverse=True)
        since = seen[year, numbers[0]]
        for number in range(numbers[0] - 1, (begin[1] if year == begin[0] else 1) - 1, -1):
            if (year, number) in seen:
                since = min(since, seen[year, number])
            else:
                leads.append(Lead((year, number), since))
    highest = {year: max(number for of, number in seen if of == year) for year, _ in seen}
    for hint, mark in hints.items():
        if hint > begin and hint[1] > highest.get(hint[0], 0):
            leads.append(Lead(hint, mark.at, mark))
    return sorted(leads, key=lambda lead: lead.number)


def to_tell(leads: Sequence[Lead], marks: Mapping[str, Mark], now: datetime) -> tuple[list[Lead], list[Lead]]:
    """Which of the overdue leads are told one by one now, and which in a summary; the others have to wait for another day."""
    today = _day(now)
    told = sum(mark.state is State.MISSING and _day(mark.at) == today for mark in marks.values())
    new = [lead for lead in leads if (mark := marks.get(written(lead.number))) is None or mark.state is State.HINTED]
    room = max(A_DAY_AT_MOST - told, 0)
    rest = new[room:]
    return new[:room], [] if summary_of(now) in marks else rest


def written(number: Number) -> str:
    """`2026-61`."""
    return f"{number[0]}-{number[1]}"


def summary_of(now: datetime) -> str:
    """Under which name it is kept that the day's summary was told."""
    return f"summary {_day(now)}"


def number_of(text: str) -> Number:
    """The number in `2026-61`."""
    year, _, number = text.partition("-")
    return int(year), int(number)


def lead_notice(ledger: Ledger, lead: Lead, seen: Mapping[Number, Numbered], now: datetime) -> Notice:
    """What operators are told of one missing number, with its neighbours."""
    year, number = lead.number
    below = max((one for one in seen if one < lead.number and one[0] == year), default=None)
    above = min((one for one in seen if one > lead.number and one[0] == year), default=None)
    beside = [seen[one] for one in (below, above) if one]
    names = " and ".join(f"No. {one.number[1]}" for one in beside)
    were = f"; {names} {'were' if len(beside) > 1 else 'was'}" if beside else ""
    lines = [f"No. {one.number[1]}: {one.title} {one.link}".rstrip() for one in beside]
    if lead.mark:
        lines.append(f"It is cited by item {lead.mark.item} (`rarewatch explain {lead.mark.item}`).")
    lines.append("A lead, not a certainty: it may have been skipped, withheld, or published where no source looks.")
    headline = f"{ledger.name} {year} No. {number} was not seen{were}"
    return Notice(f"lead:{ledger.id}:{written(lead.number)}", headline, "\n".join(lines), Severity.NOTABLE, now)


def summary_notice(ledger: Ledger, leads: Sequence[Lead], now: datetime) -> Notice:
    """What operators are told of many missing numbers at once."""
    numbers = ", ".join(written(lead.number) for lead in leads[:100])
    more = f" and {len(leads) - 100} more" if len(leads) > 100 else ""
    headline = f"{ledger.name}: {len(leads)} more numbers were not seen"
    text = f"{numbers}{more}\n`rarewatch expected` lists them all."
    return Notice(f"leads:{ledger.id}:{_day(now)}", headline, text, Severity.NOTABLE, now)


def _day(moment: datetime) -> str:
    return moment.astimezone(_CHINA).date().isoformat()
