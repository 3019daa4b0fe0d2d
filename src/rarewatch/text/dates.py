"""Reads a publication date as Chinese and English pages, lists and feeds print it.

The form decides, never a guess: a form that is not listed here is unreadable, and an unreadable date is None. Nothing is read out
of an index number (`2026-02-00018`), and no calendar date out of a bare number that is an epoch.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from rarewatch.nouns.item import Precision, Stamp

_LONGEST = 300  # characters; a date stands at the head of its field, and a whole article may be handed in by mistake
_MONTHS = {
    name: n for n, name in enumerate(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1)
}
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_HOURS: dict[str, float] = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "BJT": 8, "HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_PLACES = {"ET": "America/New_York", "CT": "America/Chicago", "PT": "America/Los_Angeles"}
_BEIJING = timezone(timedelta(hours=8))
_FOLD = str.maketrans(
    {**dict.fromkeys("‐‑‒–—―−", "-"), "∶": ":", "﹕": ":", "○": "〇", "零": "〇", "時": "时", "號": "号", "點": "点"}
)
_NUMERALS = {digit: n for n, digit in enumerate("〇一二三四五六七八九")}


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII | re.IGNORECASE)


_YMD = _compile(
    r"(?<![\d/.\-])(?P<year>(?:19|20)\d\d)(?:\s*[-/.年]\s*|\s+(?=\d{1,2}[-/.月]))(?P<month>\d{1,2})(?:\s*[-/.月]\s*|\s+)"
    r"(?P<day>\d{1,2})(?![\d%]|[-/.]\d{3}|\s*[:时月])\s*[日号]?"
)
_DAY_YM = _compile(r"^\D*(?P<day>\d{1,2})\s*日?\s+(?P<year>(?:19|20)\d\d)\s*[-/.年]\s*(?P<month>\d{1,2})\s*月?\D*$")
_MD_YEAR = _compile(r"^\D*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?\s+(?P<year>(?:19|20)\d\d)(?!\d)\s*年?")
_ROC = _compile(r"(?:民国|民國)\s*(?P<year>\d{2,3})\s*[年/.\-]\s*(?P<month>\d{1,2})\s*[月/.\-]\s*(?P<day>\d{1,2})(?!\d)\s*日?")
_DMY = _compile(r"(?<![\d/.\-])(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>(?:19|20)\d\d)(?![\d/.\-])")
_MONTH_FIRST = _compile(rf"\b{_MONTH}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+(?P<year>(?:19|20)\d\d)(?!\d)")
_DAY_FIRST = _compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s\-]*(?:of\s+)?{_MONTH}[\s,\-]*(?P<year>(?:19|20)\d\d|\d\d(?=\s+\d))(?!\d)"
)
_ASCTIME = _compile(
    rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})\s+(?P<rest>\d{{1,2}}:\d\d(?::\d\d)?(?:\s+[A-Z]{{2,4}})?)\s+(?P<year>(?:19|20)\d\d)(?!\d)"
)
_LABEL = r"^[\s\[(【「<·|]*(?:[^\d:]{0,16}:)?\s*"
_MONTH_DAY_ZH = _compile(r"(?<![\d\-.])(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*[日号]")
_MONTH_DAY = _compile(
    _LABEL + r"(?:(?P<month>\d{1,2})(?P<by>[-/])(?P<day>\d{1,2})|(?P<month2>\d\d)\.(?P<day2>\d\d))(?![\d/.\-%:])"
    r"(?=[^\d月]*$|\s*\d{1,2}:\d\d(?::\d\d)?\D*$)"
)
_COMPACT = _compile(
    _LABEL + r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:[T\s]?(?P<h>\d\d):?(?P<m>\d\d)(?::?(?P<s>\d\d))?(?P<zone>Z|[+-]\d\d:?\d\d)?)?[\])】\s]*$"
)
_EPOCH = _compile(r"^\s*(?:/Date\()?(?P<whole>\d{10}|\d{13})(?:\.\d*)?(?:[+-]\d{4})?(?:\)/)?\s*$")
_NUMERAL_DATE = re.compile(r"([〇一二三四五六七八九]{4})年([元一二三四五六七八九十]{1,3})月([一二三四五六七八九十廿卅]{1,3})日")
_AGO = _compile(
    r"(?P<n>\d{1,3}|半|一|\ban?\b)\s*个?\s*(?P<unit>秒|分|小时|天|日(?!\d)|周|sec|min|hour|hr|day|week)[^\d前]{0,5}(?:前|\bago\b)"
)
_NOW = _compile(_LABEL + r"(?:刚刚|刚才|剛剛|just now)")
_NEAR = _compile(_LABEL + r"(?P<word>今天|今日|昨天|昨日|昨(?=\s*\d)|前天|today|yesterday)(?!\s*\()")
_ONLY_TIME = _compile(_LABEL + r"(?=(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?[\])】\s]*$)")
_CLOCK = _compile(
    r"[\s,|·\-]*(?:(?P<t>T)|at\b)?[\s(]*(?:(?:星期|周|礼拜)[一二三四五六日天]|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)?[\s),]*"
    r"(?P<half>上午|早上|早|凌晨|下午|中午|晚上|晚)?\s*(?P<h>\d{1,2})\s*[:时点]\s*(?P<m>\d\d)(?!\d)(?:\s*[:分]\s*(?P<s>\d\d)(?!\d)(?:[.,]\d+)?)?"
    r"\s*[分秒]?\s*(?P<ampm>[ap]\.?m\b\.?)?"
    r"(?:\s*\(?(?P<base>gmt|utc)?(?P<offset>[+-]\d\d:?\d\d(?!\d)|[+-]\d{1,2}(?![\d:]))|\s*\(?(?P<name>[A-Z]{1,4})\b)?"
)
_DAYS_BACK = {"今天": 0, "今日": 0, "today": 0, "昨天": 1, "昨日": 1, "昨": 1, "yesterday": 1, "前天": 2}
_SECONDS = {"秒": 1, "sec": 1, "分": 60, "min": 60, "小时": 3600, "hour": 3600, "hr": 3600, "天": 86400, "日": 86400, "day": 86400}


class _Context(NamedTuple):
    """What a form may need beside its text: the source's zone, the moment of reading in it, and the order of day and month."""

    zone: ZoneInfo
    seen: datetime
    day_first: bool


