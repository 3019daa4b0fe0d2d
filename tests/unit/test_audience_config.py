"""`audience.yaml`: when and by which way somebody is told, its mistakes with their places, and what is hardly meant."""

from datetime import time

import pytest
from config_examples import RIGHT

from rarewatch.config import load
from rarewatch.errors import ConfigErrors
from rarewatch.nouns.audience import Digest, Escalation, Habits, Inhibition, QuietHours, Route, Storm, Wants
from rarewatch.nouns.watch import Severity

WHOLE = """
subscribers:
  - id: desk
    tiers: [issuer]
    entities: org.north
    languages: [zh]
    deliver: [{via: bell, to: one}]
    quiet_hours: [{from: "22:00", to: "07:00", days: [fri, sat], break_through: important}]
    digest: {every: week, at: "09:15", weekday: tue, break_through: notable}
    storm: {more_than: 5, within: 1m, break_through: notable}
    escalate: {after: 15m, to: duty, min_severity: notable}
  - id: duty
    deliver: [{via: bell, to: two}]
routes:
  - name: top
    match: {min_severity: urgent}
    to: [duty]
    continue: true
    wait: 30s
    repeat: 10m
    routes: [{name: below, match: {rules: [export]}, to: [desk]}]
inhibit:
  - {name: comment, by: {tiers: [issuer]}, held: {tiers: [trade_press]}, wait: 5m, within: 10m}
"""


def loaded(folder, audience):
    for name, text in {**RIGHT, "audience.yaml": audience}.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    return load(folder)


def test_every_key_has_its_effect(tmp_path):
    config = loaded(tmp_path, WHOLE.replace("entities: org.north", "entities: [org.north]"))
    desk, duty = config.audience
    assert desk.wants == Wants(
        entities=frozenset(["org.north"]), tiers=frozenset(["issuer"]), languages=frozenset(["zh"]), min_severity=Severity.LOG
    )
    assert desk.habits == Habits(
        (QuietHours(time(22), time(7), frozenset([4, 5]), Severity.IMPORTANT),),
        Digest("week", time(9, 15), 1, Severity.NOTABLE),
        Storm(5, 60.0, Severity.NOTABLE),
        Escalation(900.0, "duty", Severity.NOTABLE),
    )
    assert duty.habits == Habits()
    below = Route("below", Wants(rules=frozenset(["export"])), ("desk",))
    top = Route("top", Wants(min_severity=Severity.URGENT), ("duty",), (below,), goes_on=True, wait=30.0, repeat=600.0)
    assert config.policy.tree == (top,)
    issuer, press = Wants(tiers=frozenset(["issuer"])), Wants(tiers=frozenset(["trade_press"]))
    assert config.policy.inhibitions == (Inhibition("comment", issuer, press, 300.0, 600.0),)


READER = "subscribers:\n  - id: desk\n    deliver: [{via: bell, to: one}]\n"


@pytest.mark.parametrize(
    ("audience", "mistake"),
    [
        (READER + "    entities: [org.nort]\n", ":4:16: there is no entity 'org.nort' (did you mean 'org.north'?)"),
        (READER + "    sources: [nowhere]\n", "there is no source 'nowhere'"),
        (READER + "    publishers: [nobody]\n", "there is no publisher 'nobody'"),
        (READER + "    tiers: [official]\n", ":4:13: "),
        (READER + "    quiet_hours: [{from: '25:00', to: '07:00'}]\n", "is not a time of day (write hours and minutes as 20:00)"),
        (READER + "    quiet_hours: [{from: '22:00', to: '07:00', days: [someday]}]\n", ":4:55: "),
        (READER + "    digest: {every: month}\n", ":4:21: "),
        (READER + "    storm: {more_than: 0}\n", "must be at least 1"),
        (READER + "    escalate: {after: 1m, to: des}\n", "there is no subscriber 'des' (did you mean 'desk'?)"),
        (READER + "routes:\n  - {name: a, to: [dsk]}\n", ":5:20: there is no subscriber 'dsk' (did you mean 'desk'?)"),
        (READER + "routes:\n  - {name: a}\n", "leads nowhere"),
        (READER + "routes:\n  - {name: a, to: [desk]}\n  - {name: a, to: [desk]}\n", "route 'a' exists already"),
        (READER + "routes:\n  - {name: a, routes: [{name: b, match: {rules: [x]}, to: [desk]}]}\n", "there is no rule 'x'"),
        (READER + "inhibit:\n  - {name: a, by: {}}\n", "held"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, audience, mistake):
    with pytest.raises(ConfigErrors) as raised:
        loaded(tmp_path, audience)
    assert mistake in str(raised.value)


@pytest.mark.parametrize(
    ("audience", "warning"),
    [
        (
            READER + "routes:\n  - {name: a, to: [desk]}\n  - {name: b, match: {rules: [export]}, to: [desk]}\n",
            "'b' is never reached",
        ),
        (
            READER + "  - id: other\n    deliver: [{via: bell, to: two}]\nroutes:\n  - {name: a, to: [desk]}\n",
            "'other' stands on no route and asks for nothing in particular",
        ),
        (
            READER
            + "    escalate: {after: 1m, to: other}\n"
            + "  - id: other\n    deliver: [{via: bell, to: two}]\n    escalate: {after: 1m, to: desk}\n",
            "escalations go round in a circle: desk > other > desk",
        ),
    ],
)
def test_what_is_hardly_meant_is_warned_of(tmp_path, audience, warning):
    assert any(warning in one for one in loaded(tmp_path, audience).warnings)


def test_a_branch_after_one_that_asks_for_something_else_is_not_warned_of(tmp_path):
    tree = "routes:\n  - {name: a, match: {min_severity: urgent}, to: [desk]}\n  - {name: b, to: [desk]}\n"
    assert not [one for one in loaded(tmp_path, READER + tree).warnings if "never reached" in one]
