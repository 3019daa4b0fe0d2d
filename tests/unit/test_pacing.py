"""Turns: one message at a time for a target, at its pace; rest after trouble; no channel takes every courier."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.errors import DeliveryFault
from rarewatch.nouns.alert import Target
from rarewatch.pacing import Pacing

ONE, TWO, MAIL = Target("slack", "C1"), Target("slack", "C2"), Target("mail", "a@example.com")
AT = 1_800_000_000.0


def fault(*, after=None, again=True):
    return DeliveryFault("no", reason="rate" if after else "server", again=again, after=after)


def held(pacing, now):
    return set(pacing.turns(2, now).held)


def told(pacing, target, now, fault=None, *, pace=0.0, took=0.1):
    pacing.begin(target, pace, now)
    pacing.end(target, fault, now + took)


def test_a_target_that_is_being_told_is_held_and_free_when_the_courier_is_back():
    pacing = Pacing(8)
    pacing.begin(ONE, 0.0, AT)
    assert held(pacing, AT + 60) == {ONE}
    pacing.end(ONE, None, AT + 60)
    assert held(pacing, AT + 60) == set()


def test_the_pace_counts_from_the_beginning_of_a_message():
    pacing = Pacing(8)
    told(pacing, ONE, AT, pace=1.0, took=0.4)
    assert held(pacing, AT + 0.9) == {ONE}
    assert pacing.wake(AT + 0.4) == pytest.approx(0.6)
    assert held(pacing, AT + 1.0) == set()


def test_one_that_takes_longer_than_its_pace_rests_no_more():
    pacing = Pacing(8)
    told(pacing, ONE, AT, pace=1.0, took=5.0)
    assert held(pacing, AT + 5.0) == set()


def test_each_failure_in_a_row_doubles_the_rest_and_a_success_ends_it():
    pacing, now, rests = Pacing(8), AT, []
    for _ in range(9):
        told(pacing, ONE, now, fault(), took=0.0)
        rests.append(pacing.wake(now))
        now += 100.0
    assert rests == pytest.approx([0.5, 1, 2, 4, 8, 16, 32, 60, 60])
    told(pacing, ONE, now)
    told(pacing, ONE, now + 1, fault(), took=0.0)
    assert pacing.wake(now + 1) == pytest.approx(0.5)


@pytest.mark.parametrize(("asked", "rest"), [(7.0, 7.0), (0.0, None), (1e9, 3_600.0)])
def test_what_the_receiver_asks_for_is_its_rest(asked, rest):
    pacing = Pacing(8)
    told(pacing, ONE, AT, fault(after=asked), took=0.0)
    assert pacing.wake(AT) == (None if rest is None else pytest.approx(rest))


def test_a_wish_shorter_than_the_pace_does_not_shorten_it():
    pacing = Pacing(8)
    told(pacing, ONE, AT, fault(after=0.2), pace=1.0, took=0.0)
    assert pacing.wake(AT) == pytest.approx(1.0)


def test_a_message_that_nobody_can_deliver_says_nothing_of_its_target():
    pacing = Pacing(8)
    told(pacing, ONE, AT, fault(again=False))
    assert held(pacing, AT + 0.1) == set()


def test_one_pass_does_not_wait_for_those_in_trouble():
    pacing = Pacing(8)
    told(pacing, ONE, AT, fault(), took=0.0)
    told(pacing, TWO, AT, pace=1.0, took=0.0)
    assert pacing.wake(AT, troubled=False) == pytest.approx(1.0)
    assert pacing.wake(AT) == pytest.approx(0.5)


def test_a_clock_that_is_set_back_ends_every_rest():
    pacing = Pacing(8)
    told(pacing, ONE, AT, fault(after=3_000.0), took=0.0)
    assert held(pacing, AT - 3_600) == set()


@pytest.mark.parametrize(("couriers", "channels", "share"), [(8, 1, 8), (8, 2, 6), (8, 5, 6), (2, 2, 1), (1, 2, 1), (100, 2, 75)])
def test_none_of_several_channels_may_take_every_courier(couriers, channels, share):
    assert Pacing(couriers).turns(channels, AT).share == share


def test_couriers_are_counted_by_channel():
    pacing = Pacing(8)
    for target in (ONE, TWO, MAIL):
        pacing.begin(target, 0.0, AT)
    pacing.end(TWO, None, AT)
    assert pacing.turns(2, AT).in_hand == {"slack": 1, "mail": 1}


TARGETS = st.sampled_from([ONE, TWO, MAIL])
FAULTS = st.sampled_from([None, fault(), fault(after=30.0), fault(again=False)])


@given(st.lists(st.tuples(TARGETS, FAULTS, st.floats(0, 100), st.floats(0, 5)), max_size=30))
def test_whatever_happened_everybody_is_free_in_the_end(steps):
    pacing, now = Pacing(8), AT
    for target, failed, later, pace in steps:
        now += later
        told(pacing, target, now, failed, pace=pace, took=0.0)
    assert held(pacing, now + 3_601) == set()
    assert pacing.wake(now + 3_601) is None
    assert set(pacing.turns(1, now).in_hand.values()) <= {0}
