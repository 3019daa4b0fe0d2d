"""What every model of a configuration file is."""

from pydantic import BaseModel, ConfigDict


class Mapped(BaseModel):
    """A mapping in which only known keys may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, arbitrary_types_allowed=True)
