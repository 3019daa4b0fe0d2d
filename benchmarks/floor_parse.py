"""The floor P: the floor G, and `feedparser.parse` on every body."""

import asyncio

import feedparser
import floor_get

if __name__ == "__main__":
    asyncio.run(floor_get.main(feedparser.parse))
