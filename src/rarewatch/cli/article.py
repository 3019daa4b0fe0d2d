"""`read --article`: what a saved article page says."""

from pathlib import Path
from typing import Any

import typer

from rarewatch import clock
from rarewatch.cli.context import people, progress, put
from rarewatch.normalise import published
from rarewatch.nouns.item import Stamp
from rarewatch.text.article import Article, read_article
from rarewatch.text.article_numbers import numbers, words
from rarewatch.text.charset import decode
from rarewatch.text.wording import stamp_words

_PAPERS = ((b"%PDF", "a PDF"), (b"PK\x03\x04", "a zip file, such as DOCX or XLSX"), (b"\xd0\xcf\x11\xe0", "an old Office file"))
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


def read_articles(names: list[str], url: str, content_type: str, zone: str, *, as_json: bool) -> int:
    """Print what each saved page says; the number of files that could not be read.

    `url` is the address they came from ("" where it is not known), `zone` an IANA name for dates that name none.
    """
    failed = 0
    with progress("reading", len(names)) as bar:
        for name in names:
            failed += _one(name, url, content_type, zone, as_json=as_json)
            bar.step()
    return failed


def _one(name: str, url: str, content_type: str, zone: str, *, as_json: bool) -> int:
    try:
        body = Path(name).read_bytes()
    except OSError as error:
        people.print(f"{name}: cannot be read: {error.strerror}")
        return 1
    if told := _no_page(body):
        people.print(f"{name}: {told}")
        return 1
    article = read_article(decode(body, content_type).text, url=url)
    line = _line(article, zone)
    if as_json:
        put(line)
    else:
        _say(name, line, article, zone)
    if article.note:
        people.print(f"{name}: {article.note}")
    return 0


def _no_page(body: bytes) -> str:
    for magic, what in _PAPERS:
        if body.startswith(magic):
            return f"is {what}, no web page; documents are read where a source links to them: rarewatch read SOURCE"
    return "is a picture, no web page" if body.startswith(_PICTURES) else ""


def _stamp(printed: tuple[str, ...], zone: str) -> Stamp | None:
    return published(printed, zone, clock.now())


def _line(article: Article, zone: str) -> dict[str, Any]:
    first, updated = _stamp(article.dates, zone), _stamp((article.updated,), zone)
    return {
        "title": article.title,
        "published": first.at.isoformat() if first else None,
        "precision": first.precision if first else None,
        "updated": updated.at.isoformat() if updated else None,
        "author": article.author,
        "publisher": article.origin or article.site,
        "documents": [
            {"text": one.text, "issuer": one.issuer, "year": one.year, "number": one.number, "own": one.own}
            for one in numbers(article)
        ],
        "attachments": [{"url": file.url, "name": file.name} for file in article.attachments],
        "text": article.text,
    }


def _say(name: str, line: dict[str, Any], article: Article, zone: str) -> None:
    facts = {
        "published": stamp_words(_stamp(article.dates, zone), zone),
        "updated": stamp_words(_stamp((article.updated,), zone), zone) if article.updated else "",
        "author": line["author"],
        "publisher": line["publisher"],
        "documents": words(numbers(article)),
        "attachments": ", ".join(f"{file.name} {file.url}" for file in article.attachments),
    }
    typer.echo(f"{article.title or name}")
    for fact, value in facts.items():
        if value:
            typer.echo(f"  {fact}: {value}")
    typer.echo(f"\n{article.text}\n" if article.text else "")
