"""Whether a text was damaged on its way: question marks for characters, replacement characters, one encoding read as another."""

import re

_QUESTIONS = re.compile(r"[?？]{3,}")
_LOST = "\ufffd"
_SHARE = 0.1
_SEVERAL = 3
_TWICE = re.compile("锟斤拷|锟斤|斤拷|烫烫烫|屯屯屯|ï¿½")
"""U+FFFD as UTF-8 read as GBK or Latin-1; memory nobody filled, read as GBK."""
_SECOND = "\u0080-\u00bfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™"
_AS_LATIN = re.compile(f"[\u00e3-\u00e9\u00ef][{_SECOND}]{{2}}")
"""The three bytes of a Chinese character in UTF-8, read as Latin-1 or Windows-1252."""
_ACCENTED = re.compile(f"Ã[{_SECOND}]")
"""The two bytes of a Latin letter with an accent, read so."""
_HIGH = re.compile("[\u00a1-\u00fe]{4,}")
"""GBK read as Latin-1: pairs of letters that no language of ours has in a row."""
_HAN = re.compile("[\u3400-\u9fff]")


def garbled(text: str, language: str) -> str:
    """What is wrong with `text` (a headline), in words; "" where it reads as `language` (zh or en, ...) may be written.

    Only damage that no headline shows by itself is named: a single question or replacement character is none.
    """
    shown = text.strip()
    if not shown:
        return ""
    for found, words in (
        (_TWICE.search(shown), "replacement characters read in another encoding"),
        (_AS_LATIN.search(shown) or _ACCENTED.search(shown), "UTF-8 read as Latin-1"),
        (_HIGH.search(shown) if _is_gbk(shown) else None, "GBK read as Latin-1"),
        (_is_utf8(shown) or None, "UTF-8 read as GBK"),
        (_is_lost(shown) or None, "replacement characters"),
        (_questions(shown, language) or None, "question marks in place of characters"),
    ):
        if found:
            return words
    return ""


def _is_gbk(text: str) -> bool:
    """Whether the stretches of high Latin-1 letters in `text` are Chinese in GBK."""
    runs = _HIGH.findall(text)
    for run in runs:
        try:
            meant = run[: len(run) // 2 * 2].encode("latin-1").decode("gb18030")
        except UnicodeDecodeError:
            return False
        if len(_HAN.findall(meant)) * 2 < len(meant):
            return False
    return bool(runs)


def _is_utf8(text: str) -> bool:
    """Whether the characters of `text`, as bytes of GBK, are Chinese in UTF-8; bytes that were lost do not matter."""
    meant = len(_HAN.findall(text.encode("gb18030", "ignore").decode("utf-8", "ignore")))
    return meant >= _SEVERAL and meant * 3 >= len(_HAN.findall(text))


def _is_lost(text: str) -> bool:
    count = text.count(_LOST)
    return count >= 2 and count >= _SHARE * len(text)


def _questions(text: str, language: str) -> bool:
    """Whether question marks make up so much of a text that they were characters; emphasis at its end is none."""
    inner = _QUESTIONS.search(text.rstrip("?？!！。."))
    lost = sum(len(found[0]) for found in _QUESTIONS.finditer(text))
    if language == "zh" and lost and not _HAN.search(text):
        return (text.count("?") + text.count("？")) * 2 >= len(text)
    return inner is not None and lost * 4 >= len(text)
