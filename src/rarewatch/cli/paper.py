"""`read --article` on a saved document: what a PDF, Word file or sheet says, page by page."""

from itertools import accumulate
from typing import Any

from rarewatch.nouns.paper import Paper
from rarewatch.papers.lines import title_of
from rarewatch.papers.pool import Papers
from rarewatch.text.article import Article


async def read_saved(body: bytes, name: str, url: str) -> Paper | None:
    """The document in `body`, found at `url` and called `name`; None where it is none."""
    async with Papers() as papers:
        return await papers.read(body, url=url, name=name)


def as_article(paper: Paper) -> Article:
    """The same as an article: its title by its first lines, its pages below one another; it prints no date of publication."""
    return Article(title=title_of(paper.pages[0]) if paper.pages else "", text="\n".join(paper.pages), note=note(paper))


def note(paper: Paper) -> str:
    """Why there is no text, or what is missing of it; "" for nothing."""
    return f"this {paper.kind or 'document'} {paper.detail}" if paper.detail else ""


def line(paper: Paper) -> dict[str, Any]:
    """What became of it, and at which character of the text each page begins, for programs."""
    starts = accumulate((len(page) + 1 for page in paper.pages), initial=0)
    labels = paper.labels or ("",) * len(paper.pages)
    pages = [{"label": label, "start": start} for label, start in zip(labels, starts, strict=False)]
    return {"kind": paper.kind, "state": paper.state, "detail": paper.detail, "pages": pages}


def paged(paper: Paper) -> str:
    """Its text for people, each page under its name."""
    labels = paper.labels or ("",) * len(paper.pages)
    return "\n\n".join(f"[{label}]\n{page}" if label else page for label, page in zip(labels, paper.pages, strict=True))
