"""One fact, more than one source: who brought it, who did not, and when that is worth a word. Pure."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from rarewatch.nouns.expected import Mark, State, Witnesses
from rarewatch.nouns.health import Notice
from rarewatch.nouns.memory import Archived
from rarewatch.nouns.watch import Severity

IN_A_ROW = 2
"""A witness that was silent so many times in a row is worth a word."""


def first_words(group: Witnesses, fresh: Sequence[Archived], known: Collection[str]) -> list[Archived]:
    """The first item of each story that one of the witnesses brought and that nobody waits for yet."""
    found: dict[str, Archived] = {}
    for one in sorted(fresh, key=lambda one: (one.item.seen_at, int(one.item.id))):
        if one.story and one.item.source in group.sources and one.story not in known and not one.past:
            found.setdefault(one.story, one)
    return list(found.values())


def outcome(group: Witnesses, came: Collection[str], troubled: Collection[str], silent: Mapping[str, int], since: datetime) -> Mark:
    """What is written down when the time is over: who came, and how often in a row the others were silent.

    `silent` are those counts as they were before. Who is known to be in trouble is not counted.
    """
    counts = {source: silent.get(source, 0) for source in group.sources if source not in came}
    alone = len(set(came)) < 2
    if alone:
        counts |= {source: count + 1 for source, count in counts.items() if source not in troubled}
    detail = json.dumps({"came": sorted(came), "silent": counts}, ensure_ascii=False)
    return Mark(State.ALONE if alone else State.SEEN, since, "", detail)


def counts_of(mark: Mark | None) -> dict[str, int]:
    """How often in a row each witness was silent, as `outcome` wrote it down."""
    return {str(source): int(count) for source, count in json.loads(mark.detail)["silent"].items()} if mark and mark.detail else {}


def came_of(mark: Mark) -> list[str]:
    """The witnesses that came, as `outcome` wrote it down."""
    return [str(source) for source in json.loads(mark.detail)["came"]] if mark.detail else []


def to_look_at(before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """The witnesses that have just been silent often enough; said once, until they have spoken again."""
    return sorted(source for source, count in after.items() if count == IN_A_ROW and before.get(source, 0) < IN_A_ROW)


def is_over(group: Witnesses, mark: Mark, now: datetime) -> bool:
    """Whether the time of a story that somebody waits for is over."""
    return mark.state is State.WAITING and now - mark.at >= timedelta(seconds=group.within)


def silence_notice(group: Witnesses, silent: Sequence[str], first: Archived, now: datetime) -> Notice:
    """What operators are told of witnesses that keep silent, all of one story together: where to look."""
    item = first.item
    them = "it" if len(silent) == 1 else "them"
    headline = (
        f"{_listed(silent)} did not carry “{group.fact}” that {item.source} carried on {item.seen_at:%Y-%m-%d}: look at {them}"
    )
    lines = [
        f"{item.title} {item.link}".rstrip(),
        f"It is the {IN_A_ROW}nd time in a row, without any trouble that is known.",
        *[f"`rarewatch sources {one} --sample 5` shows what it gave last." for one in silent],
    ]
    about = silent[0] if len(silent) == 1 else ""
    return Notice(f"silent:{group.id}:{first.story}", headline, "\n".join(lines), Severity.NOTABLE, now, about=about)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
