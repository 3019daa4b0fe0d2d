"""What may stand in `audience.yaml`: one model a mapping, one field a key."""

from typing import Annotated, Any

from pydantic import Field

from rarewatch.config.habit_models import DigestSpec, EscalateSpec, QuietSpec, StormSpec, WantsSpec
from rarewatch.config.mapped import Mapped
from rarewatch.config.units import Filled, Id, Level, Line, OneOrMore, Zone
from rarewatch.nouns.watch import Severity


class AudienceFile(Mapped):
    """`audience.yaml`."""

    subscribers: list[Any] | None = Field(description="a list of who is told; it may be empty")
    operators: list[Any] | None = None
    routes: list[Any] | None = None
    inhibit: list[Any] | None = None


class DeliverSpec(Mapped):
    """Where a subscriber is told: a notifier of `rarewatch.yaml` and one or more addresses there."""

    via: Filled = Field(description="the name of a notifier in rarewatch.yaml")
    to: OneOrMore = Field(description="an address there, such as a Slack channel or a mail address")


class SubscriberSpec(WantsSpec):
    """Who is told of what, and when."""

    id: Id = Field(description="a short name such as desk")
    name: Line = ""
    quiet_hours: list[QuietSpec] = Field(default_factory=list)
    digest: DigestSpec | None = None
    storm: StormSpec | None = None
    escalate: EscalateSpec | None = None
    time_zone: Zone = "Asia/Shanghai"
    enabled: bool = True
    deliver: Annotated[list[DeliverSpec], Field(min_length=1)] = Field(description="where: `- {via: slack, to: C0123456789}`")


class OperatorSpec(Mapped):
    """Who is told of rarewatch's own affairs, such as a source that cannot be read any more."""

    id: Id = Field(description="a short name such as ops; no subscriber's")
    name: Line = ""
    min_severity: Level = Severity.LOG
    time_zone: Zone = "Asia/Shanghai"
    enabled: bool = True
    deliver: Annotated[list[DeliverSpec], Field(min_length=1)] = Field(description="where: `- {via: slack, to: C0123456789}`")
