"""A condition as YAML is read again as the same condition."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.as_yaml import as_yaml, in_short
from rarewatch.config.conditions import condition
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.reader import Node, read
from rarewatch.matchers.terms import Terms
from rarewatch.nouns.watch import AtLeast, Count, Group, Leaf, Near, Points, Polarity, Scored, Together

WORDS = st.lists(st.sampled_from(["稀土", "出口管制", "rare earth", "1号", "no"]), min_size=1, max_size=3, unique=True)
LEAVES = st.builds(
    Leaf,
    st.just("terms"),
    WORDS.map(Terms.Options.model_validate),
    st.sampled_from(["any", "title", "text"]),
)


def several(parts, least=1):
    return st.lists(parts, min_size=least, max_size=3).map(tuple)


def nodes(parts):
    points = st.builds(Points, st.sampled_from([3.0, -2.0]), parts)
    return st.one_of(
        st.builds(Group, all=several(parts)),
        st.builds(Group, any=several(parts), none=several(parts)),
        st.builds(AtLeast, st.just(1), several(parts)),
        st.builds(Count, st.integers(1, 5), parts),
        st.builds(Together, several(parts, 2)),
        st.builds(Polarity, parts, st.booleans()),
        st.builds(Near, st.integers(1, 99), several(parts, 2), st.booleans()),
        st.builds(Scored, st.just(2.5), st.lists(points, min_size=1, max_size=3).map(tuple)),
    )


LOOSE = st.one_of(
    LEAVES,
    st.builds(Group, all=several(LEAVES)),
    st.builds(Near, st.integers(1, 99), several(LEAVES, 2), st.booleans()),
    nodes(LEAVES),
)


@given(LOOSE | st.builds(Group, all=several(nodes(LEAVES)), none=several(LEAVES)))
def test_what_is_written_is_read_as_the_same(made):
    text = yaml.safe_dump(as_yaml(made), allow_unicode=True)
    node, _ = read("c.yaml", text.encode())
    mistakes = Mistakes()
    again = condition(Node(node.file, node.value, node.spot), mistakes, [])
    if not mistakes.errors:  # a few conditions can be built that the language does not let anybody write
        assert again == made
    assert len(in_short(made)) <= 80


def test_one_of_each_is_read_again():
    leaf = Leaf("terms", Terms.Options.model_validate(["稀土"]))
    for made in (
        leaf, Group(all=(leaf,), none=(leaf,)), AtLeast(1, (leaf,)), Count(2, leaf), Together((leaf, leaf)), Polarity(leaf),
        Polarity(leaf, negated=True), Near(5, (leaf, leaf), ordered=True), Scored(2.0, (Points(3.0, leaf),)),
    ):  # fmt: skip
        node, _ = read("c.yaml", yaml.safe_dump(as_yaml(made)).encode())
        mistakes = Mistakes()
        assert condition(node, mistakes, []) == made
        assert mistakes.errors == []


def test_in_short_is_cut_where_it_is_long():
    leaf = Leaf("terms", Terms.Options.model_validate(["稀土" * 60]))
    assert in_short(leaf).endswith("…")
    assert in_short(Leaf("terms", Terms.Options.model_validate("稀土"))) == "{terms: 稀土}"
