"""What people in a chat ask of the archive, on SQLite and PostgreSQL."""

from datetime import timedelta

from making import HOUR, MINUTE, NOW, open_delivery, source
from rarewatch.nouns.alert import Receipt
from rarewatch.nouns.audience import Label, Silence, Wants
from rarewatch.stores import asked


def in_hand(store):
    open_delivery(store)
    (parcel,) = store.claim_deliveries(NOW, 5, timedelta(minutes=2))
    return parcel


def test_an_alert_is_found_by_its_id_outside_whatever_became_of_it(store):
    parcel = in_hand(store)
    with store.look() as connection:
        assert asked.told(connection, parcel.token).parcel == parcel
        assert asked.told(connection, parcel.token).remote == {}
        assert asked.told(connection, "no such") is None
    store.record_receipt(parcel, Receipt({"channel": "C1", "ts": "1.2"}, NOW))
    with store.look() as connection:
        assert asked.told(connection, parcel.token).remote == {"channel": "C1", "ts": "1.2"}


def test_what_people_did_about_an_alert(store):
    parcel = in_hand(store)
    rule = parcel.matches[0].rule
    store.acknowledge(parcel.alert, "slack:U1", NOW + MINUTE)
    for judged in (rule, "other"):
        store.feedback(parcel.item.id, judged, Label.NOT_RELEVANT, "slack:U2", NOW + 2 * MINUTE)
    store.feedback(parcel.item.id, rule, Label.RELEVANT, "slack:U3", NOW)
    mute = Silence("", Wants(rules=frozenset({rule})), "slack:U4", "x", NOW + 3 * MINUTE, NOW + HOUR, parcel.subscription)
    store.silence(mute)
    store.silence(Silence("", Wants(rules=frozenset({rule})), "slack:U5", "x", NOW, NOW + HOUR, "somebody-else"))
    store.silence(Silence("", Wants(rules=frozenset({rule})), "slack:U6", "x", NOW - HOUR, NOW + HOUR, parcel.subscription))
    with store.look() as connection:
        found = asked.acts_of(connection, parcel, NOW + 4 * MINUTE)
        later = asked.acts_of(connection, parcel, NOW + 2 * HOUR)
    assert [(act.kind, act.by) for act in found] == [
        ("acknowledged", "slack:U1"),
        ("not_relevant", "slack:U2"),
        ("muted", "slack:U4"),
    ]
    assert (found[-1].rule, found[-1].until) == (rule, NOW + HOUR)
    assert later == found[:2]


def test_a_search_takes_words_as_they_are(store):
    parcel = in_hand(store)
    title = parcel.item.title
    with store.look() as connection:
        (found,) = asked.search(connection, [title[:3].upper(), title[-2:]], 10)
        assert (found["title"], str(found["id"])) == (title, parcel.item.id)
        for word in ("%", "_", "\\", "'", title + "x"):
            assert asked.search(connection, [word], 10) == []


def test_how_things_stand(store):
    store.enrol([source("a"), source("b", enabled=False)], lambda _: NOW)
    in_hand(store)
    with store.look() as connection:
        now = asked.standing(connection, NOW + MINUTE)
        assert now.alerts == 1
        assert now.deliveries == {"sending": 1}
        assert (now.sources, now.troubles) == ({"unproven": 1}, [])
        assert asked.standing(connection, NOW + 48 * HOUR).alerts == 0
