"""Reading article pages against readability alone: `python benchmarks/articles.py`, or as a part of run.py.

The pages are made here, in the shapes sites serve: a known container, a common one, one that must be searched for, one with more
script than text. Recorded pages are measured too where they are present.
"""

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import feeds
from readability import Document

from rarewatch.text.article import read_article
from rarewatch.text.charset import decode

_SIZES = (400, 2_000, 8_000)  # characters of text
_EACH = 12
_LINKS = "".join(
    f'<li><a href="/n/{n}.html">栏目里的另一篇文章之{n}</a><span>2026-02-{n % 28 + 1:02}</span></li>' for n in range(60)
)
_SCRIPT = "<script>" + 'var config={"key":"value","list":[1,2,3]};\n' * 2_000 + "</script>"
_SHAPES = {
    "known container": '<div class="TRS_Editor">TEXT</div>',
    "common container": '<div class="article-content">TEXT</div>',
    "searched for": '<div class="x1"><div class="x2">TEXT</div></div>',
    "mostly script": _SCRIPT + '<div class="x1">TEXT</div>' + _SCRIPT,
}


def pages() -> dict[str, list[str]]:
    """HTML by shape."""
    pick = random.Random(5)
    made: dict[str, list[str]] = {}
    for shape, body in _SHAPES.items():
        for size in _SIZES:
            for number in range(_EACH):
                text = feeds.prose(pick, size)
                paragraphs = "".join(f"<p>{text[at : at + 120]}</p>\n" for at in range(0, len(text), 120))
                title = f"{text[:20]}{number}"
                made.setdefault(shape, []).append(
                    f"<!DOCTYPE html><html><head><title>{title}_某网</title><meta name=PubDate content='2026-02-26 10:00'></head>"
                    f"<body><ul>{_LINKS}</ul><h1>{title}</h1><p>来源：某报 2026-02-26 10:00</p>{body.replace('TEXT', paragraphs)}"
                    f"<ul>{_LINKS}</ul><div class=footer>版权所有</div></body></html>"
                )
    recorded = Path(os.environ.get("RAREWATCH_CORPUS") or Path(__file__).parents[2] / "shared" / "corpus") / "articles_zh"
    if recorded.is_dir():
        made["recorded"] = [decode(path.read_bytes()).text for path in sorted(recorded.glob("*.html"))]
    return made


def _seconds(work: Callable[[str], object], given: list[str]) -> float:
    started = time.process_time()
    for page in given:
        work(page)
    return time.process_time() - started


def _alone(html: str) -> object:
    return Document(html).summary(html_partial=True)


def measure(rounds: int) -> dict[str, tuple[float, float, float]]:
    """By shape, and for all: milliseconds a page of readability alone, of ours, and the median of the rounds' ratios."""
    made = pages()
    made["all"] = [page for given in made.values() for page in given]
    found = {}
    for shape, given in made.items():
        _seconds(read_article, given[:3])
        _seconds(_alone, given[:3])
        pairs = [(_seconds(_alone, given), _seconds(read_article, given)) for _ in range(rounds)]
        scale = 1_000 / len(given)
        found[shape] = (
            median(alone for alone, _ in pairs) * scale,
            median(ours for _, ours in pairs) * scale,
            median(ours / alone for alone, ours in pairs),
        )
    return found


def main() -> None:
    """Print a line for each shape."""
    for shape, (alone, ours, ratio) in measure(3).items():
        print(f"{shape:<18} readability {alone:6.1f} ms  ours {ours:6.1f} ms  {ratio:.2f} x")


if __name__ == "__main__":
    main()
