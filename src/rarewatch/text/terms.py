"""Terms as people write them in a watch: how they are looked for, and what is wrong with one that cannot work."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from rarewatch.text.characters import HAN_KIND, KIND, LATIN_KIND
from rarewatch.text.fold import fold

RARE_EARTHS = frozenset("钪钇镧铈镨钕钷钐铕钆铽镝钬铒铥镱镥")
"""The elements whose one-character names are safe as terms: nothing else is written with them."""

_NAMED = 6
_LETTER = "a-z\u00df-\u024f"
_HYPHEN = re.compile(rf"-(?:(?<=[{_LETTER}]-)(?=[{_LETTER}0-9])|(?<=[0-9]-)(?=[{_LETTER}]))")


def loosened(folded: str) -> str:
    """Folded text of the same length with line breaks, and hyphens inside Latin words, as blanks: `rare-earth` is `rare earth`."""
    return (_HYPHEN.sub(" ", folded) if "-" in folded else folded).replace("\n", " ")


def looked_for(term: str) -> str:
    """What the automaton looks for when `term` is watched; "" where nothing is left of it."""
    return loosened(fold(term.strip()).text).strip()


def word_edges(pattern: str) -> tuple[bool, bool]:
    """Whether `pattern` begins and ends like a Latin word or a number, and so needs a word boundary there."""
    return KIND[pattern[0]] == LATIN_KIND, KIND[pattern[-1]] == LATIN_KIND


def fault_of_term(term: str) -> str:
    """Why `term` cannot work, in a sentence; "" when it can."""
    pattern = looked_for(term)
    if not pattern:
        return f"the term “{term}” is empty"
    if len(pattern) > 1 or pattern in RARE_EARTHS:
        return ""
    if KIND[pattern] == HAN_KIND:
        return f"the term “{term}” is a single Chinese character, which stands in countless other words"
    return f"the term “{term}” is a single character"


def meant(name: str, known: Iterable[str]) -> str:
    """`; did you mean “x”?` when one of `known` is close to `name`, else ""."""
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean “{close[0]}”?" if close else ""


def in_words(parts: Sequence[str]) -> str:
    """`a, b or c`; of more than six only four, and how many others there are; "" for nothing."""
    if len(parts) > _NAMED:
        parts = [*parts[: _NAMED - 2], f"one of {len(parts) - _NAMED + 2} others"]
    return " or ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
