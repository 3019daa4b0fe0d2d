"""`read --article`: what a saved article page, or document, says."""

import asyncio
from pathlib import Path
from typing import Any

import typer

from rarewatch import clock
from rarewatch.cli import paper as papers
from rarewatch.cli.context import people, progress, put
from rarewatch.normalise import published
from rarewatch.nouns.item import Stamp
from rarewatch.text.article import Article, read_article
from rarewatch.text.article_numbers import numbers, words
from rarewatch.text.charset import decode
from rarewatch.text.wording import stamp_words

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
    if body.startswith(_PICTURES):
        people.print(f"{name}: is a picture, no web page")
        return 1
    paper = asyncio.run(papers.read_saved(body, Path(name).name, url))
    article = papers.as_article(paper) if paper else read_article(decode(body, content_type).text, url=url)
    line = _line(article, zone) | ({"document": papers.line(paper)} if paper else {})
    if as_json:
        put(line)
    else:
        _say(name, line, article, zone, papers.paged(paper) if paper else article.text)
    if article.note:
        people.print(f"{name}: {article.note}")
    return int(paper is not None and paper.state != "read")


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


def _say(name: str, line: dict[str, Any], article: Article, zone: str, text: str) -> None:
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
    typer.echo(f"\n{text}\n" if text else "")
