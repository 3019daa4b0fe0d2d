"""A printed day stays the day its publisher printed, wherever publisher, reader and database are; and near misses of revisions."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.config import Config

from making import DAY, NOW, all_marks, item, match, record_fault, source
from rarewatch.errors import NotAFeed
from rarewatch.matchers import Lexicon
from rarewatch.matchers.about import Published, PublishedOptions
from rarewatch.normalise import about, normalise
from rarewatch.nouns.item import Admission, Status
from rarewatch.nouns.memory import NearMiss
from rarewatch.nouns.source import Draft
from rarewatch.stores import schema, views
from rarewatch.stores.sql import SqlStore
from rarewatch.text.wording import stamp_words

ZONES = ["Asia/Tokyo", "Asia/Shanghai", "Australia/Sydney", "Europe/London", "America/New_York", "UTC", "Pacific/Kiritimati"]


def keep(store, thing, status=Status.NEW, known_as=""):
    with store.desk() as book:
        return book.keep([Admission(thing, status, "because", known_as)], all_marks)[0].item


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("printed", ["2031-01-05", "2031-07-05"])
def test_a_printed_day_is_told_explained_and_judged_as_that_day(store, zone, printed):
    draft = Draft("k", "https://s1.example.com/1.html", "稀土公告", dates=(printed,))
    thing = normalise(draft, source(time_zone=zone), datetime(2031, 7, 6, tzinfo=UTC))
    number = keep(store, thing).id
    with store.look() as connection:
        ((found, _),) = views.find(connection, number, "", "")
    assert found.published == thing.published
    for one in (thing, found):
        assert stamp_words(one.published, "Asia/Shanghai").startswith(printed)
        day = PublishedOptions.model_validate({"after": printed, "before": f"{printed[:-1]}6"})
        assert Published().holds(day, Lexicon({}, {}), about(one, None))
    assert found.published.at.isoformat().startswith(printed)


def test_what_looks_into_the_archive_shows_that_day(store):
    draft = Draft("k", "https://s1.example.com/1.html", "稀土公告", dates=("2031-04-04",))
    thing = keep(store, normalise(draft, source(time_zone="Asia/Tokyo"), NOW))
    with store.look() as connection:
        (line,) = views._lines(connection, views.select(views.item).where(views.item.c.id == int(thing.id)))
    assert line["published_at"] == "2031-04-04T00:00:00+09:00"
    assert "published_offset" not in line


def migrations(connection):
    settings = Config()
    settings.set_main_option("script_location", str(schema._FOLDER))
    settings.attributes["connection"] = connection
    return settings


def test_days_kept_by_an_earlier_version_are_days_in_beijing(empty_database_url):
    with closing(SqlStore(empty_database_url)) as store:
        store.migrate()
        zone = ZoneInfo("Asia/Shanghai")
        day, minute = datetime(2031, 4, 4, tzinfo=zone), datetime(2031, 4, 4, 9, 30, tzinfo=zone)
        for number, at in enumerate((day, minute)):
            draft = Draft(str(number), f"https://s1.example.com/{number}.html", "稀土公告", dates=(at.isoformat(),))
            keep(store, normalise(draft, source(), NOW))
        with store.begin() as connection:
            command.downgrade(migrations(connection), "0002")
        store.migrate()
        with store.look() as connection:
            assert schema.version(connection) == schema.HEAD
            found = [views.find(connection, number, "", "")[0][0].published for number in ("1", "2")]
        assert [one.at for one in found] == [day, minute]
        assert found[0].at.utcoffset() == timedelta(hours=8)


def test_a_revision_forgets_what_its_title_missed(store):
    first = keep(store, item(text=""))
    with store.desk() as book:
        book.nearly(first, [NearMiss("r1", "d1", "“稀土”")], NOW)
    with store.desk() as book:
        (admitted,) = book.keep([Admission(item(), Status.REVISED, "its text came", first.id)], all_marks)
        book.matched(admitted.item, [match()])
        book.nearly(admitted.item, [], NOW)
    with store.look() as connection:
        assert views.near_misses(connection, NOW - DAY) == []


def test_a_fault_may_quote_anything(store):
    store.enrol([source()], lambda _: NOW)
    (claim,) = store.claim_sources(NOW, 1, DAY)
    record_fault(store, claim, NotAFeed("\x00\ud83d" + "长" * 100_000), NOW, NOW)
    with store.look() as connection:
        (line,) = views.sources(connection)
    assert line["fault_detail"].startswith("not-a-feed: ")
    assert len(line["fault_detail"]) == 2_000
