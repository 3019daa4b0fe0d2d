"""Whether two items tell of one event: copies meet, and nothing that differs in figures or in a turn of meaning does."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import LONG_TEXT, NOW, item
from rarewatch.group import item_prints, join
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.memory import Candidate

NOTICE = (
    "根据海关统计，{}月份我国出口稀土{}吨，同比增长{}%；出口金额{}万美元。主要出口市场为日本、美国、荷兰、韩国等国家和地区，"
    "出口产品以镧、铈等轻稀土产品为主，中重稀土出口量保持稳定，平均单价较上月略有波动，具体数据以正式公布为准。"
)
SUSPENSION = "商务部公告2031年第70号 公布暂停实施商务部2031年第56号、第57号公告的决定"
ORIGINAL = "商务部公告2031年第56号 公布对境外相关稀土物项实施出口管制的决定"


def story(thing, number="7"):
    return Candidate(number, "3", thing.source, thing.title, thing.text, thing.published)


def joined(thing, *others):
    return join(thing, [story(other, str(place)) for place, other in enumerate(others, 7)]).story


class TestCopies:
    def test_the_same_from_another_source_joins(self):
        found = join(item(source="s2"), [story(item())])
        assert found.story == "7"
        assert found.why == "a copy of item 3: 100% of the text is the same, and so are its figures"

    def test_a_copy_with_frame_and_other_width_joins(self):
        framed = f"（记者 某某）{LONG_TEXT.replace('，', ',')} 责任编辑：某某"
        assert joined(item("商务部：决定对中重稀土实施出口管制", framed, source="s2"), item(text=LONG_TEXT)) == "7"

    def test_a_cut_copy_joins(self):
        assert joined(item("快讯：稀土管制", LONG_TEXT[:45], source="s2"), item(text=LONG_TEXT)) == "7"

    def test_the_same_headline_on_the_same_day_joins_where_a_text_is_missing(self):
        other = item("商务部对部分稀土物项实施出口管制", text="", published=Stamp(NOW - timedelta(hours=5), "minute"))
        assert joined(item("商务部对部分稀土物项实施出口管制"), other) == "7"

    @pytest.mark.parametrize(
        "other",
        [
            item("商务部对部分稀土物项实施出口管制", text="", published=Stamp(NOW - timedelta(days=1), "minute")),
            item("商务部对部分稀土物项实施出口管制", text="", published=None),
            item("商务部对部分稀土物项实施管制措施", text=""),
        ],
        ids=["another day", "undated", "another headline"],
    )
    def test_a_headline_alone_needs_the_same_words_on_the_same_day(self, other):
        assert joined(item("商务部对部分稀土物项实施出口管制"), other) == ""

    def test_a_short_headline_proves_nothing(self):
        assert joined(item("商务部公告", text=""), item("商务部公告", text="")) == ""

    def test_the_first_that_fits_is_taken_and_without_any_a_new_story_opens(self):
        assert joined(item(), item("别的公告", "完全不同的内容" * 10), item(), item()) == "8"
        assert join(item(), []).why == "no open story tells the same"


class TestNeverMerged:
    def test_monthly_notices_stay_apart(self):
        march = item("2031年3月稀土出口统计", NOTICE.format(3, "4,785.2", "2.1", "5,120"))
        april = item("2031年4月稀土出口统计", NOTICE.format(4, "5,021.9", "6.3", "5,377"))
        assert joined(april, march) == ""
        assert joined(march, april) == ""

    def test_one_other_figure_is_enough(self):
        assert joined(item(text=LONG_TEXT + "共计12个月。"), item(text=LONG_TEXT + "共计18个月。")) == ""

    @pytest.mark.parametrize(("one", "other"), [("第一批", "第二批"), ("十一月", "十二月"), ("三家", "五家")])
    def test_figures_count_in_chinese_numerals_too(self, one, other):
        assert joined(item("关于下达指标的通知", one + LONG_TEXT), item("关于下达指标的通知", other + LONG_TEXT)) == ""

    def test_months_by_name_stay_apart(self):
        text = "China exported rare earth magnets in {}, customs data showed; the largest buyers were Germany, Korea and Japan."
        assert joined(item("Rare earth exports", text.format("March")), item("Rare earth exports", text.format("April"))) == ""

    def test_announcements_with_one_covering_note_and_other_numbers_stay_apart(self):
        note = "根据有关法律法规的规定，经国务院批准，现将有关事项予以公布，自公布之日起施行，具体内容详见附件。特此公告。"
        assert joined(item("商务部公告2031年第12号", note), item("商务部公告2031年第11号", note)) == ""

    def test_announcements_of_one_source_with_one_covering_note_and_other_names_stay_apart(self):
        note = "根据有关法律法规的规定，经审核，现将取得稀土出口资格的企业予以公布，自公布之日起施行，具体内容详见附件。特此公告。"
        one, other = item("关于示例稀土公司出口资格的公告", note), item("关于样板稀土公司出口资格的公告", note)
        assert joined(one, other) == joined(other, one) == ""
        assert joined(item(f"[图文] {one.title}", note), one) == "7"
        assert joined(item(other.title, note, source="s2"), one) == "7"

    def test_a_suspension_never_joins_what_it_suspends(self):
        assert joined(item(SUSPENSION), item(ORIGINAL)) == ""
        assert joined(item(ORIGINAL), item(SUSPENSION)) == ""
        assert joined(item("商务部暂停对稀土物项实施出口管制", ""), item("商务部对稀土物项实施出口管制", "")) == ""

    @pytest.mark.parametrize("turn", ["更正", "撤销", "取消", "恢复", "延期", "辟谣", "终止", "废止", "暂停", "修订", "补充"])
    def test_a_turn_of_meaning_never_joins(self, turn):
        plain = item("关于对稀土物项实施出口管制的公告")
        turned = item(f"{turn}：关于对稀土物项实施出口管制的公告")
        assert joined(turned, plain) == joined(plain, turned) == ""
        assert joined(turned, turned) == "7"

    @pytest.mark.parametrize("turn", ["suspends", "lifts", "denies", "correction to", "resumes", "cancels", "delays"])
    def test_in_english_too(self, turn):
        plain, turned = "China's export control on rare earths", f"China {turn} export control on rare earths"
        assert joined(item(turned), item(plain)) == ""


class TestPrints:
    def test_copies_share_prints_and_strangers_few(self):
        copy = item("转载", LONG_TEXT + "（来源：示例网）", source="s2")
        stranger = item(
            "天气预报", "今日多云转晴，南风三级，最高气温二十二度，适宜户外活动，请注意防晒，夜间有小雨，局部地区有雷阵雨。"
        )
        assert len(item_prints(item()) & item_prints(copy)) >= 20
        assert len(item_prints(item()) & item_prints(stranger)) <= 1

    def test_a_text_too_short_to_tell_is_found_by_its_headline(self):
        assert item_prints(item(text="详见附件。")) == item_prints(item(text=""))

    @given(st.text(max_size=400), st.text(max_size=400))
    def test_any_item_has_prints_that_a_database_can_hold(self, title, text):
        found = item_prints(item(title, text))
        assert found
        assert len(found) <= 128
        assert all(0 <= value < 2**63 for value in found)

    @given(st.text(min_size=40, max_size=300), st.text(min_size=8, max_size=60))
    def test_an_exact_copy_always_joins_and_shares_a_print(self, text, title):
        thing = item(title, text)
        assert item_prints(thing) & item_prints(item(title, text, source="s2"))
        assert joined(thing, thing) in ("7", "")
