"""YAML text becomes plain values that remember their line and column.

Only the parser's events are used, never its constructors: nesting is walked without recursion, aliases are counted, and what a
bare word means is decided here, close to YAML 1.2. So `no` and `on` stay text (PyYAML makes booleans of them), a share code such
as 000831 keeps its zeros, and a repeated key is a mistake (PyYAML lets the last one win in silence).
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from rarewatch.config.syntax import syntax_error
from rarewatch.errors import ConfigError

MAX_BYTES = 5_000_000
"""Largest configuration file, in bytes."""
MAX_DEPTH = 50
"""Deepest nesting of lists and mappings, aliases followed."""
MAX_COPIES = 100_000
"""Most values that aliases may repeat in one file."""

Place: TypeAlias = tuple[int, int]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?=[0-9]*\.|[0-9]+[eE])((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?", re.ASCII)
_MAYBE_NUMBER = frozenset("0123456789+-.")
_STRING_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})
_PLAIN_TAGS = frozenset({None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class Spot:
    """Where a value stands: line and column from 1; for a mapping also where its keys stand.

    `parts` are the spots of what it holds: by key for a mapping, in a row for a list, None for anything else.
    """

    line: int
    column: int
    keys: dict[str, Place] = field(default_factory=dict)
    parts: Any = None


@dataclass(frozen=True, slots=True)
class Node:
    """A value out of a file, with its place."""

    file: str
    value: Any
    spot: Spot

    @property
    def place(self) -> Place:
        """Line and column of the value, from 1."""
        return self.spot.line, self.spot.column

    @property
    def where(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.spot.line}"

    def child(self, part: object) -> "Node | None":
        """What stands under a key or at an index; None when there is no such thing."""
        parts = self.spot.parts
        if isinstance(parts, dict) and isinstance(part, str) and part in parts:
            return Node(self.file, self.value[part], parts[part])
        if isinstance(parts, list) and isinstance(part, int) and 0 <= part < len(parts):
            return Node(self.file, self.value[part], parts[part])
        return None

    def children(self) -> list["Node"]:
        """The entries of a list; empty for anything else."""
        if not isinstance(self.spot.parts, list):
            return []
        return [Node(self.file, value, spot) for value, spot in zip(self.value, self.spot.parts, strict=True)]

    def key_place(self, key: object) -> Place:
        """Line and column of a key of this mapping; of the mapping itself when it has no such key."""
        return self.spot.keys.get(key, self.place) if isinstance(key, str) else self.place

    def text(self, key: str) -> str:
        """The text under `key`, "" when this is no mapping or there is no text there."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return found if isinstance(found, str) else ""


def read(file: str, raw: bytes) -> tuple[Node, list[ConfigError]]:
    """Read one file's bytes: its top value, and the mistakes that did not keep it from being read (repeated keys, tags).

    Raises `ConfigError` when it cannot be read: not UTF-8, too large, broken off, nested too deeply, repeating itself too often.
    """
    builder = _Builder(file)
    text = _decode(file, raw)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.feed(event)
    except yaml.YAMLError as error:
        raise syntax_error(file, text, error) from None
    return Node(file, builder.value, builder.spot), builder.mistakes


