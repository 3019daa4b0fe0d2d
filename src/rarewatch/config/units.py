"""The small types of configuration values: how each is written, and what to say when it is written otherwise."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Any, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from rarewatch.nouns.watch import Severity

_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_BYTES = {"": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "kib": 1024, "mib": 1024**2, "gib": 1024**3}
_AMOUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([A-Za-z]*)", re.ASCII)
ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}", re.ASCII)
_KIND = re.compile(r"[a-z][a-z0-9_]{0,49}", re.ASCII)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CHINA = timezone(timedelta(hours=8))
_YEAR = 366 * 86_400.0
_GIGABYTE = 1000**3


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """What a validator raises: `message` reads on after the key's name, `hint` says what would be right; neither quotes a value."""
    return PydanticCustomError("rarewatch", "{message}", {"message": message, "hint": hint})


def suggestion(word: str, known: list[str]) -> str:
    """`did you mean 'x'?` when one of `known` is close to `word`, else the known ones in a row."""
    close = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return "one of " + ", ".join(known) if 0 < len(known) <= 30 else ""


def _amount(value: object, units: dict[str, Any]) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not isinstance(value, str):
        return float(value) if math.isfinite(value) else None
    read = _AMOUNT.fullmatch(value.strip())
    unit = units.get(read[2].lower()) if read else None
    return float(read[1]) * unit if read and unit is not None else None


def seconds(value: object) -> float:
    """Seconds out of `90s`, `2m`, `1h`, `1d` or a number; between 0 and 366 days."""
    amount = _amount(value, _SECONDS)
    if amount is None:
        raise wrong("is not a duration", "write 90s, 2m, 1h, 1d, or a number of seconds")
    if not 0 <= amount <= _YEAR:
        raise wrong("must lie between 0 and 366 days", "write 90s, 2m, 1h, 1d, or a number of seconds")
    return amount


def some_seconds(value: object) -> float:
    """As `seconds`, but more than none."""
    amount = seconds(value)
    if amount == 0:
        raise wrong("must be longer than 0", "write 90s, 2m, 1h, 1d, or a number of seconds")
    return amount


def size(value: object) -> int:
    """Bytes out of `20MB`, `500kB`, `1MiB` or a number; between 1 byte and 1 GB."""
    amount = _amount(value, _BYTES)
    if amount is None:
        raise wrong("is not a size", "write 20MB, 500kB, or a number of bytes")
    if not 1 <= amount <= _GIGABYTE:
        raise wrong("must lie between 1 byte and 1 GB", "write 20MB, 500kB, or a number of bytes")
    return int(amount)


@lru_cache(maxsize=1024)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # not found, not a name of that form, a folder of the database
        return False
    return True


def zone(value: str) -> str:
    """An IANA time zone this machine (or the tzdata package) knows."""
    if not _is_zone(value):
        close = get_close_matches(value, sorted(available_timezones()), n=1, cutoff=0.6)
        raise wrong("is not a known time zone", f"did you mean '{close[0]}'?" if close else "write a name such as Asia/Shanghai")
    return value


def severity(value: object) -> Severity:
    """A `Severity` by its name."""
    names = {step.label: step for step in Severity}
    if not isinstance(value, str) or value not in names:
        raise wrong("is not a severity", suggestion(value if isinstance(value, str) else "", list(names)))
    return names[value]