class _Found(NamedTuple):
    """A calendar date and the text in which its time of day would stand."""

    day: date
    rest: str


_Form: TypeAlias = Callable[[str, _Context], _Found | None]


def read_date(printed: str, *, zone: str = "Asia/Shanghai", seen_at: datetime, day_first: bool = False) -> Stamp | None:
    """Return the moment `printed` names, or None when it cannot be read.

    `zone` (an IANA name) counts where the text names none, and "CST" means +08:00 in a zone that is at +08:00; `seen_at` (aware)
    gives the year, day or moment that short and relative forms leave out; `day_first` reads 12/01/2026 as the 12th of January
    (without it such a date is unreadable). The result stands in `zone`. A printed midnight (00:00, 00:00:00) and an epoch that is
    midnight in `zone` are what date-only systems fill in, so they have day precision; "N hours ago" is no minute either. A date
    without a year is the latest one not more than a day after `seen_at`.
    """
    text = unicodedata.normalize("NFKC", printed[:_LONGEST]).translate(_FOLD).strip()
    if not text:
        return None
    place = ZoneInfo(zone)
    context = _Context(place, seen_at.astimezone(place), day_first)
    if (found := _absolute(text, context)) is not None:
        return _stamp(found, text, context)
    if (match := _COMPACT.match(text)) is not None:
        return _compact(match, text, context)
    if (match := _EPOCH.match(text)) is not None:
        return _epoch(match["whole"], context)
    return _relative(text, context)


