"""An edited text that still knows where each of its characters came from."""

from collections.abc import Iterable
from typing import NamedTuple

Places = list[tuple[int, int]]
"""(position, shift) in order: from this character on, the original lies `shift` characters further right."""


class Edit(NamedTuple):
    """Replaces `text[start:end]` by `new`: nothing, one character for all of them, or several for one."""

    start: int
    end: int
    new: str = ""


class Draft:
    """A text under repair, with where each character's original starts and ends."""

    def __init__(self, text: str) -> None:
        """`text` as it was given; without edits no map is kept."""
        self.text = text
        self.starts: Places = []
        self.ends: Places = []

    def edit(self, edits: Iterable[Edit]) -> None:
        """Apply `edits`, which are in order, do not overlap and count in characters of the present text."""
        todo = list(edits)
        if not todo:
            return
        same = self.starts == self.ends and not any(edit[2] for edit in todo)
        self.starts = _moved(self.starts, todo, ends=False)
        self.ends = self.starts if same else _moved(self.ends, todo, ends=True)
        parts: list[str] = []
        at = 0
        for start, end, new in todo:
            parts += (self.text[at:start], new)
            at = end
        self.text = "".join((*parts, self.text[at:]))


def _moved(places: Places, edits: list[Edit], *, ends: bool) -> Places:
    if not places:
        return _fresh(edits, ends=ends)
    result: Places = []
    grown, at = 0, 0
    for edit in edits:
        while at < len(places) and places[at][0] < edit.start:
            result.append((places[at][0] + grown, places[at][1]))
            at += 1
        first, size = edit.start + grown, len(edit.new)
        inside: Places = []
        while at < len(places) and places[at][0] < edit.end:
            # What began within the replaced stretch: its end belongs to the new character, its start comes after it.
            place, shift = places[at]
            inside.append((first if ends or place == edit.start else first + size, shift))
            at += 1
        result += sorted(inside + _own(edit, first, ends=ends))
        grown += size - (edit.end - edit.start)
    return result + [(place + grown, shift) for place, shift in places[at:]]


def _fresh(edits: list[Edit], *, ends: bool) -> Places:
    result: Places = []
    grown = 0
    for edit in edits:
        start, end, new = edit
        if new:
            result += _own(edit, start + grown, ends=ends)
        else:
            result.append((start + grown, end - start))
        grown += len(new) - (end - start)
    return result


def _own(edit: Edit, first: int, *, ends: bool) -> Places:
    removed, size = edit.end - edit.start, len(edit.new)
    if size > removed:
        return [(first + extra, -1) for extra in range(removed, size)]
    if size == removed:
        return []
    return [(first if ends or not size else first + 1, removed - size)]
