"""Two years of many kinds of sources: none is called silent, stuck or stale while it lives, and each soon after it dies."""

import math
import random
from datetime import datetime, timedelta, timezone

import pytest

from making import item, source
from rarewatch.health import after_reading
from rarewatch.nouns.health import Condition, Vitals
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.source import Reading
from rarewatch.text.workdays import is_festival, is_workday

CHINA = timezone(timedelta(hours=8))
BEGIN = datetime(2024, 9, 1, tzinfo=CHINA)
DAYS = [BEGIN + timedelta(days=n) for n in range(730)]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = source(kind="listing")
THING = item()


def count(chance, mean):
    """A Poisson number."""
    limit, number, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        number, product = number + 1, product * chance.random()
    return number


def within(chance, day, first, last, number):
    return [day + HOUR * chance.uniform(first, last) for _ in range(number)]


def by_chance(chance):
    """One a day on average, at any hour of any day."""
    return [at for day in DAYS for at in within(chance, day, 0, 24, count(chance, 1.0))]


def bursts(chance):
    """Several on one day, then none for a week or two."""
    worked = [day for day in DAYS if is_workday(day.date()) and chance.random() < 0.15]
    return [at for day in worked for at in within(chance, day, 9, 18, 1 + count(chance, 4.0))]


def moody(chance):
    """A ministry: weeks full of notices, weeks with hardly any, now and then one on a holiday."""
    found, mean = [], 0.5
    for day in DAYS:
        mean = 0.5 * chance.gammavariate(1.2, 1 / 1.2) if day.weekday() == 0 else mean
        found += within(chance, day, 9, 18, count(chance, mean if is_workday(day.date()) else 0.02))
    return found


def office(chance):
    return [at for day in DAYS if is_workday(day.date()) for at in within(chance, day, 9, 18, count(chance, 2.0))]


def daily(chance):
    return [at for day in DAYS for at in within(chance, day, 8, 9, 1)]


def weekdays(chance):
    return [at for day in DAYS if is_workday(day.date()) and chance.random() < 0.97 for at in within(chance, day, 10, 12, 1)]


def thursdays(chance):
    there = [day for day in DAYS if day.weekday() == 3 and not is_festival(day.date()) and chance.random() < 0.97]
    return [at for day in there for at in within(chance, day, 15, 18, 1)]


def monthly(chance):
    return [at for day in DAYS if day.day == 1 for at in within(chance, day + DAY * chance.randrange(8, 15), 10, 11, 1)]


def quarterly(chance):
    early = [BEGIN - DAY * back for back in (380, 290, 200, 110, 20)]  # the list shows more than a year
    days = [*early, *(day for day in DAYS if day.day == 1 and day.month % 3 == 1)]
    return [at for day in days for at in within(chance, day + DAY * chance.randrange(10, 20), 10, 11, 1)]


KINDS = {
    by_chance: (20, 16, 1),
    bursts: (20, 130, 3),
    moody: (20, 70, 2),
    office: (20, 11, 1),
    daily: (20, 6, 1),
    weekdays: (20, 14, 1),
    thursdays: (20, 30, 4),
    monthly: (6, 110, 6),
    quarterly: (5, 320, 6),
}
"""For each how many entries its list shows at the first reading, within how many days its death is named, and how many live."""


def live(moments, shown, precision):
    """Read a source at each of its entries, and just before; the vitals at the end and the troubles on the way."""
    stamps = [
        Stamp(at if precision == "minute" else at.replace(hour=0, minute=0, second=0, microsecond=0), precision) for at in moments
    ]
    found = [item(published=stamp, title=THING.title, text="") for stamp in stamps]
    vitals, troubles = Vitals(), []
    vitals = after_reading(SOURCE, vitals, Reading(newest=stamps[shown - 1].at), found[:shown], moments[shown - 1])
    for at, one in zip(moments[shown:], found[shown:], strict=True):
        before = after_reading(SOURCE, vitals, Reading(unchanged=True), [], at - timedelta(seconds=1))
        if before.condition.is_trouble and before.condition is not vitals.condition:
            troubles.append((at, before.condition))
        vitals = after_reading(SOURCE, before, Reading(newest=one.published.at), [one], at)
        if vitals.condition.is_trouble:
            troubles.append((at, vitals.condition))
    return vitals, troubles


@pytest.mark.parametrize("precision", ["minute", "day"])
def test_chance_calls_no_living_source_dead_and_every_dead_one_is_named(precision):
    false, years = [], 0.0
    for kind, (shown, bound, lives) in KINDS.items():
        for seed in range(lives):
            moments = sorted(kind(random.Random(f"{kind.__name__} {seed}")))
            vitals, troubles = live(moments, shown, precision)
            false += [(kind.__name__, *each) for each in troubles]
            years += 2
            dead = [after_reading(SOURCE, vitals, Reading(unchanged=True), [], moments[-1] + DAY * n).condition for n in (1, bound)]
            if kind is not daily:
                assert not dead[0].is_trouble, kind
            assert vitals.silent_at is not None, kind
            assert dead[1] is Condition.SILENT, (kind, vitals.silent_at - moments[-1])
    assert years == 50
    assert len(false) <= years / 5, false