def _absolute(text: str, context: _Context) -> _Found | None:
    """The date of the first form that fits; a form that fits but names no day of the calendar ends the search."""
    if "年" in text and (numeral := _NUMERAL_DATE.search(text)):
        text = f"{_digits(numeral[1])}年{_number(numeral[2])}月{_number(numeral[3])}日{text[numeral.end() :]}"
    for form in _FORMS:
        try:
            found = form(text, context)
        except ValueError:  # the 30th of February, the 13th month
            return None
        if found is not None:
            return found
    return None


def _digits(numerals: str) -> str:
    return "".join(str(_NUMERALS[numeral]) for numeral in numerals)


def _number(numerals: str) -> int:
    """The value of 一 to 九十九 in day style: 元, 十, 十二, 二十, 廿九, 三十一."""
    spelt = numerals.replace("元", "一").replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = spelt.rpartition("十")
    return (10 * _NUMERALS.get(tens, 1) if ten else 0) + _NUMERALS.get(ones, 0)


def _plain(pattern: re.Pattern[str], years_on: int = 0) -> _Form:
    """A form with the groups year, month (a number or an English name) and day, whose time of day follows."""

    def read(text: str, _: _Context) -> _Found | None:
        match = pattern.search(text)
        if match is None:
            return None
        parts = match.groupdict()
        month = int(parts["month"]) if parts["month"].isdigit() else _MONTHS[parts["month"][:3].lower()]
        year = int(parts["year"]) + years_on
        year += 0 if year >= 100 else 2000 if year < 69 else 1900
        return _Found(date(year, month, int(parts["day"])), parts.get("rest") or text[match.end() :])

    return read


def _day_month_year(text: str, context: _Context) -> _Found | None:
    return _plain(_DMY)(text, context) if context.day_first else None


