"""English for the Chinese terms of a text."""

from hypothesis import given
from hypothesis import strategies as st

from rarewatch.nouns.watch import Alias, Entity
from rarewatch.text.gloss import Glosser

GLOSSARY = {"稀土": "rare earths", "中重稀土": "medium and heavy rare earths", "出口管制": "export control", " ": "nothing"}
ENTITIES = [
    Entity("mofcom", "body", "Ministry of Commerce", "商务部", (Alias("商務部"), Alias("MOFCOM"), Alias("部里", weak=True))),
    Entity("jl", "company", "JL Mag", "金力永磁", (Alias("金力", with_any=("磁材",)),)),
    Entity("zh", "body", "工信部", "工业和信息化部"),
    Entity("mine", "place", "Rare Earth (from an entity)", "稀土"),
]


def test_the_longest_term_wins_in_reading_order_and_each_once():
    assert Glosser(GLOSSARY, ENTITIES).glosses("商务部对中重稀土实施出口管制，稀土出口管制") == (
        ("商务部", "Ministry of Commerce"),
        ("中重稀土", "medium and heavy rare earths"),
        ("出口管制", "export control"),
        ("稀土", "rare earths"),
    )


def test_terms_are_shown_as_they_are_written():
    assert Glosser(GLOSSARY, ENTITIES).glosses("商務部：稀 土") == (("商務部", "Ministry of Commerce"), ("稀 土", "rare earths"))


def test_weak_and_conditional_names_and_latin_ones_are_not_glossed():
    assert Glosser({}, ENTITIES).glosses("部里 MOFCOM 金力 工业和信息化部") == ()
    assert Glosser({}, ENTITIES).glosses("金力永磁") == (("金力永磁", "JL Mag"),)


def test_without_words_there_are_no_glosses():
    assert Glosser({}).glosses("稀土") == Glosser(GLOSSARY).glosses("") == Glosser({" ": "x"}).glosses("稀土") == ()


@given(st.text(st.one_of(st.characters(), st.sampled_from("中重稀土出口管制商务部 \u200b\ud800１")), max_size=60))
def test_every_term_stands_in_the_text(text):
    for term, words in Glosser(GLOSSARY, ENTITIES).glosses(text):
        assert term in text
        assert words
