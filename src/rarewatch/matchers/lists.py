"""`list:` any term of a named list, or of several."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, RootModel

from rarewatch.matchers import Hits, Lexicon, Matcher
from rarewatch.nouns.watch import Scope, Span
from rarewatch.text.terms import in_words, meant


class ListOptions(RootModel[str | tuple[str, ...]]):
    """The id of a term list, or several ids."""

    model_config = ConfigDict(frozen=True)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, whichever way they were written."""
        return (self.root,) if isinstance(self.root, str) else self.root


class TermLists:
    """Holds where any term of its lists stands."""

    Options: ClassVar[type[BaseModel]] = ListOptions

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:
        """Lists that do not exist or are empty."""
        ids = _options(options).ids
        if not ids:
            yield "no list is given"
        for name in ids:
            if name not in lexicon.lists:
                yield f"there is no term list “{name}”{meant(name, lexicon.lists)}"
            elif not lexicon.lists[name]:
                yield f"the term list “{name}” is empty"

    def terms(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:
        """Every term of every list."""
        return [term for name in _options(options).ids for term in lexicon.lists.get(name, ())]

    def entities(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - asks for none
        """None."""
        return ()

    def spans(self, options: BaseModel, lexicon: Lexicon, hits: Hits, scope: Scope) -> Sequence[Span]:
        """Where terms of the lists stand in `scope`."""
        standing = hits.found()
        named = [name for name in _options(options).ids if name in lexicon.members]
        return [span for name in named for term in sorted(standing & lexicon.members[name]) for span in hits.term(term, scope)]

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:
        """`a term of “a” (12 terms) or “b” (3 terms)`."""
        sizes = {name: len(lexicon.lists.get(name, ())) for name in _options(options).ids}
        named = [f"“{name}” ({size} term{'' if size == 1 else 's'})" for name, size in sizes.items()]
        return f"a term of {in_words(named) or 'no list'}"


def _options(options: BaseModel) -> ListOptions:
    assert isinstance(options, ListOptions)
    return options


_: type[Matcher] = TermLists
