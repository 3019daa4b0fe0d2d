"""What `rarewatch sources` says of how soon an announcement is told."""

from dataclasses import replace

import pytest

from making import source
from rarewatch.cli.sources_fare import Fare
from rarewatch.cli.sources_show import about_span
from rarewatch.nouns.health import Vitals

SOURCE = source()


def fare(of):
    return Fare(of, Vitals(), None, (), ())


def test_the_expected_delay_is_half_the_interval_that_the_budget_leaves():
    every = SOURCE.cadence.every
    held = replace(SOURCE, cadence=replace(SOURCE.cadence, least=every * 4))
    assert fare(SOURCE).facts["expected_delay"] == every / 2
    assert fare(held).facts["expected_delay"] == every * 2
    assert fare(replace(SOURCE, enabled=False)).facts["expected_delay"] is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.5, "1 s"), (59.0, "59 s"), (60.0, "1 min"), (450.0, "8 min"), (5_400.0, "90 min"), (7_200.0, "2 h"), (259_200.0, "72 h")],
)
def test_a_delay_in_words(seconds, words):
    assert about_span(seconds) == words
