"""`expectations.yaml`: what it becomes, every mistake with its place, the file that is shipped, and the service that goes by it."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from config_examples import mistakes, write

from making import DAY, HOUR, StillClock
from rarewatch.app import open_service
from rarewatch.config import load
from rarewatch.config.expectations import lonely
from rarewatch.nouns.expected import Dates, Expectations, Expected, Ledger, Monthly, SeenBy, Weekly, Witnesses, Yearly
from rarewatch.nouns.source import Tier
from rarewatch.nouns.watch import Severity

FILE = "expectations.yaml"
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
PUBLISHER = "publisher: {id: issuer.b, name: B, tier: issuer}\nsources:\n"
ROW = "  - {{id: {id}, kind: 'config_examples:Page', url: 'https://{id}.example.com/', options: {{rows: x}}, enabled: {on}}}\n"
TRADE = "publisher: {id: trade, name: T, tier: wire}\nsources:\n" + ROW.format(id="t", on="true")
ISSUER = PUBLISHER + ROW.format(id="b", on="true") + ROW.format(id="c", on="false")


def expectations(folder, text):
    return load(write(folder, **{FILE: text, "sources/issuer.yaml": ISSUER})).expectations


def event(when, rest=""):
    return f"expected: [{{id: e, name: E, when: {when}, seen_by: {{rules: export}}{rest}}}]"


def test_without_the_file_nothing_is_expected(tmp_path):
    assert load(write(tmp_path)).expectations == Expectations()
    assert expectations(tmp_path, "") == Expectations()


def test_everything_that_can_be_said(tmp_path):
    found = expectations(
        tmp_path,
        """
ledgers:
  - {id: l, name: L, issuer: 工信部, kind: [公告, 通告], sources: b, grace: 1d, start: 2026-61}
  - {id: f, name: F, stock: "600111", kind: 临, sources: [b]}
  - {id: off, name: Off, issuer: 商务部, kind: 公告, sources: b, enabled: false}
expected:
  - {id: e, name: E, when: {weekly: thursday, by: 20:00, workdays: skip}, seen_by: {rules: export, terms: x, sources: b}, zone: Asia/Tokyo, grace: 0, severity: urgent}
  - {id: off, name: E, when: {weekly: friday}, seen_by: {rules: export}, enabled: false}
witnesses:
  - {id: w, fact: W, rules: export, sources: [b, c, b], within: 1h}
  - {id: off, fact: W, rules: export, sources: [b, c], enabled: false}
