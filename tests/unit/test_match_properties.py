"""The engine against a slow matcher that knows nothing of automata, indexes or offset tables."""

import re

from hypothesis import assume, example, given
from hypothesis import strategies as st

from rarewatch.match import Compiled
from rarewatch.matchers.entity import EntityOptions
from rarewatch.matchers.lists import ListOptions
from rarewatch.matchers.terms import TermOptions
from rarewatch.nouns.watch import Alias, Entity, Group, Leaf, Rule, Severity, Watch
from rarewatch.text.fold import fold

WORDS = [
    "稀土",
    "稀",
    "土",
    "北方稀土",
    "方稀",
    "釹鐵",
    "NRE",
    "nre",
    "rare earth",
    "earth",
    "RE",
    "111",
    "1月",
    "ＲＥ",
    "北 方",
    "“土”",
    "x-y",
]
SHORT = st.sampled_from(WORDS)
TEXT = st.lists(SHORT | st.sampled_from([*" \n-,，。·1aA", "\u200b", "  ", "é", "“", "ETF", "(xi)"]), max_size=12).map("".join)
SCOPE = st.sampled_from(["any", "title", "text"])
LEAF = st.one_of(
    st.builds(
        lambda words, scope: Leaf("terms", TermOptions(words), scope), st.lists(SHORT, min_size=1, max_size=2).map(tuple), SCOPE
    ),
    st.builds(lambda scope: Leaf("list", ListOptions("l"), scope), SCOPE),
    st.builds(lambda name, scope: Leaf("entity", EntityOptions(name), scope), st.sampled_from("ab"), SCOPE),
)
CONDITION = st.recursive(
    LEAF,
    lambda inner: st.builds(
        Group,
        all=st.lists(inner, max_size=2).map(tuple),
        any=st.lists(inner, max_size=2).map(tuple),
        none=st.lists(inner, max_size=1).map(tuple),
    ),
    max_leaves=5,
)
FEW = st.lists(SHORT, max_size=1).map(tuple)
ALIAS = st.builds(Alias, SHORT, with_any=FEW, not_before=FEW, not_after=FEW, case=st.booleans(), weak=st.booleans())
ENTITIES = st.fixed_dictionaries(
    {
        name: st.lists(ALIAS, max_size=3).map(lambda aliases, name=name: Entity(name, "x", name, aliases=tuple(aliases)))
        for name in "ab"
    }
)
RULES = st.lists(CONDITION, max_size=3).map(
    lambda found: {f"r{at}": Rule(f"r{at}", "", Severity.ROUTINE, when) for at, when in enumerate(found)}
)
WATCH = st.builds(Watch, ENTITIES, st.fixed_dictionaries({"l": st.lists(SHORT, max_size=3).map(tuple)}), RULES)

ALNUM = r"[0-9a-zé]"


def loose(text):
    text = re.sub(r"(?<=[a-zé])-(?=[0-9a-zé])|(?<=[0-9])-(?=[a-zé])", " ", fold(text).text)
    return text.replace("\n", " ")


def pattern(term):
    inside = re.escape(loose(term))
    left = f"(?<!{ALNUM})" if re.match(ALNUM, loose(term)) else ""
    right = f"(?!{ALNUM})" if re.search(ALNUM + r"\Z", loose(term)) else ""
    return left + inside + right


def places(term, text):
    """Every place of `term` in folded `text`, overlapping ones too."""
    finder = re.compile(pattern(term))
    return [(at, at + len(loose(term))) for at in range(len(text)) if finder.match(text, at)]


