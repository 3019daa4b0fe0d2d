"""What every matcher must keep, whichever it is: a new kind gets an example here."""

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ValidationError

from rarewatch import registry
from rarewatch.match import Compiled, problems
from rarewatch.matchers import KINDS, Knowing, Lexicon
from rarewatch.nouns.watch import About, Alias, Entity, Group, Leaf, Rule, Severity, Watch

ENTITY = Entity("org.baogang", "org", "Baogang Group", aliases=(Alias("包钢集团"), Alias("Baogang Group")))
LISTS = {"magnets": ("钕铁硼", "permanent magnet")}
LEXICON = Lexicon({ENTITY.id: ENTITY}, LISTS)

GOOD = {
    "terms": [("稀土", "稀土出口"), (["ETF", "稀土"], "rare 稀 土")],
    "list": [("magnets", "釹鐵硼"), (["magnets"], "Permanent-Magnet")],
    "entity": [("org.baogang", "包鋼集團"), (["org.baogang"], "the Baogang  Group")],
    "pattern": [
        ({"regex": "对.{0,12}实施出口管制", "anchor": ["出口管制"]}, "對中 重稀土實施出口管制"),
        ({"regex": r"rare[ -]EARTHS?", "anchor": "Rare Earth"}, "On rare-earth, again"),
    ],
    "document": [
        ({"number": [18, 61], "year": 2025, "issuer": ["商务部", "海关总署"]}, "商務部公告２０２５年第六十一號"),
        ({"number": 61}, "Announcement No.61"),
    ],
    "figure": [
        ({"unit": "percent", "at_least": 15, "near": ["上涨", "rose"]}, "氧化镝上漲１６．５％"),
        ({"unit": "yuan_per_tonne", "at_most": 700_000, "near": "报价", "within": 9}, "报价 62.5 万元/吨"),
    ],
}
"""Kind to what may be written under it, with a text in which it holds."""

KNOWN = About("mofcom", "gov.mofcom", "issuer", "zh-CN", datetime(2025, 4, 3, 16, 0, tzinfo=UTC))

KNOWING = {
    "source": [("mofcom", "gazette"), (["other", "mofcom"], ["gazette"])],
    "publisher": [("gov.mofcom", "gov.other"), (["gov.mofcom"], ["gov.other", "gov"])],
    "tier": [("issuer", "wire"), ({"at_least": "wire"}, ["wire", "mirror"])],
    "language": [("zh", "en"), (["en", "ZH-cn"], "zh-tw")],
    "published": [({"after": "2025-04-04"}, {"after": "2025-04-05"}), ({"before": "2025-04-05"}, {"before": "2025-04-04"})],
}
"""Kind to what may be written under it, once so that it holds for `KNOWN` and once so that it does not."""

BAD = {
    "terms": ["", [], ["的"]],
    "list": ["nope", []],
    "entity": ["org.nobody", []],
    "pattern": [
        {"regex": "稀土"},
        {"regex": "(稀土", "anchor": "稀土"},
        {"regex": "", "anchor": "稀土"},
        {"regex": "x?", "anchor": "稀土"},
    ],
    "document": [{"number": []}, {"number": 61, "issuer": " "}],
    "figure": [{"unit": "percent"}, {"unit": "percent", "at_least": 2, "at_most": 1, "near": "稀土"}],
    "source": ["", []],
    "publisher": [[" "], []],
    "tier": [[]],
    "language": ["", []],
    "published": [{"after": "2025-01-01", "before": "2025-01-01"}],
}
"""Kind to what reads well and cannot work."""

NOT_EVEN_READ = {
    "terms": [7, {"a": 1}, None],
    "list": [3],
    "entity": [[[]]],
    "pattern": ["稀土", {"anchor": "稀土"}, {"regex": "稀土", "flags": "i"}],
    "document": [{"number": 0}, {"number": "61号"}, {"number": 61, "year": 25}, {"year": 2025}],
    "figure": [{"unit": "stone", "near": "x"}, {"unit": "percent", "at_least": -1}, {"unit": "percent", "within": 0}],
    "source": [{"id": "x"}],
    "publisher": [7],
    "tier": ["best", {"at_least": "good"}],
    "language": [None],
    "published": [{}, {"after": "yesterday"}, "2025-01-01"],
}
"""Kind to what its options refuse."""

