"""When is an alert told: quiet hours, digests, storms, silences and inhibitions, across changes of the clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.hold import Hold, ends, held, inhibited, next_digest, silenced, storm_begins
from rarewatch.nouns.alert import Reason
from rarewatch.nouns.audience import Digest, Facts, Habits, Inhibition, Lately, QuietHours, Routed, Silence, Storm, Wants
from rarewatch.nouns.watch import Severity

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NIGHT = QuietHours(time(22), time(7))
NOTABLE, URGENT = Severity.NOTABLE, Severity.URGENT
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(zone, *parts, fold=0):
    return datetime(*parts, tzinfo=zone, fold=fold).astimezone(UTC)


class TestQuietHours:
    def test_they_run_over_midnight(self):
        assert ends(NIGHT, BERLIN, at(BERLIN, 2026, 11, 22, 21, 59)) is None
        for clock in ((2026, 11, 22, 22, 0), (2026, 11, 23, 6, 59)):
            assert ends(NIGHT, BERLIN, at(BERLIN, *clock)) == at(BERLIN, 2026, 11, 23, 7)
        assert ends(NIGHT, BERLIN, at(BERLIN, 2026, 11, 23, 7)) is None

    def test_a_day_counts_by_its_evening(self):
        friday = QuietHours(time(22), time(7), frozenset([4]))
        assert ends(friday, BERLIN, at(BERLIN, 2026, 11, 21, 3)) == at(BERLIN, 2026, 11, 21, 7)
        assert ends(friday, BERLIN, at(BERLIN, 2026, 11, 21, 23)) is None

    def test_the_same_beginning_and_end_is_the_whole_day(self):
        sunday = QuietHours(time(0), time(0), frozenset([6]))
        assert ends(sunday, BERLIN, at(BERLIN, 2026, 11, 22, 15)) == at(BERLIN, 2026, 11, 23)

    @pytest.mark.parametrize(
        ("zone", "evening", "hours"),
        [
            (BERLIN, (2026, 3, 28, 22), 8),
            (BERLIN, (2026, 10, 24, 22), 10),
            (NEW_YORK, (2026, 3, 7, 22), 8),
            (NEW_YORK, (2026, 10, 31, 22), 10),
        ],
    )
    def test_a_changed_clock_makes_the_night_shorter_or_longer(self, zone, evening, hours):
        begin = at(zone, *evening)
        assert ends(NIGHT, zone, begin) - begin == timedelta(hours=hours)

    @given(
        st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)), st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Asia/Shanghai")]),
        st.times(), st.times(),
    )  # fmt: skip
    def test_they_end_within_a_day_by_the_clock_they_name(self, moment, zone, start, end):
        now = moment.replace(tzinfo=UTC)
        found = ends(QuietHours(start.replace(tzinfo=None), end.replace(tzinfo=None)), zone, now)
        if found is not None:
            assert now < found <= now + timedelta(hours=26)
        local = now.astimezone(zone).replace(tzinfo=None).time()
        clear = (
            min(abs((datetime.combine(moment, edge) - datetime.combine(moment, local)).total_seconds()) for edge in (start, end))
            > 7_200
        )
        if clear and start != end:
            assert (found is not None) == (start <= local < end if start < end else local >= start or local < end)


class TestDigests:
    def test_the_next_day_hour_and_week(self):
        assert next_digest(Digest("day", time(8, 30)), BERLIN, at(BERLIN, 2026, 11, 22, 8, 29)) == at(BERLIN, 2026, 11, 22, 8, 30)
        assert next_digest(Digest("day", time(8, 30)), BERLIN, at(BERLIN, 2026, 11, 22, 8, 30)) == at(BERLIN, 2026, 11, 23, 8, 30)
        assert next_digest(Digest("hour", time(0, 15)), BERLIN, at(BERLIN, 2026, 11, 22, 8, 20)) == at(BERLIN, 2026, 11, 22, 9, 15)
        assert next_digest(Digest("hour", time(0, 15)), BERLIN, at(BERLIN, 2026, 11, 22, 8, 14)) == at(BERLIN, 2026, 11, 22, 8, 15)
        monday = Digest("week", time(8, 30), 0)
        assert next_digest(monday, BERLIN, at(BERLIN, 2026, 11, 23, 8, 30)) == at(BERLIN, 2026, 11, 30, 8, 30)

    @given(
        st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
        st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Asia/Kolkata"), ZoneInfo("Asia/Shanghai")]),
        st.sampled_from(["hour", "day", "week"]), st.times(), st.integers(0, 6),
    )  # fmt: skip
    def test_it_is_always_ahead_and_never_further_than_its_period(self, moment, zone, every, clock, weekday):
        now = moment.replace(tzinfo=UTC)
        due = next_digest(Digest(every, time(clock.hour, clock.minute), weekday), zone, now)
        longest = {"hour": 1, "day": 25, "week": 7 * 24 + 1}[every]
        assert now < due <= now + timedelta(hours=longest)
        assert due.astimezone(zone).minute == clock.minute or every != "hour"


class TestHeld:
    def test_nothing_holds_by_default(self):
        assert held(Habits(), Routed(()), NOTABLE, "Europe/Berlin", lately=Lately(), now=NOW) is None

    def test_the_longest_hold_counts_and_the_severe_breaks_through(self):
        habits = Habits(quiet=(QuietHours(time(12), time(14)),), digest=Digest("hour"))
        assert held(habits, Routed(()), NOTABLE, "UTC", lately=Lately(), now=NOW) == Hold(
            Reason.QUIET_HOURS, NOW + timedelta(hours=2)
        )
        assert held(habits, Routed(()), URGENT, "UTC", lately=Lately(), now=NOW) is None

    def test_a_branch_gathers(self):
        assert held(Habits(), Routed((), wait=30), NOTABLE, "UTC", lately=Lately(), now=NOW) == Hold(
            Reason.GROUPED, NOW + timedelta(seconds=30)
        )

    def test_a_storm_begins_with_one_too_many_and_ends_by_itself(self):
        storm = Storm(more_than=3, within=600)
        gone = [timedelta(seconds=seconds) for seconds in (900, 500, 300, 0)]
        three, four = Lately(tuple(NOW - ago for ago in gone[:3])), Lately(tuple(NOW - ago for ago in gone))
        assert not storm_begins(storm, NOTABLE, three, NOW)
        assert storm_begins(storm, NOTABLE, four, NOW)
        assert not storm_begins(storm, URGENT, four, NOW)
        assert not storm_begins(None, NOTABLE, four, NOW)

    def test_while_it_is_on_all_waits_for_its_end_but_the_severe(self):
        habits = Habits(storm=Storm(more_than=3, within=600))
        on = Lately((NOW,), storm_since=NOW - timedelta(seconds=100))
        assert not storm_begins(habits.storm, NOTABLE, on, NOW)
        assert held(habits, Routed(()), NOTABLE, "UTC", lately=on, now=NOW) == Hold(Reason.STORM, NOW + timedelta(seconds=500))
        assert held(habits, Routed(()), URGENT, "UTC", lately=on, now=NOW) is None
        over = NOW + timedelta(seconds=500)
        assert held(habits, Routed(()), NOTABLE, "UTC", lately=on, now=over) is None


def facts(tier="issuer", **fields):
    return Facts("s", "p", tier, "zh", fields.pop("rules", {"export": URGENT}), **fields)


class TestSilencesAndInhibitions:
    SILENCE = Silence("1", Wants(rules=frozenset(["export"])), "Ann", "known", NOW, NOW + timedelta(hours=1))

    def test_a_silence_holds_from_its_beginning_until_its_end_for_what_it_names(self):
        found = [silenced([self.SILENCE], "desk", facts(), NOW + timedelta(minutes=minutes)) for minutes in (-1, 0, 59, 60)]
        assert [bool(one) for one in found] == [False, True, True, False]
        assert silenced([self.SILENCE], "desk", facts(rules={"price": NOTABLE}), NOW) is None

    def test_a_rule_that_is_not_silenced_still_speaks_for_an_item(self):
        both = facts(rules={"export": URGENT, "price": NOTABLE})
        price = Silence("2", Wants(rules=frozenset(["price"])), "Bob", "noise", NOW, NOW + timedelta(minutes=30))
        assert silenced([self.SILENCE], "desk", both, NOW) is None
        assert silenced([self.SILENCE, price], "desk", both, NOW) is self.SILENCE
        assert silenced([Silence("3", Wants(), "Bob", "all", NOW, NOW + timedelta(hours=1))], "desk", both, NOW)

    def test_a_silence_may_be_for_one_subscriber(self):
        mine = Silence("2", Wants(), "Ann", "leave", NOW, NOW + timedelta(hours=2), "desk")
        assert silenced([mine, self.SILENCE], "desk", facts(), NOW) is mine
        assert silenced([mine], "traders", facts(), NOW) is None

    def test_a_commentary_waits_for_the_official_text(self):
        rule = Inhibition("commentary", Wants(tiers=frozenset(["issuer"])), Wants(tiers=frozenset(["trade_press"])))
        press = facts("trade_press")
        assert inhibited([rule], press, [(facts(), NOW - timedelta(minutes=5))], NOW) == Hold(
            Reason.INHIBITED, NOW + timedelta(minutes=15)
        )
        assert inhibited([rule], press, [(facts(), NOW - timedelta(hours=2))], NOW) is None
        assert inhibited([rule], press, [(press, NOW)], NOW) is None
        assert inhibited([rule], facts(), [(facts(), NOW)], NOW) is None
