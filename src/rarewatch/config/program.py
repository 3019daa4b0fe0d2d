"""`rarewatch.yaml` -> `Settings`."""

from typing import Any

from rarewatch import notifiers
from rarewatch.config import kinds
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import NotifierConfig, Settings
from rarewatch.config.reader import Node


def settings(node: Node, mistakes: Mistakes) -> Settings | None:
    """The settings with every notifier's options validated; None when there are mistakes."""
    before = len(mistakes.errors)
    top = node.value if isinstance(node.value, dict) else None
    plain = {key: value for key, value in top.items() if key != "notifiers"} if top is not None else node.value
    read = mistakes.check(Settings, node, plain)
    found = {}
    section = node.child("notifiers")
    if section is not None:
        found = _notifiers(section, mistakes)
    if read is None or len(mistakes.errors) > before:
        return None
    return read.model_copy(update={"notifiers": found})


def names(node: Node | None) -> set[str] | None:
    """The notifiers' names, whether or not their options are right; None when the file could not be read."""
    if node is None or not isinstance(node.value, dict):
        return None
    section: Any = node.value.get("notifiers")
    return set(section) if isinstance(section, dict) else set()


def _notifiers(section: Node, mistakes: Mistakes) -> dict[str, NotifierConfig]:
    if not isinstance(section.value, dict):
        mistakes.add(section, "'notifiers' must be a mapping", "write `name: {kind: slack, ...}`, one a line")
        return {}
    found = {}
    for name in section.value:
        node = section.child(name)
        assert node is not None
        if not isinstance(node.value, dict) or not node.text("kind"):
            mistakes.add(
                node, f"the notifier '{name}' names no kind", "write `kind:` with one of " + ", ".join(sorted(notifiers.KINDS))
            )
            continue
        rest = {key: value for key, value in node.value.items() if key != "kind"}
        read = kinds.options(notifiers.KINDS, node.text("kind"), node, mistakes, value=rest, at=(node, "kind"))
        if read is not None:
            found[name] = NotifierConfig(node.text("kind"), read)
    return found
