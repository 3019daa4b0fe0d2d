"""Trouble by chance, for receivers that shall fail now and then instead of when told to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Odds(Generic[T]):
    """How likely each trouble is at one call or connection (0 to 1, their sum at most 1); the same `dice` give the same run."""

    chances: Mapping[T, float] = field(default_factory=dict)
    dice: Random = field(default_factory=Random)

    def __post_init__(self) -> None:
        """Raises `ValueError` for chances that are none."""
        if min(self.chances.values(), default=0.0) < 0 or sum(self.chances.values()) > 1:
            raise ValueError("chances are numbers from 0 to 1, and together at most 1")

    def draw(self) -> T | None:
        """One trouble, or None for a call that goes well."""
        left = self.dice.random()
        for trouble, chance in self.chances.items():
            left -= chance
            if left < 0:
                return trouble
        return None
