"""What is kept of a site's robots.txt, on every store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rarewatch.nouns.robots import RobotsNote

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
NOTE = RobotsNote(
    "https://www.mofcom.gov.cn", AT, 200, "User-agent: *\nDisallow: /a\0\ud800\n" + "# 说明\n" * 9_000, "its rules are obeyed"
)


def test_the_last_answer_of_each_site_is_kept(store):
    assert store.robots_of(NOTE.origin) is None
    store.note_robots(NOTE)
    store.note_robots(replace(NOTE, origin="http://www.mofcom.gov.cn", status=404, text=""))
    kept = store.robots_of(NOTE.origin)
    assert (kept.at, kept.status, kept.detail, kept.failed) == (AT, 200, NOTE.detail, False)
    assert kept.text.startswith("User-agent: *\nDisallow: /a\N{REPLACEMENT CHARACTER}")
    assert len(kept.text) == len(NOTE.text)
    later = RobotsNote(NOTE.origin, AT + timedelta(days=1), 0, "", "it cannot be had")
    store.note_robots(later)
    assert (store.robots_of(NOTE.origin), later.failed) == (later, True)
