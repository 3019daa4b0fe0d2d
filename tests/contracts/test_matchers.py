"""What every matcher must keep, whichever it is: a new kind gets an example here."""

import pytest
from pydantic import BaseModel, ValidationError

from rarewatch import registry
from rarewatch.match import Compiled, problems
from rarewatch.matchers import KINDS, Lexicon
from rarewatch.nouns.watch import Alias, Entity, Leaf, Rule, Severity, Watch

ENTITY = Entity("org.baogang", "org", "Baogang Group", aliases=(Alias("包钢集团"), Alias("Baogang Group")))
LISTS = {"magnets": ("钕铁硼", "permanent magnet")}
LEXICON = Lexicon({ENTITY.id: ENTITY}, LISTS)

GOOD = {
    "terms": [("稀土", "稀土出口"), (["ETF", "稀土"], "rare 稀 土")],
    "list": [("magnets", "釹鐵硼"), (["magnets"], "Permanent-Magnet")],
    "entity": [("org.baogang", "包鋼集團"), (["org.baogang"], "the Baogang  Group")],
}
"""Kind to what may be written under it, with a text in which it holds."""

BAD = {"terms": ["", [], ["的"]], "list": ["nope", []], "entity": ["org.nobody", []]}
"""Kind to what reads well and cannot work."""

NOT_EVEN_READ = {"terms": [7, {"a": 1}, None], "list": [3], "entity": [[[]]]}
"""Kind to what its options refuse."""

EXAMPLES = [(kind, written, text) for kind, cases in GOOD.items() for written, text in cases]


def made(kind, written):
    matcher = registry.load(KINDS, kind)()
    return matcher, matcher.Options.model_validate(written)


def compiled(kind, written, scope="any"):
    leaf = Leaf(kind, made(kind, written)[1], scope)
    return Compiled(Watch({ENTITY.id: ENTITY}, LISTS, {"r": Rule("r", "", Severity.LOG, leaf)}))


def test_every_kind_has_examples():
    assert set(GOOD) == set(BAD) == set(NOT_EVEN_READ) == set(KINDS)


@pytest.mark.parametrize(("kind", "written", "text"), EXAMPLES)
def test_it_holds_where_it_should_and_quotes_the_text(kind, written, text):
    (match,) = compiled(kind, written).findings(text, "").matches
    assert all(text[span.start : span.end] == span.text and span.field == "title" for span in match.spans)


@pytest.mark.parametrize(("kind", "written", "text"), EXAMPLES)
def test_it_keeps_to_its_scope(kind, written, text):
    assert compiled(kind, written, "text").findings(text, "").matches == ()
    assert compiled(kind, written, "title").findings("", text).matches == ()
    assert len(compiled(kind, written, "text").findings("", text).matches) == 1


@pytest.mark.parametrize(("kind", "written", "text"), EXAMPLES)
def test_it_is_silent_elsewhere_and_keeps_nothing_between_items(kind, written, text):
    one = compiled(kind, written)
    assert one.findings("公告", "notice").matches == ()
    first = one.findings(text, "")
    assert one.findings("", "").matches == ()
    assert one.findings(text, "") == first


@pytest.mark.parametrize(("kind", "written", "text"), EXAMPLES)
def test_it_can_be_set_off_by_what_it_names(kind, written, text):
    matcher, options = made(kind, written)
    assert [*matcher.terms(options, LEXICON), *matcher.entities(options, LEXICON)]
    assert list(matcher.check(options, LEXICON)) == []


@pytest.mark.parametrize(("kind", "written", "text"), EXAMPLES)
def test_its_options_cannot_be_changed_and_it_says_itself_in_words(kind, written, text):
    matcher, options = made(kind, written)
    assert isinstance(options, BaseModel)
    assert len(matcher.describe(options, LEXICON)) > 2
    with pytest.raises(ValidationError, match="frozen"):
        options.root = "other"


@pytest.mark.parametrize(("kind", "written"), [(kind, written) for kind, cases in BAD.items() for written in cases])
def test_what_cannot_work_is_told_and_harms_nothing(kind, written):
    matcher, options = made(kind, written)
    sentences = list(matcher.check(options, LEXICON))
    assert sentences
    assert all(sentence and not sentence.endswith(".") for sentence in sentences)
    watch = Watch({ENTITY.id: ENTITY}, LISTS, {"r": Rule("r", "", Severity.LOG, Leaf(kind, options))})
    assert [name for name, _ in problems(watch)] == ["r"] * len(sentences)
    assert matcher.describe(options, LEXICON)
    assert Compiled(watch).explain("稀土", "")[0][1].held is False


@pytest.mark.parametrize(("kind", "written"), [(kind, written) for kind, cases in NOT_EVEN_READ.items() for written in cases])
def test_what_makes_no_sense_is_not_read(kind, written):
    with pytest.raises(ValidationError):
        made(kind, written)
