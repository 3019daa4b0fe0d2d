"""The newest of the dates that a list prints: nearly all of them are only compared, and one is read."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from rarewatch.text.dates import read_date

_ISO = re.compile(r"\s*((?:19|20)\d\d)([-/.]?)(\d\d)\2(\d\d)(?:[T\s]\s*(\d\d):?(\d\d))?")
_RFC = re.compile(r"\s*(?:[A-Za-z]{3},\s*)?(\d{1,2}) ([A-Za-z]{3}) ((?:19|20)\d\d) (\d\d):(\d\d)")
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # noqa: SIM905
_AHEAD = timedelta(days=2)
_ODD_AT_MOST = 100


def newest(printed: Iterable[str], *, zone: str, at: datetime, day_first: bool = False) -> datetime | None:
    """The newest moment among `printed`, read at `at` (aware) as `read_date` reads them; None where there is none.

    What lies more than two days ahead does not count: it is the date of an event, or wrong. Dates in the two forms most lists have
    are put in order as they are printed, whatever their zone, and only the first that counts is read.
    """
    regular: list[tuple[str, str]] = []
    odd: list[str] = []
    for text in dict.fromkeys(printed):
        key = _key(text)
        if key:
            regular.append((key, text))
        else:
            odd.append(text)
    regular.sort(reverse=True)
    limit = at + _AHEAD
    best = next((found for _, text in regular if (found := _read(text, zone, at, day_first=day_first)) and found <= limit), None)
    for text in odd[:_ODD_AT_MOST]:
        found = _read(text, zone, at, day_first=day_first)
        if found and found <= limit and (best is None or found > best):
            best = found
    return best


def _key(text: str) -> str:
    """Year, month, day and time as digits that sort by time; "" for other forms."""
    if match := _ISO.match(text):
        year, _, month, day, hour, minute = match.groups(default="00")
        return f"{year}{month}{day}{hour}{minute}"
    if match := _RFC.match(text):
        day, month, year, hour, minute = match.groups()
        number = _MONTHS.get(month.lower())
        return f"{year}{number:02}{int(day):02}{hour}{minute}" if number else ""
    return ""


def _read(text: str, zone: str, at: datetime, *, day_first: bool) -> datetime | None:
    stamp = read_date(text, zone=zone, seen_at=at, day_first=day_first)
    return stamp.at if stamp else None
