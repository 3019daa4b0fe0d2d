"""What each single character becomes when text is folded for matching: width, case, script, quotes, dashes, blanks."""

import re
import unicodedata
from functools import cache

from rarewatch.text._simplified import SIMPLIFIED, TRADITIONAL

IGNORED = "\u200b"
"""Stands, until it is dropped, for every character that shows nothing: zero-width, soft hyphen, BOM, controls."""

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
"""Chinese characters, as the inside of a regular expression's character class."""

_CHINESE = re.compile(f"[{HAN}]")
_MAX_STEPS = 6

_ALIKE = {
    '"': "“”„‟«»「」『』〝〞〟＂｢｣❝❞",
    "'": "‘’‚‛′＇´`｀❛❜",
    "-": "‐‑‒–—―⁃−﹣－~～〜∼⸺⸻",
    "·": "‧・•∙⋅･ꞏ᛫",
    "[": "〔〖【",
    "]": "〕〗】",
    " ": "\t\v\f\r\x1c\x1d\x1e\x1f⓪⓿",
    "\n": "\x85\u2028\u2029",
    IGNORED: "\u034f\u180b\u180c\u180d",
}
_CIRCLED = ((0x2460, 0x2473), (0x24EB, 0x24FE), (0x2776, 0x2793), (0x3251, 0x325F), (0x32B1, 0x32BF))
_VARIATION = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_SURROGATES = (0xD800, 0xDFFF)

RADICALS = dict(
    # The supplement U+2E80-U+2EFF has no NFKC form (two excepted); only those with a plain character of the same meaning.
    zip(
        "⺁⺃⺄⺅⺆⺈⺉⺊⺋⺎⺐⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺫⺬⺭⺯⺰⺱⺲⺴⺶⺷⺸⺹⺺⺻⺼⺾⺿⻀⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
        "厂乚乙亻冂刀刂卜㔾兀尢巳幺彑彐忄㣺扌攵旡日月歺民氵氺灬爫爫丬牛犭王目示礻糹纟罓罒冗羊羊羋耂肀聿月艹艹艹虎衤覀西见角讠贝足车辶辶辶阝钅长镸长门阝雨青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾齐齐齿齿竜龙龟龟",
        strict=True,
    )
) | dict(zip("⺂⺇⺌⺍⺏⺑⺪⺮⺳⺵⺽⻇⻕⻞⻡", "乛几小小尢尢疋竹罒网臼角阝食首", strict=True))
"""Radicals that PDFs print in place of the ordinary characters; U+2F00 to U+2FD5 are left to NFKC."""
_SIMPLE = dict(zip(TRADITIONAL, SIMPLIFIED, strict=True))


def _within(code: int, *ranges: tuple[int, int]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def _special() -> dict[str, str]:
    table = {char: one for one, alike in _ALIKE.items() for char in alike}
    table.update((chr(code), " ") for first, last in _CIRCLED for code in range(first, last + 1))
    return table | RADICALS


_SPECIAL = _special()


def _step(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    if category == "Cf" or (category == "Cc" and char != "\n") or _within(ord(char), *_VARIATION):
        return IGNORED
    if category == "Zs":
        return " "
    form = unicodedata.normalize("NFKC", char)
    form = form.casefold() if len(form) == 1 else char
    form = form if len(form) == 1 else char
    return _SIMPLE.get(form, form)


def folded_char(char: str) -> str:
    """The one character that stands for `char` in folded text; characters whose NFKC form is longer stay as they are."""
    for _ in range(_MAX_STEPS):
        new = _step(char)
        if new == char:
            break
        char = new
    return char


class _Lazy(dict[int, int]):
    """Code point to folded code point, worked out at first sight; for the rare text beyond the basic plane."""

    def __missing__(self, code: int) -> int:
        self[code] = folded = ord(folded_char(chr(code)))
        return folded


BEYOND = _Lazy()
"""A `str.translate` table for every code point."""


@cache
def plane() -> list[int]:
    """A `str.translate` table for the basic plane: a list, twice as fast to look up as a dict."""
    table = list(range(0x10000))
    for code in table:
        # Plain ideographs need only the dictionary: two thirds of the plane, and the normaliser is the slow part.
        if 0x4E00 <= code <= 0x9FFF:
            continue
        if not _within(code, _SURROGATES, (0x3400, 0x4DBF), (0xAC00, 0xD7A3), (0xE000, 0xF8FF)):
            table[code] = ord(folded_char(chr(code)))
    table[_SURROGATES[0] : _SURROGATES[1] + 1] = [0xFFFD] * (_SURROGATES[1] - _SURROGATES[0] + 1)
    for old, new in _SIMPLE.items():
        if ord(old) < 0x10000:
            table[ord(old)] = ord(new)
    return table


_FEW = 40
"""Up to so many different characters, replacing them one by one is faster than looking every character up."""
_SPELLED = "\u2160-\u217f\u3371-\u33df\ufb00-\ufb06"
RARE = f"{IGNORED}{_SPELLED}\U00010000-\U0010ffff"
"""What is left after `evened` that takes more than one look, as the inside of a regular expression's character class."""
_RARE = re.compile(f"[{RARE}]")


@cache
def _changing() -> re.Pattern[str]:
    """Every character of the basic plane that becomes another, and what is rare."""
    codes = [code for code, new in enumerate(plane()) if code != new and not _within(code, _SURROGATES)]
    starts = [code for code, before in zip(codes, [-2, *codes], strict=False) if code != before + 1]
    ends = [code for code, after in zip(codes, [*codes[1:], -2], strict=True) if after != code + 1]
    spans = "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in zip(starts, ends, strict=True))
    return re.compile(f"[{spans}\ud800-\udfff{RARE}]")


def evened(text: str) -> tuple[str, bool]:
    """`text` with each character of the basic plane folded, and whether anything in it is `RARE`.

    Most text holds few different characters that change: these are found by one search and replaced one by one.
    """
    if text.isascii():
        text = text.lower()
    elif "，" in text:
        text = text.replace("，", ",")
    changing = set(_changing().findall(text))
    if len(changing) > _FEW:
        text = text.translate(plane())
        return text, _RARE.search(text) is not None
    rare = False
    for char in changing:
        new = chr(plane()[ord(char)]) if char <= "\uffff" else char
        text = text.replace(char, new)
        rare = rare or _RARE.match(new) is not None
    return text, rare


class _Kinds(dict[str, int]):
    """2 for a Chinese character (ideographs, 〇, 々), 1 for what a Latin word is made of, 0 for anything else."""

    def __missing__(self, char: str) -> int:
        self[char] = kind = 2 if _CHINESE.match(char) else int(_latin(char))
        return kind


def _latin(char: str) -> bool:
    return char in "0123456789" or (char.isalpha() and (char < "\u0530" or "\u1e00" <= char <= "\u1fff"))


KIND = _Kinds()
"""A character's kind: `HAN_KIND`, `LATIN_KIND` (letters of Latin, Greek and Cyrillic, ASCII digits) or 0."""
HAN_KIND, LATIN_KIND = 2, 1
