"""Whether an item is new, a revision, known or of the past: nothing may be lost, nothing told twice."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import DAY, HOUR, LONG_TEXT, NOW, all_marks, item, source
from rarewatch.admit import admit, is_edit, marks
from rarewatch.nouns.item import Stamp, Status
from rarewatch.nouns.memory import Known

BULLETIN = "据监测，今日氧化镨钕报价每吨{}元，氧化镝报价每千克{}元，成交清淡，市场观望情绪较浓，以上价格仅供参考。"
STATUTE = "中华人民共和国对外贸易法第二章第十一条国家准许货物与技术的自由进出口但是法律行政法规另有规定的除外"


class Archive:
    """What a store would remember: items by number, marks by the last that carried them."""

    def __init__(self, *things, baselined=True, of=None):
        self.source = of or source()
        self.baselined = baselined
        self.stored, self.marks = {}, {}
        if things:
            self.read(*things)

    def read(self, *things, now=NOW):
        """One complete reading of the source; returns the statuses."""
        return [admission.status for admission in self.admit(*things, now=now)]

    def admit(self, *things, now=NOW):
        known = {mark: self.stored[number] for mark, number in self.marks.items()}
        made = admit(things, known, self.source, now, baseline=not self.baselined)
        for admission in made:
            number = admission.known_as
            if admission.status in {Status.NEW, Status.BASELINE} and not number:
                number = str(len(self.stored) + 1)
            if not number:
                continue
            thing = admission.item
            if admission.status is not Status.SEEN:
                past = admission.status is Status.BASELINE or (number in self.stored and self.stored[number].past)
                found = (thing.title, thing.text, thing.digest, thing.title_only, thing.published)
                self.stored[number] = Known(number, *found, past=past)
            self.marks.update(dict.fromkeys(all_marks(thing), number))
        self.baselined = True
        return made


def at(days, precision="minute"):
    return Stamp(NOW + timedelta(days=days), precision)


class TestKnown:
    @pytest.mark.parametrize(
        "again",
        [
            item(),
            item(published=at(3)),
            item(published=None),
            item(title="商务部公告２０３１年第１８号"),
            item(title="商务部 公告2031年第18号\u200b"),
            item(url="http://S1.example.com:80/1.html?utm_source=weixin&from=timeline#top"),
            item(url="https://s1.example.com/moved/1.html"),
            item(key="now-with-a-guid"),
            item(url=""),
        ],
        ids=["same", "redated", "undated", "wide", "blanks", "tracked", "moved", "guid", "no address"],
    )
    def test_the_same_announcement_is_seen_however_it_comes_back(self, again):
        assert Archive(item()).read(again) == [Status.SEEN]

    def test_a_changed_guid_with_the_same_address_and_title_is_seen(self):
        archive = Archive(item(key="guid-1", text=""))
        assert archive.read(item(key="guid-2", text="")) == [Status.SEEN]
        assert archive.read(item(key="guid-2", text="", url="https://s1.example.com/new.html")) == [Status.SEEN]

    def test_a_reordered_list_is_seen(self):
        things = [item(f"公告第{n}号", url=f"https://s1.example.com/{n}.html") for n in range(20)]
        assert set(Archive(*things).read(*reversed(things))) == {Status.SEEN}

    def test_the_same_address_four_times_with_the_same_content_counts_once(self):
        assert Archive().read(*[item()] * 4) == [Status.NEW, Status.SEEN, Status.SEEN, Status.SEEN]

    def test_one_that_comes_without_its_text_this_time_is_seen(self):
        assert Archive(item()).read(item(text="", title_only=True)) == [Status.SEEN]
        assert Archive(item()).read(item(text="")) == [Status.SEEN]

    def test_two_sources_never_meet_here(self):
        assert not set(all_marks(item())) & set(all_marks(item(source="s2")))

    def test_another_source_with_the_same_is_new_there(self):
        archive = Archive(item())
        archive.source = source("s2")
        assert archive.read(item(source="s2")) == [Status.NEW]


class TestNothingLost:
    def test_thirty_one_announcements_with_twenty_six_guids_are_thirty_one(self):
        things = [
            item(f"关于第{n}类物项的公告", f"第{n}类。" + LONG_TEXT, key=f"guid-{n % 26}", url=f"https://s1.example.com/{n}.html")
            for n in range(31)
        ]
        archive = Archive()
        assert archive.read(*things) == [Status.NEW] * 31
        assert archive.read(*things) == [Status.SEEN] * 31
        assert archive.read(*reversed(things)) == [Status.SEEN] * 31

    def test_one_address_that_carries_ten_items_keeps_ten(self):
        names = "甲乙丙丁戊己庚辛壬癸"
        things = [item(f"关于同意{name}公司出口许可的批复", f"同意{name}公司。" + LONG_TEXT) for name in names]
        archive = Archive(*things[:4])
        assert archive.read(*things) == [Status.SEEN] * 4 + [Status.NEW] * 6
        assert archive.read(*things[5:]) == [Status.SEEN] * 5

    def test_a_guid_shared_by_two_announcements_loses_neither(self):
        first = item("关于同意甲公司出口许可的批复", key="g", url="https://s1.example.com/1.html")
        second = item("关于同意乙公司出口许可的批复", key="g", url="https://s1.example.com/2.html")
        assert Archive(first).read(second, first) == [Status.NEW, Status.SEEN]

    def test_a_daily_bulletin_under_one_title_and_address_is_new_every_day(self):
        archive = Archive()
        for day in range(5):
            text = BULLETIN.format(540_000 + day * 1_500, 2_480 + day)
            assert archive.read(item("今日稀土报价", text, published=at(day))) == [Status.NEW]
            assert archive.read(item("今日稀土报价", text, published=at(day))) == [Status.SEEN]

    def test_another_text_under_the_same_title_and_address_is_new(self):
        assert Archive(item()).read(item(text=STATUTE)) == [Status.NEW]

    def test_monthly_notices_that_differ_in_digits_only_are_new(self):
        archive = Archive(item("2031年3月稀土出口统计快讯", url="https://s1.example.com/stat.html"))
        assert archive.read(item("2031年4月稀土出口统计快讯", url="https://s1.example.com/stat.html")) == [Status.NEW]

    def test_monthly_notices_with_chinese_numerals_are_new(self):
        archive = Archive(item("关于下达第一批稀土开采总量控制指标的通知", url="https://s1.example.com/quota.html"))
        assert archive.read(item("关于下达第二批稀土开采总量控制指标的通知", url="https://s1.example.com/quota.html")) == [
            Status.NEW
        ]

    def test_short_texts_under_other_addresses_are_other_announcements(self):
        first = item("公告", "详见附件。", url="https://s1.example.com/1.html")
        assert Archive(first).read(item("公告", "详见附件。", url="https://s1.example.com/2.html")) == [Status.NEW]

    def test_what_has_neither_key_nor_address_is_told_by_its_content(self):
        first = item("快讯", "甲", url="")
        archive = Archive(first)
        assert archive.read(first, item("快讯", "乙", url="")) == [Status.SEEN, Status.NEW]

    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 5)), max_size=12, unique=True))
    def test_distinct_titles_are_never_taken_for_each_other_in_one_reading(self, drawn):
        things = [item(f"关于第{n}号事项", key=f"k{key}", url=f"https://s1.example.com/{address}") for key, address, n in drawn]
        made = Archive().read(*things)
        assert sum(status is Status.NEW for status in made) >= len({thing.title for thing in things})


class TestRevised:
    def test_a_view_counter_makes_a_revision_not_news(self):
        archive = Archive(item(text=LONG_TEXT + "阅读 118 次"))
        assert archive.read(item(text=LONG_TEXT + "阅读 3092 次")) == [Status.REVISED]
        assert archive.read(item(text=LONG_TEXT + "阅读 3092 次")) == [Status.SEEN]

    def test_an_edited_title_makes_a_revision(self):
        before = item("商务部发言人就稀土出口管制答记者问", key="g")
        archive = Archive(before)
        assert archive.read(item("商务部新闻发言人就稀土出口管制答记者问", LONG_TEXT + "（略有改动）", key="g")) == [Status.REVISED]

    def test_the_text_that_comes_later_makes_a_revision(self):
        archive = Archive(item(text="", title_only=True))
        assert archive.read(item()) == [Status.REVISED]
        assert archive.read(item()) == [Status.SEEN]

    def test_a_summary_that_becomes_the_text_is_a_revision(self):
        assert Archive(item(text=LONG_TEXT[:25])).read(item()) == [Status.REVISED]

    def test_it_names_what_it_revises_and_says_why(self):
        archive = Archive(item("甲类公告", "甲" * 40, url="https://s1.example.com/0.html"), item())
        known = {mark: archive.stored[number] for mark, number in archive.marks.items()}
        (made,) = admit([item(text=LONG_TEXT + "更新")], known, source(), NOW, baseline=False)
        assert (made.status, made.known_as, made.why) == (Status.REVISED, "2", "the text of item 2 changed")


class TestFirstReading:
    def first(self, thing, now=NOW, **fields):
        return Archive(baselined=False, of=source(**fields)).read(thing, now=now)

    def test_what_is_old_is_the_past_and_what_is_young_is_new(self):
        assert self.first(item(published=at(-2))) == [Status.BASELINE]
        assert self.first(item(published=at(-0.5))) == [Status.NEW]

    def test_what_is_undated_is_the_past(self):
        assert self.first(item(published=None)) == [Status.BASELINE]

    def test_a_day_counts_from_its_end(self):
        midnight = Stamp(datetime(2031, 4, 3, tzinfo=NOW.tzinfo), "day")
        assert self.first(item(published=midnight), now=midnight.at + timedelta(hours=47)) == [Status.NEW]
        assert self.first(item(published=midnight), now=midnight.at + timedelta(hours=49)) == [Status.BASELINE]

    def test_the_source_says_how_old_is_old(self):
        assert self.first(item(published=at(-6)), baseline_age=7 * 86_400.0) == [Status.NEW]
        assert self.first(item(published=at(-0.1)), baseline_age=0.0) == [Status.BASELINE]

    def test_after_an_empty_first_reading_the_first_item_is_news_dated_or_not(self):
        archive = Archive(baselined=False)
        archive.read()
        assert archive.read(item(published=None)) == [Status.NEW]
        assert archive.read(item("另一公告", published=at(-300), url="https://s1.example.com/2.html")) == [Status.NEW]

    def test_the_past_stays_the_past_when_only_a_counter_moves_or_its_text_arrives(self):
        old = item(text=LONG_TEXT + "阅读 1 次", published=at(-9))
        titled = item("旧标题一则", "", title_only=True, published=at(-9), url="https://s1.example.com/2.html")
        archive = Archive(baselined=False)
        assert archive.read(old, titled) == [Status.BASELINE] * 2
        again = replace(titled, text=STATUTE, title_only=False, digest="0" * 64)
        made = archive.admit(item(text=LONG_TEXT + "阅读 2 次", published=at(-9)), again)
        assert [(one.status, one.past) for one in made] == [(Status.REVISED, True)] * 2

    def test_the_past_becomes_news_when_its_publisher_dates_it_anew(self):
        archive = Archive(baselined=False)
        assert archive.read(item(published=at(-9))) == [Status.BASELINE]
        (made,) = archive.admit(item(text=LONG_TEXT + "现予修订重新公布。", published=at(0)))
        assert (made.status, made.past) == (Status.REVISED, False)


class TestEdits:
    @given(st.text(max_size=60))
    def test_a_title_is_an_edit_of_itself(self, title):
        assert is_edit(title, title)

    @given(st.text(alphabet="稀土出口管制公告商务部", min_size=4, max_size=30), st.integers(1, 999), st.integers(1, 999))
    def test_other_figures_are_never_an_edit(self, title, one, other):
        assert is_edit(f"{title}第{one}号", f"{title}第{other}号") is (one == other)

    def test_other_titles_are_no_edit(self):
        assert not is_edit("商务部就稀土答记者问", "自然资源部通报地质调查成果")


class TestMarks:
    texts = st.text(st.one_of(st.characters(), st.sampled_from("\ud800\x00\x1f稀土1１ ")), max_size=40)

    @given(texts, texts, texts, st.booleans())
    def test_every_item_has_some_of_twelve_bytes_and_always_the_same(self, title, text, key, title_only):
        thing = item(title, text, key=key, title_only=title_only)
        found = marks(thing)
        assert found == marks(thing)
        assert found.same
        assert {len(mark) for mark in found.same + found.near} == {12}

    @given(texts, texts)
    def test_parts_cannot_be_mistaken_for_each_other(self, one, other):
        assert bool(set(marks(item(key=one, url="")).near) & set(marks(item(key=other, url="")).near)) is (
            one == other and bool(one)
        )


def test_hours_do_not_make_another_day():
    archive = Archive(item(text=LONG_TEXT + "阅读 1 次"))
    assert archive.read(item(text=LONG_TEXT + "阅读 2 次", published=Stamp(NOW + 19 * HOUR, "minute"))) == [Status.REVISED]
    assert DAY > 20 * HOUR
