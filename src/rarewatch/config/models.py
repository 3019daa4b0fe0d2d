"""What may stand in the configuration files: one model a mapping, one field a key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field, RootModel, model_validator

from rarewatch.config.mapped import Mapped
from rarewatch.config.own_models import AllClearSpec, CanarySpec, HeartbeatSpec
from rarewatch.config.units import (
    DatabaseAddress,
    Day,
    Duration,
    Filled,
    Headers,
    Id,
    Level,
    Line,
    Moment,
    OneOrMore,
    OneOrMoreTerms,
    Searchable,
    Size,
    SomeDuration,
    WebAddress,
    Word,
    Zone,
    wrong,
)
from rarewatch.config.web_models import WebSpec
from rarewatch.nouns.secret import SecretRef
from rarewatch.nouns.source import Tier
from rarewatch.nouns.watch import Severity


@dataclass(frozen=True, slots=True)
class NotifierConfig:
    """A notifier of `rarewatch.yaml`: its kind and the validated `Options` of that kind."""

    kind: str
    options: BaseModel


class Workers(Mapped):
    """How much is done at once."""

    readers: Annotated[int, Field(ge=1, le=1000)] = 32
    couriers: Annotated[int, Field(ge=1, le=1000)] = 8
    per_host: Annotated[int, Field(ge=1, le=100)] = 2


class Settings(Mapped):
    """`rarewatch.yaml`: how this installation runs; `politeness` in seconds."""

    database: DatabaseAddress = "sqlite:///var/rarewatch.db"
    contact: Line = ""
    workers: Workers = Workers()
    politeness: Duration = 0.5
    host_budget: Annotated[int, Field(ge=1, le=36_000)] = 900
    console_time_zone: Zone = "Asia/Shanghai"
    notifiers: Mapping[Id, NotifierConfig] = Field(default_factory=dict)
    canary: CanarySpec | None = None
    heartbeat: HeartbeatSpec | None = None
    all_clear: AllClearSpec | None = None
    web: WebSpec | None = None


class PublisherFile(Mapped):
    """A file in `sources/`; the parts are validated one by one."""

    publisher: dict[str, Any] = Field(description="who publishes: id, name, tier")
    defaults: dict[str, Any] | None = None
    sources: list[Any] = Field(description="what is read, one entry an address")


class PublisherSpec(Mapped):
    """Who speaks."""

    id: Id = Field(description="a short name such as gov.mofcom")
    name: Filled = Field(description="the name in English")
    zh: Line = ""
    tier: Tier = Tier.TRADE_PRESS
    state_owned: bool = False
    caveat: Line = ""


class ExpectsSpec(Mapped):
    """What is normal of a source; what is left out is learned."""

    newest_within: SomeDuration | None = None
    quiet_for: SomeDuration | None = None


class SourceDefaults(Mapped):
    """What every source of a file has unless it says otherwise."""

    every: SomeDuration | None = None
    learn: bool = True
    jitter: Annotated[float, Field(ge=0, le=0.5)] = 0.1
    enabled: bool = True
    language: Filled = "zh"
    time_zone: Zone = "Asia/Shanghai"
    baseline_age: Duration = 86_400.0
    timeout: SomeDuration = 30.0
    max_bytes: Size = 20_000_000
    allow_private: bool = False
    headers: Headers = Field(default_factory=dict)
    user_agent: Line = ""
    robots: bool = True
    proxy: WebAddress | None = None
    proxy_login: SecretRef | None = None
    browser: bool = False
    expects: ExpectsSpec = ExpectsSpec()
    options: dict[str, Any] = Field(default_factory=dict)


class SourceSpec(SourceDefaults):
    """One address that is polled."""

    id: Id = Field(description="a short name such as mofcom-policy")
    kind: Filled = Field(description="how it is read: feed or listing")
    url: WebAddress = Field(description="the address that is read")


class EntityFile(Mapped):
    """`entities.yaml`."""

    entities: list[Any] | None = Field(description="a list of what is watched; it may be empty")
    groups: list[Any] | None = None


class EntityGroupSpec(Mapped):
    """Entities under one name."""

    id: Id = Field(description="a short name such as group.magnet_makers")
    members: Annotated[list[Filled], Field(min_length=1)] = Field(description="ids of entities, or of other groups")


class AliasSpec(Mapped):
    """One way an entity is written; a bare text is short for `{text: ...}`."""

    text: Searchable = Field(description="the words as they stand in a text")
    with_any: OneOrMoreTerms = Field(default_factory=list, alias="with")
    not_before: OneOrMoreTerms = Field(default_factory=list)
    not_after: OneOrMoreTerms = Field(default_factory=list)
    case: bool = False
    weak: bool = False
    since: Day | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "AliasSpec":
        if self.since and self.until and self.since > self.until:
            raise wrong("has `until` before `since`", "no day would lie between them")
        return self

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str | int | float) else value


class PaperSpec(Mapped):
    """The number of a document."""

    number: Annotated[int, Field(ge=1, le=99_999)] = Field(description="the number before 号")
    year: Annotated[int, Field(ge=1949, le=2100)] | None = None
    issuer: OneOrMore = Field(default_factory=list)


class EntitySpec(Mapped):
    """One thing that is watched by id."""

    id: Id = Field(description="a short name such as org.northern_rare_earth")
    kind: Word = Field(description="one word such as company, body, policy")
    name: Filled = Field(description="the name in English")
    zh: Line = ""
    parent: Line = ""
    note: str = ""
    bare: bool = True
    document: PaperSpec | None = None
    aliases: list[AliasSpec] = Field(default_factory=list)


class RuleFile(Mapped):
    """A file in `rules/`."""

    lists: dict[str, Any] | None = None
    rules: list[Any] | None = None
    groups: dict[str, Any] | None = None


class TermList(RootModel[Annotated[list[Searchable], Field(min_length=1)]]):
    """One entry of `lists`."""


class DisabledSpec(Mapped):
    """Why a rule rests."""

    reason: Filled = Field(description="why it rests, for whoever wonders")
    until: Day | None = None


class RuleGroupSpec(Mapped):
    """One entry of `groups` in a file of rules."""

    disabled: DisabledSpec | None = None


class AdjustSpec(Mapped):
    """What raises or lowers a rule's severity."""

    when: Any = Field(description="the condition under which the severity changes")
    by: Annotated[int, Field(ge=-4, le=4)] = 0
    to: Level | None = None

    @model_validator(mode="after")
    def _one(self) -> "AdjustSpec":
        if (self.to is None) == (self.by == 0):
            raise wrong("must have either `by` or `to`", "by: -1 is one step less, to: urgent is urgent whatever it was")
        return self


