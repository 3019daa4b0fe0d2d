"""From a draft to an item: which date, which headline, which language, and nothing a database refuses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import NOW, item, source
from rarewatch.normalise import age, content_digest, headline_of, identity_of, language_of, normalise, published
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.source import Draft

BEIJING = "Asia/Shanghai"
wild = st.text(st.one_of(st.characters(), st.sampled_from("\x00\ud800\udfff【】。\n 稀土ABC\u200b")), max_size=120)


def made(**fields):
    return normalise(Draft(**{"key": "", "url": "https://e.com/1", "title": "公告", **fields}), source(), NOW)


class TestDates:
    def test_the_most_trusted_date_decides(self):
        found = published(("2031-04-03 10:30", "2031-04-01 09:00"), BEIJING, NOW)
        assert found == Stamp(datetime(2031, 4, 3, 2, 30, tzinfo=UTC), "minute")

    def test_a_day_takes_its_time_from_a_later_date_of_the_same_day(self):
        found = published(("2031-04-03", "2031-04-01 09:00", "2031-04-03 10:30"), BEIJING, NOW)
        assert found == Stamp(datetime(2031, 4, 3, 2, 30, tzinfo=UTC), "minute")

    def test_no_other_day_gives_its_time(self):
        found = published(("2031-04-03", "2031-04-02 23:30"), BEIJING, NOW)
        assert (found.precision, found.at.astimezone(UTC)) == ("day", datetime(2031, 4, 2, 16, tzinfo=UTC))

    def test_what_cannot_be_read_is_passed_over(self):
        assert published(("soon", "", "2031-04-03 10:30"), BEIJING, NOW).precision == "minute"
        assert published(("soon", ""), BEIJING, NOW) is published((), BEIJING, NOW) is None

    def test_a_day_is_the_publishers_day(self):
        assert published(("2031-04-03", "2031-04-03T20:00:00Z"), BEIJING, NOW).precision == "day"
        assert published(("2031-04-03", "2031-04-02T20:00:00Z"), BEIJING, NOW).at == datetime(2031, 4, 2, 20, tzinfo=UTC)

    @given(st.lists(wild, max_size=4))
    def test_any_printed_dates_give_an_aware_moment_or_none(self, printed):
        found = published(tuple(printed), BEIJING, NOW)
        assert found is None or found.at.tzinfo is not None

    def test_age_counts_a_day_from_its_end(self):
        assert age(item(published=Stamp(NOW - timedelta(hours=30), "minute")), NOW) == timedelta(hours=30)
        assert age(item(published=Stamp(NOW - timedelta(hours=30), "day")), NOW) == timedelta(hours=6)
        assert age(item(published=None), NOW) is None


class TestHeadlines:
    @pytest.mark.parametrize(
        ("text", "headline"),
        [
            ("【稀土价格指数上涨】财联社4月3日电，今日……", "稀土价格指数上涨"),
            ("商务部今日发布公告。对中重稀土实施管制。", "商务部今日发布公告。"),
            ("  商务部\n今日发布公告！其他", "商务部 今日发布公告！"),
            ("短。", "短。"),
            ("没有句号的一句话", "没有句号的一句话"),
            ("甲" * 200, "甲" * 80),
            ("【" + "长" * 100 + "】正文", "【" + "长" * 79),
            ("", ""),
            (" \n ", ""),
        ],
    )
    def test_an_untitled_item_gets_one_from_its_text(self, text, headline):
        assert headline_of(text) == headline
        assert made(title=" \n", text=text).title == headline

    def test_a_title_stays_as_it_is_on_one_line(self):
        assert made(title="  稀土\n\t公告 \u3000二 ", text="【别的】正文").title == "稀土 公告 二"

    @given(wild)
    def test_a_headline_is_one_short_line(self, text):
        found = headline_of(text)
        assert len(found) <= 81
        assert "\n" not in found


class TestText:
    def test_what_no_database_takes_is_replaced(self):
        found = made(
            key="k\x00", title="稀\ud800土", text="a\x00b\udfff", author="\ud83d", origin="\x00", url="https://e.com/\ud800"
        )
        assert (found.key, found.title, found.text, found.author, found.origin) == (
            "k\ufffd",
            "稀\ufffd土",
            "a\ufffdb\ufffd",
            "\ufffd",
            "\ufffd",
        )
        assert found.link == "https://e.com/\ufffd"

    @given(wild, wild, wild, wild, wild)
    def test_every_draft_gives_an_item_that_can_be_encoded(self, key, url, title, text, language):
        found = made(key=key, url=url, title=title, text=text, language=language)
        for value in (found.key, found.url, found.link, found.title, found.text, found.language):
            assert "\x00" not in value
            value.encode()
        assert len(found.language) <= 16
        assert len(found.url.encode()) <= 2_000
        assert len(found.digest) == 64
        assert found == made(key=key, url=url, title=title, text=text, language=language)

    def test_the_digest_is_blind_to_width_script_and_blanks_and_sees_all_else(self):
        same = content_digest("稀土出口管制（2031）", "第１８号")
        assert same == content_digest("稀 土出口管制(2031)", "第18号") == content_digest("稀土出口管制（2031）", "第18號")
        assert same != content_digest("稀土出口管制（2031）", "第19号")
        assert content_digest("a", "b c") != content_digest("a b", "c")

    @pytest.mark.parametrize(
        ("given", "text", "language"),
        [
            ("", "商务部公告 announcement", "zh"),
            ("", "Ministry of Commerce (商务部)", "en"),
            ("", "123 !?", "zh"),
            ("zh-CN", "English text", "zh-CN"),
            ("a-language-tag-that-is-too-long", "x", "a-language-tag-t"),
        ],
    )
    def test_the_language_is_the_drafts_or_that_of_the_script_or_of_the_source(self, given, text, language):
        assert made(language=given, title=text).language == language

    def test_language_without_letters_is_the_other(self):
        assert language_of("2031", "en") == "en"

    def test_a_very_long_address_keeps_its_identity_in_few_bytes(self):
        long, other = ("https://e.com/?q=" + "x" * 5_000 + end for end in "ab")
        assert identity_of(long) != identity_of(other)
        assert identity_of(long) == identity_of(long + "#top")
        assert len(identity_of(long)) < 600
        assert made(url=long).link == long
        assert identity_of("") == ""
