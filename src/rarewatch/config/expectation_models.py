"""What may stand in `expectations.yaml`: one model a mapping, one field a key."""

import re
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from rarewatch.config.mapped import Mapped
from rarewatch.config.units import (
    ClockTime,
    Day,
    Duration,
    Filled,
    Id,
    Level,
    Line,
    OneOrMore,
    OneOrMoreTerms,
    SomeDuration,
    Zone,
    wrong,
)
from rarewatch.nouns.watch import Severity

_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")
_NUMBER = re.compile(r"(19|20)\d{2}-[1-9]\d{0,3}")

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _month_day(value: str) -> str:
    read = _MONTH_DAY.fullmatch(value)
    try:
        # A leap year, so that 02-29 may be written.
        date(2000, int(read[1]), int(read[2])) if read else date.fromisoformat("")
    except ValueError:
        raise wrong("is not a day of the year", "write month and day as 03-01") from None
    return value


def _number(value: str) -> str:
    if value and not _NUMBER.fullmatch(value):
        raise wrong("is not a number of a year", "write year and number as 2026-61")
    return value


TimeOfDay = ClockTime
MonthDay = Annotated[str, AfterValidator(_month_day)]
DayOfMonth = Annotated[int, Field(ge=1, le=31)]


def read_time(value: str) -> time:
    """The time in `20:00`."""
    hour, _, minute = value.partition(":")
    return time(int(hour), int(minute))


def read_month_day(value: str) -> tuple[int, int]:
    """Month and day in `03-01`."""
    month, _, day = value.partition("-")
    return int(month), int(day)


class ExpectationFile(Mapped):
    """`expectations.yaml`."""

    ledgers: list[Any] | None = None
    expected: list[Any] | None = None
    witnesses: list[Any] | None = None


class LedgerSpec(Mapped):
    """A series of numbered announcements."""

    id: Id = Field(description="a short name such as mofcom-announcements")
    name: Filled = Field(description="the series in words, such as 商务部公告")
    issuer: OneOrMore = Field(default_factory=list)
    kind: OneOrMore = Field(description="the words for such a document, such as 公告; 临 or 编号 for a company's own numbers")
    stock: Line = ""
    sources: OneOrMore = Field(description="ids of the sources whose items bear these numbers; only issuers")
    grace: SomeDuration = 172_800.0
    start: Annotated[str, AfterValidator(_number)] = ""
    enabled: bool = True

    @model_validator(mode="after")
    def _whose(self) -> "LedgerSpec":
        if bool(self.issuer) == bool(self.stock):
            raise wrong(
                "must have either `issuer` or `stock`", "issuer: 商务部 for a ministry's series, stock: '600111' for a company's"
            )
        return self


class MonthlySpec(Mapped):
    """Days of every month."""

    from_day: DayOfMonth = Field(description="the first day, 1 to 31")
    by_day: DayOfMonth = Field(description="the last day, 1 to 31")

    @model_validator(mode="after")
    def _in_order(self) -> "MonthlySpec":
        if self.from_day > self.by_day:
            raise wrong("has `by_day` before `from_day`", "no day would lie between them")
        return self


class QuarterlySpec(MonthlySpec):
    """Days of some months."""

    months: Annotated[list[Annotated[int, Field(ge=1, le=12)]], Field(min_length=1)] = Field(default=[1, 4, 7, 10])


class YearlySpec(Mapped):
    """Days of every year."""

    first: MonthDay = Field(alias="from", description="the first day as 03-01")
    last: MonthDay = Field(alias="by", description="the last day as 06-30; before the first one: in the next year")


class WhenSpec(Mapped):
    """When something is expected."""

    monthly: MonthlySpec | None = None
    quarterly: QuarterlySpec | None = None
    weekly: Weekday | None = None
    yearly: YearlySpec | None = None
    dates: Annotated[list[Day], Field(min_length=1)] | None = None
    by: TimeOfDay | None = None
    workdays: Literal["shift", "count", "skip"] | None = None

    @model_validator(mode="after")
    def _one(self) -> "WhenSpec":
        if sum(part is not None for part in (self.monthly, self.quarterly, self.weekly, self.yearly, self.dates)) != 1:
            raise wrong("must have exactly one of monthly, quarterly, weekly, yearly and dates")
        if self.workdays == "count" and not (self.monthly or self.quarterly):
            raise wrong("counts working days where there is no month", "`count` goes with monthly and quarterly")
        if self.workdays == "skip" and not (self.weekly or self.dates):
            raise wrong("leaves out a window of many days", "`skip` goes with weekly and dates; `shift` moves the end of a window")
        return self


class SeenBySpec(Mapped):
    """What makes an item the expected one; all that is given must hold."""

    rules: OneOrMore = Field(default_factory=list)
    terms: OneOrMoreTerms = Field(default_factory=list)
    sources: OneOrMore = Field(default_factory=list)

    @model_validator(mode="after")
    def _something(self) -> "SeenBySpec":
        if not (self.rules or self.sources):
            raise wrong("names neither rules nor sources", "`terms` alone would have every item of every source searched")
        return self


class ExpectedSpec(Mapped):
    """An announcement that comes at its time."""

    id: Id = Field(description="a short name such as concentrate-price")
    name: Filled = Field(description="what is expected, in words")
    when: WhenSpec = Field(description="when: monthly, quarterly, weekly, yearly or dates")
    seen_by: SeenBySpec = Field(description="by which rules, terms or sources it is known")
    zone: Zone = "Asia/Shanghai"
    grace: Duration = 86_400.0
    severity: Level = Severity.NOTABLE
    enabled: bool = True


class WitnessSpec(Mapped):
    """Sources that each bring the same fact."""

    id: Id = Field(description="a short name such as concentrate-price")
    fact: Filled = Field(description="the fact, in words")
    rules: OneOrMore = Field(description="ids of the rules that tell this fact")
    sources: OneOrMore = Field(description="ids of at least two sources that bring it")
    within: SomeDuration = 86_400.0
    enabled: bool = True

    @model_validator(mode="after")
    def _several(self) -> "WitnessSpec":
        if len(set(self.sources)) < 2:
            raise wrong("names one source alone", "a witness is one that another can be held against: name two sources or more")
        return self
