"""How a source fares: its named state, what was learned of its ways, and a change that somebody has to hear of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rarewatch.nouns.watch import Severity


class Condition(StrEnum):
    """The state of a source, as its operators read it; a closed set, drawn in `docs/sources.md`.

    Never "no items, all well": a source that gives nothing is quiet, silent, stuck, stale or drifted, each another thing.
    """

    UNPROVEN = "unproven"
    """Not read yet."""
    OK = "ok"
    """Read, and as lively as it uses to be."""
    QUIET = "quiet"
    """Read, and without anything new for longer than usual, though not for unlikely long."""
    SILENT = "silent"
    """Read, and without anything new for so long that its calendar does not explain it."""
    STUCK = "stuck"
    """It answers, even with changes, but the newest date on it does not advance, or went back."""
    STALE = "stale"
    """It answers with entries of which the newest is too old for a source that lives: a feed nobody fills any more."""
    DRIFTED = "drifted"
    """It answers, but not in the shape it had: a selector found nothing, a floor was missed, it is no feed any more."""
    MOVED = "moved"
    """Nothing is at its address any more, or it leads to another site."""
    BLOCKED = "blocked"
    """It turns programs away: a challenge, a refusal, robots.txt, a wish to slow down; never bypassed, the host is left alone."""
    UNREACHABLE = "unreachable"
    """It cannot be reached, or fails itself."""
    GARBLED = "garbled"
    """It answers with text that cannot be read: mojibake, or question marks in place of characters."""

    @property
    def is_trouble(self) -> bool:
        """Whether somebody should look at the source."""
        return self not in {Condition.UNPROVEN, Condition.OK, Condition.QUIET}


@dataclass(frozen=True, slots=True)
class Expects:
    """What the configuration says is normal of a source; None leaves it to what is learned.

    `newest_within` in seconds: the newest entry must not be older, or the source is stale. `quiet_for` in seconds: without anything
    new for longer than this it is silent.
    """

    newest_within: float | None = None
    quiet_for: float | None = None


@dataclass(frozen=True, slots=True)
class Vitals:
    """What is remembered of how a source behaves; made anew at every reading, never changed by a person.

    `condition` is what operators were told, `since` when it began, `detail` what was seen. `suspect` is a condition that was seen
    `seen_times` times in a row from `suspect_since` on and not told yet. `newest` is the newest date it ever printed, `shown` the
    newest date on it at the last reading that saw one. `arrivals` are moments at which entries appeared, in minutes since 1970,
    oldest first, a few hundred at most; `by_day` says that they are known to the day only. After `quiet_at` a spell without
    anything new is longer than usual, after `silent_at` unlikely long; None while too little was learned. `hosts` are the sites its
    entries led to. `read_since` is when it was first read, `advanced_at` when `newest` was last seen to advance; if it has not done
    so again by `stuck_at` although entries come, that is unlikely long. `well_since` is when it last came out of trouble.
    """

    condition: Condition = Condition.UNPROVEN
    since: datetime | None = None
    detail: str = ""
    suspect: Condition | None = None
    suspect_since: datetime | None = None
    seen_times: int = 0
    newest: datetime | None = None
    shown: datetime | None = None
    arrivals: tuple[int, ...] = ()
    by_day: bool = False
    quiet_at: datetime | None = None
    silent_at: datetime | None = None
    hosts: tuple[str, ...] = ()
    read_since: datetime | None = None
    advanced_at: datetime | None = None
    stuck_at: datetime | None = None
    well_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A source went from one condition to another: `lasted_since` is when the former began, `at` when the latter did."""

    source: str
    was: Condition
    now: Condition
    at: datetime
    lasted_since: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something operators are told by the way alerts go: `key` makes it one notice however often it is raised.

    `about` is the id of the source it concerns ("" for none); `text` is plain text with line breaks.
    """

    key: str
    headline: str
    text: str
    severity: Severity
    at: datetime
    about: str = ""