""",
    )
    assert found.ledgers == (
        Ledger("l", "L", ("公告", "通告"), frozenset({"b"}), ("工业和信息化部",), grace=86_400.0, start=(2026, 61)),
        Ledger("f", "F", ("临",), frozenset({"b"}), stock="600111"),
    )
    seen_by = SeenBy(frozenset({"export"}), ("x",), frozenset({"b"}))
    assert found.expected == (Expected("e", "E", Weekly(3), seen_by, time(20), "skip", "Asia/Tokyo", 0.0, Severity.URGENT),)
    assert found.witnesses == (Witnesses("w", "W", frozenset({"export"}), ("b", "c"), 3600.0),)


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("{monthly: {from_day: 7, by_day: 12}}", Monthly(7, 12)),
        ("{quarterly: {from_day: 8, by_day: 12}, workdays: count}", Monthly(8, 12, (1, 4, 7, 10))),
        ("{quarterly: {months: [2, 5], from_day: 8, by_day: 8}}", Monthly(8, 8, (2, 5))),
        ("{yearly: {from: 02-29, by: 01-15}}", Yearly((2, 29), (1, 15))),
        ("{dates: [2026-11-10, 2026-03-01, 2026-11-10]}", Dates((date(2026, 3, 1), date(2026, 11, 10)))),
        ("{weekly: sunday}", Weekly(6)),
    ],
)
def test_every_way_of_saying_when(tmp_path, written, when):
    assert expectations(tmp_path, event(written)).expected[0].when == when


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ledger: []", "expectations.yaml:1:1: unknown key 'ledger' (did you mean 'ledgers'?)"),
        ("ledgers: [{id: l, name: L, kind: 公告, sources: b}]", "must have either `issuer` or `stock`"),
        ("ledgers: [{id: l, name: L, kind: 公告, issuer: x, stock: '600111', sources: b}]", "must have either `issuer` or `stock`"),
        ("ledgers: [{id: l, name: L, kind: 公告, issuer: x, sources: bb}]", ":1:58: there is no source 'bb' (did you mean 'b'?)"),
        ("ledgers: [{id: l, name: L, kind: 公告, issuer: x, sources: [t]}]", "'t' is no issuer: its tier is wire"),
        ("ledgers: [{id: l, name: L, kind: 公告, issuer: x, sources: b, start: 61}]", "'start' must be text"),
        ("ledgers: [{id: l, name: L, kind: 公告, issuer: x, sources: b, start: 2026-0}]", "'start' is not a number of a year"),
        ("ledgers: [{id: l, name: L, kind: 公告, issuer: x, sources: b}, {id: l, name: M, kind: 令, issuer: x, sources: b}]",
         "ledger 'l' exists already"),
        (event("{}"), "must have exactly one of monthly, quarterly, weekly, yearly and dates"),
        (event("{weekly: friday, monthly: {from_day: 1, by_day: 2}}"), "must have exactly one of"),
        (event("{weekly: freitag}"), "'weekly' "),
        (event("{monthly: {from_day: 12, by_day: 7}}"), "has `by_day` before `from_day`"),
        (event("{monthly: {from_day: 0, by_day: 7}}"), "'from_day' must be at least 1"),
        (event("{weekly: friday, by: 25:00}"), "'by' is not a time of day (write hours and minutes as 20:00)"),
        (event("{yearly: {from: 02-30, by: 03-01}}"), "'from' is not a day of the year"),
        (event("{weekly: friday, workdays: count}"), "counts working days where there is no month"),
        (event("{monthly: {from_day: 1, by_day: 2}, workdays: skip}"), "leaves out a window of many days"),
        (event("{weekly: friday}", ", zone: Mars/Base"), "'zone' is not a known time zone"),
        ("expected: [{id: e, name: E, when: {weekly: friday}, seen_by: {terms: x}}]", "names neither rules nor sources"),
        ("expected: [{id: e, name: E, when: {weekly: friday}, seen_by: {rules: [exprt]}}]", "there is no rule 'exprt' (did you mean 'export'?)"),
        ("expected: [{id: e, name: E, when: {weekly: friday}, seen_by: {sources: bb}}]", "there is no source 'bb'"),
        ("witnesses: [{id: w, fact: W, rules: export, sources: [b, b]}]", "names one source alone"),
        ("witnesses: [{id: w, fact: W, rules: nope, sources: [b, c]}]", "there is no rule 'nope'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_once_with_its_place(tmp_path, text, told):
    (mistake,) = mistakes(tmp_path, **{FILE: text, "sources/issuer.yaml": ISSUER, "sources/trade.yaml": TRADE})
    assert told in mistake
    assert f"{FILE}:1:" in mistake


def test_a_mistake_in_a_source_is_not_told_again_by_who_names_it(tmp_path):
    text = "witnesses: [{id: w, fact: W, rules: export, sources: [b, c]}]"
    wrong = ISSUER.replace("id: b, kind", "id: b, knd: 1, kind")
    (mistake,) = mistakes(tmp_path, **{FILE: text, "sources/issuer.yaml": wrong})
    assert "unknown key 'knd'" in mistake


def test_a_group_with_too_few_enabled_sources_is_warned_of(tmp_path):
    text = "witnesses: [{id: w, fact: the fact, rules: export, sources: [b, c]}]"
    config = load(write(tmp_path, **{FILE: text, "sources/issuer.yaml": ISSUER}))
    assert lonely(config.expectations, config.sources) == ["only b is enabled to witness “the fact” (w)"]
    assert lonely(config.expectations, {}) == ["no source is enabled to witness “the fact” (w)"]


def test_what_is_shipped_can_be_witnessed_and_rests_on_enabled_sources():
    config = load(Path(__file__).parents[2] / "config")
    what = config.expectations
    assert lonely(what, config.sources) == []
    assert {one.id for one in what.ledgers} == {"mofcom-announcements", "mofcom-orders"}
    assert {one.id for one in what.expected} == {"concentrate-price", "operations-meeting", "export-figures"}
    assert {one.id for one in what.witnesses} == {"concentrate-price", "export-control", "quota", "export-figures"}
    for ledger in what.ledgers:
        assert any(config.sources[source].enabled for source in ledger.sources)
        assert {config.sources[source].publisher.tier for source in ledger.sources} == {Tier.ISSUER}
    for event_ in what.expected:
        assert all(config.watch.rules[rule].enabled for rule in event_.seen_by.rules)


async def test_the_service_looks_once_a_minute_and_tells_its_operators(tmp_path):
    folder = write(
        tmp_path,
        **{
            "rarewatch.yaml": f"database: sqlite:///{tmp_path}/a.db\nnotifiers: {{bell: {{kind: console}}}}\n",
            "audience.yaml": "subscribers: [{id: desk, deliver: [{via: bell, to: x}]}]\noperators: [{id: ops, deliver: [{via: bell, to: y}]}]\n",
            "expectations.yaml": (
                "expected: [{id: price, name: The price, when: {monthly: {from_day: 8, by_day: 12}}, seen_by: {rules: export}}]\n"
            ),
        },
    )
    clock = StillClock(START)
    async with open_service(load(folder), now=clock) as service:
        await service._look_for_gaps(START)
        clock.forward(12 * DAY)
        await service._look_for_gaps(START)
        (parcel,) = service.kit.store.claim_deliveries(clock.at, 9, HOUR)
    assert (parcel.subscription, parcel.item.title) == ("ops", "The price: expected by 2026-03-12, not seen")
