"""`terms:` one word or phrase, or several of which any will do."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, RootModel

from rarewatch.matchers import Hits, Lexicon, Matcher
from rarewatch.nouns.watch import Scope, Span
from rarewatch.text.terms import fault_of_term, in_words

_FEW = 3
"""Up to so many terms are asked for one by one; of more, only those that stand in the item."""


class TermOptions(RootModel[str | tuple[str, ...]]):
    """A term, or a list of terms."""

    model_config = ConfigDict(frozen=True)

    @property
    def every(self) -> tuple[str, ...]:
        """The terms, whichever way they were written."""
        return (self.root,) if isinstance(self.root, str) else self.root


class Terms:
    """Holds where any of its terms stands."""

    Options: ClassVar[type[BaseModel]] = TermOptions

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """What is wrong with each term, one sentence each; and that there is at least one."""
        every = _options(options).every
        if not every:
            yield "no term is given"
        yield from filter(None, map(fault_of_term, every))

    def terms(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """The terms as written."""
        return _options(options).every

    def entities(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - asks for none
        """None."""
        return ()

    def spans(self, options: BaseModel, lexicon: Lexicon, hits: Hits, scope: Scope) -> Sequence[Span]:  # noqa: ARG002
        """Where the terms stand in `scope`."""
        every = _options(options).every
        standing = every if len(every) <= _FEW else [term for term in every if term in hits.found()]
        return [span for term in standing for span in hits.term(term, scope)]

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:  # noqa: ARG002 - needs no lexicon
        """`“a”, “b” or “c”`."""
        return in_words([f"“{term}”" for term in _options(options).every]) or "no term"


def _options(options: BaseModel) -> TermOptions:
    assert isinstance(options, TermOptions)
    return options


_: type[Matcher] = Terms
