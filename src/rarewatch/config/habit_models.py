"""What `audience.yaml` says of when and by which way somebody is told: one model a mapping, one field a key."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from rarewatch.config.mapped import Mapped
from rarewatch.config.units import ClockTime, Duration, Filled, Id, Level, SomeDuration, wrong
from rarewatch.nouns.source import Tier
from rarewatch.nouns.watch import Severity

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Names = Annotated[list[Filled], Field(min_length=1)] | None


class WantsSpec(Mapped):
    """What is asked for; all that is asked for must hold, one of a list is enough."""

    rules: Names = None
    entities: Names = None
    types: Names = None
    tiers: Annotated[list[Tier], Field(min_length=1)] | None = None
    publishers: Names = None
    sources: Names = None
    languages: Names = None
    min_severity: Level = Severity.LOG


class QuietSpec(Mapped):
    """Hours in which only what is severe is told at once."""

    start: ClockTime = Field(alias="from", description="when they begin, by the subscriber's clock, as 22:00")
    end: ClockTime = Field(alias="to", description="when they end, by the subscriber's clock, as 07:00")
    days: Annotated[list[Weekday], Field(min_length=1)] | None = None
    break_through: Level = Severity.URGENT


class DigestSpec(Mapped):
    """Everything that is not severe is told together."""

    every: Literal["hour", "day", "week"] = Field(description="hour, day or week")
    at: ClockTime = "08:30"
    weekday: Weekday = "mon"
    break_through: Level = Severity.URGENT


class StormSpec(Mapped):
    """Too much at once is told together."""

    more_than: Annotated[int, Field(ge=1, le=10_000)] = 20
    within: SomeDuration = 600.0
    break_through: Level = Severity.URGENT


class EscalateSpec(Mapped):
    """What nobody acknowledged is told to somebody else."""

    after: SomeDuration = Field(description="how long somebody has to acknowledge it, as 15m")
    to: Filled = Field(description="the id of another subscriber")
    min_severity: Level = Severity.URGENT


class RouteSpec(Mapped):
    """A branch of the routing tree."""

    name: Id = Field(description="a short name such as policy")
    match: WantsSpec = WantsSpec()
    to: list[Filled] = Field(default_factory=list)
    goes_on: bool = Field(default=False, alias="continue")
    wait: Duration | None = None
    repeat: Duration | None = None
    routes: list[Any] | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "RouteSpec":
        if not self.to and not self.routes:
            raise wrong("leads nowhere", "name subscribers in `to`, or give it `routes` of its own")
        return self


class InhibitSpec(Mapped):
    """What waits while something more official on the same matter is told."""

    name: Id = Field(description="a short name such as commentary")
    by: WantsSpec = Field(description="what it waits for, such as {tiers: [issuer]}")
    held: WantsSpec = Field(description="what waits, such as {tiers: [trade_press]}")
    wait: SomeDuration = 900.0
    within: SomeDuration = 3_600.0