class Slow:
    def __init__(self, watch, title, text):
        self.watch = watch
        self.fields = {"title": title, "text": text}
        self.folded = {name: loose(field) for name, field in self.fields.items()}

    def quote(self, name, start, end):
        first, last = fold(self.fields[name]).span(start, end)
        return (name, first, last)

    def term(self, term, scope):
        names = [name for name in self.fields if scope in ("any", name)]
        return {self.quote(name, *place) for name in names for place in places(term, self.folded[name])}

    def counts(self, alias, name, start, end):
        text = self.folded[name]
        first, last = fold(self.fields[name]).span(start, end)
        if alias.case and letters(self.fields[name][first:last]) != letters(alias.text):
            return False
        if any(
            re.match(" ?" + pattern(word), text[end:]) or re.compile(pattern(word)).match(text, end) for word in alias.not_before
        ):
            return False
        ends = {start, start - 1} if start and text[start - 1] == " " else {start}
        if any(place[1] in ends for word in alias.not_after for place in places(word, text)):
            return False
        return not alias.with_any or any(self.term(word, "any") for word in alias.with_any)

    def mention(self, entity, scope):
        kept = []
        for alias in self.watch.entities[entity].aliases:
            for name, text in self.folded.items():
                kept += [(name, *place, alias.weak) for place in places(alias.text, text) if self.counts(alias, name, *place)]
        if all(weak for *_, weak in kept):
            return set()
        result = set()
        for wanted in self.fields:
            free = 0
            for _, start, end in sorted(
                {(start - end, start, end) for name, start, end, _ in kept if name == wanted}, key=lambda x: (x[1], x[0])
            ):
                if start >= free:
                    free = end
                    result.add(self.quote(wanted, start, end))
        return {place for place in result if scope in ("any", place[0])}

    def evidence(self, condition):
        if isinstance(condition, Leaf):
            root = condition.options.root
            if condition.kind == "entity":
                return self.mention(root, condition.scope) or None
            words = root if condition.kind == "terms" else self.watch.lists[root]
            return set().union(*(self.term(word, condition.scope) for word in words)) or None
        parts = [self.evidence(part) for part in condition.all]
        choices = [found for part in condition.any if (found := self.evidence(part)) is not None]
        if None in parts or (condition.any and not choices) or any(self.evidence(part) is not None for part in condition.none):
            return None
        return set().union(*parts, *choices)


def letters(text):
    return [char for char in re.sub("[ＲＥ]", lambda wide: chr(ord(wide[0]) - 0xFEE0), text) if char.lower() != char.upper()]


def spans(found):
    return [(span.field, span.start, span.end) for span in found]


@given(WATCH, TEXT, TEXT)
@example(Watch(rules={"r0": Rule("r0", "", Severity.ROUTINE, Group(none=(Leaf("terms", TermOptions("稀土")),)))}), "稀土", "")
def test_the_engine_agrees_with_the_slow_matcher(watch, title, text):
    # Which hits over dropped blanks count has its own table of cases; here there are none.
    assume(not fold(title).seams and not fold(text).seams)
    slow = Slow(watch, title, text)
    found = Compiled(watch).findings(title, text)
    matched = {match.rule: spans(match.spans) for match in found.matches}
    assert {name: set(places) for name, places in matched.items()} == {
        rule.id: evidence for rule in watch.rules.values() if (evidence := slow.evidence(rule.when))
    }
    assert {mention.entity: set(spans(mention.spans)) for mention in found.mentions} == {
        name: places for name in watch.entities if (places := slow.mention(name, "any"))
    }


@given(WATCH, TEXT, TEXT)
def test_spans_quote_the_original_in_order_and_once(watch, title, text):
    found = Compiled(watch).findings(title, text)
    fields = {"title": title, "text": text}
    for one in (*found.matches, *found.mentions):
        assert one.spans
        assert all(fields[span.field][span.start : span.end] == span.text for span in one.spans)
        order = [(span.field == "text", span.start, span.end) for span in one.spans]
        assert order == sorted(set(order))


@given(TEXT, SHORT)
def test_what_is_quoted_folds_to_the_term(text, term):
    assume("(" not in text)
    when = Leaf("terms", TermOptions(term))
    for match in Compiled(Watch(rules={"r": Rule("r", "", Severity.LOG, when)})).findings("", text).matches:
        assert all(loose(span.text) == loose(term) for span in match.spans)


@given(WATCH, WATCH, TEXT, TEXT)
def test_other_rules_change_nothing(watch, other, title, text):
    more = {f"other-{name}": Rule(f"other-{name}", "", Severity.LOG, rule.when) for name, rule in other.rules.items()}
    lone = Compiled(watch).findings(title, text)
    joined = Compiled(Watch(watch.entities, watch.lists, {**more, **watch.rules})).findings(title, text)
    assert [match for match in joined.matches if not match.rule.startswith("other-")] == list(lone.matches)
    assert joined.mentions == lone.mentions


@given(WATCH, TEXT, TEXT)
def test_explanations_agree_with_findings(watch, title, text):
    compiled = Compiled(watch)
    matched = [match.rule for match in compiled.findings(title, text).matches]
    assert [rule.id for rule, clause in compiled.explain(title, text) if clause.held] == matched


@given(WATCH, st.text(st.characters(exclude_categories=()), max_size=30), st.text(st.characters(exclude_categories=()), max_size=9))
def test_no_text_and_no_term_raises(watch, text, term):
    odd = {**watch.rules, "odd": Rule("odd", "", Severity.LOG, Leaf("terms", TermOptions.model_construct((term,))))}
    compiled = Compiled(Watch(watch.entities, watch.lists, odd))
    compiled.findings(text, text + term)
    compiled.explain(text + term, text)
