"""Sixty publishers of all kinds, and the troubles of their month."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from month import days
from month.days import CHINA, DAY
from month.model import Harm, Numbers, Outlet, Trouble

START = datetime(2026, 9, 20, 0, 0, tzinfo=CHINA)
HISTORY = timedelta(days=140)
HOUR = timedelta(hours=1)
_EVERY = (7_200, 10_800)
"""Seconds between two polls of sources without trouble; of the others see `_WATCHED`."""
_WATCHED = (3_600, 3_600, 1_800, 3_600, 3_600, 3_600)
_CALENDARS: dict[str, tuple[days.Calendar, ...]] = {
    "feed": (
        days.wire(22), days.office(4), days.each_workday(10), days.weekly(3), days.wire(9), days.monthly(15), days.bursts(0.3, 6),
        days.office(1.5), days.office(2.5),
    ),
    "listing": (
        days.office(3), days.office(0.6), days.each_workday(16), days.weekly(0), days.bursts(0.25, 5), days.monthly(10),
        days.office(1.2), days.office(5),
    ),
    "jpaas": (days.office(2), days.office(0.4), days.weekly(4), days.each_workday(9.5), days.office(1), days.bursts(0.2, 4)),
    "jpage": (days.office(2.5), days.monthly(8), days.each_workday(14), days.office(0.8), days.weekly(2), days.office(1.5)),
    "json_list": (days.wire(25), days.office(6), days.each_workday(11.5), days.office(1), days.wire(6), days.bursts(0.4, 8)),
    "govcn_json": (days.office(3), days.wire(5), days.office(1), days.weekly(1)),
    "xinhua_ds": (days.wire(15), days.wire(4), days.office(2), days.each_workday(8), days.bursts(0.5, 4)),
    "sitemap": (days.wire(12), days.office(3), days.wire(3), days.weekly(3)),
    "page": (days.office(0.5), days.monthly(5), days.each_workday(10), days.weekly(4)),
    "filing": (days.bursts(0.2, 3), days.office(0.5), days.monthly(25), days.each_workday(20)),
    "epaper": (days.paper(8), days.paper(5), days.paper(12), days.paper(6)),
}  # fmt: skip
KINDS = tuple(_CALENDARS)
_ROWS = {"epaper": 12, "govcn_json": 60, "page": 40, "feed": 35}
_POLLS: dict[Harm, float] = {
    "refused": 4, "timeouts": 4, "errors": 4, "not_found": 3, "wall_status": 3, "wall_page": 3, "redesign": 3, "elsewhere": 3,
    "question_marks": 3, "mojibake": 3, "stuck": 3, "stale": 2,
}  # fmt: skip
"""How many times the time between two polls a trouble may last until it is told: what cannot be reached is looked at three times
and everything else twice, each time later than the last."""
_NAMED: dict[Harm, str] = {
    "refused": "unreachable", "timeouts": "unreachable", "errors": "unreachable", "not_found": "moved", "elsewhere": "moved",
    "wall_status": "blocked", "wall_page": "blocked", "redesign": "drifted", "question_marks": "garbled", "mojibake": "garbled",
    "stuck": "stuck", "stale": "stale", "silent": "silent",
}  # fmt: skip
_ON = timedelta(days=60)
_Plan = tuple[Harm, float, timedelta] | tuple[Harm, float, timedelta, timedelta]
_PLANS: dict[str, tuple[_Plan, ...]] = {
    "feed-1": (("errors", 2.4, 9 * HOUR), ("blip", 12.5, 0.4 * HOUR)),
    "feed-2": (("wall_page", 5.45, 14 * HOUR),),
    "feed-4": (("silent", 20.4, _ON, 2 * DAY),),
    "feed-5": (("blip", 3.0, 0.9 * HOUR), ("blip", 9.0, 0.9 * HOUR)),
    "feed-7": (("stale", -75, 200 * DAY),),
    "listing-0": (("redesign", 3.5, 30 * HOUR), ("mojibake", 22.4, 12 * HOUR)),
    "listing-1": (("refused", 7.3, 11 * HOUR),),
    "listing-2": (("stuck", 18.6, 26 * HOUR),),
    "listing-3": (("blip", 4.2, 0.9 * HOUR),),
    "listing-6": (("elsewhere", 19.2, 20 * HOUR),),
    "listing-7": (("silent", 18.8, _ON, 5 * DAY),),
    "jpaas-0": (("wall_status", 8.1, 22 * HOUR),),
    "jpaas-3": (("not_found", 16.2, 40 * HOUR),),
    "jpaas-4": (("timeouts", 25.3, 10 * HOUR),),
    "jpage-0": (("not_found", 2.2, 15 * HOUR),),
    "jpage-2": (("question_marks", 21.3, 9 * HOUR),),
    "json_list-0": (("silent", 11.35, _ON, 2 * DAY),),
    "json_list-1": (("redesign", 19.6, 25 * HOUR),),
    "json_list-3": (("question_marks", 4.5, 13 * HOUR),),
    "govcn_json-0": (("stuck", 25.5, 18 * HOUR),),
    "xinhua_ds-0": (("refused", 15.5, 8 * HOUR), ("wall_page", 27.0, 10 * HOUR)),
    "sitemap-1": (("errors", 10.2, 8 * HOUR),),
    "page-2": (("redesign", 17.5, 20 * HOUR),),
    "filing-1": (("wall_status", 23.4, 20 * HOUR),),
    "epaper-1": (("timeouts", 6.1, 14 * HOUR),),
    "epaper-2": (("silent", 14.0, _ON, 7 * DAY),),
}
"""By outlet: what ails it, from which day of the month, how long, and for silence how soon it must be named."""


def _trouble(harm: Harm, day: float, lasts: timedelta, within: timedelta | None = None, *, every: int) -> Trouble:
    bound = within or timedelta(seconds=every * _POLLS.get(harm, 0.0)) + HOUR / 4
    return Trouble(harm, START + day * DAY, START + day * DAY + lasts, _NAMED.get(harm, ""), bound)


def own_host(name: str) -> str:
    """The address of an outlet that has a host to itself."""
    return f"https://www.{name.replace('_', '').replace('-', '')}.gov.cn"


def outlets(length: timedelta, base: Callable[[str], str] = own_host, seed: int = 20260920) -> list[Outlet]:
    """The publishers, each under its `base`, with all they say until `length` after the start."""
    numbers, found = Numbers(), list[Outlet]()
    for kind, calendars in _CALENDARS.items():
        for place, calendar in enumerate(calendars):
            name, number = f"{kind}-{place}", len(found)
            plans = _PLANS.get(name, ())
            every = _WATCHED[number % len(_WATCHED)] if plans else _EVERY[number % len(_EVERY)]
            outlet = Outlet(name, kind, base(name), calendar, every, _ROWS.get(kind, 20), style=number)
            outlet.troubles = [_trouble(*plan, every=every) for plan in plans]
            outlet.publish(Random(f"{seed} {name}"), START - HISTORY, START + length, numbers)
            found.append(outlet)
    return found
