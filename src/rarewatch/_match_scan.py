"""One pass over a field: every watched pattern in it, weighed for word boundaries and for blanks that folding dropped."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from ahocorasick_rs import AhoCorasick

from rarewatch.nouns.watch import Field, Span
from rarewatch.text.characters import HAN_KIND, KIND, LATIN_KIND
from rarewatch.text.fold import Folded, fold
from rarewatch.text.terms import looked_for, loosened, word_edges

Places = dict[int, list[tuple[int, int]]]
"""Pattern number to its (start, end) places in the folded field."""

WINDOW = 16
"""Folded characters on either side of a hit that say whether blanks separate words there."""

WORD = 8
"""Average length, in characters, up to which the stretches between blanks are words and not whole clauses."""

_NOTHING = Folded("")


class Scanned:
    """One field, folded, with what was found in it."""

    __slots__ = ("folded", "key", "name", "original", "places")

    def __init__(self, name: Field, original: str, folded: Folded, key: str, places: Places) -> None:
        """`key` is the text that was searched: as long as `folded.text`."""
        self.name, self.original, self.folded, self.key, self.places = name, original, folded, key, places

    def span(self, start: int, end: int, term: str) -> Span:
        """The stretch of the original behind a folded one."""
        first, last = self.folded.span(start, end)
        return Span(self.name, first, last, self.original[first:last], term)

    def follows(self, pattern: str, end: int) -> bool:
        """Whether `pattern` stands directly after `end`, a blank or hyphen not counted, and is no part of a longer Latin word."""
        for at in (end, end + 1) if self.key[end : end + 1] == " " else (end,):
            if self.key.startswith(pattern, at) and _bounded(self.key, at, at + len(pattern), *word_edges(pattern)):
                return True
        return False

    def precedes(self, pattern: str, start: int) -> bool:
        """Whether `pattern` stands directly before `start`, on the same terms as `follows`."""
        for at in (start, start - 1) if start and self.key[start - 1] == " " else (start,):
            first = at - len(pattern)
            if first >= 0 and self.key.startswith(pattern, first) and _bounded(self.key, first, at, *word_edges(pattern)):
                return True
        return False


def _bounded(key: str, start: int, end: int, left: bool, right: bool) -> bool:  # noqa: FBT001 - a pair of edges
    if left and start and KIND[key[start - 1]] == LATIN_KIND:
        return False
    return not (right and end < len(key) and KIND[key[end]] == LATIN_KIND)


class Patterns:
    """All that is looked for, numbered; terms that fold alike share a number."""

    def __init__(self) -> None:
        """Empty; `add` everything, then `scan`."""
        self._numbers: dict[str, int] = {}
        self._known: dict[str, int | None] = {}
        self._edges: list[tuple[bool, bool] | None] = []
        self._automaton: AhoCorasick | None = None

    def add(self, term: str) -> int | None:
        """The number of `term`; None where folding leaves nothing to look for."""
        if term in self._known:
            return self._known[term]
        pattern = looked_for(term)
        number = self._numbers.setdefault(pattern, len(self._numbers)) if pattern else None
        if number == len(self._edges):
            edges = word_edges(pattern)
            self._edges.append(edges if any(edges) else None)
        self._known[term] = number
        return number

    def numbers(self, terms: Iterable[str]) -> frozenset[int]:
        """The numbers of `terms`, without those nothing is left of."""
        return frozenset(number for number in map(self.add, terms) if number is not None)

    def number(self, term: str) -> int | None:
        """The number of a term that was added."""
        return self._known.get(term)

    def known(self) -> Iterator[tuple[str, int]]:
        """Every term that was added, as written, with its number."""
        return ((term, number) for term, number in self._known.items() if number is not None)

    def finish(self) -> None:
        """Build the automaton; nothing may be added afterwards."""
        self._automaton = AhoCorasick(list(self._numbers), store_patterns=False) if self._numbers else None

    def scan(self, name: Field, original: str) -> Scanned:
        """Everything that stands in one field."""
        if not original:
            return Scanned(name, original, _NOTHING, "", {})
        folded = fold(original)
        key = loosened(folded.text)
        places: Places = {}
        if self._automaton is None or not key:
            return Scanned(name, original, folded, key, places)
        edges, seams = self._edges, folded.seams
        for number, start, end in self._automaton.find_matches_as_indexes(key, overlapping=True):
            edge = edges[number]
            if edge is not None and not _bounded(key, start, end, *edge):
                continue
            if seams and _invented(key, seams, start, end):
                continue
            places.setdefault(number, []).append((start, end))
        return Scanned(name, original, folded, key, places)


def _invented(key: str, seams: tuple[int, ...], start: int, end: int) -> bool:
    """Whether a hit was made only by dropping the blanks between words, as 稀土 in 珍稀 土地 资源.

    It was not when it begins and ends where words do (稀 土), nor when the blank is a stray one in running text.
    """
    first, last = bisect_right(seams, start), bisect_left(seams, end)
    if first >= last or (_edge(key, seams, start) and _edge(key, seams, end)):
        return False
    low, high = max(0, start - WINDOW), min(len(key), end + WINDOW)
    others = bisect_right(seams, high) - bisect_left(seams, low) - (last - first)
    around = (start - low) + (high - end)
    return others * WORD >= around


def _edge(key: str, seams: tuple[int, ...], at: int) -> bool:
    if at in (0, len(key)) or KIND[key[at - 1]] != HAN_KIND or KIND[key[at]] != HAN_KIND:
        return True
    place = bisect_left(seams, at)
    return place < len(seams) and seams[place] == at
