"""Finds and reads the files of a configuration folder."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from rarewatch.config.mistakes import Mistakes
from rarewatch.config.reader import MAX_BYTES, Node, Spot, read
from rarewatch.errors import ConfigError

MAIN, AUDIENCE, ENTITIES, GLOSSARY = "rarewatch.yaml", "audience.yaml", "entities.yaml", "glossary.yaml"
TYPES, EXPECTATIONS = "types.yaml", "expectations.yaml"
SOURCES, RULES = "sources", "rules"
_FILES = (MAIN, AUDIENCE, ENTITIES, GLOSSARY, TYPES, EXPECTATIONS)
_SUFFIXES = (".yaml", ".yml")


def digest_of(path: Path) -> str:
    """The digest that `Folder.digest` gives once everything in the folder was read, at a thousandth of the cost of reading it.

    A file that cannot be had does not count, neither here nor there.
    """
    files = [path / name for name in _FILES]
    for part in (SOURCES, RULES):
        with suppress(OSError):
            files += [entry for entry in (path / part).iterdir() if _counts(entry)]
    found = {}
    for file in files:
        with suppress(OSError), file.open("rb") as opened:
            found[file.relative_to(path).as_posix()] = hashlib.sha256(opened.read(MAX_BYTES + 1)).hexdigest()
    return _digest(found)


def _counts(entry: Path) -> bool:
    return entry.suffix in _SUFFIXES and not entry.name.startswith(".")


def _digest(contents: Mapping[str, str]) -> str:
    lines = [f"{name}\0{digest}\n" for name, digest in sorted(contents.items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class Folder:
    """The files that were read out of one folder, their digest, and what in it is not read.

    `unreadable` names the files and folders something could not be read from: who is missing there is not to be missed again.
    """

    def __init__(self, path: Path, mistakes: Mistakes) -> None:
        """`path` as given: it is shown so; mistakes of reading go to `mistakes`."""
        self.path = path
        self.warnings: list[str] = []
        self.unreadable: set[str] = set()
        self._mistakes = mistakes
        self._contents: dict[str, str] = {}

    @property
    def digest(self) -> str:
        """The sha-256 (hex) of the names and contents of all files read so far."""
        return _digest(self._contents)

    def one(self, name: str, *, required: bool = True) -> Node | None:
        """The top of the file `name`; None when it is absent or cannot be read (noted as a mistake where it must be there)."""
        path = self.path / name
        if not path.exists() and not path.is_symlink():
            if required:
                self._mistakes.put(str(path), (0, 0), "the file is missing", self._nearby(name))
                self.unreadable.add(name)
            return None
        return self._read(path)

    def many(self, name: str) -> list[Node]:
        """The tops of all YAML files in the folder `name`, in the order of their names; at least one must be there."""
        folder = self.path / name
        try:
            entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
        except OSError as error:
            self._mistakes.put(
                str(folder), (0, 0), f"the folder cannot be read: {_reason(error)}", "at least one YAML file must be in it"
            )
            self.unreadable.add(name)
            return []
        paths = [entry for entry in entries if entry.suffix in _SUFFIXES]
        if not paths:
            self._mistakes.put(str(folder), (0, 0), "no YAML file is in the folder", "names end in .yaml")
            self.unreadable.add(name)
        self.warnings += [f"{entry}: folders inside {name}/ are not read" for entry in entries if entry.is_dir()]
        return [node for path in paths if not path.is_dir() and (node := self._read(path)) is not None]

    def note_strays(self) -> None:
        """Warn of YAML files beside the known ones: they are not read, which would surprise whoever wrote them."""
        known = (MAIN, AUDIENCE, ENTITIES, EXPECTATIONS, GLOSSARY, TYPES)
        for path in sorted(self.path.glob("*.y*ml")):
            if path.suffix in _SUFFIXES and path.name not in known and not path.name.startswith("."):
                self.warnings.append(
                    f"{path}: this file is not read; the names are {', '.join(known)}, {SOURCES}/*.yaml, {RULES}/*.yaml"
                )

    def _read(self, path: Path) -> Node | None:
        node = self._parse(path)
        if node is None:
            self.unreadable.add(path.relative_to(self.path).parts[0])
        return node

    def _parse(self, path: Path) -> Node | None:
        try:
            with path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
        except OSError as error:
            self._mistakes.put(str(path), (0, 0), f"the file cannot be read: {_reason(error)}")
            return None
        self._contents[path.relative_to(self.path).as_posix()] = hashlib.sha256(raw).hexdigest()
        try:
            node, mistakes = read(str(path), raw)
        except ConfigError as error:
            self._mistakes.errors.append(error)
            return None
        self._mistakes.errors += mistakes
        return Node(node.file, {}, Spot(1, 1, parts={})) if node.value is None else node

    def _nearby(self, name: str) -> str:
        other = Path(name).with_suffix(".yml")
        return f"rename {other} to {name}" if (self.path / other).exists() else f"every configuration has a file {name}"


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
