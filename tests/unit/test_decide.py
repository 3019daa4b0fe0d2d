"""Who is told of an item, who is not, and why: one decision a subscription, always with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import SLACK, item, match, subscription
from rarewatch.decide import decide
from rarewatch.nouns.alert import Reason, Verdict
from rarewatch.nouns.item import Admission, Status
from rarewatch.nouns.watch import Severity


def verdicts(audience, matches=None, *, status=Status.NEW, told=(), past=False):
    admission = Admission(item(id="5"), status, "why", past=past)
    matches = [match()] if matches is None else matches
    return {made.subscription: made for made in decide(admission, "9", matches, audience, frozenset(told))}


def test_whoever_asked_for_it_is_told_with_matches_and_targets():
    made = verdicts([subscription()])["desk"]
    assert (made.verdict, made.reason, made.item, made.story) == (Verdict.TELL, Reason.FIRST, "5", "9")
    assert (made.matches, made.targets) == ((match(),), SLACK)


@pytest.mark.parametrize(
    ("fields", "about", "reason"),
    [
        ({"rules": frozenset({"other"})}, {}, Reason.NOT_SUBSCRIBED),
        ({"min_severity": Severity.URGENT}, {}, Reason.BELOW_SEVERITY),
        ({}, {"told": ["desk"]}, Reason.ALREADY_TOLD),
        ({}, {"status": Status.BASELINE}, Reason.BASELINE),
        ({}, {"status": Status.REVISED, "past": True}, Reason.BASELINE),
        ({}, {"status": Status.REVISED, "told": ["desk"]}, Reason.ALREADY_TOLD),
        ({"rules": frozenset({"other"})}, {"told": ["desk"]}, Reason.NOT_SUBSCRIBED),
    ],
)
def test_silence_has_its_reason_and_no_targets(fields, about, reason):
    made = verdicts([subscription(**fields)], **about)["desk"]
    assert (made.verdict, made.reason, made.targets) == (Verdict.SKIP, reason, ())


def test_a_revision_nobody_was_told_of_is_told():
    assert verdicts([subscription()], status=Status.REVISED)["desk"].verdict is Verdict.TELL


def test_what_one_was_told_does_not_silence_another():
    made = verdicts([subscription("a"), subscription("b")], told=["a"])
    assert (made["a"].verdict, made["b"].verdict) == (Verdict.SKIP, Verdict.TELL)


def test_only_matches_that_were_asked_for_and_weigh_enough_speak():
    light, heavy, foreign = match("light", Severity.ROUTINE), match("heavy", Severity.URGENT), match("foreign", Severity.URGENT)
    asked = subscription(rules=frozenset({"light", "heavy"}), min_severity=Severity.NOTABLE)
    assert verdicts([asked], [light, heavy, foreign])["desk"].matches == (heavy,)
    quiet = subscription(rules=frozenset({"light"}), min_severity=Severity.NOTABLE)
    made = verdicts([quiet], [light, heavy])["desk"]
    assert (made.reason, made.matches) == (Reason.BELOW_SEVERITY, (light,))


audiences = st.lists(
    st.builds(
        subscription,
        st.sampled_from("abcdef"),
        rules=st.frozensets(st.sampled_from(["r1", "r2", "r3"])),
        min_severity=st.sampled_from(list(Severity)),
    ),
    unique_by=lambda one: one.id,
)
found = st.lists(st.builds(match, st.sampled_from(["r1", "r2", "r3"]), st.sampled_from(list(Severity))), min_size=1, max_size=4)


@given(
    audiences,
    found,
    st.sampled_from([Status.NEW, Status.REVISED, Status.BASELINE]),
    st.frozensets(st.sampled_from("abcdef")),
    st.booleans(),
)
def test_everybody_gets_one_decision_and_nobody_is_told_twice_or_of_the_past(audience, matches, status, told, past):
    made = verdicts(audience, matches, status=status, told=told, past=past)
    assert list(made) == [one.id for one in audience]
    for decision in made.values():
        tells = decision.verdict is Verdict.TELL
        assert tells is (decision.reason is Reason.FIRST) is bool(decision.targets)
        if tells:
            assert decision.subscription not in told
            assert status is not Status.BASELINE
            assert not past
            assert decision.matches
