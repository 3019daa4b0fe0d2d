"""`sources/*.yaml` -> `Source` values."""

from collections.abc import Collection
from typing import Any

from rarewatch import sources
from rarewatch.config import kinds
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import PublisherFile, PublisherSpec, SourceDefaults, SourceSpec
from rarewatch.config.reader import Node
from rarewatch.nouns.alert import OWN
from rarewatch.nouns.health import Expects
from rarewatch.nouns.source import Access, Cadence, Publisher, Source, Tier

EVERY = {
    Tier.ISSUER: 120.0,
    Tier.WIRE: 120.0,
    Tier.STATE_MEDIUM: 600.0,
    Tier.TRADE_PRESS: 900.0,
    Tier.AGGREGATOR: 900.0,
    Tier.MIRROR: 1_800.0,
}
"""Seconds between two readings where the YAML does not say: the nearer to the fact, the oftener."""


class Sources:
    """Gathers sources over files; ids are unique over all of them."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.found: dict[str, Source] = {}
        self._mistakes = mistakes
        self._ids: dict[str, Node] = {}
        self._publishers: dict[str, Node] = {}

    @property
    def ids(self) -> Collection[str]:
        """The ids that are written down, be their sources right or not."""
        return self._ids

    def add(self, node: Node) -> None:
        """Read one publisher's file."""
        if self._mistakes.check(PublisherFile, node) is None:
            return
        who, entries, defaults = node.child("publisher"), node.child("sources"), node.child("defaults")
        assert who is not None
        assert entries is not None
        publisher = self._publisher(who)
        base: SourceDefaults | None = SourceDefaults()
        if defaults is not None and defaults.value is not None:
            base = self._mistakes.check(SourceDefaults, defaults)
        if not entries.value:
            self._mistakes.add(entries, "'sources' is empty", "name at least one address, or remove the file")
        for entry in entries.children():
            self._source(entry, publisher, base, defaults)

    def _publisher(self, node: Node) -> Publisher | None:
        spec = self._mistakes.check(PublisherSpec, node)
        if spec is None or not self._mistakes.unique(self._publishers, "publisher", spec.id, node.child("id") or node):
            return None
        return Publisher(spec.id, spec.name, spec.zh, spec.tier, spec.state_owned, spec.caveat)

    def _source(self, node: Node, publisher: Publisher | None, base: SourceDefaults | None, defaults: Node | None) -> None:
        fresh = not node.text("id") or self._mistakes.unique(self._ids, "source", node.text("id"), node.child("id") or node)
        if node.text("id") == OWN.id:
            self._mistakes.add(node.child("id") or node, f"'{OWN.id}' is the name of its own notices", "choose another id")
        spec, options = self._mistakes.check(SourceSpec, node), self._options(node, defaults)
        if spec is None or base is None or options is None or publisher is None or not fresh:
            return
        merged = {name: getattr(base, name) for name in base.model_fields_set}
        merged |= {name: getattr(spec, name) for name in spec.model_fields_set}
        whole = spec.model_copy(update=merged | {"headers": {**base.headers, **spec.headers}})
        self.found[whole.id] = _source(whole, publisher, options)

    def _options(self, node: Node, defaults: Node | None) -> object:
        kind, own, shared = node.text("kind"), node.child("options"), defaults.child("options") if defaults else None
        holders = [part for part in (own, shared) if part is not None and isinstance(part.value, dict)]
        if not kind or (own is not None and own not in holders):
            return None  # told when the source itself was checked

        def locate(key: Any) -> Node:
            return next((part for part in holders if key in part.value), own or node)

        value = {key: content for part in reversed(holders) for key, content in part.value.items()}
        at = (node, "kind")
        return kinds.options(sources.KINDS, kind, own or node, self._mistakes, value=value, at=at, locate=locate, inside="options")


def _source(spec: SourceSpec, publisher: Publisher, options: object) -> Source:
    return Source(
        id=spec.id,
        kind=spec.kind,
        url=spec.url,
        publisher=publisher,
        options=options,
        language=spec.language,
        time_zone=spec.time_zone,
        cadence=Cadence(spec.every or EVERY[publisher.tier], spec.jitter, spec.learn),
        access=Access(
            timeout=spec.timeout,
            max_bytes=spec.max_bytes,
            allow_private=spec.allow_private,
            headers=spec.headers,
            user_agent=spec.user_agent,
            robots=spec.robots,
            proxy=spec.proxy or "",
            proxy_login=spec.proxy_login,
            browser=spec.browser,
        ),
        baseline_age=spec.baseline_age,
        enabled=spec.enabled,
        expects=Expects(spec.expects.newest_within, spec.expects.quiet_for),
    )
