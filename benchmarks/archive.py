"""Fills a database with the past: items as the desk itself would have kept them, through the store's own book.

Usage: archive.py CONFIG_FOLDER ITEMS. One worker command does it all.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import worker

from rarewatch import clock, config
from rarewatch.admit import marks
from rarewatch.app import open_archive
from rarewatch.normalise import content_digest
from rarewatch.nouns.item import Admission, Item, Stamp, Status

_BATCH = 2_000


def _all_marks(item: Item) -> tuple[bytes, ...]:
    found = marks(item)
    return found.same + found.near


def _past(number: int, source: str) -> Item:
    at = clock.now() - timedelta(days=10, minutes=number)
    title, text = (
        f"往期新闻第{number}号 各地有序推进春季绿化工作",
        f"编号{number}的往期报道。" + "沿线新种树木两万多株，市民可以预约参观。" * 8,
    )
    link = f"https://archive.example.cn/{source}/{number}.html"
    stamp = Stamp(at, "minute")
    return Item(source, link, link, link, title, text, "zh", stamp, at, content_digest(title, text))


async def main(folder: Path, items: int) -> None:
    """Do it on the first command."""
    loaded = config.load(folder)
    names = list(loaded.sources)

    async def one_pass(_: dict[str, Any]) -> dict[str, Any]:
        with open_archive(loaded) as store:
            for start in range(0, items, _BATCH):
                past = [_past(at, names[at % len(names)]) for at in range(start, min(items, start + _BATCH))]
                with store.desk() as book:
                    book.keep([Admission(item, Status.BASELINE, "the past") for item in past], _all_marks)
        return {"kept": items}

    await worker.work(one_pass)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
