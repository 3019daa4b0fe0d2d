"""Input made to be slow: what is opened a hundred thousand times and never closed, and endless titles, take no endless time."""

import pytest

from making import LONG_TEXT, NOW, PUBLISHER, item
from rarewatch.admit import is_edit
from rarewatch.compose import Composer
from rarewatch.matchers.terms import TermOptions
from rarewatch.nouns.alert import Parcel, Target
from rarewatch.nouns.watch import Leaf, Match, Rule, Severity, Span, Watch
from rarewatch.sources._onward import onward
from rarewatch.text.challenge import challenge

# Quadratic, each of these takes minutes; done right, a fraction of a second.
pytestmark = pytest.mark.timeout(20)
WATCH = Watch(rules={"r1": Rule("r1", "Rare earths", Severity.IMPORTANT, Leaf("terms", TermOptions("稀土")), digest="d1")})


@pytest.mark.parametrize("opened", ["<!--", "<", "<script", "<![CDATA["])
@pytest.mark.parametrize("status", [200, 403])
def test_an_answer_full_of_what_is_never_closed(opened, status):
    assert challenge(status, {}, (opened * 180_000)[:190_000].encode()) == ""


def test_a_page_of_comments_that_never_close_leads_nowhere():
    assert onward("<!--" * 500_000, "https://a.example.cn/") == ""


def test_a_title_as_long_as_an_article():
    assert not is_edit("稀" * 200_000 + "甲", "稀" * 200_000 + "乙")
    assert is_edit("甲" + "稀" * 200_000, "乙" + "稀" * 200_000)


@pytest.mark.parametrize("unit", ["稀土，", "稀土。"])
def test_a_text_that_repeats_one_term(unit):
    times = 60_000
    spans = tuple(Span("text", 3 * n, 3 * n + 2, "稀土", "稀土") for n in range(times))
    thing = item("公告", unit * times, id="1")
    parcel = Parcel(
        "1", "t", "1", "1", "d", Target("bell", "d"), thing, PUBLISHER, (Match("r1", "d1", Severity.LOG, spans),), 1, NOW
    )
    message = Composer(WATCH, [], lambda _: ()).compose(parcel)
    assert [why.terms for why in message.why] == [("稀土",)]
    assert 1 <= len(message.evidence) <= 3
    assert all(one.sentence.startswith("稀土") for one in message.evidence)


def test_spans_of_one_sentence_are_quoted_together_and_each_sentence_once():
    text = "稀土与钨，稀土。钨。无关。稀土！" + LONG_TEXT
    found = [(0, 2), (3, 4), (5, 7), (8, 9), (13, 15)]
    spans = tuple(Span("text", start, end, text[start:end], "x") for start, end in found)
    parcel = Parcel(
        "1",
        "t",
        "1",
        "1",
        "d",
        Target("bell", "d"),
        item(text=text, id="1"),
        PUBLISHER,
        (Match("r1", "d1", Severity.LOG, spans),),
        1,
        NOW,
    )
    quoted = Composer(WATCH, [], lambda _: ()).compose(parcel).evidence
    assert [one.sentence for one in quoted] == ["稀土与钨，稀土。", "钨。", "稀土！"]
    assert [one.marks for one in quoted] == [((0, 2), (3, 4), (5, 7)), ((0, 1),), ((0, 2),)]
