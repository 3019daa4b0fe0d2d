"""Reads the whole configuration folder, or only what is watched for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rarewatch.clock import Clock, now
from rarewatch.config import own, program
from rarewatch.config.audience import Audience
from rarewatch.config.entities import Entities
from rarewatch.config.expectations import Reader
from rarewatch.config.folder import AUDIENCE, ENTITIES, EXPECTATIONS, GLOSSARY, MAIN, RULES, SOURCES, TYPES, Folder
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import GlossaryFile, Settings
from rarewatch.config.rules import Rules
from rarewatch.config.sources import Sources
from rarewatch.config.types import Types
from rarewatch.nouns.alert import Subscription
from rarewatch.nouns.audience import NO_POLICY, Policy
from rarewatch.nouns.expected import Expectations
from rarewatch.nouns.source import Source
from rarewatch.nouns.watch import Alias, Entity, Watch


@dataclass(frozen=True)
class Config:
    """Everything a configuration folder says.

    `digest` is the sha-256 (hex) of the names and contents of all its files; `warnings` are sentences about what is allowed but
    hardly meant.
    """

    settings: Settings
    sources: Mapping[str, Source]
    watch: Watch
    audience: tuple[Subscription, ...]
    digest: str
    folder: Path
    warnings: tuple[str, ...] = ()
    expectations: Expectations = field(default_factory=Expectations)
    policy: Policy = NO_POLICY


def load(folder: Path, clock: Clock = now) -> Config:
    """Read the configuration in `folder`; paths in messages begin with it as given.

    `clock` says which rules have rested long enough. Raises `ConfigErrors` with every mistake of every file.
    """
    mistakes = Mistakes()
    files = _open(folder, mistakes)
    top = files.one(MAIN)
    settings = program.settings(top, mistakes) if top else None
    sources = Sources(mistakes)
    for node in files.many(SOURCES):
        sources.add(node)
    watch, rules, warnings = _watch(files, mistakes, clock)
    audience = Audience(mistakes, program.names(top), _names(files, watch, rules, sources, mistakes), watch.groups)
    if people := files.one(AUDIENCE):
        audience.add(people)
    expectations = Expectations()
    if awaited := files.one(EXPECTATIONS, required=False):
        ids = None if SOURCES in files.unreadable else sources.ids
        named = None if RULES in files.unreadable else rules.ids
        expectations = Reader(mistakes, sources.found, ids, named).read(awaited)
    noted = own.check(settings, top, mistakes, program.names(top), audience.found.values()) if top and settings else []
    mistakes.raise_all()
    assert settings is not None
    files.note_strays()
    warnings = [*files.warnings, *warnings, *audience.warnings(watch.rules), *noted]
    if not any(source.enabled for source in sources.found.values()):
        warnings.append(f"{folder / SOURCES}: nothing is read: no source is enabled")
    subscriptions = tuple(audience.found.values())
    return Config(
        settings, sources.found, watch, subscriptions, files.digest, folder, tuple(warnings), expectations, audience.policy
    )


def _names(files: Folder, watch: Watch, rules: Rules, sources: Sources, mistakes: Mistakes) -> dict[str, Collection[str] | None]:
    """What may be named in the audience, by its key; None for what could not be read in full."""
    whole = not mistakes.errors
    return {
        "rules": None if RULES in files.unreadable else rules.ids,
        "entities": {*watch.entities, *watch.groups} if whole else None,
        "types": watch.types if whole else None,
        "publishers": {source.publisher.id for source in sources.found.values()} if whole else None,
        "sources": None if SOURCES in files.unreadable else sources.ids,
    }


def load_watch(folder: Path, clock: Clock = now) -> Watch:
    """Read only entities, rules, types and glossary; raises `ConfigErrors` with every mistake in them."""
    mistakes = Mistakes()
    watch, _, _ = _watch(_open(folder, mistakes), mistakes, clock)
    mistakes.raise_all()
    return watch


def shipped() -> Path:
    """The default configuration: inside the package when installed, else the repository's `config/`."""
    installed = Path(__file__).parents[1] / "shipped"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "config"


def _open(folder: Path, mistakes: Mistakes) -> Folder:
    if not folder.is_dir():
        mistakes.put(str(folder), (0, 0), "the configuration folder is missing", "name another with --config or RAREWATCH_CONFIG")
        mistakes.raise_all()
    return Folder(folder, mistakes)


def _watch(files: Folder, mistakes: Mistakes, clock: Clock) -> tuple[Watch, Rules, list[str]]:
    entities, rules, types, glossary = Entities(mistakes), Rules(mistakes, clock().date()), Types(mistakes), dict[str, str]()
    if node := files.one(ENTITIES):
        entities.add(node)
    for node in files.many(RULES):
        rules.add(node)
    rules.resolve()
    if node := files.one(TYPES, required=False):
        types.add(node)
    node = files.one(GLOSSARY, required=False)
    if node and (read := mistakes.check(GlossaryFile, node)):
        glossary = dict(read.glossary or {})
    # What is written down wrongly still exists for those who name it: one mistake is told once.
    stand_ins = {name: Entity(name, "", name, aliases=(Alias(name),)) for name in entities.ids}
    lists = {**dict.fromkeys(rules.list_ids, ("?",)), **rules.lists}
    groups = {**dict.fromkeys(entities.group_ids, tuple(entities.ids)[:1]), **entities.groups}
    known = Watch({**stand_ins, **entities.found}, lists, {}, glossary, groups=groups)
    warnings = [*entities.warnings, *rules.warnings]
    if {ENTITIES, RULES} & files.unreadable:
        return known, rules, warnings
    return rules.finish(known, types), rules, warnings
