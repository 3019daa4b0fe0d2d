"""What every store must do with deliveries: claimed, sent, failed, recovered, replayed. On SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Barrier

import pytest

from making import DAY, HOUR, LONG_TEXT, MINUTE, NOW, PUBLISHER, at_once, item, match, open_delivery, source
from rarewatch.errors import DeliveryFault
from rarewatch.nouns.alert import Receipt, Target
from rarewatch.nouns.source import Remembered
from rarewatch.stores import views
from rarewatch.stores.sql import SqlStore

LEASE = timedelta(minutes=2)
LATER = NOW + LEASE + MINUTE
RECEIPT = Receipt({"channel": "C1", "ts": "1712.01"}, NOW)
TWO = (Target("slack", "C1"), Target("email", "a@example.com"))


def fault(detail="no answer", *, again=True, in_doubt=False):
    return DeliveryFault(detail, reason="connection", again=again, in_doubt=in_doubt)


def claim(store, now=NOW, limit=10):
    return store.claim_deliveries(now, limit, LEASE)


def one(store, now=NOW):
    (parcel,) = claim(store, now)
    return parcel


def rows(store, **filters):
    with store.look() as connection:
        return views.deliveries(connection, 100, **filters)


class TestClaims:
    def test_a_parcel_holds_all_that_is_needed_to_tell(self, store):
        kept, story = open_delivery(store, thing=item(text="🧲" + LONG_TEXT * 2_000))
        parcel = one(store)
        assert (parcel.item.id, parcel.item.title, parcel.item.text) == (kept.id, kept.title, kept.text)
        assert parcel.item.published == kept.published
        assert (parcel.story, parcel.subscription, parcel.target) == (story, "desk", Target("slack", "C1"))
        assert parcel.publisher == PUBLISHER
        assert parcel.matches == (match(),)
        assert (parcel.attempt, parcel.in_doubt, parcel.first_due) == (1, False, NOW)

    def test_it_is_marked_as_being_sent_before_anyone_sends_it(self, store):
        open_delivery(store)
        one(store)
        assert [(row["state"], row["attempts"]) for row in rows(store)] == [("sending", 1)]
        assert claim(store) == []

    def test_each_target_has_a_row_of_its_own_and_a_doubled_one_has_one(self, store):
        open_delivery(store, targets=(*TWO, TWO[0]))
        parcels = claim(store)
        assert {parcel.target for parcel in parcels} == set(TWO)
        assert len({parcel.token for parcel in parcels}) == 2

    def test_the_longest_due_come_first_and_no_more_than_asked_for(self, store):
        for number in range(3):
            thing = item(f"公告{number}", url=f"https://s1.example.com/{number}.html")
            open_delivery(store, thing=thing, now=NOW - number * MINUTE)
        assert [parcel.item.title for parcel in claim(store, limit=2)] == ["公告2", "公告1"]
        assert [parcel.item.title for parcel in claim(store, limit=2)] == ["公告0"]

    def test_every_delivery_goes_to_exactly_one_of_many_couriers(self, database_url):
        targets = [Target("slack", f"C{number}") for number in range(60)]
        with closing(SqlStore(database_url)) as first:
            open_delivery(first, targets=targets)
        together = Barrier(4)

        def take(_):
            with closing(SqlStore(database_url)) as mine:
                together.wait(30)
                return [parcel.target for _ in range(12) for parcel in claim(mine, limit=3)]

        with ThreadPoolExecutor(4) as pool:
            taken = [target for some in pool.map(take, range(4)) for target in some]
        with closing(SqlStore(database_url)) as last:
            taken += [parcel.target for parcel in claim(last, limit=60)]
        assert sorted(taken, key=str) == sorted(targets, key=str)


class TestOutcomes:
    @pytest.fixture
    def parcel(self, store):
        open_delivery(store)
        return one(store)

    def test_a_receipt_ends_it(self, store, parcel):
        store.record_receipt(parcel, RECEIPT)
        (row,) = rows(store)
        assert (row["state"], row["receipt"], row["sent_at"]) == ("sent", dict(RECEIPT.remote), "2031-04-04T01:00:00+00:00")
        assert claim(store, NOW + DAY) == []

    def test_a_failure_is_due_again_later_and_the_next_try_is_counted(self, store, parcel):
        store.record_failure(parcel, fault(), NOW + MINUTE, NOW)
        assert claim(store) == []
        again = one(store, NOW + MINUTE)
        assert (again.attempt, again.in_doubt, again.token, again.first_due) == (2, False, parcel.token, NOW)

    def test_a_dead_one_says_why_and_is_not_sent_again(self, store, parcel):
        store.record_failure(parcel, fault("channel_not_found", again=False), None, NOW)
        assert claim(store, NOW + DAY) == []
        (row,) = rows(store)
        assert (row["state"], row["fault"], row["fault_reason"]) == ("dead", "channel_not_found", "connection")

    def test_a_dead_one_can_be_sent_again_by_hand_from_nought(self, store, parcel):
        assert not store.replay(parcel.delivery, NOW)
        store.record_failure(parcel, fault(again=False), None, NOW)
        assert store.replay(parcel.delivery, NOW + DAY)
        again = one(store, NOW + DAY)
        assert (again.attempt, again.first_due, again.token) == (1, NOW + DAY, parcel.token)
        assert not store.replay(parcel.delivery, NOW + DAY)

    @pytest.mark.parametrize("unknown", ["999", "", "x", "-1", "1; DROP TABLE item", "²"])
    def test_only_a_dead_delivery_is_replayed(self, store, unknown):
        assert not store.replay(unknown, NOW)

    def test_what_was_sent_after_a_failure_shows_no_fault(self, store, parcel):
        store.record_failure(parcel, fault(), NOW, NOW)
        store.record_receipt(one(store), RECEIPT)
        assert [(row["state"], row["fault"], row["fault_reason"], row["attempts"]) for row in rows(store)] == [("sent", "", "", 2)]

    def test_a_parcel_given_back_is_as_due_as_before_and_the_try_not_counted(self, store, parcel):
        store.release_deliveries([parcel])
        again = one(store)
        assert (again.attempt, again.in_doubt) == (1, False)

    def test_giving_back_what_was_sent_changes_nothing(self, store, parcel):
        store.record_receipt(parcel, RECEIPT)
        store.release_deliveries([parcel])
        assert [(row["state"], row["attempts"]) for row in rows(store)] == [("sent", 1)]

    def test_a_very_long_fault_is_kept_as_far_as_anyone_reads(self, store, parcel):
        store.record_failure(parcel, fault("🧲" * 50_000), NOW, NOW)
        assert len(rows(store)[0]["fault"]) == 2_000


class TestDoubt:
    @pytest.fixture
    def parcel(self, store):
        open_delivery(store)
        return one(store)

    def test_a_lease_that_ran_out_while_sending_makes_doubt(self, store, parcel):
        assert claim(store, NOW + LEASE) == []
        again = one(store, LATER)
        assert (again.delivery, again.attempt, again.in_doubt) == (parcel.delivery, 2, True)

    def test_recovery_makes_doubt_and_sends_at_once(self, store, parcel):
        assert store.recover(NOW) == 1
        assert store.recover(NOW) == 0
        again = one(store)
        assert again.in_doubt

    def test_recovery_ends_every_lease_and_leaves_what_was_not_in_hand(self, store, parcel):
        store.enrol([source()], at_once)
        (made,) = store.claim_sources(NOW, 1, HOUR)
        open_delivery(store, thing=item("别的公告", url="https://s1.example.com/2.html"))
        store.recover(NOW)
        assert store.claim_sources(NOW, 1, HOUR) == [made]
        assert made.seen == Remembered()
        assert sorted(found.in_doubt for found in claim(store)) == [False, True]

    def test_doubt_is_never_lost(self, store, parcel):
        store.record_failure(parcel, fault(in_doubt=True), NOW, NOW)
        second = one(store)
        assert second.in_doubt
        store.record_failure(second, fault(), NOW, NOW)
        third = one(store)
        assert third.in_doubt
        store.release_deliveries([third])
        fourth = one(store)
        assert fourth.in_doubt
        store.record_failure(fourth, fault(again=False), None, NOW)
        store.replay(fourth.delivery, NOW)
        fifth = one(store)
        assert fifth.in_doubt
        store.record_receipt(fifth, RECEIPT)
        assert rows(store)[0]["in_doubt"]

    def test_a_late_word_of_failure_does_not_undo_what_another_sent(self, store, parcel):
        again = one(store, LATER)
        store.record_receipt(again, RECEIPT)
        store.record_failure(parcel, fault(), LATER, LATER)
        assert [(row["state"], row["fault"]) for row in rows(store)] == [("sent", "")]
        assert claim(store, NOW + DAY) == []

    def test_a_late_word_does_not_take_it_from_the_one_who_has_it_now(self, store, parcel):
        one(store, LATER)
        store.record_failure(parcel, fault(), LATER, LATER)
        store.release_deliveries([parcel])
        assert claim(store, LATER) == []
        assert [(row["state"], row["attempts"]) for row in rows(store)] == [("sending", 2)]

    def test_a_late_receipt_counts_whoever_has_it_now(self, store, parcel):
        again = one(store, LATER)
        store.record_receipt(parcel, RECEIPT)
        store.record_failure(again, fault(), LATER, LATER)
        assert [row["state"] for row in rows(store)] == ["sent"]


class TestViews:
    def test_deliveries_are_filtered(self, store):
        open_delivery(store, targets=TWO)
        other = open_delivery(store, thing=item("别的公告", url="https://s1.example.com/2.html"))
        first = claim(store, limit=1)[0]
        store.record_receipt(first, RECEIPT)
        assert len(rows(store)) == 3
        assert [row["id"] for row in rows(store, state="sent")] == [int(first.delivery)]
        assert {row["to"] for row in rows(store, via="email")} == {"a@example.com"}
        (row,) = rows(store, of=str(int(first.alert) + 1))
        assert (row["title"], row["due_at"]) == (other[0].title, "2031-04-04T01:00:00+00:00")

    def test_alerts_say_what_became_of_them(self, store):
        kept, story = open_delivery(store, targets=TWO)
        store.record_receipt(claim(store, limit=1)[0], RECEIPT)
        with store.look() as connection:
            (line,) = views.alerts(connection, 10)
            assert views.alerts(connection, 10, subscription="nobody") == views.alerts(connection, 10, least=4) == []
            assert views.alerts(connection, 10, subscription="desk", least=3) == [line]
        assert line["deliveries"] == {"sent": 1, "due": 1}
        assert (line["title"], line["story"], line["publisher"], line["rules"]) == (kept.title, int(story), PUBLISHER.name, ["r1"])
        assert (line["published_at"], line["precision"]) == ("2031-04-04T01:00:00+00:00", "minute")

    def test_an_item_is_found_by_id_and_address_with_all_that_was_decided(self, store):
        kept, story = open_delivery(store)
        with store.look() as connection:
            for number, canonical, link in ((kept.id, "", ""), ("", kept.url, ""), ("x", "", kept.link)):
                ((found, row),) = views.find(connection, number, canonical, link)
                assert (found.id, row.status, row.why) == (kept.id, "new", "not seen before")
            assert views.find(connection, "77", "", "") == views.find(connection, "", "nowhere", "nowhere") == []
            assert views.matches_of(connection, kept.id) == [match()]
            (decided,) = views.decisions_of(connection, kept.id)
            assert (decided["verdict"], decided["reason"], decided["subscription"]) == ("tell", "first", "desk")
            assert views.story_of(connection, "77") is None
            assert [line["state"] for line in views.deliveries_of(connection, int(story))] == ["due"]
            assert views.latest_titles(connection, "s1", 5) == [kept.title]

    def test_sources_are_listed_with_their_items(self, store):
        store.enrol([source("s1"), source("s2", enabled=False), source("s3")], at_once)
        open_delivery(store)
        with store.look() as connection:
            lines = {line["source"]: line for line in views.sources(connection)}
        assert sorted(lines) == ["s1", "s3"]
        assert (lines["s1"]["items"], lines["s3"]["items"]) == (1, 0)
        assert lines["s1"]["last_item_at"] == lines["s1"]["last_published_at"] == "2031-04-04T01:00:00+00:00"
        assert lines["s3"]["last_item_at"] is None
