"""Fingerprints of a text that survive small edits: for finding copies without comparing everything with everything."""

from functools import lru_cache
from zlib import crc32

_RUN = 4
_AT_MOST = 64
_READ = 20_000


def runs(folded: str) -> frozenset[int]:
    """The hashes (32-bit) of all four-character runs in the first 20,000 characters of a folded text."""
    return _runs(folded[:_READ])


@lru_cache(maxsize=16)  # one item is compared with several, one after the other
def _runs(text: str) -> frozenset[int]:
    return frozenset(crc32(text[i : i + _RUN].encode("utf-8", "replace")) for i in range(max(1, len(text) - _RUN + 1)))


def prints(folded: str) -> frozenset[int]:
    """At most 64 of the runs, chosen by their own hash, for an index of candidates.

    Only runs divisible by a power of two stay, the smallest power that leaves few enough: what a long text keeps, a short copy of
    a part of it keeps too.
    """
    kept, power = runs(folded), 1
    while len(kept) > _AT_MOST:
        power *= 2
        kept = frozenset(run for run in kept if run % power == 0)
    return kept


def likeness(one: str, other: str) -> float:
    """The share (0 to 1) of the shorter folded text's runs that stand in the other one."""
    here, there = runs(one), runs(other)
    return len(here & there) / min(len(here), len(there))