class ExampleSpec(Mapped):
    """A text that must match or must not; a bare text is short for `{title: ...}`."""

    title: Line = ""
    text: str = ""
    attachment: str = ""
    published: Moment | None = None
    source: Line = ""
    item: Annotated[int, Field(ge=1)] | None = None
    url: Line = ""

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: object) -> object:
        return {"title": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _something(self) -> "ExampleSpec":
        if not (self.title.strip() or self.text.strip() or self.attachment.strip() or self.item or self.url):
            raise wrong("is empty", "write a title, a text, or both")
        return self


class RuleSpec(Mapped):
    """One rule; its condition is validated by the matchers it names."""

    id: Id = Field(description="a short name such as export-control")
    title: Filled = Field(description="what an alert says of this rule")
    title_zh: Line = ""
    severity: Level = Severity.NOTABLE
    enabled: bool = True
    group: Id | None = None
    inherit: Id | None = None
    when: Any = Field(description="the condition: all, any, none, or a matcher such as terms")
    adjust: list[AdjustSpec] = Field(default_factory=list)
    disabled: DisabledSpec | None = None
    match: list[ExampleSpec] = Field(default_factory=list)
    ignore: list[ExampleSpec] = Field(default_factory=list)


class TypeFile(Mapped):
    """`types.yaml`."""

    types: list[Any] | None = Field(description="a list of announcement types; it may be empty")


class TypeSpec(Mapped):
    """A kind of announcement."""

    id: Id = Field(description="a short name such as export_control")
    name: Filled = Field(description="the name in English")
    zh: Line = ""
    severity: Level = Severity.NOTABLE
    when: Any = Field(description="the condition: all, any, none, or a matcher such as terms")
    match: list[ExampleSpec] = Field(default_factory=list)
    ignore: list[ExampleSpec] = Field(default_factory=list)


class AtLeastSpec(Mapped):
    """The value of `at_least`."""

    n: Annotated[int, Field(ge=1)] = Field(description="how many of them must hold")
    of: Annotated[list[Any], Field(min_length=1)] = Field(description="a list of conditions")


class CountSpec(Mapped):
    """The value of `count`."""

    n: Annotated[int, Field(ge=1, le=1000)] = Field(description="at how many places it must stand")
    of: Any = Field(description="a condition")


class NearSpec(Mapped):
    """The value of `near`."""

    within: Annotated[int, Field(ge=1, le=10_000)] = Field(description="how many characters they may take up together")
    ordered: bool = False
    of: Annotated[list[Any], Field(min_length=2)] = Field(description="a list of at least two conditions")


class PointsSpec(Mapped):
    """One entry of a score."""

    points: float = Field(description="what it adds; a penalty is negative")
    when: Any = Field(description="a condition")


class ScoreSpec(Mapped):
    """The value of `score`."""

    at_least: Annotated[float, Field(gt=0)] = Field(description="the points that must be reached")
    of: Annotated[list[PointsSpec], Field(min_length=1)] = Field(description="a list of {points: ..., when: ...}")


class GlossaryFile(Mapped):
    """`glossary.yaml`: Chinese terms and their English."""

    glossary: dict[Filled, Filled] | None = None
