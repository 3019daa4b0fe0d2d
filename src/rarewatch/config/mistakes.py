"""Collects every mistake of a reading, so that they are told together."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rarewatch.config.findings import explain
from rarewatch.config.reader import Node, Place
from rarewatch.errors import ConfigError, ConfigErrors

Shape = TypeVar("Shape", bound=BaseModel)


class Mistakes:
    """The mistakes of one reading; nothing is raised before all of them are known."""

    def __init__(self) -> None:
        self.errors: list[ConfigError] = []

    def add(self, node: Node, message: str, hint: str = "", *, key: str = "") -> None:
        """Note a mistake at `node`, or at its key `key`."""
        self.put(node.file, node.key_place(key) if key else node.place, message, hint)

    def put(self, file: str, place: Place, message: str, hint: str = "") -> None:
        """Note a mistake at a place (line, column; 0 for none) of a file."""
        self.errors.append(ConfigError(message, file=file, line=place[0], column=place[1], hint=hint))

    def unique(self, seen: dict[str, Node], what: str, name: str, node: Node) -> bool:
        """Whether `name` is new in `seen`; notes a mistake that names both places when it is not."""
        if name in seen:
            self.add(node, f"{what} '{name}' exists already", f"the other one stands at {seen[name].where}")
            return False
        seen[name] = node
        return True

    def check(
        self,
        shape: type[Shape],
        node: Node,
        value: Any = None,
        *,
        locate: Callable[[Any], Node] | None = None,
        inside: str = "",
    ) -> Shape | None:
        """`node`'s value (or `value` in its place) as a `shape`; None, with the mistakes noted, when it is none.

        `locate` picks another node for a finding under the given key, where a value was put together from two places; `inside`
        names the key that holds the value, where the value itself does not say it.
        """
        try:
            return shape.model_validate(node.value if value is None else value)
        except ValidationError as error:
            for finding in explain(shape, node, error, locate, inside):
                self.add(finding.node, finding.message, finding.hint, key=finding.key)
        return None

    def raise_all(self) -> None:
        """Raise `ConfigErrors`, in the order of files and lines, each mistake once, if there are any."""
        if self.errors:
            once = {(error.file, error.line, error.column, str(error)): error for error in self.errors}
            raise ConfigErrors([once[key] for key in sorted(once)])
