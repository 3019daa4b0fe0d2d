"""The source kind `filing`: announcements of listed companies by stock code, from cninfo, the Shanghai or the Shenzhen exchange.

The announcements of the last days are asked for; they are PDF files, which are fetched and read. Exchanges date what comes out in
the evening with the next day, so the time asked for reaches a week into the future.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from rarewatch.clock import Clock, now
from rarewatch.errors import LayoutChanged, SourceFault
from rarewatch.nouns.paper import Paper
from rarewatch.nouns.source import Draft, Get, Got, Reading, Seen, Source, Validators
from rarewatch.sources import Visit
from rarewatch.sources._answers import validators_of
from rarewatch.sources._articles import Entry, Tour, fetch_document
from rarewatch.sources._documents import DocumentLink, is_document
from rarewatch.sources._filing_exchanges import EXCHANGES, Question, org_of, org_questions
from rarewatch.sources._json import garbled, read_json
from rarewatch.sources._long_lists import is_past
from rarewatch.sources._paging import Page, Turning, read_on

_AHEAD = timedelta(days=7)
_CHINA = ZoneInfo("Asia/Shanghai")
Code = Annotated[str, StringConstraints(pattern=r"^\d{5,6}$")]


class Options(BaseModel):
    """The keys under `options:` of a source with `kind: filing`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)

    exchange: Annotated[Literal["cninfo", "sse", "szse"], Field(description="whose interface stands at the address")]
    stocks: Annotated[tuple[Code, ...], Field(description="codes in quotation marks, as '600111'")] = ()
    search: Annotated[str, Field(description="words that the announcement must hold, as the exchange understands it")] = ""
    orgs: Annotated[
        dict[Code, str], Field(description="cninfo's own names of stocks by code; those left out are looked up at every reading")
    ] = Field(default_factory=dict)
    days: Annotated[int, Field(description="how many days back are asked for", ge=1, le=90)] = 14
    documents: Annotated[
        int, Field(description="PDF files fetched and read in one poll; the rest follows at the next; 0: none are", ge=0, le=200)
    ] = 20
    max_pages: Annotated[int, Field(description="pages read of one stock in one poll at most", ge=1, le=20)] = 5

    @model_validator(mode="after")
    def _something(self) -> "Options":
        if not self.stocks and not self.search:
            raise ValueError("name stocks, or something to search for")
        if len(set(self.stocks)) < len(self.stocks):
            raise ValueError("a stock stands twice")
        if not set(self.orgs) <= set(self.stocks):
            raise ValueError("orgs names a code that is not among the stocks")
        return self


class Filing:
    """Reads the announcements of some stocks."""

    Options: ClassVar[type[BaseModel]] = Options

    def __init__(self, clock: Clock = now) -> None:
        """`clock` tells the day up to which announcements are asked for."""
        self._clock = clock

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once.

        Raises `LayoutChanged` where the first answer has another shape, or cninfo does not know the first stock; `Refused` where it
        is an anti-bot page. The same trouble with a later stock is noted, the others are read, and the reading is not complete. No
        announcement in the time asked for is an answer, not a fault.
        """
        options = source.options
        assert isinstance(options, Options)
        questions = _questions(options, self._clock)
        alone = len(questions) == 1
        tour = Tour()
        answers: list[tuple[Question, Got]] = []
        for number, question in enumerate(questions):
            try:
                asked = yield from _named(question, source, options)
                exchange = EXCHANGES[options.exchange]
                got = yield exchange.get(source.url, asked, 1, seen.validators if alone else None)
                answers.append((asked, got))
            except SourceFault as fault:
                if not number:
                    raise
                tour.stopped(fault)
                if tour.over:
                    break
        validators = _validators([got for _, got in answers])
        if answers[0][1].not_modified or (tour.list_complete and validators.body == seen.validators.body):
            return Reading(validators=seen.validators if answers[0][1].not_modified else validators, unchanged=True)
        entries = yield from _all(answers, source, options, seen, tour)
        new = [entry for entry in entries if not seen.knows(entry.mark)]
        yield from _with_documents(new, source, options, seen, index=answers[0][1], tour=tour)
        tour.began(answers[0][1], source)
        return tour.reading(entries, validators, seen, known=len(entries) - len(new))


def _questions(options: Options, clock: Clock) -> list[Question]:
    today = clock().astimezone(_CHINA).date()
    since, until = today - timedelta(days=options.days - 1), today + _AHEAD
    at_once = EXCHANGES[options.exchange].at_once or not options.stocks
    groups: list[tuple[str, ...]] = [options.stocks] if at_once else [(code,) for code in options.stocks]
    return [Question(stocks, options.search, since.isoformat(), until.isoformat()) for stocks in groups]


def _named(question: Question, source: Source, options: Options) -> Generator[Get, Got, Question]:
    """The question with cninfo's own name of its stock, where that is needed; raises `LayoutChanged` where cninfo knows none."""
    if not question.stocks or not EXCHANGES[options.exchange].needs_org:
        return question
    (code,) = question.stocks
    org = options.orgs.get(code, "")
    trouble: SourceFault | None = None
    for lookup in () if org else org_questions(source.url, code):
        try:
            got = yield lookup
            org = org_of(read_json(got).value, code)
        except SourceFault as fault:
            trouble = fault
        if org:
            break
    if not org:
        raise trouble or LayoutChanged(f"cninfo knows no stock {code}", url=source.url)
    return replace(question, org=org)


