"""What every store must say of the service itself: canaries, deaths, counts and how long it took. On SQLite and PostgreSQL."""

from datetime import timedelta

from making import DAY, HOUR, MINUTE, NOW, PUBLISHER, at_once, item, match, open_delivery, source, subscription
from rarewatch import canary
from rarewatch.canary import Canary, source_of
from rarewatch.errors import DeliveryFault
from rarewatch.nouns.address import By, Suppression
from rarewatch.nouns.alert import Decision, DeliveryState, Reason, Receipt, Target, Verdict
from rarewatch.nouns.audience import Facts
from rarewatch.nouns.health import Notice
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.source import Job
from rarewatch.nouns.vigil import CANARY
from rarewatch.nouns.watch import Severity
from rarewatch.stores import latency, vigil

LEASE = timedelta(minutes=2)
TEST = Target("slack", "C0TEST")
OPS = [subscription("ops", (Target("email", "ops@example.org"),), operator=True)]


def fly(store, now):
    """One canary leaves its source."""
    (claim,) = store.claim_sources(now, 9, LEASE, ["rarewatch"])
    visit = Canary().read(source_of(TEST, 900.0), claim.seen)
    try:
        next(visit)
    except StopIteration as stop:
        return canary.desk(Job(source_of(TEST, 900.0), claim), stop.value, store, now)


def arrive(store, now, *, fault=None):
    """Whatever is due is sent at `now`, or fails for good."""
    for parcel in store.claim_deliveries(now, 99, LEASE):
        if fault:
            store.record_failure(parcel, fault, None, now)
        else:
            store.record_receipt(parcel, Receipt({"ts": parcel.token}, now))


def looked(store, view, *arguments):
    with store.look() as connection:
        found = view(connection, *arguments)
        return found if not hasattr(found, "__next__") else list(found)


def test_the_newest_canary_is_known_from_its_leaving_to_its_receipt(store):
    store.enrol([source_of(TEST, 900.0)], at_once)
    assert looked(store, vigil.newest_canary) is None
    open_delivery(store)
    fly(store, NOW)
    sent = looked(store, vigil.newest_canary)
    assert (sent.via, sent.to, sent.state, sent.released_at, sent.receipt) == ("slack", "C0TEST", DeliveryState.DUE, NOW, {})
    arrive(store, NOW + MINUTE)
    sent = looked(store, vigil.newest_canary)
    assert (sent.state, sent.sent_at, sent.receipt) == (DeliveryState.SENT, NOW + MINUTE, {"ts": sent.token})
    fly(store, NOW + HOUR)
    assert looked(store, vigil.newest_canary).released_at == NOW + HOUR


def test_a_canary_that_was_overtaken_is_given_up_and_nothing_else_is(store):
    store.enrol([source_of(TEST, 900.0)], at_once)
    fly(store, NOW)
    fly(store, NOW + HOUR)
    open_delivery(store)
    with store.begin() as connection:
        vigil.retire_canaries(connection)
    due = [(parcel.subscription, parcel.target.to) for parcel in store.claim_deliveries(NOW + HOUR, 9, LEASE)]
    assert sorted(due) == [("desk", "C1"), (CANARY, "C0TEST")]


def test_the_newest_notice_is_found_by_the_beginning_of_its_key(store):
    assert looked(store, vigil.newest_notice, "canary-lost:", "canary-back:") == ""
    with store.desk() as book:
        for key in ("canary-lost:1", "canary-back:1", "canary-lost:2", "canary_lost:3", "disk:4"):
            book.notify(Notice(key, "headline", "text", Severity.NOTABLE, NOW), OPS)
    assert looked(store, vigil.newest_notice, "canary-lost:", "canary-back:") == "canary-lost:2"


