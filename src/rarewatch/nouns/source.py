"""What is watched, and what one look at it gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from rarewatch.errors import SourceFault, Truncated
from rarewatch.nouns.health import Change, Expects, Vitals
from rarewatch.nouns.paper import Paper
from rarewatch.nouns.secret import SecretRef

_NOTHING_SAID = Expects()
_UNPROVEN = Vitals()


class Tier(StrEnum):
    """How close a publisher stands to the fact; a higher tier is shown and trusted before a lower one."""

    ISSUER = "issuer"
    STATE_MEDIUM = "state_medium"
    WIRE = "wire"
    TRADE_PRESS = "trade_press"
    AGGREGATOR = "aggregator"
    MIRROR = "mirror"

    @property
    def label(self) -> str:
        """The tier in words, for people."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who speaks: shown on every alert with tier and caveat."""

    id: str
    name: str
    name_zh: str = ""
    tier: Tier = Tier.TRADE_PRESS
    state_owned: bool = False
    caveat: str = ""


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a source is polled: every so many seconds, shifted by up to `jitter` (a share of it, 0 to 0.5).

    `learn` lets the interval follow the hours in which the source uses to publish: down to half, up to three times for a source
    that is no issuer. `least` is the shortest interval its host's budget leaves it, in seconds.
    """

    every: float = 600.0
    jitter: float = 0.1
    learn: bool = True
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class Access:
    """What a request for this source may do; sizes in bytes, times in seconds.

    `robots` says whether robots.txt is asked and obeyed; `proxy` is the address of a proxy ("" for none), `proxy_login` where its
    user and password stand; `browser` has pages fetched and run by a browser.
    """

    timeout: float = 30.0
    max_bytes: int = 20_000_000
    allow_private: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    user_agent: str = ""
    robots: bool = True
    proxy: str = ""
    proxy_login: SecretRef | None = None
    browser: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One address that is polled, with everything the YAML says of it.

    `options` is the validated `Options` model of its kind; `time_zone` an IANA name used where a page names none;
    `baseline_age` in seconds: at the first reading, what is older is stored without an alert.
    """

    id: str
    kind: str
    url: str
    publisher: Publisher
    options: object = None
    language: str = "zh"
    time_zone: str = "Asia/Shanghai"
    cadence: Cadence = Cadence()
    access: Access = Access()
    baseline_age: float = 86_400.0
    enabled: bool = True
    expects: Expects = _NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Validators:
    """What lets the next poll learn cheaply that nothing changed; `body` is the sha-256 of the last body, in hex."""

    etag: str = ""
    last_modified: str = ""
    body: str = ""


class Seen(Protocol):
    """What a source kind may know of the past: only enough to skip work, never to decide what is news."""

    @property
    def validators(self) -> Validators:
        """The validators of the last complete reading (empty at the first)."""
        ...

    @property
    def blank(self) -> bool:
        """Whether nothing is remembered: this is the first reading."""
        ...

    def knows(self, mark: str) -> bool:
        """Whether the last readings of this source held an entry with this mark (a digest of its bytes or row)."""
        ...


@dataclass(frozen=True, slots=True)
class Remembered:
    """The plain `Seen`: validators and marks as the store keeps them."""

    validators: Validators = Validators()
    marks: frozenset[str] = frozenset()

    @property
    def blank(self) -> bool:
        """Whether nothing is remembered: this is the first reading."""
        return not self.marks and self.validators == Validators()

    def knows(self, mark: str) -> bool:
        """Whether `mark` was seen in the last readings."""
        return mark in self.marks


@dataclass(frozen=True, slots=True)
class Get:
    """One request a source kind asks for.

    `validators` makes it conditional; `headers` are added to the source's own; `cap` lowers the source's size limit (bytes).
    `document` says that a document (PDF, DOCX, ...) may come: whoever drives the visit then reads it into `Got.paper`.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    validators: Validators | None = None
    cap: int | None = None
    document: bool = False


@dataclass(frozen=True, slots=True)
class Got:
    """The answer to a `Get`: header names in lower case, `body` decompressed, `digest` its sha-256 in hex.

    `url` is the final address after redirects; `status` is 200 or 304 (everything else is a fault). `paper` is what a document
    says, where one was asked for and came.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    digest: str
    at: datetime
    paper: Paper | None = None

    @property
    def not_modified(self) -> bool:
        """Whether the server said 304."""
        return self.status == 304


@dataclass(frozen=True, slots=True)
class Draft:
    """One entry as a source gives it, nothing interpreted but the text decoded.

    `key` is the publisher's own id ("" where there is none); `dates` are the dates as printed, the most trusted first;
    `text` is plain text with line breaks; `mark` a digest that lets the next poll skip the entry; `title_only` says that the
    text could not be had (yet). `papers` are its documents: the one it is, or those attached to it.
    """

    key: str
    url: str
    title: str
    text: str = ""
    dates: tuple[str, ...] = ()
    author: str = ""
    origin: str = ""
    language: str = ""
    mark: str = ""
    title_only: bool = False
    papers: tuple[Paper, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one look at a source gave.

    `unchanged` means nothing can be new; `known` counts entries recognised and skipped; `marks` are the marks of every entry on
    the page, new or known; `faults` are named troubles of a partial reading. Validators count only when `complete`. `newest` is the
    newest date printed on the page, of new and known entries alike, `landed` the address that answered in the end, where it is
    on another host than the one asked.
    `fresh_for` is for how long, in seconds, the server said that its first answer stays good. `adrift` says that none of its
    entries bears a mark of the last reading: unless the desk knows one all the same, some may have been missed.
    """

    drafts: tuple[Draft, ...] = ()
    validators: Validators = Validators()
    marks: tuple[str, ...] = ()
    known: int = 0
    unchanged: bool = False
    complete: bool = True
    faults: tuple[SourceFault, ...] = ()
    newest: datetime | None = None
    landed: str = ""
    fresh_for: float = 0.0
    adrift: bool = False

    @property
    def own_fault(self) -> SourceFault | None:
        """The first fault of a partial reading that is the source's own, not that of a single entry's page."""
        return None if self.complete else next((fault for fault in self.faults if not fault.of_entry), None)

    @property
    def covers_the_page(self) -> bool:
        """Whether every entry of the page is among drafts and known ones, be it by its title alone."""
        return self.complete or not any(isinstance(fault, Truncated) for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Claim:
    """A source handed to one reader: what is remembered of it, and how it fared.

    `baselined` is False until a first complete reading; `failures` counts the faults in a row up to now. `url` is the address all
    this is remembered of ("" where nobody asks): once the source has another one, closing the claim changes nothing.
    """

    source: str
    seen: Remembered = Remembered()
    baselined: bool = False
    failures: int = 0
    url: str = ""
    vitals: Vitals = _UNPROVEN


@dataclass(frozen=True, slots=True)
class Job:
    """One source to be read now, with its claim."""

    source: Source
    claim: Claim


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll did, for whoever asked for it: counts of items, the fault if there was one, and what changed of the source."""

    source: str
    found: int = 0
    new: int = 0
    known: int = 0
    matched: int = 0
    alerts: int = 0
    unchanged: bool = False
    fault: SourceFault | None = None
    notes: tuple[str, ...] = ()
    change: Change | None = None
