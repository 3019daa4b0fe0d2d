"""The desk's book: one transaction, every mark and every character kept. On SQLite and PostgreSQL."""

from dataclasses import replace

import pytest

from making import (
    DAY,
    HOUR,
    LONG_TEXT,
    MINUTE,
    NOW,
    PUBLISHER,
    all_marks,
    at_once,
    item,
    match,
    open_delivery,
    reading,
    source,
    subscription,
)
from rarewatch.admit import admit
from rarewatch.decide import decide
from rarewatch.normalise import normalise
from rarewatch.nouns.item import Admission, Status
from rarewatch.nouns.source import Draft
from rarewatch.stores import views


def polls(store):
    with store.look() as connection:
        return [line["polls"] for line in views.sources(connection)]


def keep(store, *things, status=Status.NEW):
    with store.desk() as book:
        return [one.item for one in book.keep([Admission(thing, status, "why") for thing in things], all_marks)]


def items(store, of="s1"):
    with store.look() as connection:
        return [found for found, _ in views.find(connection, "", "https://s1.example.com/1.html", "")] if of else []


class TestBook:
    def test_what_is_kept_is_known_by_every_mark(self, store):
        (kept,) = keep(store, item(key="guid-1"))
        with store.desk() as book:
            known = book.known(all_marks(kept))
        assert set(known) == set(all_marks(kept))
        (one,) = set(known.values())
        assert (one.id, one.title, one.text, one.digest) == (kept.id, kept.title, kept.text, kept.digest)
        assert one.published == kept.published

    def test_known_asks_for_any_number_of_marks(self, store):
        (kept,) = keep(store, item())
        strangers = [number.to_bytes(12) for number in range(3_000)]
        with store.desk() as book:
            assert set(book.known([*strangers, *all_marks(kept)])) == set(all_marks(kept))
            assert book.known([]) == {}

    def test_a_revision_replaces_the_content_and_keeps_the_id(self, store):
        (first,) = keep(store, item())
        changed = item(text=LONG_TEXT + "阅读 18 次")
        with store.desk() as book:
            (kept,) = book.keep([Admission(changed, Status.REVISED, "the text changed", first.id)], all_marks)
        assert kept.item.id == first.id
        with store.look() as connection:
            ((found, row),) = views.find(connection, first.id, "", "")
        assert (found.text, found.digest) == (changed.text, changed.digest)
        assert (row.revision, row.status) == (1, "new")

    def test_marks_lead_to_the_item_that_carried_them_last(self, store):
        first, second = keep(store, item("公告一", "甲" * 30, key="k"), item("公告二", "乙" * 30, key="k"))
        shared = set(all_marks(first)) & set(all_marks(second))
        with store.desk() as book:
            assert {known.id for mark, known in book.known(shared).items()} == {second.id}

    def test_a_seen_item_takes_the_known_id_and_stores_no_second_row(self, store):
        (first,) = keep(store, item())
        with store.desk() as book:
            (kept,) = book.keep([Admission(item(), Status.SEEN, "the same", first.id)], all_marks)
            (twin,) = book.keep([Admission(item(), Status.SEEN, "stands twice in this reading")], all_marks)
        assert (kept.item.id, twin.item.id) == (first.id, "")
        assert len(items(store)) == 1

    def test_an_exception_inside_leaves_nothing(self, store):
        store.enrol([source()], at_once)
        (made,) = store.claim_sources(NOW, 1, MINUTE)
        thing = item()

        def power_cut():
            with store.desk() as book:
                (kept,) = book.keep([Admission(thing, Status.NEW, "why")], all_marks)
                book.matched(kept.item, [match()])
                story = book.attach(kept.item, "", "why", {1, 2})
                told = decide(kept, story, [match()], [subscription()], frozenset())
                book.decided(told, PUBLISHER, NOW)
                book.read(made, reading(), new=1, due_at=NOW + HOUR, now=NOW)
                raise RuntimeError("power cut")

        with pytest.raises(RuntimeError, match="power cut"):
            power_cut()
        with store.desk() as book:
            assert book.known(all_marks(thing)) == {}
            assert book.candidates({1, 2}, NOW - DAY) == []
        with store.look() as connection:
            assert views.alerts(connection, 10) == views.deliveries(connection, 10) == []
        assert items(store) == []
        assert polls(store) == [0]
        (again,) = store.claim_sources(NOW + HOUR, 1, MINUTE)
        assert again == made

    def test_one_bad_row_leaves_nothing_either(self, store):
        kept, story = open_delivery(store)

        def tell_again():
            with store.desk() as book:
                (fresh,) = book.keep([Admission(item("别的公告"), Status.NEW, "why")], all_marks)
                book.decided(decide(fresh, story, [match()], [subscription()], frozenset()), PUBLISHER, NOW)

        with pytest.raises(Exception, match=r"(?i)unique"):
            tell_again()
        with store.look() as connection:
            assert len(views.alerts(connection, 10)) == 1
            assert views.find(connection, str(int(kept.id) + 1), "", "") == []

    def test_an_item_belongs_to_one_story_for_ever(self, store):
        first, second = keep(store, item(), item("别的公告", url="https://s1.example.com/2.html"))
        with store.desk() as book:
            story = book.attach(first, "", "no open story tells the same", {1, 2, 3})
            assert book.attach(second, story, "a copy", {4}) == story
            assert book.attach(second, "", "another reason", {4}) == story
        with store.look() as connection:
            told = views.story_of(connection, second.id)
        assert told["why"] == "a copy"
        assert [line["id"] for line in told["items"]] == [int(first.id), int(second.id)]
        assert told["headline"] == first.title

    def test_candidates_share_enough_prints_are_young_enough_and_come_best_first(self, store):
        things = keep(store, *(item(f"公告{n}", url=f"https://s1.example.com/{n}.html") for n in range(4)))
        stories = []
        with store.desk() as book:
            for thing, shared in zip(things, (range(10), range(5), range(2), range(10, 20)), strict=True):
                stories.append(book.attach(thing, "", "why", shared))
            found = book.candidates(range(10), NOW - DAY)
            assert [one.story for one in found] == stories[:2]
            assert [one.item for one in found] == [things[0].id, things[1].id]
            assert book.candidates(range(10), NOW + MINUTE) == []
            assert book.candidates((), NOW - DAY) == []
            assert [one.story for one in book.candidates({11}, NOW - DAY)] == [stories[3]]

    def test_nothing_a_page_may_hold_is_refused(self, store):
        draft = Draft(
            key="k\x00\ud83d" + "é" * 3_000,
            url="https://例子.example.com/" + "路" * 4_000 + "?a=\x00\udc00",
            title="🧲稀土\x00公告\ud800 " + "长" * 3_000,
            text="𠮷野家 🚢\x00\udfff" + "钕铁硼。" * 200_000,
            author="a" * 5_000,
            origin="o" * 5_000,
            language="zh-Hans-CN-x-a-language-tag-nobody-needs",
            mark="m" * 64,
        )
        (admitted,) = admit([normalise(draft, source(), NOW)], {}, source(), NOW, baseline=False)
        with store.desk() as book:
            (kept,) = book.keep([admitted], all_marks)
            book.matched(kept.item, [match()])
            book.attach(kept.item, "", "why", {1})
            assert set(book.known(all_marks(kept.item))) == set(all_marks(kept.item))
        with store.look() as connection:
            ((found, _),) = views.find(connection, kept.item.id, "", "")
        assert found == replace(kept.item, mark="")
        assert "𠮷野家 🚢" in found.text
