"""Edited files are taken over while the service runs: when they have settled, have been tried, and all at once.

What cannot be read, or fails its own examples, changes nothing: the old rules stay in force and the operator is told where the
mistake is.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import structlog

from rarewatch import trial
from rarewatch.clock import Clock
from rarewatch.config import Config, digest_of, load
from rarewatch.errors import ConfigError, ConfigErrors, RarewatchError
from rarewatch.match import Compiled
from rarewatch.nouns.memory import Archived, RulesNote
from rarewatch.nouns.watch import Example
from rarewatch.plan import Comparison, Judge, Plan, rule_changes, versions

_log = structlog.get_logger()

EVERY_SECONDS = 2.0
"""How often the files are looked at; a change is read when it has not moved for one look."""

PAST_ITEMS = 300
"""Over how many of the newest items the effect of a change is worked out before it is taken over."""

_SHOWN = 20


def stamp_of(folder: Path) -> str:
    """A digest (hex) of the names, moments and sizes of everything in a configuration folder; cheap enough to ask every second."""
    found = hashlib.sha256()
    for line in sorted(_facts(folder)):
        found.update(line.encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def _facts(folder: Path) -> Iterator[str]:
    for place in (folder, folder / "sources", folder / "rules"):
        try:
            entries = [entry for entry in place.iterdir() if entry.suffix in {".yaml", ".yml"}]
        except OSError as error:
            yield f"{place}\0{error.errno}\n"
            continue
        for entry in entries:
            try:
                facts = entry.stat()
            except OSError as error:
                yield f"{entry}\0{error.errno}\n"
            else:
                yield f"{entry}\0{facts.st_mtime_ns}\0{facts.st_size}\0{facts.st_ino}\n"


class Settling:
    """Tells when files that changed have come to rest, so that one saved half-way is not read."""

    def __init__(self) -> None:
        """Nothing is known yet: the first files that rest are read."""
        self._known: str | None = None
        self._last: str | None = None

    def rests(self, stamp: str) -> bool:
        """Whether the files differ from those known and stand as they did a look ago."""
        settled, self._last = stamp == self._last, stamp
        return settled and stamp != self._known

    def tried(self, stamp: str) -> None:
        """Files with this stamp were read: they are not read again before they change."""
        self._known = self._last = stamp

    def again(self) -> None:
        """The files are to be read again as soon as they rest."""
        self._known = None


@dataclass(frozen=True)
class Hands:
    """What a reload needs of the service, all of it in the service's own thread for writing.

    `past` gives the newest items, so many at most; `find` fills in examples that name archived items; `take_over` puts a
    configuration in force and raises without having changed anything when it cannot.
    """

    past: Callable[[int], Awaitable[Sequence[Archived]]]
    find: Callable[[Sequence[Example]], Awaitable[Mapping[Example, Example | str]]]
    take_over: Callable[[Config, Compiled], Awaitable[Sequence[str]]]
    note: Callable[[RulesNote], Awaitable[None]]
    now: Clock


class Reloader:
    """Looks whether the files changed, and takes them over when they are right."""

    def __init__(self, in_force: Config, hands: Hands, asked: asyncio.Event) -> None:
        """`in_force` is what the service began with; `asked` is set when the files are to be read at once."""
        self._config, self._hands, self._asked = in_force, hands, asked
        self._settling = Settling()

    async def begin(self) -> None:
        """Write down what is in force."""
        await self._hands.note(self._note(self._config))

    async def look(self) -> None:
        """Take the files over if they changed and rest, or if somebody asked; never called twice at once."""
        stamp = await asyncio.to_thread(stamp_of, self._config.folder)
        asked = self._asked.is_set()
        self._asked.clear()
        if not self._settling.rests(stamp) and not asked:
            return
        self._settling.tried(stamp)
        try:
            await self._try(stamp, asked=asked)
        except ConfigError as error:
            mistakes = error.errors if isinstance(error, ConfigErrors) else [error]
            await self._refuse([str(mistake) for mistake in mistakes])
        except RarewatchError as error:
            # The files are not at fault: they are tried again at the next look.
            self._settling.again()
            _log.error("reload-put-off", error=str(error))
        except Exception as error:  # noqa: BLE001 - whatever an edit brings about must not end the watch; it is told in full
            _log.exception("bug", act="reload")
            await self._refuse([f"an error of rarewatch itself: {type(error).__name__}: {error}"])

    async def _try(self, stamp: str, *, asked: bool) -> None:
        began = monotonic()
        if await asyncio.to_thread(digest_of, self._config.folder) == self._config.digest:
            # Nothing to read, as after every start: with thousands of sources that would take a minute.
            await self._hands.note(self._note(self._config))
            if asked:
                _log.info("reload-unchanged", digest=self._config.digest[:12])
            return
        config = await asyncio.to_thread(load, self._config.folder)
        if await asyncio.to_thread(stamp_of, self._config.folder) != stamp:
            # Some of it may be from before the last change and some from after: half a set is none.
            self._settling.again()
            return
        found = await self._hands.find([example for example in _examples(config) if example.item or example.url])
        past = await self._hands.past(PAST_ITEMS)
        compiled, plan = await asyncio.to_thread(self._prepare, config, found, past)
        waiting = await self._hands.take_over(config, compiled)
        sources = _sources(config).keys() ^ _sources(self._config).keys()
        self._config = config
        await self._hands.note(self._note(config))
        _tell(config, plan, sorted(sources), waiting, monotonic() - began)

    def _prepare(self, config: Config, found: Mapping[Example, Example | str], past: Sequence[Archived]) -> tuple[Compiled, Plan]:
        """The rules made ready and their effect; raises `ConfigErrors` when an example of theirs fails."""
        failures = [
            ConfigError(f"an example of {tried.of} fails: {tried.why}", file=tried.example.where)
            for tried in trial.run(config.watch, look=lambda example: found.get(example) or trial.no_archive(example))
            if tried.passed is False
        ]
        if failures:
            raise ConfigErrors(list(failures))
        compiled = Compiled(config.watch)
        comparison = Comparison(self._config.audience, config.audience)
        judge = Judge(self._config.watch, config.watch, config.sources)
        for one in past:
            comparison.add(one.item, one.story, *judge(one.item))
        today = self._hands.now()
        old, new = (versions(one.watch.rules.values(), today) for one in (self._config, config))
        return compiled, comparison.plan(rule_changes(old, new))

    def _note(self, config: Config) -> RulesNote:
        return RulesNote("in force", config.digest, versions(config.watch.rules.values(), self._hands.now()))

    async def _refuse(self, mistakes: Sequence[str]) -> None:
        _log.error("reload-refused", mistakes=list(mistakes[:_SHOWN]), more=max(0, len(mistakes) - _SHOWN))
        await self._hands.note(RulesNote("refused", "", words="\n".join(mistakes[:_SHOWN])))


def _examples(config: Config) -> Iterator[Example]:
    for rule in trial.subjects(config.watch).values():
        yield from rule.examples


def _sources(config: Config) -> dict[str, str]:
    return {source.id: source.url for source in config.sources.values() if source.enabled}


def _tell(config: Config, plan: Plan, sources: Sequence[str], waiting: Sequence[str], seconds: float) -> None:
    changed = {kind: [one.rule for one in plan.rules if one.change == kind] for kind in ("added", "changed", "removed")}
    _log.info(
        "reloaded",
        digest=config.digest[:12],
        **{f"rules_{kind}": names for kind, names in changed.items()},
        sources_changed=list(sources),
        items_tried=plan.items,
        alerts_gained=plan.gained,
        alerts_lost=plan.lost,
        seconds=round(seconds, 2),
    )
    for warning in config.warnings:
        _log.warning("configuration", warning=warning)
    if waiting:
        _log.warning("restart-needed", settings=list(waiting))