def day(value: object) -> date:
    """A day written as 2025-10-09."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise wrong("is not a day", "write year, month and day as 2025-10-09")


def moment(value: object) -> datetime:
    """A day, or a moment written as 2025-10-09T11:00 or 2025-10-09T11:00+08:00; without an offset in Chinese time."""
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        read = None
    if read is None:
        raise wrong("is not a day or moment", "write 2025-10-09, or 2025-10-09T11:00+08:00")
    return read if read.tzinfo else read.replace(tzinfo=_CHINA)


def time_of_day(value: str) -> str:
    """A time of day written as 20:00."""
    if not _TIME.fullmatch(value):
        raise wrong("is not a time of day", "write hours and minutes as 20:00")
    return value


def web_address(value: str) -> str:
    """An http or https address with a host and without a password."""
    try:
        parts = urlsplit(value)
        host, scheme, _ = parts.hostname, parts.scheme, parts.port
    except ValueError:
        raise wrong("is not a web address", "write https://host/path") from None
    if scheme not in ("http", "https") or not host or _CONTROL.search(value) or " " in value:
        raise wrong("is not a web address", "write https://host/path; only http and https can be read")
    if "@" in parts.netloc:
        raise wrong("holds a user name or password", "a secret must not stand in the file; leave out the part before @")
    return value


def database_address(value: str) -> str:
    """A SQLAlchemy address without a password."""
    try:
        parts = urlsplit(value)
        password = parts.password
    except ValueError:
        raise wrong("is not a database address", "write sqlite:///path/to/file.db") from None
    if not parts.scheme or "://" not in value:
        raise wrong("is not a database address", "write sqlite:///path/to/file.db or postgresql+psycopg://host/name")
    if password:
        raise wrong("holds a password", "a secret must not stand in the file; set the environment variable RAREWATCH_DATABASE_URL")
    return value


def headers(value: dict[str, str]) -> dict[str, str]:
    """Request headers that are well formed and carry no secret."""
    for name, content in value.items():
        if not _HEADER.fullmatch(name) or _CONTROL.search(content) or not content.isascii():
            raise wrong(f"holds a header that cannot be sent: '{name}'", "names are words with hyphens, values one line of ASCII")
        if name.lower() in _SECRET_HEADERS:
            raise wrong(f"holds '{name}'", "a secret must not stand in the file, and sources are read without signing in")
    return value


def _one_line(value: str) -> str:
    if _CONTROL.search(value):
        raise wrong("must be one line", "remove the line break or control character")
    return value


def _filled(value: str) -> str:
    if not value.strip():
        raise wrong("must not be empty", "write some text or leave the key out")
    return _one_line(value.strip())


def _searchable(value: str) -> str:
    text = _filled(value)
    if not any(character.isalnum() for character in text):
        raise wrong("holds no letter and no digit", "it could never be found in a text")
    return text


def _formed(form: re.Pattern[str], hint: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not form.fullmatch(value):
            raise wrong("is not well formed", hint)
        return value

    return check


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Duration: TypeAlias = Annotated[float, BeforeValidator(seconds)]
SomeDuration: TypeAlias = Annotated[float, BeforeValidator(some_seconds)]
Day: TypeAlias = Annotated[date, BeforeValidator(day)]
Moment: TypeAlias = Annotated[datetime, BeforeValidator(moment)]
ClockTime: TypeAlias = Annotated[str, AfterValidator(time_of_day)]
Size: TypeAlias = Annotated[int, BeforeValidator(size)]
Zone: TypeAlias = Annotated[str, AfterValidator(zone)]
Level: TypeAlias = Annotated[Severity, BeforeValidator(severity)]
WebAddress: TypeAlias = Annotated[str, AfterValidator(web_address)]
DatabaseAddress: TypeAlias = Annotated[str, AfterValidator(database_address)]
Headers: TypeAlias = Annotated[dict[str, str], AfterValidator(headers)]
Id: TypeAlias = Annotated[
    str, AfterValidator(_formed(ID, "use small letters, digits, '.', '_' and '-', at most 100, beginning with a letter or digit"))
]
Word: TypeAlias = Annotated[str, AfterValidator(_formed(_KIND, "use one word of small letters, digits and '_'"))]
Line: TypeAlias = Annotated[str, AfterValidator(_one_line)]
Filled: TypeAlias = Annotated[str, AfterValidator(_filled)]
Searchable: TypeAlias = Annotated[str, AfterValidator(_searchable)]
OneOrMore: TypeAlias = Annotated[list[Filled], BeforeValidator(_listed), Field(min_length=1)]
OneOrMoreTerms: TypeAlias = Annotated[list[Searchable], BeforeValidator(_listed)]
