"""For how long a server says that its answer stays good."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

_AGE = re.compile(r"(?:^|[,\s])(s-maxage|max-age)\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NONE = re.compile(r"(?:^|[,\s])(?:no-store|no-cache)(?:$|[,;\s=])", re.IGNORECASE)


def fresh_for(headers: Mapping[str, str]) -> float:
    """Seconds for which an answer with these headers (names in lower case) stays good; 0.0 where nothing says so.

    By Cache-Control, less the Age it has already; else by Expires against Date (RFC 9111, sections 4.2.1 and 4.2.3).
    """
    control = headers.get("cache-control", "")
    if _NONE.search(control):
        return 0.0
    ages = {name.lower(): float(seconds) for name, seconds in _AGE.findall(control)}
    if ages:
        spent = headers.get("age", "").strip()
        age = float(spent) if spent.isascii() and spent.isdigit() else 0.0
        return max(ages.get("s-maxage", ages.get("max-age", 0.0)) - age, 0.0)
    try:
        gone, made = parsedate_to_datetime(headers["expires"]), parsedate_to_datetime(headers["date"])
        return max((gone - made).total_seconds(), 0.0)
    except (KeyError, ValueError, TypeError, OverflowError):
        return 0.0
