"""Chinese numerals as numbers: 六十一, 一百二十三, 二〇二五, 廿九, 三千."""

DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "两": 2}
"""Each digit's value; the zero is written in three ways, and an odd 两 stands for two."""

_UNITS = {"十": 10, "百": 100, "千": 1_000}
_TENS = {"廿": 20, "卅": 30}

NUMERAL = "〇○零一二三四五六七八九十百千两廿卅"
"""Every character of a numeral below ten thousand, as the inside of a regular expression's character class."""


def number(written: str) -> int | None:
    """The value of a run of Arabic or Chinese digits below ten thousand (any size in plain digits); None where it is none."""
    if written.isascii():
        return int(written) if written.isdigit() else None
    if all(char in DIGITS for char in written):
        return int("".join(str(DIGITS[char]) for char in written))
    total, digit, last = 0, None, 10_000
    for char in written:
        if char in DIGITS:
            if digit:
                return None
            digit = DIGITS[char]
        elif char in _TENS and total == 0 and digit is None:
            total, last = _TENS[char], 10
        elif char in _UNITS and _UNITS[char] < last:
            last = _UNITS[char]
            total += last * (1 if digit is None and (last == 10 or not total) else digit or 0)
            digit = None
        else:
            return None
    return total + (digit or 0)
