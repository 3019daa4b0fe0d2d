"""What a text counts and numbers: what monthly notices and bulletins differ in when they differ in nothing else."""

import re

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_ORDINALS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_COUNT = re.compile(rf"\d+(?:[.,]\d+)*|[〇零一二三四五六七八九十百千万亿两]+|\b(?:{_MONTHS}|{_ORDINALS})\b")


def counts(folded: str) -> list[str]:
    """Numbers in digits or Chinese numerals, English months and ordinals, as they follow each other in a folded text."""
    return _COUNT.findall(folded)
