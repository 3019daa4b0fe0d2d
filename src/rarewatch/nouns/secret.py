"""How a secret is named in YAML without standing there."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator


class SecretRef(BaseModel):
    """Where a secret is found: `{env: NAME}` (an environment variable) or `{file: PATH}` (its content, stripped)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    env: Annotated[str | None, Field(description="name of the environment variable that holds the secret")] = None
    file: Annotated[str | None, Field(description="path of a file whose content is the secret")] = None

    @model_validator(mode="before")
    @classmethod
    def _not_in_the_clear(cls, value: object) -> object:
        if isinstance(value, str):
            # The value itself must not be echoed: it may well be the secret.
            raise ValueError("a secret must not stand in the file; write {env: NAME} or {file: PATH}")  # noqa: TRY004 - pydantic reports only ValueError
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> "SecretRef":
        if (self.env is None) == (self.file is None):
            raise ValueError("name exactly one of env and file")
        return self

    def __str__(self) -> str:
        """The place of the secret, never the secret."""
        return f"environment variable {self.env}" if self.env else f"file {self.file}"
