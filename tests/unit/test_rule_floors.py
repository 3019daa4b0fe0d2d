"""The shipped rules against the floors pinned in tests/corpus/floors.yaml, and the arithmetic of floors."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpus import evaluate, labelled, recorded, traps
from corpus.evaluate import Measure
from rarewatch.match import Compiled

SETS = ("labelled.yaml", "held.yaml")
PINS = yaml.safe_load(evaluate.FLOORS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def compiled():
    return Compiled(traps.shipped())


def judged(compiled):
    return [labelled.judge(traps.shipped(), compiled, name) for name in SETS]


def test_the_rules_keep_their_floors_on_the_headlines_written_for_them(compiled):
    found = list(evaluate.measures(*judged(compiled), []))
    assert evaluate.faults(found, PINS, []) == []


@pytest.mark.corpus
def test_the_rules_keep_their_floors_on_recorded_input(compiled):
    streams = list(recorded.streams(compiled))
    if not streams:
        pytest.skip(f"nothing is recorded in {recorded.root()}")
    found = list(evaluate.measures(*judged(compiled), streams))
    assert evaluate.faults(found, PINS, streams) == []
    for stream in streams:
        for name, (value, more) in stream.measures.items():
            if not more and "per 1,000" in name:
                assert value <= 1, (stream.name, name)


@pytest.mark.parametrize("name", SETS)
def test_the_headlines_name_rules_and_types_that_exist_and_none_twice(name):
    rows = labelled.rows(name)
    watch = traps.shipped()
    assert len(rows) >= 100
    assert len({(row.title, row.text) for row in rows}) == len(rows)
    assert {rule for row in rows for rule in row.rules} <= set(watch.rules)
    assert {kind for row in rows for kind in row.types} <= set(watch.types)
    assert {row.grade for row in rows} == {0, 1, 2, 3, 4}


def test_every_type_has_labelled_headlines():
    assert {kind for row in labelled.rows("labelled.yaml") for kind in row.types} == set(traps.shipped().types)


def test_the_wide_net_misses_nothing_that_a_rule_should_have_found(compiled):
    for name in SETS:
        for row in labelled.rows(name):
            if row.grade and "稀土" in row.title:
                assert compiled.findings(row.title, row.text).matches, row.title


@given(st.floats(0, 1000), st.booleans())
def test_a_measure_keeps_the_floor_pinned_to_it_and_not_a_higher_one(value, more):
    measure = Measure("m", value, more)
    assert measure.keeps(measure.pin)
    assert not Measure("m", value - 0.01 if more else value + 0.01, more).keeps(measure.pin)


def test_what_is_worse_new_or_gone_is_told():
    found = [Measure("a", 0.5), Measure("b", 2.0, more=False), Measure("c", 1.0)]
    pins = {"a": {"floor": 0.6}, "b": {"ceiling": 1.0}, "d": {"floor": 0.1}, "stream: e": {"floor": 0.1}}
    assert evaluate.faults(found, pins, []) == [
        "a is 0.5, its floor is 0.6",
        "b is 2, its ceiling is 1.0",
        "c has no floor yet: run with --repin",
        "d has a floor but was not measured",
    ]
    assert evaluate.faults([], {"a": {"floor": 0.1}}, []) == ["a has a floor but was not measured"]
