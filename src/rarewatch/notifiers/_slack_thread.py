"""What an alert in Slack has no room for, as messages for its thread: nothing is cut without being told there. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from rarewatch.notifiers._slack_leaves import rich, span
from rarewatch.notifiers._slack_left import Left
from rarewatch.notifiers._slack_text import Json, literal, measure, weight

BUDGET = 11_000
"""Bytes of blocks in one message; see `_slack_blocks`."""
_PIECE = 2_800
_BLOCKS = 40
_MESSAGES = 10
"""A page can hold anything, and nobody reads more replies than that; the last one says how much was left out."""
_ROOM = BUDGET * _MESSAGES


def thread(left: Sequence[Left]) -> list[list[Json]]:
    """The blocks of each reply for what was `left` out, at most ten replies."""
    blocks: list[Json] = []
    room, over = _ROOM, 0
    for label, text in left:
        blocks += _told(label, text[:room])
        over += len(text[room:])
        room -= min(room, len(text))
    packed = list(_packed(blocks))
    over += sum(_length(block) for some in packed[_MESSAGES:] for block in some)
    kept = packed[:_MESSAGES]
    if over:
        kept[-1].append(rich(span(f"and about {over} more characters, see the announcement", bold=True)))
    return kept


def _length(block: Json) -> int:
    return sum(len(leaf["text"]) for leaf in block["elements"][0]["elements"])


def _told(label: str, text: str) -> Iterator[Json]:
    for number, piece in enumerate(_pieces(literal(text))):
        yield rich(span(f"{label}, continued" if number else label, bold=True), span("\n" + piece))


def _pieces(text: str) -> Iterator[str]:
    """`text` in stretches of at most 2,800 UTF-16 units."""
    start = 0
    while start < len(text):
        end = min(len(text), start + _PIECE)
        while measure(text[start:end]) > _PIECE:
            end -= max(1, (measure(text[start:end]) - _PIECE + 1) // 2)
        # A "<" and the word joiner after it stay together.
        end -= text[end - 1] == "<" and start < end - 1 and end < len(text)
        yield text[start:end]
        start = end


def _packed(blocks: Iterable[Json]) -> Iterator[list[Json]]:
    """Blocks by the message, as many in each as Slack takes."""
    some: list[Json] = []
    size = 0
    for block in blocks:
        more = weight([block])
        if some and (len(some) == _BLOCKS or size + more > BUDGET):
            yield some
            some, size = [], 0
        some.append(block)
        size += more
    if some:
        yield some
