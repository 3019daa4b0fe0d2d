"""Writes alerts into feed files, Atom and JSON Feed, for a web server to give out or a reader to open.

A file takes the same alert twice without showing it twice: nothing is ever in doubt here.
"""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar
from uuid import uuid4

from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, ConfigDict, Field

from rarewatch.clock import now
from rarewatch.errors import DeliveryFault
from rarewatch.notifiers import Reveal, _feed_files
from rarewatch.notifiers._webhook_payload import utc
from rarewatch.notifiers._whole_text import whole_text
from rarewatch.nouns.alert import Message, Receipt, Target
from rarewatch.text import sheet, wording

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_TITLE = 300
_TEMPLATES = Environment(loader=PackageLoader("rarewatch.notifiers"), autoescape=True, undefined=StrictUndefined, auto_reload=False)


class FeedOptions(BaseModel):
    """The keys of a feed notifier."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Annotated[str, Field(min_length=1, description="folder of the files, made when it is not there")]
    entries: Annotated[int, Field(ge=1, le=10_000, description="alerts a feed holds; the oldest give way")] = 200
    title: Annotated[str, Field(min_length=1, max_length=100, description="title of every feed, its name follows")] = "rarewatch"
    address: Annotated[
        str | None,
        Field(pattern=r"^https?://[^\s/]+/(\S*/)?$", description="where the folder is published, with a slash at the end"),
    ] = None


class FeedFile:
    """The feed channel; a target's `to` is the name of a feed: `desk` stands for `desk.atom` and `desk.json` in the folder."""

    Options: ClassVar[type[BaseModel]] = FeedOptions

    def __init__(self, options: FeedOptions, reveal: Reveal) -> None:
        """`reveal` is not asked, there is no secret here."""
        del reveal
        self._options = options
        self._folder = Path(options.folder).expanduser()
        self._turns: dict[str, asyncio.Lock] = {}

    def render(self, message: Message, target: Target) -> Mapping[str, Any]:
        """The entry with JSON Feed's names; its dates are when rarewatch first read the announcement."""
        del target
        laid_out, seen = sheet.lay_out(message), utc(message.seen_at)
        entry = _feed_files.Entry(
            id=_feed_files.entry_id(message.delivery),
            url=laid_out.link,
            title=wording.subject_words(message, _TITLE),
            content_html=_TEMPLATES.get_template("feed_entry.html.j2").render(
                sheet=laid_out, parts=[sheet.lay_out(part) for part in message.parts]
            ),
            content_text=whole_text(message),
            date_published=seen,
            date_modified=seen,
            tags=(message.severity.label, *(["test"] if message.test else []), *(["notice"] if message.notice else [])),
            origin=_feed_files.Origin(
                deliveries=(wording.tidy(message.delivery),),
                story="" if message.test or message.parts else wording.tidy(message.story),
                severity=message.severity.label,
            ),
        )
        return entry.model_dump(mode="json", by_alias=True)

    async def send(self, message: Message, target: Target) -> Receipt:
        """Put the alert into both files of the feed.

        The receipt holds the `entry` and, where a file had to make way that is no feed of ours, its new name as `set_aside`. Raises
        `DeliveryFault`.
        """
        if not _NAME.fullmatch(target.to):
            shown = wording.shorten(target.to, 80)
            detail = f"{shown!r} is no name of a feed: small letters, digits, - and _, without a dot"
            raise DeliveryFault(detail, reason="client", again=False)
        entry = _feed_files.Entry.model_validate(self.render(message, target))
        try:
            async with self._turns.setdefault(target.to, asyncio.Lock()):
                written, aside = await asyncio.to_thread(self._write, target.to, entry)
        except BlockingIOError as error:
            detail = f"another process is writing the feed {target.to}"
            raise DeliveryFault(detail, reason="connection", again=True) from error
        except OSError as error:
            detail = f"the feed {target.to} cannot be written: {error.strerror or type(error).__name__}"
            raise DeliveryFault(detail, reason="connection", again=True) from error
        return Receipt({"feed": target.to, "entry": written, **({"set_aside": aside} if aside else {})}, now())

    async def close(self) -> None:
        """Nothing to let go of: files are open only while they are written."""

    def _write(self, name: str, entry: _feed_files.Entry) -> tuple[str, str]:
        """Write both files; gives the entry's id and the name of a file that made way."""
        head = _feed_files.Head(name=name, title=f"{self._options.title}: {name}", address=self._options.address or "")
        self._folder.mkdir(parents=True, exist_ok=True)
        with _feed_files.alone(self._folder / f".{name}.lock"):
            kept, aside = self._kept(self._folder / f"{name}.json")
            entries = _feed_files.with_entry(kept, entry, self._options.entries)
            # The JSON file first, for it is what is read back: whatever stops us between the two, the next attempt mends.
            _feed_files.replace(self._folder / f"{name}.json", _feed_files.as_json(head, entries))
            _feed_files.replace(self._folder / f"{name}.atom", _feed_files.as_atom(head, entries))
        sent = entry.origin.deliveries[0]
        return next((one.id for one in entries if sent in one.origin.deliveries), entry.id), aside

    def _kept(self, path: Path) -> tuple[list[_feed_files.Entry], str]:
        """The entries there are; a file that is no feed of ours is renamed, for it must neither be lost nor stop alerts."""
        try:
            return _feed_files.read(path), ""
        except _feed_files.Unreadable:
            aside = path.with_name(f"{path.name}.{uuid4().hex[:8]}.unreadable")
            path.rename(aside)
            return [], aside.name
