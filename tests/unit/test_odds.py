"""Trouble by chance: as likely as said, the same for the same dice."""

from collections import Counter
from random import Random

import pytest

from rarewatch.demo._odds import Odds


def test_troubles_come_about_as_often_as_said():
    odds = Odds({"drop": 0.2, "429": 0.05}, Random(3))
    drawn = Counter(odds.draw() for _ in range(10_000))
    assert drawn["drop"] == pytest.approx(2_000, rel=0.1)
    assert drawn["429"] == pytest.approx(500, rel=0.2)
    assert drawn.total() == 10_000


def test_the_same_dice_give_the_same_run():
    runs = [[odds.draw() for _ in range(100)] for odds in (Odds({"a": 0.5}, Random(1)), Odds({"a": 0.5}, Random(1)))]
    assert runs[0] == runs[1]


def test_without_chances_all_goes_well():
    assert {Odds[str]().draw() for _ in range(100)} == {None}


@pytest.mark.parametrize("chances", [{"a": -0.1}, {"a": 0.6, "b": 0.6}])
def test_chances_that_are_none_are_refused(chances):
    with pytest.raises(ValueError, match="from 0 to 1"):
        Odds(chances)
