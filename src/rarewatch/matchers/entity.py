"""`entity:` a watched body, person, place or document is mentioned under any of its names."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, RootModel

from rarewatch.matchers import Hits, Lexicon, Matcher
from rarewatch.nouns.watch import Scope, Span
from rarewatch.text.terms import in_words


class EntityOptions(RootModel[str | tuple[str, ...]]):
    """The id of an entity, or several ids."""

    model_config = ConfigDict(frozen=True)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, whichever way they were written."""
        return (self.root,) if isinstance(self.root, str) else self.root


class Entities:
    """Holds where any of its entities is mentioned."""

    Options: ClassVar[type[BaseModel]] = EntityOptions

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:
        """Entities that do not exist, or that no name can find."""
        ids = _options(options).ids
        if not ids:
            yield "no entity is given"
        for name in ids:
            entity = lexicon.entities.get(name)
            if entity is None:
                yield f"there is no entity “{name}”"
            elif not any(not alias.weak for alias in entity.aliases):
                yield f"the entity “{name}” has no alias that counts by itself, so it is never found"

    def terms(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - aliases are looked for anyway
        """None: the aliases of all entities are looked for anyway."""
        return ()

    def entities(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """The ids."""
        return _options(options).ids

    def spans(self, options: BaseModel, lexicon: Lexicon, hits: Hits, scope: Scope) -> Sequence[Span]:  # noqa: ARG002
        """Where the entities are mentioned in `scope`."""
        return [span for name in _options(options).ids for span in hits.mention(name, scope)]

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:
        """`a mention of Name (id) or Other (id)`."""
        ids = _options(options).ids
        named = [f"{lexicon.entities[name].name} ({name})" if name in lexicon.entities else name for name in ids]
        return f"a mention of {in_words(named) or 'no entity'}"


def _options(options: BaseModel) -> EntityOptions:
    assert isinstance(options, EntityOptions)
    return options


_: type[Matcher] = Entities
