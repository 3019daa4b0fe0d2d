"""`pattern:` a regular expression matches the folded text, in time that grows only with the length of the text (RE2)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar

import re2
from pydantic import BaseModel, ConfigDict, Field

from rarewatch.matchers import Hits, Lexicon, Matcher
from rarewatch.nouns.watch import Scope, Span
from rarewatch.text.characters import IGNORED, folded_char
from rarewatch.text.terms import fault_of_term, in_words

MOST = 100
"""Places of one pattern that are told in one field: more say nothing new."""


class PatternOptions(BaseModel):
    """A regular expression, and the terms of which one must stand in the item before it is tried."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    regex: str = Field(
        description="a regular expression in RE2's syntax (no look-around, no back-references), matched anywhere in the folded "
        "text: half width, simplified characters, lower case, no blanks beside Chinese; capitals, width and script of the "
        "expression itself do not matter, and `.` does not cross a line break"
    )
    anchor: str | tuple[str, ...] = Field(
        default=(), description="a term or several, one of which must stand anywhere in the item; the expression is tried only then"
    )

    @property
    def anchors(self) -> tuple[str, ...]:
        """The anchors, whichever way they were written."""
        return (self.anchor,) if isinstance(self.anchor, str) else self.anchor


class Patterns:
    """Holds where its expression matches."""

    Options: ClassVar[type[BaseModel]] = PatternOptions

    def __init__(self) -> None:
        """Expressions are compiled when first asked for, and kept."""
        self._compiled: dict[str, Any] = {}

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """What is wrong with the expression, with the place, and with the anchors."""
        asked = _options(options)
        fault = fault_of_regex(asked.regex)
        if fault:
            yield fault
        elif self._program(asked.regex).match("") is not None:
            yield f"the pattern “{asked.regex}” matches even nothing"
        if not asked.anchors:
            yield f"the pattern “{asked.regex}” needs `anchor`: terms of which one must stand in the item before it is tried"
        yield from filter(None, map(fault_of_term, asked.anchors))

    def terms(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - needs no lexicon
        """The anchors."""
        return _options(options).anchors

    def entities(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:  # noqa: ARG002 - asks for none
        """None."""
        return ()

    def spans(self, options: BaseModel, lexicon: Lexicon, hits: Hits, scope: Scope) -> Sequence[Span]:  # noqa: ARG002
        """Where the expression matches in `scope`, at most `MOST` places a field; nothing where no anchor stands in the item."""
        asked = _options(options)
        if hits.found().isdisjoint(asked.anchors):
            return ()
        program = self._program(asked.regex)
        if program is None:
            return ()
        return [
            hits.span(field, start, end, asked.regex)
            for field in hits.fields(scope)
            for start, end in islice(_places(program, hits.folded(field).text), MOST)
        ]

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:  # noqa: ARG002 - needs no lexicon
        """`the pattern “…” where “a” or “b” stands`."""
        asked = _options(options)
        anchors = in_words([f"“{anchor}”" for anchor in asked.anchors])
        return f"the pattern “{asked.regex}”" + (f" where {anchors} stands" if anchors else "")

    def _program(self, regex: str) -> Any:
        if regex not in self._compiled:
            self._compiled[regex] = None if fault_of_regex(regex) else _compile(_folded(regex))
        return self._compiled[regex]


def fault_of_regex(regex: str) -> str:
    """Why RE2 cannot take `regex`, with the place of the fault in characters from 1; "" when it can."""
    if not regex:
        return "the pattern is empty"
    try:
        _compile(regex)
        _compile(_folded(regex))
    except UnicodeEncodeError as error:
        return f"the pattern holds half a character at position {error.start + 1}"
    except re2.error as error:
        return _told(regex, error.args[0])
    return ""


def _told(regex: str, told: bytes | str) -> str:
    """RE2's complaint in words, with the place of the part it complains of."""
    message = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    what, _, part = message.partition(": ")
    found = regex.find(part) if part else regex.rfind("\\")
    at = max(_unmatched(regex), 0) if part == regex else found
    place = f" at position {at + 1}" if at >= 0 else ""
    return f"the pattern “{regex}” cannot be read: {what}{place}" + (f" (“{part}”)" if part and part != regex else "")


def _compile(regex: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    return re2.compile(regex, options)


def _folded(regex: str) -> str:
    """`regex` with each character outside ASCII as folding leaves it, as a literal."""
    return "".join(char if char.isascii() else _literal(folded_char(char)) for char in regex)


def _literal(char: str) -> str:
    if char == IGNORED:
        return ""
    return f"\\{char}" if char.isascii() and not char.isalnum() else char


def _unmatched(regex: str) -> int:
    """Where the first bracket stands that has no partner; -1 for none."""
    opened: list[int] = []
    within = escaped = False
    for at, char in enumerate(regex):
        if escaped or char == "\\":
            escaped = not escaped
        elif within:
            within = char != "]"
        elif char == "[":
            within = True
        elif char == "(":
            opened.append(at)
        elif char == ")":
            if not opened:
                return at
            opened.pop()
    return opened[0] if opened else -1


def _places(program: Any, text: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in program.finditer(text) if found.end() > found.start())


def _options(options: BaseModel) -> PatternOptions:
    assert isinstance(options, PatternOptions)
    return options


_: type[Matcher] = Patterns
