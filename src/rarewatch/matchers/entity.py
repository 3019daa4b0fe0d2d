"""`entity:` a watched body, person, place or document is mentioned under any of its names."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, RootModel

from rarewatch.matchers import Hits, Lexicon, Matcher
from rarewatch.nouns.watch import Entity, Scope, Span
from rarewatch.text.terms import in_words, meant


class Query(BaseModel):
    """Entities by what they are; `ids` and `group` name some, `kind` and `under` narrow these (or all) down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ids: tuple[str, ...] = Field(default=(), description="ids of entities")
    group: str = Field(default="", description="the id of a group of entities.yaml")
    kind: str = Field(default="", description="the kind they must be of")
    under: str = Field(default="", description="the id of an entity: it and all that belong to it, at any depth")


class EntityOptions(RootModel[str | tuple[str, ...] | Query]):
    """The id of an entity, several ids, or a query."""

    model_config = ConfigDict(frozen=True)

    @property
    def query(self) -> Query:
        """The query, whichever way it was written."""
        if isinstance(self.root, Query):
            return self.root
        return Query(ids=(self.root,) if isinstance(self.root, str) else self.root)


class Entities:
    """Holds where any of its entities is mentioned."""

    Options: ClassVar[type[BaseModel]] = EntityOptions

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Lexicon, EntityOptions, frozenset[str]]] = {}

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:
        """Entities, groups and kinds that do not exist, and entities that no name can find."""
        query = _options(options).query
        missing = list(_missing(query, lexicon))
        yield from missing
        for name in query.ids:
            if name in lexicon.entities and not _findable(lexicon.entities[name]):
                yield f"the entity “{name}” has no alias that counts by itself, so it is never found"
        if not missing and not self._meant(_options(options), lexicon):
            yield "no entity is given" if query == Query() else "no entity is all of this"

    def terms(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - aliases are looked for anyway
        """None: the aliases of all entities are looked for anyway."""
        return ()

    def entities(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:
        """The ids of all that are meant."""
        return self._meant(_options(options), lexicon)

    def _meant(self, options: EntityOptions, lexicon: Lexicon) -> frozenset[str]:
        key = id(lexicon), id(options)
        if key not in self._known:
            # Both are kept beside, so that no others can come to stand under their numbers.
            self._known[key] = lexicon, options, frozenset(_chosen(options.query, lexicon))
        return self._known[key][2]

    def spans(self, options: BaseModel, lexicon: Lexicon, hits: Hits, scope: Scope) -> Sequence[Span]:
        """Where the entities are mentioned in `scope`."""
        meant = sorted(self._meant(_options(options), lexicon) & hits.mentioned())
        return [span for name in meant for span in hits.mention(name, scope)]

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:
        """`a mention of Name (id) or Other (id)`, or of any of a group, kind or family."""
        query = _options(options).query
        named = [f"{lexicon.entities[name].name} ({name})" if name in lexicon.entities else name for name in query.ids]
        if query.group:
            named.append(f"any of the group “{query.group}” ({len(lexicon.groups.get(query.group, ()))})")
        limits = [f"is a {query.kind}"] * bool(query.kind) + [f"belongs to {query.under}"] * bool(query.under)
        which = in_words(named) or ("anything" if limits else "no entity")
        return f"a mention of {which}" + (f" that {' and '.join(limits)}" if limits else "")


def _missing(query: Query, lexicon: Lexicon) -> Iterable[str]:
    """What the query names that does not exist."""
    for name in dict.fromkeys((*query.ids, *filter(None, [query.under]))):
        if name not in lexicon.entities:
            group = name in lexicon.groups
            yield f"there is no entity “{name}”" + ("; it is a group: write {group: …}" if group else meant(name, lexicon.entities))
    if query.group and query.group not in lexicon.groups:
        yield f"there is no group “{query.group}”{meant(query.group, lexicon.groups)}"
    if query.kind and all(entity.kind != query.kind for entity in lexicon.entities.values()):
        kinds = {entity.kind for entity in lexicon.entities.values()}
        yield f"there is no entity of the kind “{query.kind}”{meant(query.kind, kinds)}"


def _findable(entity: Entity) -> bool:
    return entity.document is not None or any(not alias.weak for alias in entity.aliases)


def _chosen(query: Query, lexicon: Lexicon) -> Iterable[str]:
    """The ids a query means, those unknown to the lexicon too where they are named outright."""
    if query == Query():
        return ()
    named = (*query.ids, *lexicon.groups.get(query.group, ()))
    chosen: Iterable[str] = named if query.ids or query.group else lexicon.entities
    if query.kind:
        chosen = [name for name in chosen if name in lexicon.entities and lexicon.entities[name].kind == query.kind]
    if query.under:
        chosen = [name for name in chosen if query.under in _line(name, lexicon)]
    return chosen


def _line(name: str, lexicon: Lexicon) -> list[str]:
    """The entity and all it belongs to, upwards."""
    line: list[str] = []
    while name in lexicon.entities and name not in line:
        line.append(name)
        name = lexicon.entities[name].parent
    return line


def _options(options: BaseModel) -> EntityOptions:
    assert isinstance(options, EntityOptions)
    return options


_: type[Matcher] = Entities
