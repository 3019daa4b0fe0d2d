"""Sums over the moments of deliveries: exact percentiles, and no duration from a date that is none."""

from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from making import DAY, HOUR, MINUTE, NOW
from rarewatch.latency import Spread, spread, summed_up
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.vigil import Trip

SECOND = timedelta(seconds=1)


def trip(took=3 * SECOND, *, source="s1", via="slack", published=2 * MINUTE, precision="minute", **fields):
    at = Stamp(NOW - published, precision) if published is not None else None
    return Trip(source, via, at, NOW, NOW + SECOND, NOW + took, **fields)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300))
def test_so_many_took_at_most_as_long(seconds):
    found = spread(seconds)
    for value, share in ((found.p50, Fraction(1, 2)), (found.p95, Fraction(19, 20))):
        assert value in seconds
        assert sum(one <= value for one in seconds) >= share * len(seconds)
        assert sum(one < value for one in seconds) < share * len(seconds)
    assert found.count == len(seconds)


def test_nothing_has_no_percentiles():
    assert spread([]) == Spread(0, None, None)
    (every,) = summed_up([], "channel")
    assert (every.of, every.deliveries, every.published_to_sent) == ("", 0, Spread(0, None, None))


def test_a_clock_that_was_set_back_counts_as_no_time():
    assert spread([-5.0, 3.0]) == Spread(2, 0.0, 3.0)


def test_only_what_was_published_to_the_minute_and_watched_for_counts_from_its_publication():
    trips = [
        trip(),
        trip(published=DAY, precision="day"),
        trip(published=None),
        trip(published=9 * HOUR, past=True),
        trip(acknowledged=NOW + 63 * SECOND),
    ]
    (every, _) = summed_up(trips, "source")
    assert every.published_to_sent == Spread(2, 123.0, 123.0)
    assert (every.by_day, every.undated, every.past) == (1, 1, 1)
    assert every.seen_to_sent == Spread(5, 3.0, 3.0)
    assert every.seen_to_decided == Spread(5, 1.0, 1.0)
    assert every.sent_to_acknowledged == Spread(1, 60.0, 60.0)


def test_each_source_and_each_channel_has_its_own_sum():
    trips = [trip(), trip(9 * SECOND, via="email"), trip(5 * SECOND, source="s2")]
    assert [(one.of, one.deliveries, one.seen_to_sent.p95) for one in summed_up(trips, "channel")] == [
        ("", 3, 9.0),
        ("email", 1, 9.0),
        ("slack", 2, 5.0),
    ]
    assert [(one.of, one.deliveries) for one in summed_up(trips, "source")] == [("", 3), ("s1", 2), ("s2", 1)]
