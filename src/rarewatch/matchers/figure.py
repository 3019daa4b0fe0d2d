"""`figure:` a quantity of some size stands beside certain words: 上涨 15 % or more, at least 60 万元/吨."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveInt

from rarewatch.matchers import Hits, Lexicon, Matcher
from rarewatch.nouns.watch import Scope, Span
from rarewatch.text.figures import Figure, Unit, figures
from rarewatch.text.terms import fault_of_term, in_words

_WORDS: dict[Unit, str] = {
    "percent": "percent", "percentage_point": "percentage points", "tonne": "tonnes", "tonne_per_year": "tonnes a year",
    "index_point": "index points",
}  # fmt: skip


class FigureOptions(BaseModel):
    """A unit, bounds on the size, and the words beside which the figure must stand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Unit = Field(
        description="what is measured: percent, percentage_point, tonne, tonne_per_year (a capacity), yuan, yuan_per_tonne, "
        "usd, usd_per_tonne, index_point and so on; 万, 亿, 公斤 and the like are reckoned into it"
    )
    at_least: NonNegativeFloat | None = Field(
        default=None,
        description="the least size, in the unit, of rise and fall alike (-20 is at least 15); of a range its greater end counts",
    )
    at_most: NonNegativeFloat | None = Field(
        default=None, description="the greatest size, in the unit, of rise and fall alike; of a range its smaller end counts"
    )
    near: str | tuple[str, ...] = Field(
        default=(),
        description="a term or several, one of which must stand beside the figure, before or behind it in the same field",
    )
    within: PositiveInt = Field(
        default=20, le=1_000, description="how far from the figure that may be, in characters of the original"
    )

    @property
    def words(self) -> tuple[str, ...]:
        """The terms beside it, whichever way they were written."""
        return (self.near,) if isinstance(self.near, str) else self.near


class Figures:
    """Holds where such a figure stands beside one of its words."""

    Options: ClassVar[type[BaseModel]] = FigureOptions

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """Bounds that exclude each other, and words that are missing or cannot be found."""
        asked = _options(options)
        if asked.at_least is not None and asked.at_most is not None and asked.at_least > asked.at_most:
            yield f"no figure is at least {asked.at_least:g} and at most {asked.at_most:g}"
        if not asked.words:
            yield "a figure needs `near`: words of which one must stand beside it"
        yield from filter(None, map(fault_of_term, asked.words))

    def terms(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """The words beside it."""
        return _options(options).words

    def entities(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - asks for none
        """None."""
        return ()

    def spans(self, options: BaseModel, lexicon: Lexicon, hits: Hits, scope: Scope) -> Sequence[Span]:  # noqa: ARG002
        """The figures of that size in `scope` that stand beside one of the words; what cannot be as printed does not count."""
        asked = _options(options)
        words = [span for word in asked.words for span in hits.term(word, scope)]
        found = []
        for field in dict.fromkeys(span.field for span in words):
            places = [(span.start, span.end) for span in words if span.field == field]
            sized = [one for one in hits.read(field, figures) if _sized(one, asked)]
            found += [
                span for one in sized if _beside(span := hits.span(field, one.start, one.end, asked.unit), places, asked.within)
            ]
        return found

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:  # noqa: ARG002 - needs no lexicon
        """`a figure of at least 15 percent within 20 characters of “a” or “b”`."""
        asked = _options(options)
        given = (("at least", asked.at_least), ("at most", asked.at_most))
        bounds = [f"{words} {bound:g}" for words, bound in given if bound is not None]
        size = " and ".join(bounds) + " " if bounds else ""
        near = in_words([f"“{word}”" for word in asked.words]) or "no word"
        return f"a figure of {size}{_unit(asked.unit)} within {asked.within} characters of {near}"


def _unit(unit: Unit) -> str:
    if unit in _WORDS:
        return _WORDS[unit]
    money, _, per = unit.partition("_per_")
    return (money if money == "yuan" else money.upper()) + (f" a {per}" if per else "")


def _sized(figure: Figure, asked: FigureOptions) -> bool:
    if figure.unit != asked.unit or figure.doubtful:
        return False
    sizes = [abs(size) for size in (figure.low, figure.value, figure.high) if size is not None]
    return (asked.at_least is None or max(sizes) >= asked.at_least) and (asked.at_most is None or min(sizes) <= asked.at_most)


def _beside(span: Span, places: Sequence[tuple[int, int]], within: int) -> bool:
    return any(start - span.end <= within and span.start - end <= within for start, end in places)


def _options(options: BaseModel) -> FigureOptions:
    assert isinstance(options, FigureOptions)
    return options


_: type[Matcher] = Figures
