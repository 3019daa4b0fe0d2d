"""A reading says where its first answer came from, where that was another host than the one asked."""

from datetime import UTC, datetime

import pytest

from rarewatch.fetch import drive
from rarewatch.nouns.source import Access, Get, Got, Reading

ASKED = "https://www.example.cn/list"


def visit(said=""):
    yield Get(ASKED)
    yield Get("https://other.example/article")
    return Reading(landed=said)


@pytest.mark.parametrize(
    ("url", "said", "landed"),
    [
        (ASKED, "", ""),
        ("https://www.example.cn/other", "", ""),
        ("https://www.example.net/list", "", "https://www.example.net/list"),
        ("https://www.example.net/list", "https://known.example/", "https://known.example/"),
    ],
)
async def test_where_it_landed(url, said, landed):
    async def get(get, access):
        return Got(url if get.url == ASKED else get.url, 200, {}, b"", "", datetime(2026, 11, 22, tzinfo=UTC))

    assert (await drive(visit(said), Access(), get)).landed == landed
