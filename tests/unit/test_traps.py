"""Text traps against the shipped entities: exact places or silence, case by case (the texts stand in tests/corpus/traps.yaml)."""

import pytest

from corpus import traps

CASES = traps.cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_trap_is_seen_through(case):
    assert [case.text[start:end] for start, end in traps.found(case)] == [case.text[start:end] for start, end in case.at]
    assert traps.found(case) == case.at


def test_there_are_traps_of_both_kinds_and_a_plain_search_falls_into_them():
    assert len(CASES) >= 250
    assert len({(case.sought, case.text) for case in CASES}) == len(CASES)
    assert sum(not case.at for case in CASES) >= 80
    *_, (_, count, right) = traps.table()
    assert right["rarewatch"] == count
    assert right["`\\b` around each term"] < 0.75 * count
    assert right["bare substring"] < 0.75 * count
