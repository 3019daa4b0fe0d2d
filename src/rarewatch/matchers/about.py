"""`source:`, `publisher:`, `tier:`, `language:`, `published:` what is known of an item beside its text.

They hold without spans: a rule needs something found in the text as well. What is not known of an item holds for none of them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta, timezone
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from rarewatch.matchers import Hits, Knowing, Lexicon
from rarewatch.nouns.source import Tier
from rarewatch.nouns.watch import About, Scope, Span
from rarewatch.text.terms import in_words

_BEIJING = timezone(timedelta(hours=8))
_RANK = {tier: rank for rank, tier in enumerate(Tier)}


class Names(RootModel[str | tuple[str, ...]]):
    """One name, or several of which any will do."""

    model_config = ConfigDict(frozen=True)

    @property
    def every(self) -> tuple[str, ...]:
        """The names, whichever way they were written."""
        return (self.root,) if isinstance(self.root, str) else self.root


class AtLeast(BaseModel):
    """A tier and all above it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_least: Tier = Field(description="the lowest tier that will do; issuer is the highest, mirror the lowest")


class TierOptions(RootModel[Tier | tuple[Tier, ...] | AtLeast]):
    """A tier, several tiers, or `{at_least: TIER}`."""

    model_config = ConfigDict(frozen=True)

    @property
    def every(self) -> tuple[Tier, ...]:
        """The tiers that will do, the highest first."""
        if isinstance(self.root, AtLeast):
            return tuple(tier for tier in Tier if _RANK[tier] <= _RANK[self.root.at_least])
        return (self.root,) if isinstance(self.root, Tier) else self.root


class PublishedOptions(BaseModel):
    """A time of publication."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: date | None = Field(default=None, description="the first day that counts (YYYY-MM-DD, in Beijing)")
    before: date | None = Field(default=None, description="the first day that no longer counts (YYYY-MM-DD, in Beijing)")
    undated: bool = Field(default=False, description="whether an item whose day of publication is unknown counts")

    @model_validator(mode="after")
    def _some_bound(self) -> Self:
        if self.after is None and self.before is None:
            raise ValueError("give after, before or both")
        return self


class _Beside:
    """What all these kinds share: they look for nothing in the text."""

    def terms(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - looks for nothing
        """None."""
        return ()

    def entities(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - asks for none
        """None."""
        return ()

    def spans(self, options: BaseModel, lexicon: Lexicon, hits: Hits, scope: Scope) -> Sequence[Span]:  # noqa: ARG002
        """None: it holds without."""
        return ()


class _Named(_Beside):
    """Holds for an item with one of the names."""

    Options: ClassVar[type[BaseModel]] = Names
    what: ClassVar[str]

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """That there is a name, and none is empty."""
        every = _names(options)
        if not every:
            yield f"no {self.what} is given"
        if any(not name.strip() for name in every):
            yield f"the name of a {self.what} is empty"

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:  # noqa: ARG002 - needs no lexicon
        """`the source is a or b`."""
        return f"the {self.what} is {in_words(_names(options)) or 'none'}"


class Sources(_Named):
    """Holds for an item from one of the sources, by id."""

    what = "source"

    def holds(self, options: BaseModel, lexicon: Lexicon, about: About) -> bool:  # noqa: ARG002 - needs no lexicon
        """Whether the item comes from one of them."""
        return bool(about.source) and about.source in _names(options)


class Publishers(_Named):
    """Holds for an item of one of the publishers, by id."""

    what = "publisher"

    def holds(self, options: BaseModel, lexicon: Lexicon, about: About) -> bool:  # noqa: ARG002 - needs no lexicon
        """Whether the item is one of theirs."""
        return bool(about.publisher) and about.publisher in _names(options)


class Languages(_Named):
    """Holds for an item in one of the languages: zh means zh-CN and zh-Hant, too."""

    what = "language"

    def holds(self, options: BaseModel, lexicon: Lexicon, about: About) -> bool:  # noqa: ARG002 - needs no lexicon
        """Whether the item's language is one of them, or a variety of one."""
        language = _tag(about.language)
        return bool(language) and any(f"{language}-".startswith(f"{_tag(name)}-") for name in _names(options) if name.strip())


class Tiers(_Beside):
    """Holds for an item whose publisher stands so close to the fact."""

    Options: ClassVar[type[BaseModel]] = TierOptions

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """That there is a tier."""
        if not _tiers(options):
            yield "no tier is given"

    def holds(self, options: BaseModel, lexicon: Lexicon, about: About) -> bool:  # noqa: ARG002 - needs no lexicon
        """Whether the publisher's tier is one of them."""
        return about.tier in _tiers(options)

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:  # noqa: ARG002 - needs no lexicon
        """`the publisher's tier is issuer or state medium`."""
        return f"the publisher's tier is {in_words([tier.label for tier in _tiers(options)]) or 'none'}"


class Published(_Beside):
    """Holds for an item published in that time."""

    Options: ClassVar[type[BaseModel]] = PublishedOptions

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """That a day lies between the bounds."""
        asked = _time(options)
        if asked.after and asked.before and asked.after >= asked.before:
            yield f"no day is from {asked.after} on and before {asked.before}"

    def holds(self, options: BaseModel, lexicon: Lexicon, about: About) -> bool:  # noqa: ARG002 - needs no lexicon
        """Whether the item's day of publication, in Beijing, lies between the bounds."""
        asked = _time(options)
        if about.published is None:
            return asked.undated
        day = about.published.astimezone(_BEIJING).date()
        return (asked.after is None or day >= asked.after) and (asked.before is None or day < asked.before)

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:  # noqa: ARG002 - needs no lexicon
        """`published from 2025-01-01 on and before 2026-01-01`."""
        asked = _time(options)
        bounds = [f"from {asked.after} on"] * bool(asked.after) + [f"before {asked.before}"] * bool(asked.before)
        return f"published {' and '.join(bounds)}" + (", or without a date" if asked.undated else "")


def _names(options: BaseModel) -> tuple[str, ...]:
    assert isinstance(options, Names)
    return options.every


def _tiers(options: BaseModel) -> tuple[Tier, ...]:
    assert isinstance(options, TierOptions)
    return options.every


def _time(options: BaseModel) -> PublishedOptions:
    assert isinstance(options, PublishedOptions)
    return options


def _tag(language: str) -> str:
    return language.strip().casefold().replace("_", "-")


_: tuple[type[Knowing], ...] = (Sources, Publishers, Tiers, Languages, Published)
