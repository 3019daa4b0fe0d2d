"""What a store must do with turns: one delivery for a target at a time, none for those held, a share for each channel."""

from datetime import timedelta

from making import MINUTE, NOW, item, open_delivery
from rarewatch.nouns.alert import Target
from rarewatch.nouns.turns import Turns

LEASE = timedelta(minutes=2)
ONE, TWO, MAIL, POST = (
    Target("slack", "C1"),
    Target("slack", "C2"),
    Target("email", "a@example.com"),
    Target("email", "b@example.com"),
)


def fill(store, *many):
    """Deliveries for these targets, the first the longest due."""
    for place, targets in enumerate(many):
        thing = item(f"公告{place}", url=f"https://s1.example.com/{place}.html")
        open_delivery(store, thing=thing, targets=targets, now=NOW - (len(many) - place) * MINUTE)


def claim(store, turns, limit=10):
    return [(one.item.title, one.target) for one in store.claim_deliveries(NOW, limit, LEASE, (), turns)]


def test_a_target_gets_one_and_its_queue_hides_nobody(store):
    fill(store, [ONE], [ONE], [ONE], [TWO])
    turns = Turns()
    assert claim(store, turns, limit=2) == [("公告0", ONE), ("公告3", TWO)]
    assert turns.waiting


def test_the_next_of_a_target_is_its_longest_due(store):
    fill(store, [ONE], [ONE])
    claim(store, Turns())
    turns = Turns()
    assert claim(store, turns) == [("公告1", ONE)]
    assert not turns.waiting


def test_nothing_is_handed_out_for_those_held_and_that_is_said(store):
    fill(store, [ONE, MAIL])
    turns = Turns(held={ONE})
    assert claim(store, turns) == [("公告0", MAIL)]
    assert turns.waiting
    assert claim(store, Turns()) == [("公告0", ONE)]


def test_a_channel_and_an_address_that_sound_alike_are_two_targets(store):
    fill(store, [Target("a", "bc"), Target("ab", "c")])
    assert claim(store, Turns(held={Target("a", "bc")})) == [("公告0", Target("ab", "c"))]


def test_a_channel_gets_its_share_of_couriers_with_what_they_carry(store):
    fill(store, [ONE, TWO, MAIL, POST])
    turns = Turns(share=2, in_hand={"slack": 1, "email": 2})
    (one,) = claim(store, turns)
    assert one[1] in (ONE, TWO)
    assert turns.waiting


def test_no_more_than_asked_for_and_the_rest_waits(store):
    fill(store, [ONE, TWO, MAIL, POST])
    turns = Turns()
    assert len(claim(store, turns, limit=3)) == 3
    assert turns.waiting


def test_nothing_waits_where_nothing_is_due(store):
    fill(store, [ONE])
    claim(store, Turns())
    turns = Turns(held={ONE, TWO})
    assert claim(store, turns) == []
    assert not turns.waiting
