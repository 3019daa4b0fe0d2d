"""A reading is believed unless its titles are damaged or it is another site's."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import source
from rarewatch.errors import BadEncoding, Elsewhere
from rarewatch.expect import held_to
from rarewatch.nouns.health import Vitals
from rarewatch.nouns.source import Draft, Reading
from rarewatch.sources._options import FollowOptions
from rarewatch.sources.feed import FeedOptions
from rarewatch.text.sites import site_of

SOURCE = source(url="https://www.mofcom.gov.cn/zcfb/index.html")
LIVED = Vitals(hosts=("mofcom.gov.cn", "people.com.cn"))
GOOD, BAD = "商务部公告2031年第18号", "??????2031??18?"


def drafts(*links, title=GOOD):
    return tuple(Draft(key=link, url=link, title=title) for link in links)


def titled(*titles):
    return Reading(tuple(Draft(key=str(n), url=f"{SOURCE.url}?{n}", title=title) for n, title in enumerate(titles)))


class TestTitles:
    @pytest.mark.parametrize("titles", [(GOOD,), (GOOD, GOOD, BAD), (), ("",), ("", "")])
    def test_a_reading_whose_titles_can_be_read_stays_as_it_is(self, titles):
        reading = titled(*titles)
        assert held_to(SOURCE, reading, LIVED) is reading

    @pytest.mark.parametrize("titles", [(BAD,), (GOOD, BAD), (BAD, "", BAD, GOOD)])
    def test_one_whose_titles_are_mostly_damaged_is_void(self, titles):
        with pytest.raises(BadEncoding, match=r"titles are garbled \(question marks.*\?\?\?\?") as raised:
            held_to(SOURCE, titled(*titles), LIVED)
        assert raised.value.url == SOURCE.url

    def test_what_did_not_change_is_not_looked_at(self):
        reading = replace(titled(BAD), unchanged=True)
        assert held_to(SOURCE, reading, LIVED) is reading


class TestSites:
    HERE, PAPER = "https://www.mofcom.gov.cn/a.html", "http://paper.people.com.cn/1"
    PARKED = ("https://ads.example.com/1", "https://ads.example.com/2")

    @pytest.mark.parametrize(
        ("reading", "vitals"),
        [
            (Reading(drafts(HERE)), LIVED),
            (Reading(drafts(*PARKED)), Vitals()),  # nothing is known of where it leads
            (Reading(drafts(*PARKED), known=1), LIVED),
            (Reading(drafts(*PARKED, HERE)), LIVED),
            (Reading(drafts(*PARKED, PAPER)), LIVED),
            (Reading(drafts(PARKED[0])), LIVED),  # one alone proves nothing
            (Reading(drafts("", "")), LIVED),
            (Reading(drafts(*PARKED)), Vitals(hosts=tuple(f"h{n}.example" for n in range(40)))),
            (Reading(drafts(HERE), landed="https://www.example.net/"), Vitals()),
            (Reading(drafts(PAPER), landed="https://www.example.net/"), LIVED),
            (Reading(drafts(*PARKED), known=3, landed="https://www.example.net/"), LIVED),
            (Reading(drafts(*PARKED), landed="http://m.mofcom.gov.cn/zcfb"), Vitals()),
        ],
    )
    def test_something_that_ties_it_to_the_source_is_enough(self, reading, vitals):
        assert held_to(SOURCE, reading, vitals) is reading

    def test_a_host_that_the_configuration_allows_is_its_own(self):
        options = FollowOptions(allow_hosts=["ads.example.com"])
        reading = Reading(drafts(*self.PARKED))
        assert held_to(replace(SOURCE, options=options), reading, LIVED) is reading

    @pytest.mark.parametrize(
        ("reading", "vitals"),
        [
            (Reading(drafts(*PARKED), landed="https://www.example.net/"), Vitals()),
            (Reading(landed="https://www.example.net/"), LIVED),
            (Reading(drafts("https://www.example.net/1"), landed="https://www.example.net/"), LIVED),
            (Reading(drafts(*PARKED)), LIVED),
        ],
    )
    def test_another_site_is_not_believed(self, reading, vitals):
        with pytest.raises(Elsewhere):
            held_to(SOURCE, reading, vitals)

    @pytest.mark.parametrize(
        "options", [FollowOptions(allow_hosts=("*.example.com",)), FeedOptions(allow_hosts=("ads.example.com",))]
    )
    def test_a_site_that_is_named_may_be_led_to(self, options):
        reading = Reading(drafts(*self.PARKED))
        assert held_to(replace(SOURCE, options=options), reading, LIVED) is reading


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://www.mofcom.gov.cn/a", "mofcom.gov.cn"),
        ("http://m.mofcom.gov.cn:8080/a", "mofcom.gov.cn"),
        ("https://www.gov.cn/zhengce", "gov.cn"),
        ("https://english.www.gov.cn/", "gov.cn"),
        ("https://gxt.jiangxi.gov.cn/x", "jiangxi.gov.cn"),
        ("https://news.example.com.cn/", "example.com.cn"),
        ("https://www.example.bj.cn/", "example.bj.cn"),
        ("https://a.b.example.co.jp/", "example.co.jp"),
        ("https://people.cn/", "people.cn"),
        ("https://a.b.example.com/", "example.com"),
        ("http://192.0.2.7/x", "192.0.2.7"),
        ("http://[2001:db8::1]/x", "2001:db8::1"),
        ("http://localhost:8000/", "localhost"),
        ("mailto:a@b.example", ""),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_the_site_of_an_address(address, site):
    assert site_of(address) == site


@given(st.text(), st.sampled_from(["", "http://", "https://www."]))
def test_any_address_has_a_site_or_none(text, before):
    assert isinstance(site_of(before + text), str)


links = st.one_of(st.text(max_size=12), st.sampled_from([TestSites.HERE, TestSites.PAPER, *TestSites.PARKED, ""]))


@given(
    st.lists(st.tuples(links, st.sampled_from([GOOD, BAD, "", "x"])), max_size=6),
    st.integers(0, 2),
    links,
    st.sampled_from([LIVED, Vitals()]),
)
def test_a_reading_is_either_void_or_untouched(found, known, landed, vitals):
    reading = Reading(tuple(Draft(key="", url=url, title=title) for url, title in found), known=known, landed=landed)
    try:
        outcome = held_to(SOURCE, reading, vitals)
    except (BadEncoding, Elsewhere) as fault:
        outcome = fault.name
    assert outcome is reading or outcome in {"bad-encoding", "elsewhere"}
