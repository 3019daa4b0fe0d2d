"""What a guess is: a source kind with its options, and what speaks for it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Guess:
    """One way to read an address: `kind` and `options` as they would stand in YAML, `url` the address to poll.

    `seen` says in words what speaks for it, `doubts` what nobody could see from outside; `rows` counts the entries that were found
    (0 where they come from another address). `sure` is False for what only looks so: such a guess must show that it gives items.
    """

    kind: str
    url: str
    seen: str
    options: Mapping[str, object] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    rows: int = 0
    sure: bool = True
