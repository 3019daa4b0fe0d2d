"""When something is due next: within its bounds, later after each fault, as the other side asked, and the same every time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import NOW, source
from rarewatch import errors, schedule
from rarewatch.errors import DeliveryFault
from rarewatch.nouns.source import Cadence, Publisher, Tier

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

    @given(cadences, st.floats(0, 1000), st.sampled_from(list(Tier)))
    def test_what_was_learned_moves_the_interval_within_its_bounds(self, cadence, lively, tier):
        one = source(cadence=cadence, publisher=Publisher("p", "P", tier=tier))
        found = schedule.interval(one, lively)
        assert (
            min(cadence.every, max(cadence.every / 2, 60)) - 0.01
            <= found
            <= max(cadence.every, min(cadence.every * 3, 1800)) + 0.01
        )
        if tier is Tier.ISSUER:
            assert found <= cadence.every

    def test_a_lively_hour_is_read_oftener_and_a_dead_one_less_often(self):
        one = source(cadence=Cadence(600), publisher=Publisher("p", "P", tier=Tier.WIRE))
        assert schedule.interval(one, 8.0) == 300
        assert schedule.interval(one, 1.0) == schedule.interval(one, None) == 600
        assert schedule.interval(one, 0.0) == 1800
        assert schedule.interval(replace(one, cadence=Cadence(600, learn=False)), 8.0) == 600

    def test_what_the_server_calls_fresh_is_waited_for_up_to_twice_the_interval_and_ten_minutes(self):
        def wait(every, fresh_for):
            return seconds(schedule.after_reading(source(cadence=Cadence(every, 0.0)), NOW, fresh_for=fresh_for))

        assert [wait(120, 0), wait(120, 200), wait(120, 9999), wait(3600, 9999), wait(400, 9999)] == [120, 200, 240, 3600, 600]

    def test_the_sources_of_one_host_share_its_budget(self):
        many = [source(f"s{n}", url=f"https://a.example/{n}", cadence=Cadence(60 * (n + 1), 0.0)) for n in range(2)]
        other = source("o", url="https://b.example/", cadence=Cadence(60, 0.0))
        off = source("x", url="https://a.example/x", cadence=Cadence(1, 0.0), enabled=False)
        first, second, third, _ = schedule.within_budget([*many, other, off], 60)
        assert [first.cadence.least, second.cadence.least, third.cadence.least] == [90, 180, 0]
        polls = sum(3600 / seconds(schedule.after_reading(one, NOW)) for one in (first, second))
        assert polls == pytest.approx(60)
        assert seconds(schedule.after_fault(first, SOON, 1, NOW)) == 90
        assert schedule.expected_delay(first) == 45
        assert schedule.expected_delay(third) == 30

    @given(st.lists(st.tuples(st.integers(0, 3), st.floats(1, 86_400)), max_size=12), st.integers(1, 5_000))
    def test_no_host_is_ever_over_its_budget(self, wanted, polls):
        made = [
            source(f"s{n}", url=f"https://h{host}.example/", cadence=Cadence(every, 0.0)) for n, (host, every) in enumerate(wanted)
        ]
        found = schedule.within_budget(made, polls)
        assert [one.id for one in found] == [one.id for one in made]
        for host in range(4):
            mine = [one for one in found if one.url == f"https://h{host}.example/"]
            assert sum(3600 / max(one.cadence.every, one.cadence.least) for one in mine) <= polls * 1.000001 or len(mine) == 0

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
