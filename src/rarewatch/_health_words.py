"""A source's states in words for its operators: what each means, and what is to be done."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from rarewatch.nouns.health import Condition

_CHINA = timezone(timedelta(hours=8))

MEANING: Mapping[Condition, str] = {
    Condition.UNPROVEN: "It was not read yet.",
    Condition.OK: "It is read, and as lively as usual; what it published meanwhile, and still shows, is read now.",
    Condition.QUIET: "It is read; nothing new came for longer than usual, though not for unlikely long.",
    Condition.SILENT: "It is read without a fault, but by its own rhythm and the calendar something should have come.",
    Condition.STUCK: "It answers, but not with its newest entries: what it publishes now may not be seen.",
    Condition.STALE: "It answers, but nobody seems to fill it any more: what its publisher says now appears elsewhere.",
    Condition.DRIFTED: "It answers in another shape than it had: what it publishes now cannot be read, or not all of it.",
    Condition.MOVED: "What was at its address is gone, or is now at another one.",
    Condition.BLOCKED: "It turns programs away, and that is respected: it is asked less often, and nothing is bypassed.",
    Condition.UNREACHABLE: "It does not answer, or fails itself: what it publishes now is read once it answers again.",
    Condition.GARBLED: "Its text arrives damaged: nothing can be matched in it.",
}
TO_DO: Mapping[Condition, str] = {
    Condition.SILENT: "Look at the page: is there anything newer than what was seen? If it rests, set `expects: quiet_for`.",
    Condition.STUCK: "Look at the page in a browser: a cache or a server that was left behind shows an old list.",
    Condition.STALE: "Look for the publisher's present feed or list; if it speaks seldom, set `expects: newest_within`.",
    Condition.DRIFTED: "Look at the page, correct the source's options, and try them with `rarewatch read`.",
    Condition.MOVED: "Look for the new address and write it into `url`; if only its links lead elsewhere now, see `allow_hosts`.",
    Condition.BLOCKED: "Read it less often (`every`), ask for access, or find another source of the same announcements.",
    Condition.UNREACHABLE: "Nothing, if it comes back; else see whether its host, its certificate or this network changed.",
    Condition.GARBLED: "Look at the page's encoding and set `charset` in the source's options.",
}


def span(length: timedelta) -> str:
    """A length of time with its two largest units: 3 d 4 h, 2 h 10 min, 5 min, 40 s."""
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 60:
        return f"{seconds} s"
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"


def day_of(at: datetime) -> str:
    """The day in China."""
    return at.astimezone(_CHINA).date().isoformat()


def moment(at: datetime) -> str:
    """The minute in China, with its offset."""
    return at.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M +08:00")
