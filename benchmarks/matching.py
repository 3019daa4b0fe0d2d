"""Folding and matching alone: against the bare scan, against one regular expression a rule, and what more rules cost."""

import random
import re
import time
from collections.abc import Callable
from statistics import median
from typing import TypeAlias

import feeds
import worker
from ahocorasick_rs import AhoCorasick

from rarewatch.match import Compiled
from rarewatch.matchers.terms import Terms
from rarewatch.nouns.watch import Leaf, Rule, Severity, Watch
from rarewatch.text.fold import fold

_DOCUMENTS = 1_500
_PER_RULE = 10
_COMPILED = 10_000
_RULES = 1_000
_FEW = 100
"""So many documents are enough for what is slow."""


def _words(terms: int) -> list[str]:
    """Words of three or four characters that hardly ever stand in a text."""
    pick = random.Random(terms)
    signs = [chr(code) for code in range(0x4E00, 0x9000)]
    return ["".join(pick.choices(signs, k=pick.randint(3, 4))) for _ in range(terms)]


def _watch(words: list[str], per_rule: int = _PER_RULE) -> Watch:
    starts = range(0, len(words), per_rule)
    rules = {
        f"r{at}": Rule(f"r{at}", "", Severity.NOTABLE, Leaf("terms", Terms.Options.model_validate(words[at : at + per_rule])))
        for at in starts
    }
    return Watch(rules=rules)


Texts: TypeAlias = list[tuple[str, str]]
"""Headlines and articles."""


def _speed(work: Callable[[str, str], object], texts: Texts, rounds: int) -> float:
    size = sum(len((title + text).encode()) for title, text in texts) / 1e6

    def once() -> float:
        started = time.process_time()
        for title, text in texts:
            work(title, text)
        return size / (time.process_time() - started)

    return median(once() for _ in range(rounds))


def _scan(automaton: AhoCorasick, text: str) -> object:
    return automaton.find_matches_as_indexes(text, overlapping=True)


def _compiled() -> tuple[float, float]:
    """Seconds that ten thousand rules take to compile, and the megabytes they hold."""
    watch = _watch(_words(_COMPILED), 1)
    before, started = worker.peak(), time.process_time()
    compiled = Compiled(watch)
    taken = time.process_time() - started
    compiled.findings("", "")
    return taken, worker.peak() - before


def measure(rounds: int) -> dict[str, float]:
    """MB of UTF-8 a second of each, and what compiling takes; articles of 1,000 characters, each with a headline of its own."""
    seconds, megabytes = _compiled()
    pick = random.Random(1)
    texts = [(feeds.prose(pick, 20)[:24], feeds.prose(pick, 1_000)) for _ in range(_DOCUMENTS)]
    words = _words(_RULES * _PER_RULE)
    few, many = Compiled(_watch(_words(100))), Compiled(_watch(words))
    by_rule = (words[at : at + _PER_RULE] for at in range(0, len(words), _PER_RULE))
    expressions = [re.compile("|".join(map(re.escape, own))) for own in by_rule]
    bare = AhoCorasick(words)
    return {
        "fold": _speed(lambda title, text: (fold(title), fold(text)), texts, rounds),
        "100": _speed(few.findings, texts, rounds),
        "10000": _speed(many.findings, texts, rounds),
        "bare": _speed(lambda title, text: (_scan(bare, title), _scan(bare, text)), texts, rounds),
        "expressions": _speed(lambda _, text: [one.search(text) for one in expressions], texts[:_FEW], rounds),
        "compile": seconds,
        "compiled": megabytes,
    }