EXAMPLES = [(kind, written, text) for kind, cases in GOOD.items() for written, text in cases]
BESIDE = [(kind, *written) for kind, cases in KNOWING.items() for written in cases]


def made(kind, written):
    matcher = registry.load(KINDS, kind)()
    return matcher, matcher.Options.model_validate(written)


def watching(when):
    return Compiled(Watch({ENTITY.id: ENTITY}, LISTS, {"r": Rule("r", "", Severity.LOG, when)}))


def compiled(kind, written, scope="any"):
    return watching(Leaf(kind, made(kind, written)[1], scope))


def test_every_kind_has_examples():
    assert {*GOOD, *KNOWING} == set(BAD) == set(NOT_EVEN_READ) == set(KINDS)


@pytest.mark.parametrize(("kind", "written", "text"), EXAMPLES)
def test_it_holds_where_it_should_and_quotes_the_text(kind, written, text):
    (match,) = compiled(kind, written).findings(text, "").matches
    assert all(text[span.start : span.end] == span.text and span.field == "title" for span in match.spans)


@pytest.mark.parametrize(("kind", "written", "text"), EXAMPLES)
def test_it_keeps_to_its_scope(kind, written, text):
    assert compiled(kind, written, "text").findings(text, "").matches == ()
    assert compiled(kind, written, "title").findings("", text).matches == ()
    assert len(compiled(kind, written, "text").findings("", text).matches) == 1
    assert len(compiled(kind, written, "attachment").findings("", "", text).matches) == 1


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


@pytest.mark.parametrize(("kind", "holds", "fails"), BESIDE)
def test_it_knows_what_stands_beside_the_text(kind, holds, fails):
    for written, verdict in ((holds, True), (fails, False)):
        matcher, options = made(kind, written)
        assert isinstance(matcher, Knowing)
        assert matcher.holds(options, LEXICON, KNOWN) is verdict
        assert matcher.holds(options, LEXICON, About()) is False
        assert [*matcher.terms(options, LEXICON), *matcher.entities(options, LEXICON), *matcher.check(options, LEXICON)] == []


@pytest.mark.parametrize(("kind", "holds", "fails"), BESIDE)
def test_what_stands_beside_the_text_narrows_a_rule_and_makes_none(kind, holds, fails):
    found = Leaf("terms", made("terms", "稀土")[1])
    for written, expected in ((holds, 1), (fails, 0)):
        known = Leaf(kind, made(kind, written)[1])
        assert len(watching(Group(all=(found, known))).findings("稀土", "", about=KNOWN).matches) == expected
        assert watching(known).findings("稀土", "", about=KNOWN).matches == ()


@pytest.mark.parametrize(("kind", "written"), [example[:2] for example in EXAMPLES + BESIDE])
def test_its_options_cannot_be_changed_and_it_says_itself_in_words(kind, written):
    matcher, options = made(kind, written)
    assert isinstance(options, BaseModel)
    assert len(matcher.describe(options, LEXICON)) > 2
    for name in type(options).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(options, name, "other")


@pytest.mark.parametrize(("kind", "written"), [(kind, written) for kind, cases in BAD.items() for written in cases])
def test_what_cannot_work_is_told_and_harms_nothing(kind, written):
    matcher, options = made(kind, written)
    sentences = list(matcher.check(options, LEXICON))
    assert sentences
    assert all(sentence and not sentence.endswith(".") for sentence in sentences)
    found = Leaf("terms", made("terms", "稀土")[1])
    when = Group(all=(found, Leaf(kind, options)))
    watch = Watch({ENTITY.id: ENTITY}, LISTS, {"r": Rule("r", "", Severity.LOG, when)})
    assert [name for name, _ in problems(watch)] == ["r"] * len(sentences)
    assert matcher.describe(options, LEXICON)
    assert Compiled(watch).explain("稀土", "")[0][1].held is False


@pytest.mark.parametrize(("kind", "written"), [(kind, written) for kind, cases in NOT_EVEN_READ.items() for written in cases])
def test_what_makes_no_sense_is_not_read(kind, written):
    with pytest.raises(ValidationError):
        made(kind, written)
