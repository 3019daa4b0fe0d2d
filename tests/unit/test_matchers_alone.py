import pytest

from rarewatch.matchers import Lexicon
from rarewatch.matchers.entity import Entities, EntityOptions
from rarewatch.matchers.lists import ListOptions, TermLists
from rarewatch.matchers.terms import TermOptions, Terms
from rarewatch.nouns.watch import Alias, Entity, Span
from rarewatch.text.terms import fault_of_term, in_words, looked_for, word_edges

MAKER = Entity("org.x", "org", "Maker", aliases=(Alias("造厂"),))
LEXICON = Lexicon({"org.x": MAKER}, {"big": tuple(f"词{at}" for at in range(5_000)), "small": ("稀土",)})


class Hits:
    """Hits that count how often they are asked."""

    def __init__(self, **found):
        self.asked = []
        self._found = found

    def found(self):
        return frozenset(self._found)

    def term(self, term, scope):
        self.asked.append((term, scope))
        return [Span("text", start, start + len(term), term, term) for start in self._found.get(term, ())]

    def mentioned(self):
        return self._found.keys()

    def mention(self, entity, scope):
        self.asked.append((entity, scope))
        return [Span("text", 0, 2, "造厂", entity)] if entity in self._found else []


def test_terms_reads_a_string_or_a_list():
    assert TermOptions.model_validate("稀土").every == ("稀土",)
    assert TermOptions.model_validate(["稀土", "ETF"]).every == ("稀土", "ETF")


def test_terms_asks_for_each_term_in_its_scope():
    hits = Hits(稀土=[3], 出口=[0])
    assert [span.text for span in Terms().spans(TermOptions(("出口", "稀土", "锂矿")), LEXICON, hits, "title")] == ["出口", "稀土"]
    assert hits.asked == [("出口", "title"), ("稀土", "title"), ("锂矿", "title")]


def test_a_long_list_costs_what_its_hits_cost():
    hits = Hits(词77=[1], 稀土=[5], 别的=[9])
    spans = TermLists().spans(ListOptions(("big", "small", "gone")), LEXICON, hits, "any")
    assert [span.text for span in spans] == ["词77", "稀土"]
    assert len(hits.asked) == 2


def test_lists_name_their_terms_for_the_automaton():
    assert list(TermLists().terms(ListOptions(("small", "gone")), LEXICON)) == ["稀土"]
    assert len(list(TermLists().terms(ListOptions("big"), LEXICON))) == 5_000


def test_entities_ask_for_their_ids():
    hits = Hits(**{"org.x": [0]})
    assert [span.term for span in Entities().spans(EntityOptions(("org.x", "org.y")), LEXICON, hits, "any")] == ["org.x"]
    assert list(Entities().entities(EntityOptions("org.x"), LEXICON)) == ["org.x"]
    assert list(Entities().terms(EntityOptions("org.x"), LEXICON)) == []


def test_an_entity_with_only_weak_names_is_never_found():
    lexicon = Lexicon({"w": Entity("w", "org", "W", aliases=(Alias("丙丁", weak=True),))}, {})
    assert list(Entities().check(EntityOptions("w"), lexicon)) == [
        "the entity “w” has no alias that counts by itself, so it is never found"
    ]


def test_descriptions_are_words():
    assert Terms().describe(TermOptions(("a", "b", "c")), LEXICON) == "“a”, “b” or “c”"
    assert TermLists().describe(ListOptions(("big", "small")), LEXICON) == "a term of “big” (5000 terms) or “small” (1 term)"
    assert Entities().describe(EntityOptions(("org.x", "org.y")), LEXICON) == "a mention of Maker (org.x) or org.y"


@pytest.mark.parametrize(
    ("term", "pattern", "edges"),
    [
        (" Rare-Earth ", "rare earth", (True, True)),
        ("稀 土", "稀土", (False, False)),
        ("第61号", "第61号", (False, False)),
        ("60-70", "60-70", (True, True)),
        ("“两个”", '"两个"', (False, False)),
        ("Co.,", "co.,", (True, False)),
        ("Élan", "élan", (True, True)),
    ],
)
def test_a_term_is_looked_for_as_it_folds(term, pattern, edges):
    assert looked_for(term) == pattern
    assert word_edges(pattern) == edges


@pytest.mark.parametrize(
    ("term", "fault"),
    [
        ("稀土", ""),
        ("镝", ""),
        ("鏑", ""),
        ("AI", ""),
        ("\u200b", "is empty"),
        (" ", "is empty"),
        ("①", "is empty"),
        ("钢", "single Chinese character"),
        ("Y", "single character"),
        ("—", "single character"),
    ],
)
def test_a_term_that_cannot_work_says_why(term, fault):
    assert (fault in fault_of_term(term)) if fault else fault_of_term(term) == ""


def test_in_words_joins_with_or():
    assert [in_words(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a or b", "a, b or c"]
