"""What people's judgements say of a rule."""

import pytest

from rarewatch.cli.rules_precision import interval


@pytest.mark.parametrize(("good", "judged", "expected"), [(0, 0, (0.0, 1.0)), (11, 12, (0.646, 0.985)), (50, 100, (0.404, 0.596))])
def test_the_interval_narrows_with_what_is_judged(good, judged, expected):
    assert interval(good, judged) == expected


def test_it_never_leaves_what_can_be():
    assert interval(0, 3)[0] == 0.0
    assert interval(3, 3)[1] == 1.0
