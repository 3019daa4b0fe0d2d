"""What lists do that looks like an old list and is none: a notice withdrawn after a rest, a day with many notices before a silence."""

from datetime import datetime, timedelta, timezone

import pytest

from making import DAY, HOUR, NOW, item, source
from rarewatch.health import after_reading
from rarewatch.nouns.health import Condition, Vitals
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.source import Reading

LIST = source(kind="listing", url="https://www.mofcom.gov.cn/list")


def midnight(days: int) -> datetime:
    """The beginning of a day in Beijing, so many days before now."""
    return NOW.astimezone(timezone(8 * HOUR)).replace(hour=0, minute=0) - days * DAY


def read(vitals: Vitals, newest: datetime, news=(), at=NOW) -> Vitals:
    return after_reading(LIST, vitals, Reading(newest=newest, known=1), news, at)


def known(*days: int) -> Vitals:
    """A list that was read first when it had a notice on each of these days, the latest last."""
    items = [item(published=Stamp(midnight(day), "day")) for day in days]
    return read(Vitals(), midnight(days[-1]), items, NOW)


@pytest.mark.parametrize(("shown", "condition"), [(7, Condition.OK), (9, Condition.STUCK)])
def test_one_notice_withdrawn_after_a_rest_is_not_an_old_list(shown, condition):
    vitals = known(*range(40, 6, -1), 0)
    for _ in range(3):
        vitals = read(vitals, midnight(shown), at=NOW + 3 * HOUR)
    assert vitals.condition is condition


def test_a_day_with_many_notices_before_a_silence_is_not_a_list_that_stands_still():
    vitals, moment = known(*range(40, 0, -1)), NOW
    for hour in range(6):
        moment = NOW + hour * HOUR
        vitals = read(vitals, midnight(0), [item(url=f"https://s1.example.com/{hour}", published=Stamp(moment, "minute"))], moment)
    conditions = set()
    for _ in range(60):
        moment += timedelta(hours=12)
        vitals = read(vitals, midnight(0), at=moment)
        conditions.add(vitals.condition)
    assert Condition.SILENT in conditions
    assert Condition.STUCK not in conditions