def _decode(file: str, raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"the file is larger than {MAX_BYTES // 1_000_000} MB", file=file, hint="split it into several files")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = raw[: error.start]
        line = good.count(b"\n") + 1
        column = len(good[good.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        hint = f"save it as UTF-8; byte 0x{raw[error.start]:02x} here is not, as in a file saved as GBK or UTF-16"
        raise ConfigError("the file must be UTF-8", file=file, line=line, column=column, hint=hint) from None
    if bad := _UNPRINTABLE.search(text):
        at = bad.start()
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        raise ConfigError(
            "there is a control character in the file", file=file, line=line, column=column, hint=f"remove U+{ord(bad[0]):04X}"
        )
    return text


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being read; `size` and `height` count what it holds, aliases followed."""

    value: Any
    spot: Spot
    anchor: str | None
    size: int = 1
    height: int = 1
    key: str | None = None


class _Builder:
    """Puts values together from parser events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.value: Any = None
        self.spot = Spot(1, 1)
        self.mistakes: list[ConfigError] = []
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Frame] = {}
        self._copies = 0
        self._documents = 0

    def feed(self, event: Any) -> None:
        """Take the next event."""
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent():
                self._open(event, {}, {})
            case yaml.SequenceStartEvent():
                self._open(event, [], [])
            case yaml.CollectionEndEvent():
                frame = self._stack.pop()
                self._anchor(frame)
                self._put(frame)
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise self._error("there is a second document", event, "remove the line `---`; one file holds one document")

    def _error(self, message: str, event: Any, hint: str) -> ConfigError:
        mark = event.start_mark
        return ConfigError(message, file=self.file, line=mark.line + 1, column=mark.column + 1, hint=hint)

    def _awaits_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].value, dict) and self._stack[-1].key is None

    def _scalar(self, event: Any) -> None:
        if _UNSTORABLE.search(event.value):
            raise self._error("there is a character here that cannot be stored", event, "remove \\0 and half characters")
        if self._awaits_key():
            self._key(event)
            return
        if event.tag is not None and event.tag not in _STRING_TAGS:
            self.mistakes.append(
                self._error("YAML tags are not supported", event, "remove the word that begins with an exclamation mark")
            )
        plain = event.tag is None and event.implicit[0]
        spot = Spot(event.start_mark.line + 1, event.start_mark.column + 1)
        frame = _Frame(_resolve(event.value) if plain else event.value, spot, event.anchor, height=0)
        self._anchor(frame)
        self._put(frame)

    def _key(self, event: Any) -> None:
        frame, key = self._stack[-1], event.value
        if key in frame.spot.keys:
            line = frame.spot.keys[key][0]
            hint = f"it stands at line {line} already; keep one of the two"
            self.mistakes.append(self._error(f"'{key}' is given twice", event, hint))
        elif key == "<<" and event.implicit[0]:
            self.mistakes.append(self._error("merging with << is not supported", event, "write the keys out, or use `defaults`"))
        frame.key = key
        frame.spot.keys.setdefault(key, (event.start_mark.line + 1, event.start_mark.column + 1))

    def _open(self, event: Any, value: Any, parts: Any) -> None:
        if self._awaits_key():
            raise self._error(
                "a key must be a word, not a list or a mapping", event, "put the text in quotes if it begins with [ or {"
            )
        if len(self._stack) >= MAX_DEPTH:
            raise self._error(f"this is nested more than {MAX_DEPTH} deep", event, "is a bracket repeated by mistake?")
        if event.tag not in _PLAIN_TAGS:
            self.mistakes.append(
                self._error("YAML tags are not supported", event, "remove the word that begins with an exclamation mark")
            )
        spot = Spot(event.start_mark.line + 1, event.start_mark.column + 1, parts=parts)
        self._stack.append(_Frame(value, spot, event.anchor))

    def _alias(self, event: Any) -> None:
        source = self._anchors.get(event.anchor)
        if source is None or self._awaits_key():
            raise self._error(
                f"*{event.anchor} names nothing that was finished before", event, "in quotes it is text; else mark a value with &"
            )
        self._copies += source.size
        if self._copies > MAX_COPIES or len(self._stack) + source.height > MAX_DEPTH:
            raise self._error(
                "aliases repeat too much", event, f"at most {MAX_COPIES} values, {MAX_DEPTH} deep, may come from them"
            )
        spot = Spot(event.start_mark.line + 1, event.start_mark.column + 1, source.spot.keys, source.spot.parts)
        self._put(_Frame(source.value, spot, None, source.size, source.height))

    def _anchor(self, frame: _Frame) -> None:
        if frame.anchor is not None:
            self._anchors[frame.anchor] = frame

    def _put(self, done: _Frame) -> None:
        if not self._stack:
            self.value, self.spot = done.value, done.spot
            return
        frame = self._stack[-1]
        frame.size += done.size
        frame.height = max(frame.height, done.height + 1)
        if isinstance(frame.value, list):
            frame.value.append(done.value)
            frame.spot.parts.append(done.spot)
        else:
            frame.value[frame.key] = done.value
            frame.spot.parts[frame.key] = done.spot
            frame.key = None


def _resolve(text: str) -> Any:
    """What a bare word means: nothing, true or false, a number, or (most often) itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAYBE_NUMBER:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
