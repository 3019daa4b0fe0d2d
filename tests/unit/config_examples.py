"""A small, right configuration for the tests to break, and kinds of its own so that it leans on no real one."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from rarewatch.config import load
from rarewatch.errors import ConfigErrors
from rarewatch.nouns.secret import SecretRef


class Page:
    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid")
        rows: str
        depth: int = 1


class Bell:
    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid")
        token: SecretRef | None = None
        volume: int = 3


class Bare:
    """No `Options`."""


RIGHT = {
    "rarewatch.yaml": "contact: desk@example.org\nnotifiers:\n  bell: {kind: 'config_examples:Bell', token: {env: BELL}}\n",
    "audience.yaml": (
        "subscribers:\n"
        "  - id: desk\n"
        "    rules: [export]\n"
        "    min_severity: notable\n"
        "    deliver:\n"
        "      - {via: bell, to: [one, two]}\n"
        "  - id: everything\n"
        "    deliver: [{via: bell, to: three}]\n"
    ),
    "entities.yaml": (
        "entities:\n"
        "  - id: org.baogang\n"
        "    kind: company\n"
        "    name: Baogang\n"
        "    zh: 包钢\n"
        "  - id: org.north\n"
        "    kind: company\n"
        "    name: Northern Rare Earth\n"
        "    zh: 北方稀土\n"
        "    parent: org.baogang\n"
        "    aliases: [中国北方稀土, {text: NRE, with: 稀土, case: true, not_before: [钢板], weak: true}]\n"
    ),
    "glossary.yaml": "glossary:\n  出口管制: export control\n",
    "rules/desk.yaml": (
        "lists:\n"
        "  earths: [稀土, rare earth]\n"
        "rules:\n"
        "  - id: export\n"
        "    title: Export controls\n"
        "    severity: urgent\n"
        "    when:\n"
        "      all:\n"
        "        - list: earths\n"
        "        - {terms: [出口管制], in: title}\n"
        "      none:\n"
        "        - entity: org.north\n"
    ),
    "sources/ministry.yaml": (
        "publisher: {id: gov.ministry, name: Ministry, zh: 部, tier: issuer, state_owned: true}\n"
        "defaults: {every: 5m, headers: {Accept: text/html}, options: {rows: li}}\n"
        "sources:\n"
        "  - id: ministry-news\n"
        "    kind: config_examples:Page\n"
        "    url: https://example.org/news\n"
        "    every: 90s\n"
        "    headers: {Referer: 'https://example.org/'}\n"
        "  - {id: ministry-old, kind: 'config_examples:Page', url: 'http://example.org/', enabled: false, options: {rows: tr, depth: 2}}\n"
    ),
}


def write(folder: Path, **changes: str | bytes | None) -> Path:
    """The right configuration with files replaced (None: left out); `rules_desk` stands for `rules/desk.yaml`."""
    names = {name.removesuffix(".yaml").replace("/", "_"): name for name in RIGHT}
    files: dict[str, str | bytes | None] = {**RIGHT, **{names.get(key, key): text for key, text in changes.items()}}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def mistakes(folder: Path, **changes: str | bytes | None) -> list[str]:
    """The mistakes told for a changed configuration, with paths inside the folder."""
    with pytest.raises(ConfigErrors) as caught:
        load(write(folder, **changes))
    return [line.removeprefix(f"{folder}/") for line in str(caught.value).splitlines()]


def swap(name: str, old: str, new: str) -> str:
    """A right file with one passage changed."""
    assert old in RIGHT[name], old
    return RIGHT[name].replace(old, new)
