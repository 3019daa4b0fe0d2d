"""Where sentences begin and end, in Chinese and in English."""

import re

_END = re.compile(r"""[。！？；｡!?;\n]["'”’」』）)\]]*|\.["'”’)\]]*(?=\s|\Z)""")
_SHORTENED = re.compile(
    r"(?<![a-z.])(?:[a-z](?:\.[a-z])*|nos?|co|ltd|inc|corp|mrs?|ms|dr|ph\.d|prof|gen|sen|rep|gov|st|vs|approx|est|ca|cf|fig|vol|art"
    r"|sec|dept|univ|jr|sr|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\Z"
)
"""What a full stop may stand behind without ending a sentence: initials and shortened words."""
_LONGEST = 8


def sentences(text: str) -> list[tuple[int, int]]:
    """The (start, end) of every sentence of folded `text`, in order; together they cover it. Never raises."""
    found: list[tuple[int, int]] = []
    start = 0
    for stop in _END.finditer(text):
        at = stop.start()
        if text[at] == "." and _SHORTENED.search(text[max(0, at - _LONGEST) : at]):
            continue
        found.append((start, stop.end()))
        start = stop.end()
    if start < len(text):
        found.append((start, len(text)))
    return found
