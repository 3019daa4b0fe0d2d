"""What the receivers have, against what was published: from their own records, by the headline a reader sees."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_NUMBER = re.compile(r"批次(\d{6})")
REPEAT = re.compile(r"You may have had this already|\(repeat\?\)")

Telling = tuple[str, str]
"""Which announcement (its number) was told to whom (a channel or an address)."""


@dataclass(frozen=True)
class Copy:
    """One message as its receiver recorded it: the id it has there, and whether it says that it may be a repeat."""

    telling: Telling
    id: str
    marked: bool


def number_of(words: str) -> str:
    """The number in a headline, "" where there is none."""
    found = _NUMBER.search(words)
    return found[1] if found else ""


def copy(to: str, subject: str, text: str, id_: str) -> Copy:
    """A message with `subject` (or the first line of a Slack message) and `text` at `to`."""
    return Copy((number_of(subject), to), id_, bool(REPEAT.search(f"{subject} {text}")))


@dataclass
class Tally:
    """`lost` and `strange` by telling; `slack_doubles` and `mail_doubles` count copies beyond the first."""

    expected: int = 0
    once: int = 0
    lost: list[Telling] = field(default_factory=list)
    strange: list[Telling] = field(default_factory=list)
    slack_doubles: int = 0
    mail_doubles: int = 0
    unmarked: int = 0
    other_id: int = 0
    marked_slack: int = 0
    marked_mail: int = 0

    @property
    def good(self) -> bool:
        """Nothing lost, nothing twice on Slack, no mail twice without a mark and its first Message-ID, nothing unasked for."""
        return not (self.lost or self.strange or self.slack_doubles or self.unmarked or self.other_id)

    def lines(self) -> Iterator[str]:
        """The tally in words."""
        yield f"expected (announcement, target)        {self.expected:>7,}"
        yield f"delivered once                         {self.once:>7,}"
        yield f"lost                                   {len(self.lost):>7,}"
        yield f"twice on Slack                         {self.slack_doubles:>7,}"
        yield f"mails twice                            {self.mail_doubles:>7,}"
        yield f"  of these not marked as a repeat      {self.unmarked:>7,}"
        yield f"  of these under another Message-ID    {self.other_id:>7,}"
        yield f"never asked for                        {len(self.strange):>7,}"
        yield f"marked as possible repeats: {self.marked_slack} on Slack, {self.marked_mail} mails"


def tally(expected: Iterable[Telling], slack: Iterable[Copy], mails: Iterable[Copy]) -> Tally:
    """Count; copies in the order in which the receivers took them."""
    wanted = set(expected)
    posted, mailed = _sorted(slack), _sorted(mails)
    found = Tally(expected=len(wanted))
    had = {**posted, **mailed}
    found.lost = sorted(wanted - had.keys())
    found.strange = sorted(had.keys() - wanted)
    found.once = sum(len(had[telling]) == 1 for telling in wanted & had.keys())
    found.slack_doubles = sum(len(copies) - 1 for copies in posted.values())
    for copies in mailed.values():
        again = copies[1:]
        found.mail_doubles += len(again)
        found.unmarked += sum(not one.marked for one in again)
        found.other_id += sum(one.id != copies[0].id for one in again)
    found.marked_slack, found.marked_mail = _marked(posted), _marked(mailed)
    return found


def states(rows: Iterable[str]) -> str:
    """`sent 9,998, due 2`: how the delivery rows stand."""
    return ", ".join(f"{state} {count:,}" for state, count in Counter(rows).most_common())


def _sorted(copies: Iterable[Copy]) -> dict[Telling, list[Copy]]:
    found = defaultdict[Telling, list[Copy]](list)
    for one in copies:
        found[one.telling].append(one)
    return found


def _marked(copies: Mapping[Telling, list[Copy]]) -> int:
    return sum(one.marked for many in copies.values() for one in many)