def _month_day(text: str, context: _Context) -> _Found | None:
    """A date without a year: the latest such day that is at most a day after the moment of reading."""
    match = _MONTH_DAY_ZH.search(text) or _MONTH_DAY.match(text)
    if match is None:
        return None
    parts = match.groupdict()
    month, day = int(parts["month"] or parts["month2"]), int(parts["day"] or parts["day2"])
    if context.day_first and parts.get("by") == "/":
        month, day = day, month
    latest = (context.seen + timedelta(days=1)).date()
    for year in range(latest.year, latest.year - 9, -1):  # nine: the 29th of February may be eight years away
        if (month, day) == (2, 29) and not (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
            continue
        if (found := date(year, month, day)) <= latest:
            return _Found(found, text[match.end() :])
    return None


_FORMS: tuple[_Form, ...] = (
    _plain(_ROC, 1911),
    _plain(_YMD),
    _plain(_DAY_YM),
    _plain(_ASCTIME),
    _plain(_MONTH_FIRST),
    _plain(_DAY_FIRST),
    _day_month_year,
    _plain(_MD_YEAR),
    _month_day,
)


def _stamp(found: _Found, text: str, context: _Context) -> Stamp:
    """Join the date with the time of day and the zone that follow it; an impossible time counts as none."""
    clock = _CLOCK.match(found.rest)
    moment = _time(clock) if clock else None
    if clock is None or moment is None:
        return _day(found.day, context)
    zone = _zone(clock, found.day, text, context)
    return _minute(datetime.combine(found.day, moment, zone), context)


def _day(day: date, context: _Context) -> Stamp:
    return Stamp(datetime.combine(day, time(), context.zone), "day")


def _minute(at: datetime, context: _Context, precision: Precision = "minute") -> Stamp:
    return Stamp(at.astimezone(context.zone), precision)


def _time(clock: re.Match[str]) -> time | None:
    """The time of day of a match of `_CLOCK`; None for midnight and for what no clock shows."""
    hour, minute, second = int(clock["h"]), int(clock["m"]), min(int(clock["s"] or 0), 59)
    half = (clock["ampm"] or "").lower()[:1] or {"下午": "p", "晚上": "p", "晚": "p", "中午": "n"}.get(clock["half"] or "", "")
    if (half == "p" and hour < 12) or (half == "n" and hour < 3):
        hour += 12
    elif clock["ampm"] and half == "a" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59 or (hour, minute, second) == (0, 0, 0):
        return None
    return time(hour, minute, second)


def _zone(clock: re.Match[str], day: date, text: str, context: _Context) -> tzinfo:
    """The zone the text names, else the source's."""
    if offset := clock["offset"]:
        # 10:00-10:30 is a span of time; an offset to the west comes with seconds, a T, GMT, or without a colon.
        if offset[0] == "+" or clock["s"] or clock["t"] or clock["base"] or ":" not in offset:
            return _offset(offset) or context.zone
        return context.zone
    name = (clock["name"] or "").upper()
    if name == "CST" and datetime.combine(day, time(12), context.zone).utcoffset() == timedelta(hours=8):
        return _BEIJING
    if name in _HOURS:
        return timezone(timedelta(hours=_HOURS[name]))
    if name in _PLACES:
        return ZoneInfo(_PLACES[name])
    return _BEIJING if "北京时间" in text or "beijing time" in text.lower() else context.zone


def _offset(printed: str) -> timezone | None:
    digits = printed[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) == 4 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    return timezone(timedelta(hours=hours, minutes=minutes) * (-1 if printed[0] == "-" else 1))


def _compact(match: re.Match[str], text: str, context: _Context) -> Stamp | None:
    """20251009, 202510090830, 20251009T083000Z."""
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    rest = f"{match['h']}:{match['m']}:{match['s'] or '00'}{match['zone'] or ''}" if match["h"] else ""
    return _stamp(_Found(day, rest), text, context)


def _epoch(whole: str, context: _Context) -> Stamp | None:
    """Seconds or milliseconds since 1970, believed from the year 2000 to a year after the moment of reading."""
    seconds = int(whole) / (1000 if len(whole) == 13 else 1)
    if not 946_684_800 <= seconds <= context.seen.timestamp() + 366 * 86_400:
        return None
    at = datetime.fromtimestamp(int(seconds), UTC).astimezone(context.zone)
    return Stamp(at, "day" if at.time() == time() else "minute")


def _relative(text: str, context: _Context) -> Stamp | None:
    """刚刚, 5分钟前, 昨天 08:30, 2 hours ago, and a bare time of day, which is today's or, when still to come, yesterday's."""
    if _NOW.match(text):
        return Stamp(context.seen, "minute")
    if (match := _AGO.search(text)) is not None:
        return _ago(match, context)
    if (match := _NEAR.match(text)) is not None:
        day = context.seen.date() - timedelta(days=_DAYS_BACK[match["word"].lower()])
        return _stamp(_Found(day, text[match.end() :]), text, context)
    if (match := _ONLY_TIME.match(text)) is None:
        return None
    stamp = _stamp(_Found(context.seen.date(), text[match.end() :]), text, context)
    if stamp.at <= context.seen + timedelta(hours=1):
        return stamp
    return Stamp(stamp.at - timedelta(days=1), stamp.precision)


def _ago(match: re.Match[str], context: _Context) -> Stamp:
    """So long before the moment of reading: to the minute for seconds and minutes, to the day for anything longer."""
    count = {"半": 0.5, "一": 1.0, "a": 1.0, "an": 1.0}.get(match["n"].lower()) or float(match["n"] if match["n"].isdigit() else 0)
    unit = match["unit"].lower()
    at = context.seen - timedelta(seconds=count * _SECONDS.get(unit, 7 * 86_400))
    if _SECONDS.get(unit, 86_400) < 3600:
        return Stamp(at, "minute")
    return _day(at.date(), context)
