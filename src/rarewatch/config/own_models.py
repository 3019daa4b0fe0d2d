"""How the service watches itself, as written in `rarewatch.yaml`."""

from typing import Annotated

from pydantic import Discriminator, Field, Tag, model_validator

from rarewatch.config.mapped import Mapped
from rarewatch.config.units import ClockTime, Filled, SomeDuration, WebAddress, Zone, wrong
from rarewatch.nouns.secret import SecretRef


class CanarySpec(Mapped):
    """An item of our own that goes the whole way to a test target."""

    every: SomeDuration = 900.0
    via: Filled = Field(description="the name of a notifier in rarewatch.yaml")
    to: Filled = Field(description="an address there that no reader has, such as a Slack channel for tests")
    within: SomeDuration = 300.0

    @model_validator(mode="after")
    def _apart(self) -> "CanarySpec":
        # The newest one is judged: it must have its time before the next leaves.
        if self.within * 2 > self.every:
            raise wrong("has a `within` of more than half of `every`", "such as every: 15m, within: 5m")
        return self


def _form(value: object) -> str:
    """Which of its forms an address has, so that a mistake is told of that one."""
    return "secret" if isinstance(value, dict | SecretRef) else "address"


class HeartbeatSpec(Mapped):
    """An address outside that is called as long as canaries arrive."""

    ping: Annotated[
        Annotated[WebAddress, Tag("address")] | Annotated[SecretRef, Tag("secret")],
        Discriminator(_form),
        Field(description="a web address, or where it is found: {env: NAME} or {file: PATH}"),
    ]
    allow_private: bool = False


class AllClearSpec(Mapped):
    """A word once a day that all is well, with counts."""

    at: ClockTime = "08:30"
    zone: Zone = "Asia/Shanghai"
