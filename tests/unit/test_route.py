"""Who an item is for."""

from hypothesis import given
from hypothesis import strategies as st

from rarewatch.nouns.audience import Facts, Route, Wants
from rarewatch.nouns.watch import Severity
from rarewatch.route import in_tree, lacks, routed

NOTABLE, URGENT = Severity.NOTABLE, Severity.URGENT


def facts(**fields):
    found = {"source": "mofcom", "publisher": "gov.mofcom", "tier": "issuer", "language": "zh", "rules": {"export": URGENT}}
    return Facts(**{**found, **fields})


def wants(**fields):
    return Wants(**{name: frozenset([value]) if isinstance(value, str) else value for name, value in fields.items()})


class TestWants:
    def test_asking_for_nothing_takes_all(self):
        assert lacks(Wants(), facts()) == ""

    def test_each_thing_asked_for_must_be_there(self):
        one = facts(entities=frozenset(["org.nre"]), types=frozenset(["quota"]))
        for name, value in {
            "rules": "export", "entities": "org.nre", "types": "quota", "tiers": "issuer", "publishers": "gov.mofcom",
            "sources": "mofcom", "languages": "zh",
        }.items():  # fmt: skip
            assert lacks(wants(**{name: value}), one) == ""
            assert lacks(wants(**{name: "other"}), one) == name

    def test_one_of_several_is_enough(self):
        assert lacks(Wants(rules=frozenset(["a", "export"])), facts()) == ""

    def test_the_severity_of_the_rules_asked_for_counts(self):
        both = facts(rules={"export": URGENT, "price": NOTABLE})
        assert lacks(wants(rules="price", min_severity=URGENT), both) == "severity"
        assert lacks(wants(rules="export", min_severity=URGENT), both) == ""
        assert lacks(wants(min_severity=URGENT), both) == ""

    def test_where_no_rule_held_the_least_severity_is_reached_by_nothing_above_log(self):
        assert lacks(wants(min_severity=NOTABLE), facts(rules={})) == "severity"
        assert lacks(Wants(), facts(rules={})) == ""


class TestTree:
    TREE = (
        Route(
            "policy",
            wants(tiers="issuer"),
            to=("desk",),
            branches=(
                Route("urgent", wants(min_severity=URGENT), to=("duty", "desk"), wait=0.0),
                Route("prices", wants(rules="price"), to=("traders",), wait=60.0),
            ),
            wait=30.0,
            goes_on=True,
        ),
        Route("rest", Wants(), to=("archive",)),
    )

    def test_the_deepest_branch_that_takes_it_has_it(self):
        found = routed(self.TREE, facts())
        assert {name: way.path for name, way in found.items()} == {
            "duty": ("policy", "urgent"),
            "desk": ("policy", "urgent"),
            "archive": ("rest",),
        }
        assert found["duty"].wait == 0.0

    def test_a_branch_stops_its_sisters_unless_it_goes_on(self):
        both = facts(rules={"export": URGENT, "price": NOTABLE})
        assert "traders" not in routed(self.TREE, both)
        assert routed(self.TREE, facts(rules={"price": NOTABLE})).keys() == {"traders", "archive"}

    def test_what_no_branch_below_takes_stays_with_the_branch_and_its_wait_is_inherited(self):
        found = routed(self.TREE, facts(rules={"export": NOTABLE}))
        assert found["desk"].path == ("policy",)
        assert found["desk"].wait == 30.0

    def test_the_first_way_to_a_subscriber_counts(self):
        tree = (Route("a", Wants(), to=("x",), goes_on=True, wait=5.0), Route("b", Wants(), to=("x",), wait=9.0))
        assert routed(tree, facts())["x"].wait == 5.0

    def test_who_the_tree_speaks_of(self):
        assert in_tree(self.TREE) == {"desk", "duty", "traders", "archive"}


small = st.frozensets(st.sampled_from("ab"), max_size=2)
some_wants = st.builds(Wants, rules=small, tiers=small, min_severity=st.sampled_from(list(Severity)))
trees = st.recursive(
    st.builds(Route, st.just("leaf"), some_wants, st.tuples(st.sampled_from("xyz")), goes_on=st.booleans()),
    lambda below: st.builds(
        Route, st.just("node"), some_wants, st.tuples(st.sampled_from("xyz")), st.lists(below, max_size=3).map(tuple), st.booleans()
    ),
    max_leaves=6,
)


@given(st.lists(trees, max_size=4), st.dictionaries(st.sampled_from("ab"), st.sampled_from(list(Severity))), st.sampled_from("ab"))
def test_nobody_outside_the_tree_is_led_to_and_every_way_is_wanted(tree, rules, tier):
    one = facts(rules=rules, tier=tier)
    found = routed(tree, one)
    assert found.keys() <= in_tree(tree)
    assert bool(found) == any(not lacks(branch.wants, one) for branch in tree)
