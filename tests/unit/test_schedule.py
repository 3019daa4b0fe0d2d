"""When something is due next: within its bounds, later after each fault, as the other side asked, and the same every time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import NOW, source
from rarewatch import errors, schedule
from rarewatch.errors import DeliveryFault
from rarewatch.nouns.source import Cadence

SOON, LATER = errors.Unreachable("no name"), errors.Refused("403")
cadences = st.builds(Cadence, st.floats(1, 86_400), st.floats(0, 0.5))
moments = st.integers(0, 10**7).map(lambda seconds: NOW + timedelta(seconds=seconds))
faults = st.sampled_from([SOON, LATER, errors.ServerTrouble("500"), errors.ForbiddenAddress("10.0.0.1")])


def seconds(due, now=NOW):
    return (due - now).total_seconds()


def delivery_fault(after=None, *, again=True):
    return DeliveryFault("no", reason="server", again=again, after=after)


class TestSources:
    @given(cadences, moments, st.text(max_size=10))
    def test_the_next_poll_is_within_the_jitter_of_the_cadence(self, cadence, now, name):
        wait = seconds(schedule.after_reading(source(name, url="https://x", cadence=cadence), now), now)
        assert cadence.every * (1 - cadence.jitter) - 0.01 <= wait <= cadence.every * (1 + cadence.jitter) + 0.01

    def test_it_is_the_same_every_time_and_differs_between_sources_and_moments(self):
        due = {schedule.after_reading(source(f"s{n}"), NOW) for n in range(20)}
        assert due == {schedule.after_reading(source(f"s{n}"), NOW) for n in range(20)}
        assert len(due) == 20
        later = {seconds(schedule.after_reading(source(), now), now) for now in (NOW + timedelta(minutes=n) for n in range(20))}
        assert len(later) == 20

    def test_jitter_spreads_both_ways(self):
        waits = [seconds(schedule.after_reading(source(f"s{n}"), NOW)) for n in range(200)]
        assert min(waits) < 550
        assert max(waits) > 650
        assert 590 < sum(waits) / len(waits) < 610

    @given(st.floats(1, 100_000), faults)
    def test_the_wait_never_shrinks_with_the_faults_and_ends_at_a_bound(self, every, fault):
        steady = source(cadence=Cadence(every, 0.0))
        waits = [seconds(schedule.after_fault(steady, fault, failures, NOW)) for failures in range(1, 2_000, 7)]
        assert waits == sorted(waits)
        assert waits[0] >= min(every, 300) - 0.01
        assert waits[-1] <= max(every, 3_600) + 0.01

    @pytest.mark.parametrize(
        ("fault", "waits"), [(SOON, [60, 120, 240, 480, 960, 1_800, 1_800]), (LATER, [300, 300, 300, 480, 960, 1_920, 3_600])]
    )
    def test_a_passing_fault_is_looked_at_again_sooner_than_a_lasting_one(self, fault, waits):
        steady = source(cadence=Cadence(60, 0.0))
        assert [seconds(schedule.after_fault(steady, fault, n, NOW)) for n in range(1, 8)] == waits

    @given(st.floats(0, 86_400), st.integers(1, 50), cadences)
    def test_what_the_server_asks_for_is_the_least(self, after, failures, cadence):
        fault = errors.RateLimited("429", after=after)
        assert seconds(schedule.after_fault(source(cadence=cadence), fault, failures, NOW)) >= after - 0.01

    @pytest.mark.parametrize("after", [1e6, 1e9, 1e15, float("inf")])
    def test_a_server_cannot_silence_a_source_for_longer_than_a_day(self, after):
        assert seconds(schedule.after_fault(source(), errors.RateLimited("429", after=after), 1, NOW)) == 86_400

    def test_few_sources_begin_at_once_and_many_within_half_a_minute(self):
        assert {seconds(schedule.first_poll(place, 50, NOW)) for place in range(50)} == {0}
        waits = [seconds(schedule.first_poll(place, 300, NOW)) for place in range(300)]
        assert waits == sorted(waits)
        assert (waits[0], round(waits[-1])) == (0, 30)


class TestDeliveries:
    def test_tries_grow_apart_up_to_a_quarter_of_an_hour(self):
        waits = [seconds(schedule.retry_at("d", attempt, delivery_fault(), NOW)) for attempt in range(1, 40)]
        expected = [min(3.0 * 3.0 ** (attempt - 1), 900.0) for attempt in range(1, 40)]
        assert all(0.8 * at - 0.01 <= wait <= 1.2 * at + 0.01 for wait, at in zip(waits, expected, strict=True))

    @given(st.text(max_size=40), st.integers(1, 10_000), st.one_of(st.none(), st.floats(0, 3_600)))
    def test_a_retry_is_later_bounded_as_asked_and_the_same_every_time(self, token, attempt, after):
        due = schedule.retry_at(token, attempt, delivery_fault(after), NOW)
        assert due == schedule.retry_at(token, attempt, delivery_fault(after), NOW)
        assert max(2.39, (after or 0) - 0.01) <= seconds(due) <= 3_600

    @pytest.mark.parametrize("after", [1e6, 1e15, float("inf")])
    def test_a_receiver_cannot_put_off_an_alert_for_longer_than_an_hour(self, after):
        assert seconds(schedule.retry_at("d", 1, delivery_fault(after), NOW)) == 3_600

    def test_deliveries_that_failed_together_do_not_come_back_together(self):
        assert len({schedule.retry_at(f"d{n}", 1, delivery_fault(), NOW) for n in range(50)}) == 50

    def test_it_is_given_up_when_hopeless_or_after_two_days(self):
        two_days = timedelta(hours=48)
        assert schedule.gives_up(NOW, 1, delivery_fault(again=False), NOW)
        assert not schedule.gives_up(NOW, 200, delivery_fault(), NOW + two_days)
        assert schedule.gives_up(NOW, 200, delivery_fault(), NOW + two_days + timedelta(seconds=1))