def test_deaths_are_counted_but_for_canaries_and_words_about_deaths(store):
    store.enrol([source_of(TEST, 900.0)], at_once)
    open_delivery(store)
    fly(store, NOW)
    with store.desk() as book:
        book.notify(Notice("dead:1", "headline", "text", Severity.NOTABLE, NOW), OPS)
        book.notify(Notice("disk:1", "Disk", "text", Severity.NOTABLE, NOW), OPS)
    arrive(store, NOW + MINUTE, fault=DeliveryFault("gone", reason="client", again=False))
    dead = looked(store, vigil.dead_since, NOW, "dead:")
    assert [(one.to, one.title, one.fault, one.at) for one in dead] == [
        ("C1", item().title, "gone", NOW + MINUTE),
        ("ops@example.org", "Disk", "gone", NOW + MINUTE),
    ]
    assert looked(store, vigil.dead_since, NOW + MINUTE, "dead:") == []


def test_the_death_of_what_was_for_an_address_that_is_given_up_is_no_news(store):
    fault = DeliveryFault("no such user", reason="client", again=False)
    open_delivery(store, targets=(Target("email", "Gone@example.org"), Target("email", "full@example.org")))
    with store.desk() as book:
        book.addresses.suppress(Suppression("gone@example.org", "", By.BOUNCE, "no such user", NOW))
    arrive(store, NOW + MINUTE, fault=fault)
    assert [one.to for one in looked(store, vigil.dead_since, NOW, "dead:")] == ["full@example.org"]


def test_a_day_is_counted_without_what_is_our_own(store):
    store.enrol([source("s1"), source("s2"), source_of(TEST, 900.0)], at_once)
    assert not looked(store, vigil.begun_before, NOW + DAY)
    open_delivery(store)
    open_delivery(store, thing=item("另一公告", url="https://s1.example.com/2.html", seen_at=NOW - 2 * DAY), now=NOW - 2 * DAY)
    fly(store, NOW)
    arrive(store, NOW + MINUTE)
    open_delivery(store, thing=item("第三公告", url="https://s1.example.com/3.html"))
    found = looked(store, vigil.figures, NOW - DAY, NOW + DAY)
    assert (found.conditions, found.polls) == ({"unproven": 2}, 0)
    assert (found.items, found.alerts, found.sent, found.dead, found.doubtful, found.waiting, found.leads) == (2, 2, 2, 0, 0, 1, 0)
    assert looked(store, vigil.begun_before, NOW - DAY)
    assert not looked(store, vigil.begun_before, NOW - 3 * DAY)


def test_every_delivery_that_arrived_tells_its_moments(store):
    store.enrol([source("s1"), source_of(TEST, 900.0)], at_once)
    open_delivery(store, thing=item(published=Stamp(NOW - HOUR, "day")), now=NOW + MINUTE)
    open_delivery(store, thing=item("另一公告", url="https://s1.example.com/2.html", published=None))
    fly(store, NOW)
    arrive(store, NOW + 2 * MINUTE)
    open_delivery(store, thing=item("第三公告", url="https://s1.example.com/3.html"))
    found = looked(store, latency.trips, NOW)
    assert [(one.source, one.via, one.seen, one.sent) for one in found] == [("s1", "slack", NOW, NOW + 2 * MINUTE)] * 2
    # Its source was never read whole: what it published may be of any age.
    assert sorted((one.published is None, one.past, one.decided) for one in found) == [
        (False, True, NOW + MINUTE),
        (True, False, NOW),
    ]
    assert looked(store, latency.trips, NOW, NOW + 2 * MINUTE) == looked(store, latency.trips, NOW + HOUR) == []


def test_what_waited_because_somebody_wants_it_is_no_latency(store):
    store.enrol([source("s1")], at_once)
    thing, story = open_delivery(store)
    with store.desk() as book:
        facts = Facts("s1", "gov.example", "issuer", "zh", {"r1": Severity.IMPORTANT})
        held = Decision(thing.id, story, "desk", Verdict.HOLD, Reason.QUIET_HOURS, (match(),), until=NOW + HOUR, facts=facts)
        book.decided([held], PUBLISHER, NOW)
    arrive(store, NOW + MINUTE)
    assert looked(store, latency.trips, NOW) == []
