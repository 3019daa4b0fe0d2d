"""Folding and matching alone: megabytes a second, and what a hundred times as many terms cost."""

import random
import time
from collections.abc import Callable
from statistics import median

import feeds

from rarewatch.match import Compiled
from rarewatch.matchers.terms import Terms
from rarewatch.nouns.watch import Leaf, Rule, Severity, Watch
from rarewatch.text.fold import fold

_DOCUMENTS = 1_500
_PER_RULE = 10


def _watch(terms: int) -> Compiled:
    """`terms` words of three or four characters that hardly ever stand in a text, ten a rule."""
    pick = random.Random(terms)
    signs = [chr(code) for code in range(0x4E00, 0x9000)]
    words = ["".join(pick.choices(signs, k=pick.randint(3, 4))) for _ in range(terms)]
    rules = {
        f"r{at}": Rule(f"r{at}", "", Severity.NOTABLE, Leaf("terms", Terms.Options.model_validate(words[at : at + _PER_RULE])))
        for at in range(0, terms, _PER_RULE)
    }
    return Compiled(Watch(rules=rules))


def _speed(work: Callable[[str], object], texts: list[str], rounds: int) -> float:
    size = sum(len(text.encode()) for text in texts) / 1e6

    def once() -> float:
        started = time.process_time()
        for text in texts:
            work(text)
        return size / (time.process_time() - started)

    return median(once() for _ in range(rounds))


def measure(rounds: int) -> dict[str, float]:
    """MB of UTF-8 a second: folding alone, and all of matching with 100 and with 10,000 terms."""
    pick = random.Random(1)
    texts = [feeds.prose(pick, 1_000) for _ in range(_DOCUMENTS)]
    few, many = _watch(100), _watch(10_000)
    return {
        "fold": _speed(fold, texts, rounds),
        "100": _speed(lambda text: few.findings("", text), texts, rounds),
        "10000": _speed(lambda text: many.findings("", text), texts, rounds),
    }
