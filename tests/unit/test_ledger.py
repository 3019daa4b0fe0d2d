"""Numbers of announcements: whose they are, which are missing, and how many words that takes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import item
from rarewatch.ledger import (
    A_DAY_AT_MOST,
    Lead,
    begins,
    cited_numbers,
    lead_notice,
    missing,
    new_hints,
    number_of,
    own_number,
    summary_notice,
    summary_of,
    to_tell,
    written,
)
from rarewatch.nouns.expected import Ledger, Mark, Numbered, State
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.watch import Severity

NOW = datetime(2026, 3, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)
MOFCOM = Ledger("mofcom", "商务部公告", ("公告",), frozenset({"s1"}), issuers=("商务部",))
FILED = Ledger("f", "filings", ("编号", "临"), frozenset({"s1"}), stock="600111")


def said(title, text="", day=NOW, **fields):
    return item(title, text, published=Stamp(day, "day"), **fields)


@pytest.mark.parametrize(
    ("number", "title", "text"),
    [
        ((2025, 61), "商务部公告2025年第61号 公布对境外相关稀土物项实施出口管制的决定", ""),
        ((2025, 61), "【商務部公告2025年第六十一號】公布決定", ""),
        ((2025, 18), "商务部 海关总署公告2025年第18号 公布对部分物项实施出口管制的决定", ""),
        ((2026, 5), "中华人民共和国商务部公告2026年第5号", ""),
        ((2026, 7), "商务部公告第7号 关于某事项", ""),
        ((2026, 3), "关于某产品的公告（商务部公告2026年第3号）", ""),
        ((2026, 4), "关于对某产品征收反倾销税的公告", "中华人民共和国商务部\n公告\n2026年第4号\n根据规定"),
        ((2026, 9), "关于对某产品征收反倾销税的公告", "【发布单位】商务部\n【发布文号】公告2026年第9号\n"),
        ((2026, 9), "关于某事项", "【发布单位】商务部 【发布文号】公告2026年第9号 【发布日期】2026-03-01\n根据商务部公告2025年第3号"),
        ((2025, 70), "公布暂停实施商务部、海关总署公告2025年第55号、56号及商务部公告2025年第61号的决定", "商务部公告2025年第70号\n经批准"),
    ],
)  # fmt: skip
def test_an_item_bears_the_number_it_was_given(number, title, text):
    assert own_number(said(title, text), MOFCOM) == number


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("公布暂停实施商务部公告2025年第61号的决定", ""),
        ("商务部公告2025年第61号政策解读", "商务部公告2025年第61号"),
        ("商务部新闻发言人就商务部公告2025年第61号答记者问", ""),
        ("海关总署 商务部公告2025年第18号", ""),
        ("海关总署公告2026年第3号", "海关总署公告2026年第3号"),
        ("商务部令2026年第3号", ""),
        ("某事项", "根据商务部公告2025年第61号\n商务部公告2025年第62号规定"),
        ("某事项", "【发布文号】公告2026年第9号\n"),
        ("商务部公告2062年第6号 关于某事项", ""),
        ("商务部公告2019年第6号 关于某事项", ""),
        ("商务部公告2026年第61000号 关于某事项", ""),
        ("国足1比0战胜泰国队", "没有文号"),
    ],
)
def test_a_number_that_is_another_ones_or_a_slip_is_not_borne(title, text):
    assert own_number(said(title, text), MOFCOM) is None


@pytest.mark.parametrize(
    ("head", "number"),
    [
        ("证券代码：600111 证券简称：北方稀土 公告编号：2026-012\n关于稀土精矿", (2026, 12)),
        ("股票代码：600111 编号：（临）2026-012", (2026, 12)),
        ("证券代码:600111 编号：临2026-112号", (2026, 112)),
        ("证券代码：600010 证券简称：包钢股份 公告编号：2026-012", None),
        ("证券代码：1600111 公告编号：2026-012", None),
        ("证券代码：600111 关于稀土精矿的公告", None),
    ],
)
def test_a_filing_bears_its_number_beside_its_code(head, number):
    assert own_number(said("关于稀土精矿的公告", attachment=head), FILED) == number
    assert own_number(said("关于稀土精矿的公告", head), FILED) == number
    assert cited_numbers(said("关于稀土精矿的公告", head), FILED) == frozenset()


def test_a_citation_is_a_hint_only_above_all_that_was_seen():
    cites = said("某事项", "根据商务部公告2026年第80号、81号。公告2026年第99号。商务部公告第98号。海关总署公告2026年第97号", id="7")
    assert cited_numbers(cites, MOFCOM) == {(2026, 80), (2026, 81)}
    hints = new_hints(MOFCOM, [cites], [(2026, 80), (2025, 300)], (2026, 1))
    assert {period: (mark.state, mark.item) for period, mark in hints.items()} == {"2026-81": (State.HINTED, "7")}
    assert new_hints(MOFCOM, [cites], [(2026, 5)], (2026, 90)) == {}


class TestBeginning:
    def test_it_begins_at_the_newest_of_the_past_else_at_the_first_number_seen(self):
        assert begins(MOFCOM, None, [], [], NOW) is None
        past = [((2025, 61), True), ((2026, 4), True), ((2026, 9), False)]
        assert begins(MOFCOM, None, past, [], NOW) == (2026, 4)
        assert begins(MOFCOM, None, [((2026, 9), False), ((2026, 7), False)], [], NOW) == (2026, 7)

    def test_while_it_is_young_the_past_of_another_source_moves_it_on(self):
        begun = Mark(State.BEGUN, NOW, "", "2026-4")
        more = [((2026, 9), True)]
        assert begins(MOFCOM, begun, more, [(2026, 4)], NOW + DAY) == (2026, 9)
        assert begins(MOFCOM, begun, more, [(2026, 12)], NOW + DAY) == (2026, 4)
        assert begins(MOFCOM, begun, more, [(2026, 4)], NOW + 3 * DAY) == (2026, 4)
        assert begins(MOFCOM, begun, [((2026, 9), False)], [(2026, 4)], NOW) == (2026, 4)

    def test_the_configuration_has_the_last_word(self):
        told = Ledger("x", "x", ("公告",), frozenset(), start=(2026, 1))
        assert begins(told, None, [((2026, 9), True)], [], NOW) == (2026, 1)


class TestGaps:
    def test_what_lies_below_one_seen_is_missing_since_that_one_was_seen(self):
        seen = {(2026, 59): NOW, (2026, 61): NOW + DAY, (2026, 62): NOW + 2 * DAY}
        assert missing((2026, 59), seen, {}) == [Lead((2026, 60), NOW + DAY)]

    def test_a_later_year_begins_with_its_first_number_and_an_earlier_one_not_at_all(self):
        seen = {(2025, 90): NOW, (2026, 61): NOW, (2027, 3): NOW + DAY}
        assert missing((2026, 61), seen, {}) == [Lead((2027, 1), NOW + DAY), Lead((2027, 2), NOW + DAY)]

    def test_a_hint_counts_until_its_number_is_reached(self):
        hint = {(2026, 80): Mark(State.HINTED, NOW, "7")}
        assert missing((2026, 60), {(2026, 60): NOW}, hint) == [Lead((2026, 80), NOW, hint[2026, 80])]
        assert missing((2026, 79), {(2026, 79): NOW, (2026, 81): NOW + DAY}, hint) == [Lead((2026, 80), NOW + DAY)]

    @given(st.sets(st.integers(2, 60), min_size=1), st.sets(st.integers(1, 61)))
    def test_every_number_taken_out_is_missing_and_no_other(self, there, out):
        seen = {(2026, number): NOW for number in there - out}
        expected = [(2026, number) for number in range(1, max(there - out, default=1)) if number not in there - out]
        assert [lead.number for lead in missing((2026, 1), seen, {})] == expected

    @given(st.permutations(range(1, 15)))
    def test_a_gap_is_as_old_as_the_first_number_above_it(self, order):
        seen = {(2026, number): NOW + at * DAY for at, number in enumerate(order) if number != 7}
        above = min((seen[2026, number] for number in range(8, 15)), default=None)
        assert [lead for lead in missing((2026, 1), seen, {}) if lead.number == (2026, 7)] == [Lead((2026, 7), above)]


class TestWords:
    def leads(self, count, first=1):
        return [Lead((2026, first + number), NOW - 3 * DAY) for number in range(count)]

    def test_five_leads_a_day_and_then_one_summary(self):
        single, rest = to_tell(self.leads(9), {}, NOW)
        assert (len(single), len(rest)) == (A_DAY_AT_MOST, 4)
        marks = {written(lead.number): Mark(State.MISSING, NOW) for lead in (*single, *rest)}
        marks[summary_of(NOW)] = Mark(State.SEEN, NOW)
        assert to_tell(self.leads(12), marks, NOW) == ([], [])
        single, rest = to_tell(self.leads(12), marks, NOW + DAY)
        assert [lead.number[1] for lead in single] == [10, 11, 12]
        assert rest == []

    def test_a_hint_that_stays_open_is_told(self):
        single, _ = to_tell(self.leads(1), {"2026-1": Mark(State.HINTED, NOW)}, NOW)
        assert len(single) == 1
        assert to_tell(self.leads(1), {"2026-1": Mark(State.MISSING, NOW)}, NOW) == ([], [])

    def test_a_lead_names_its_neighbours_with_links(self):
        seen = {
            number: Numbered(number, "1", NOW, f"公告{number[1]}", f"https://a.example.com/{number[1]}")
            for number in [(2026, 59), (2026, 61), (2027, 1)]
        }
        notice = lead_notice(MOFCOM, Lead((2026, 60), NOW), seen, NOW)
        assert notice.headline == "商务部公告 2026 No. 60 was not seen; No. 59 and No. 61 were"
        assert "https://a.example.com/59" in notice.text
        assert "https://a.example.com/61" in notice.text
        assert (notice.key, notice.severity) == ("lead:mofcom:2026-60", Severity.NOTABLE)

    def test_a_lead_from_a_citation_says_where_it_is_cited(self):
        notice = lead_notice(MOFCOM, Lead((2026, 60), NOW, Mark(State.HINTED, NOW, "7")), {}, NOW)
        assert notice.headline == "商务部公告 2026 No. 60 was not seen"
        assert "item 7" in notice.text

    def test_a_summary_is_one_a_day_and_of_bounded_length(self):
        notice = summary_notice(MOFCOM, self.leads(900), NOW)
        assert "900" in notice.headline
        assert "800 more" in notice.text
        assert len(notice.text) < 1200
        assert notice.key == summary_notice(MOFCOM, self.leads(3), NOW).key != summary_notice(MOFCOM, self.leads(3), NOW + DAY).key

    @given(st.integers(1900, 2100), st.integers(1, 9999))
    def test_a_number_reads_as_it_was_written(self, year, number):
        assert number_of(written((year, number))) == (year, number)
