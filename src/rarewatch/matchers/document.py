"""`document:` a numbered document is named, however that is written: 公告2025年第61号, 第六十一号, No. 61 of 2025."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from rarewatch.matchers import Hits, Lexicon, Matcher
from rarewatch.nouns.watch import Scope, Span
from rarewatch.text.documents import backed, documents, fits
from rarewatch.text.fold import fold
from rarewatch.text.terms import in_words

_SET_OFF = ("号", "临", "编号", "No", "Nos", "number", "numbers", "№", "#", "announcement", "announcements", "notice", "notices")
"""Without one of these no document is named."""


class DocumentOptions(BaseModel):
    """The documents that are looked for: one of the numbers, of the year, by one of the issuers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: PositiveInt | tuple[PositiveInt, ...] = Field(description="the document's number, or several of which any will do")
    year: int | None = Field(
        default=None,
        ge=1949,
        le=2100,
        description="the year of the number; where a text leaves the year open, it counts only beside one of the issuers or "
        "another document of that year",
    )
    issuer: str | tuple[str, ...] = Field(
        default=(),
        description="who issues it, or several of whom any will do, under any usual name (商务部 is MOFCOM); a document whose text "
        "says another issuer does not count, one whose text says none does when its year is said",
    )

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers, whichever way they were written."""
        return (self.number,) if isinstance(self.number, int) else self.number

    @property
    def issuers(self) -> tuple[str, ...]:
        """The issuers, folded, whichever way they were written."""
        return tuple(fold(name).text for name in ((self.issuer,) if isinstance(self.issuer, str) else self.issuer))


class Documents:
    """Holds where one of its documents is named."""

    Options: ClassVar[type[BaseModel]] = DocumentOptions

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """That there is a number, and no empty issuer."""
        asked = _options(options)
        if not asked.numbers:
            yield "no document number is given"
        if any(not issuer.strip() for issuer in asked.issuers):
            yield "an issuer of a document is empty"

    def terms(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """The words of which one stands in every name of a document."""
        return _SET_OFF if _options(options).numbers else ()

    def entities(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - asks for none
        """None."""
        return ()

    def spans(self, options: BaseModel, lexicon: Lexicon, hits: Hits, scope: Scope) -> Sequence[Span]:  # noqa: ARG002
        """The names of the documents in `scope`; what stands beside one may stand in any field."""
        asked = _options(options)
        if not asked.numbers:
            return ()
        numbers, year, issuers = asked.numbers, asked.year, asked.issuers
        found = {field: hits.read(field, documents) for field in hits.fields("any")}
        within = hits.fields(scope)
        if not any(fits(one, numbers, year, issuers, beside=True) for field in within for one in found[field]):
            return ()
        every = [one for named in found.values() for one in named]
        beside = backed(every, [hits.folded(field).text for field in found], year, issuers)
        return [
            hits.span(field, one.start, one.end, str(one.number))
            for field in within
            for one in found[field]
            if fits(one, numbers, year, issuers, beside=beside)
        ]

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:  # noqa: ARG002 - needs no lexicon
        """`document No. 18 or 61 of 2025 by a or b`."""
        asked = _options(options)
        numbers = in_words([str(number) for number in asked.numbers])
        of = f" of {asked.year}" if asked.year else ""
        by = f" by {in_words(asked.issuers)}" if asked.issuers else ""
        return f"document No. {numbers or '(none)'}{of}{by}"


def _options(options: BaseModel) -> DocumentOptions:
    assert isinstance(options, DocumentOptions)
    return options


_: type[Matcher] = Documents
