"""English for the Chinese terms of a sentence, from the glossary and the entities: a help to read, not a translation."""

from collections.abc import Iterable, Mapping

from ahocorasick_rs import AhoCorasick, MatchKind

from rarewatch.nouns.watch import Entity
from rarewatch.text.fold import fold


class Glosser:
    """Finds the longest known terms of a text and gives their English."""

    def __init__(self, glossary: Mapping[str, str], entities: Iterable[Entity] = ()) -> None:
        """`glossary` maps Chinese to English and wins over the entities' own names."""
        english: dict[str, str] = {}
        for entity in entities:
            for written in (entity.zh, *(alias.text for alias in entity.aliases if not alias.weak and not alias.with_any)):
                if _is_han(written) and entity.name and not _is_han(entity.name):
                    english.setdefault(fold(written).text, entity.name)
        english.update({fold(term).text: words for term, words in glossary.items() if term.strip()})
        self._words = list(english.values())
        self._automaton = AhoCorasick(list(english), matchkind=MatchKind.LeftmostLongest) if english else None

    def glosses(self, text: str) -> tuple[tuple[str, str], ...]:
        """Pairs of a term as written in `text` and its English, in reading order, each term once."""
        if self._automaton is None or not text:
            return ()
        folded = fold(text)
        pairs: dict[str, tuple[str, str]] = {}
        for number, start, end in self._automaton.find_matches_as_indexes(folded.text):
            first, last = folded.span(start, end)
            pairs.setdefault(folded.text[start:end], (text[first:last], self._words[number]))
        return tuple(pairs.values())


def _is_han(text: str) -> bool:
    return any("㐀" <= char <= "鿿" for char in text)
