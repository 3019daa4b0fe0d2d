"""What every store must do with mail addresses that are not to be written to, and with the first word of a story."""

from datetime import timedelta

import pytest

from making import DAY, MINUTE, NOW, PUBLISHER, item, match, open_delivery
from rarewatch.errors import DeliveryFault
from rarewatch.nouns.address import By, Suppression
from rarewatch.nouns.alert import Decision, Opening, Reason, Receipt, Target, Verdict
from rarewatch.nouns.watch import Severity

LEASE = timedelta(minutes=2)
MAIL = (Target("mail", "Desk <Desk@example.org>"),)


def gone(bounce="gone"):
    return DeliveryFault("550 5.1.1 No such user", reason="client", again=False, bounce=bounce)


def suppression(address="desk@example.org", subscription="", by=By.BOUNCE, at=NOW):
    return Suppression(address, subscription, by, "so it was said", at)


def book(store, act):
    with store.desk() as opened:
        return act(opened.addresses)


def everything(store):
    return book(store, lambda addresses: addresses.all())


def claim(store, now=NOW):
    return store.claim_deliveries(now, 10, LEASE)


def refuse(store, bounce, now=NOW, title="一号公告"):
    open_delivery(store, thing=item(title, url=f"https://s1.example.com/{title}{now:%d}.html"), targets=MAIL, now=now)
    (parcel,) = claim(store, now)
    store.record_failure(parcel, gone(bounce), None, now)


class TestSuppressed:
    def test_an_entry_is_kept_once_and_lifted(self, store):
        assert book(store, lambda a: a.suppress(suppression("Desk <DESK@example.org>")))
        assert not book(store, lambda a: a.suppress(suppression()))
        assert book(store, lambda a: a.suppress(suppression(subscription="news", by=By.UNSUBSCRIBE, at=NOW + MINUTE)))
        assert [(one.address, one.subscription, one.by) for one in everything(store)] == [
            ("desk@example.org", "", By.BOUNCE),
            ("desk@example.org", "news", By.UNSUBSCRIBE),
        ]
        assert book(store, lambda a: a.lift("DESK@example.org", "news")) == 1
        assert book(store, lambda a: a.lift("Desk <desk@example.org>")) == 1
        assert book(store, lambda a: a.lift("desk@example.org")) == 0
        assert everything(store) == []

    def test_what_is_no_mail_address_is_not_kept(self, store):
        assert not book(store, lambda a: a.suppress(suppression("C012345")))
        assert everything(store) == []

    def test_operators_hear_of_an_entry_once_and_not_of_their_own(self, store):
        book(store, lambda a: a.suppress(suppression()))
        book(store, lambda a: a.suppress(suppression("other@example.org", by=By.OPERATOR)))
        assert [one.address for one in book(store, lambda a: a.untold())] == ["desk@example.org"]
        assert book(store, lambda a: a.untold()) == []

    @pytest.mark.parametrize(("subscription", "barred"), [("", True), ("desk", True), ("other", False)])
    def test_a_parcel_to_it_is_withheld(self, store, subscription, barred):
        book(store, lambda a: a.suppress(suppression(subscription=subscription)))
        open_delivery(store, targets=(*MAIL, Target("slack", "C1")))
        found = {parcel.target.via: parcel.withheld for parcel in claim(store)}
        assert found["slack"] == ""
        assert bool(found["mail"]) is barred
        assert ("so it was said" in found["mail"]) is barred


class TestBounced:
    def test_an_address_that_does_not_exist_is_given_up_at_once(self, store):
        refuse(store, "gone")
        assert [(one.address, one.by, one.why) for one in everything(store)] == [
            ("desk@example.org", By.BOUNCE, "550 5.1.1 No such user")
        ]

    def test_one_that_may_not_exist_is_given_up_on_the_second_day(self, store):
        refuse(store, "doubtful")
        refuse(store, "doubtful", NOW + MINUTE, "二号公告")
        assert everything(store) == []
        refuse(store, "doubtful", NOW + DAY, "三号公告")
        assert len(everything(store)) == 1

    def test_a_mail_that_was_taken_ends_the_doubt(self, store):
        refuse(store, "doubtful")
        open_delivery(store, thing=item("二号公告", url="https://s1.example.com/2.html"), targets=MAIL)
        (parcel,) = claim(store)
        store.record_receipt(parcel, Receipt({"message_id": "<x>"}, NOW))
        refuse(store, "doubtful", NOW + DAY)
        assert everything(store) == []

    def test_a_doubt_of_long_ago_counts_no_more(self, store):
        refuse(store, "doubtful")
        refuse(store, "doubtful", NOW + 31 * DAY)
        assert everything(store) == []
        refuse(store, "doubtful", NOW + 32 * DAY)
        assert len(everything(store)) == 1

    def test_any_other_failure_says_nothing_of_the_address(self, store):
        for day in range(4):
            refuse(store, "", NOW + day * DAY)
        assert everything(store) == []

    def test_lifting_forgets_the_doubt_too(self, store):
        refuse(store, "doubtful")
        book(store, lambda a: a.lift("desk@example.org"))
        refuse(store, "doubtful", NOW + DAY)
        assert everything(store) == []


class TestTheFirstWordOfAStory:
    def tell_again(self, store, story, subscription, targets=MAIL, title="后续报道"):
        from making import all_marks
        from rarewatch.nouns.item import Admission, Status

        thing = item(title, url=f"https://s1.example.com/{title}{subscription}.html")
        with store.desk() as opened:
            kept = opened.keep([Admission(thing, Status.NEW, "not seen before")], all_marks)[0].item
            opened.attach(kept, story, "tells the same", {1, 2, 3})
            told = Decision(kept.id, story, subscription, Verdict.TELL, Reason.FIRST, (match(),), targets)
            opened.decided([told], PUBLISHER, NOW + MINUTE)

    def test_later_mails_know_the_first_and_other_targets_do_not(self, store):
        _, story = open_delivery(store, targets=MAIL, severity=Severity.URGENT)
        (first,) = claim(store)
        assert first.opening is None
        store.record_receipt(first, Receipt({}, NOW))
        self.tell_again(store, story, "second", (*MAIL, Target("mail", "else@example.org")))
        self.tell_again(store, story, "third", title="再次报道")
        opening = Opening(first.token, first.item.title, Severity.URGENT)
        assert [(p.subscription, p.target.to[:4], p.opening) for p in claim(store, NOW + MINUTE)] == [
            ("second", "Desk", opening),
            ("second", "else", None),
            ("third", "Desk", opening),
        ]

    def test_a_dead_one_opened_nothing(self, store):
        _, story = open_delivery(store, targets=MAIL)
        (first,) = claim(store)
        store.record_failure(first, gone(""), None, NOW)
        self.tell_again(store, story, "second")
        (second,) = claim(store, NOW + MINUTE)
        assert second.opening is None

    def test_another_story_is_another_matter(self, store):
        open_delivery(store, targets=MAIL)
        claim(store)
        open_delivery(store, thing=item("另一公告", url="https://s1.example.com/9.html"), targets=MAIL)
        (other,) = claim(store)
        assert other.opening is None
