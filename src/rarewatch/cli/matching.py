"""`match`: JSON lines in, rules and entities out."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from rarewatch import clock, config, settings
from rarewatch.cli.context import ConfigOption, Exit, fail, people, progress, put
from rarewatch.match import Compiled
from rarewatch.normalise import language_of
from rarewatch.nouns.watch import About, Findings, Span
from rarewatch.text.dates import read_date

_HELP = (
    "JSON lines with id, title, text; if you like also attachment, url, source, publisher, tier, language, published; "
    "- reads standard input."
)
_TEXTS = ("title", "text", "attachment", "source", "publisher", "tier", "language", "published")


def match(file: Annotated[str, typer.Argument(help=_HELP)] = "-", folder: ConfigOption = None) -> None:
    """Match documents against the rules and entities: JSON lines in, JSON lines out.

    Offsets count characters of the title or text as given. A line that cannot be read is told with its number and skipped; the exit
    code is then 1.
    """
    compiled = Compiled(config.load_watch(settings.config_folder(folder)))
    bad = 0
    with _opened(file) as lines, progress("matching", None) as bar:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            document = _document(line)
            if isinstance(document, str):
                people.print(f"{file}:{number}: {document}")
                bad += 1
                continue
            found = compiled.findings(document["title"], document["text"], document["attachment"], _about(document))
            put({"id": document["id"], **as_json(found)})
            bar.step()
    if bad:
        raise typer.Exit(Exit.FAILED)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        lines = Path(file).open("rb")  # noqa: SIM115 - closed below; what fails while it is open is not a failure to open it
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", Exit.MISTAKE)
    with lines:
        yield lines


def _document(line: bytes) -> dict[str, Any] | str:
    """The document on a line, or what is wrong with it."""
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte 0x{line[error.start]:02x} at position {error.start + 1}, as in a file saved as GBK or UTF-16"
    except RecursionError:
        return "not a document: nested too deeply"
    except ValueError as error:
        return f"not JSON: {error}"
    if not isinstance(found, dict):
        return "not a JSON object"
    document = {"id": found.get("id"), **{name: found.get(name) or "" for name in _TEXTS}}
    wrong = [name for name in _TEXTS if not isinstance(document[name], str)]
    return f"{wrong[0]} is not a string" if wrong else document


def _about(document: dict[str, Any]) -> About:
    """What rules may ask of a document beside its text; a date that cannot be read is none."""
    published = read_date(document["published"], seen_at=clock.now())
    return About(
        source=document["source"],
        publisher=document["publisher"],
        tier=document["tier"],
        language=document["language"] or language_of(document["title"] + document["text"][:500], ""),
        published=published.at if published else None,
    )


def _span(span: Span) -> dict[str, Any]:
    return {"field": span.field, "start": span.start, "end": span.end, "text": span.text}


def as_json(found: Findings) -> dict[str, Any]:
    """Findings in the documented shape; `severity` is the highest of the rules, null where none holds."""
    return {
        "severity": max(found.matches, key=lambda m: m.severity).severity.label if found.matches else None,
        "types": [
            {"id": label.type, "severity": label.severity.label, "evidence": [_span(span) for span in label.spans]}
            for label in found.labels
        ],
        "rules": [
            {"id": m.rule, "severity": m.severity.label, "evidence": [_span(span) for span in m.spans]} for m in found.matches
        ],
        "entities": [{"id": m.entity, "mentions": [_span(span) for span in m.spans]} for m in found.mentions],
    }