def _validators(answers: Sequence[Got]) -> Validators:
    """The validators of one answer, or of several the digest of them all."""
    if len(answers) == 1:
        return validators_of(answers[0])
    return Validators(body=sha256("\n".join(got.digest for got in answers).encode()).hexdigest())


def _all(
    answers: Sequence[tuple[Question, Got]], source: Source, options: Options, seen: Seen, tour: Tour
) -> Generator[Get, Got, list[Entry]]:
    """The entries of all answers, with the further pages of each that does not overlap with what is known."""
    exchange = EXCHANGES[options.exchange]
    entries: dict[str, Entry] = {}
    for number, (question, got) in enumerate(answers):

        def read(answer: Got) -> Page:
            return _page(answer, options, tour)

        def ask(page: int, question: Question = question) -> Get:
            return exchange.get(source.url, question, page, None)

        try:
            first = read(got)
        except SourceFault as fault:
            if not number:
                raise
            tour.stopped(fault)
            continue
        turning = Turning(" ".join((*question.stocks, question.search)), options.max_pages, ask, read)
        found = yield from read_on(first, turning, seen, tour)
        entries |= {entry.mark: entry for entry in found}
    return list(entries.values())


def _page(got: Got, options: Options, tour: Tour) -> Page:
    """The announcements of one answer; raises `LayoutChanged` where it has another shape."""
    exchange, document = EXCHANGES[options.exchange], read_json(got)
    groups = exchange.rows(document.value)
    if groups is None:
        raise LayoutChanged(f"no list of announcements as {options.exchange} gives it; {document.start}", url=got.url)
    rows = [row for group in groups for row in (group if isinstance(group, list) else [group])]
    entries = [entry for row in rows if isinstance(row, dict) and (entry := exchange.entry(row))]
    if rows and not entries:
        raise LayoutChanged(f"none of the {len(rows)} rows has a title and a file; {document.start}", url=got.url)
    tour.faults += [*document.faults, *garbled([entry.title for entry in entries], got.url)]
    if len(entries) < len(rows):
        tour.faults.append(LayoutChanged(f"{len(rows) - len(entries)} of {len(rows)} rows have no title or no file", url=got.url))
    tour.list_complete = tour.list_complete and document.whole
    return Page(entries, last=document.whole and len(groups) < exchange.size)


def _with_documents(
    entries: Sequence[Entry], source: Source, options: Options, seen: Seen, *, index: Got, tour: Tour
) -> Generator[Get, Got, None]:
    """Fetch the documents behind the entries and make drafts of them.

    At the first reading those older than the source's baseline age are told by their titles alone: nobody hears of them.
    """
    for entry in entries:
        paper: Paper | None = None
        if options.documents and is_document(entry.url) and not (seen.blank and is_past(entry, source, index)):
            if tour.over or tour.pages >= options.documents:
                tour.again.add(entry.mark)
            else:
                tour.pages += 1
                paper = yield from fetch_document(DocumentLink(entry.url, ""), source.url, entry.mark, index, tour)
        tour.drafts.append(_draft(entry, paper))


def _draft(entry: Entry, paper: Paper | None) -> Draft:
    return Draft(
        key=entry.key,
        url=entry.url,
        title=entry.title,
        dates=entry.dates,
        author=entry.author,
        mark=entry.mark,
        title_only=paper is None or paper.state != "read",
        papers=(paper,) if paper else (),
    )
