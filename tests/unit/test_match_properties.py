"""The engine against a slow matcher that knows nothing of automata, indexes or offset tables."""

import re
from itertools import pairwise, product

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import RootModel

from rarewatch.match import Compiled
from rarewatch.matchers.entity import EntityOptions
from rarewatch.matchers.lists import ListOptions
from rarewatch.matchers.terms import TermOptions
from rarewatch.nouns.watch import (
    About,
    Adjust,
    Alias,
    AnnouncementType,
    AtLeast,
    Count,
    Entity,
    Group,
    Leaf,
    Near,
    Points,
    Polarity,
    Rule,
    Scored,
    Severity,
    Together,
    Watch,
)
from rarewatch.text.fold import fold
from rarewatch.text.negation import scopes
from rarewatch.text.sentences import sentences


class Known:
    """Asks only what is known beside the text."""

    class Options(RootModel[str]):
        pass

    def check(self, options, lexicon):
        return ()

    def terms(self, options, lexicon):
        return ()

    entities = terms

    def spans(self, options, lexicon, hits, scope):
        raise AssertionError

    def describe(self, options, lexicon):
        return f"from {options.root}"

    def holds(self, options, lexicon, about):
        return about.source == options.root


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
TEXT = st.lists(
    SHORT | st.sampled_from([*" \n-,，。·1aA", "\u200b", "  ", "é", "“", "ETF", "(xi)", "未", "not ", "; ", "取消"]), max_size=12
).map("".join)
SCOPE = st.sampled_from(["any", "title", "text"])
LEAF = st.one_of(
    st.builds(
        lambda words, scope: Leaf("terms", TermOptions(words), scope), st.lists(SHORT, min_size=1, max_size=2).map(tuple), SCOPE
    ),
    st.builds(lambda scope: Leaf("list", ListOptions("l"), scope), SCOPE),
    st.builds(lambda name, scope: Leaf("entity", EntityOptions(name), scope), st.sampled_from("ab"), SCOPE),
)
ABOUT = st.builds(About, source=st.sampled_from("st"))
SMALL = st.integers(1, 3)
SOME = st.lists(LEAF, min_size=1, max_size=2).map(tuple)
PLACED = st.one_of(LEAF, SOME.map(lambda parts: Group(any=parts)), st.builds(Polarity, LEAF, st.booleans()))
NEAR = st.builds(Near, st.integers(1, 12), st.lists(PLACED, min_size=2, max_size=3).map(tuple), st.booleans())


def nodes(inner):
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    few = st.lists(inner, max_size=2).map(tuple)
    points = st.builds(Points, st.sampled_from([-2, -1, 1, 2, 3]), inner)
    return st.one_of(
        st.builds(Group, all=few, any=few, none=st.lists(inner, max_size=1).map(tuple)),
        st.builds(AtLeast, SMALL, several),
        st.builds(Count, SMALL, PLACED),
        st.builds(Together, several),
        st.builds(Polarity, inner, st.booleans()),
        st.builds(Scored, st.sampled_from([1, 2, 4]), st.lists(points, min_size=1, max_size=3).map(tuple)),
    )


KNOWN = st.builds(lambda source: Leaf(f"{__name__}:Known", Known.Options(source)), st.sampled_from("st"))
CONDITION = st.recursive(st.one_of(LEAF, LEAF, NEAR, KNOWN), nodes, max_leaves=6)
FEW = st.lists(SHORT, max_size=1).map(tuple)
ALIAS = st.builds(Alias, SHORT, with_any=FEW, not_before=FEW, not_after=FEW, case=st.booleans(), weak=st.booleans())
ENTITIES = st.fixed_dictionaries(
    {
        name: st.lists(ALIAS, max_size=3).map(lambda aliases, name=name: Entity(name, "x", name, aliases=tuple(aliases)))
        for name in "ab"
    }
)
ADJUST = st.builds(Adjust, CONDITION, st.sampled_from([-2, 1]), st.sampled_from([None, None, Severity.URGENT]))
RULES = st.lists(st.tuples(CONDITION, st.lists(ADJUST, max_size=2).map(tuple)), max_size=3).map(
    lambda found: {f"r{at}": Rule(f"r{at}", "", Severity.ROUTINE, when, adjust=adjust) for at, (when, adjust) in enumerate(found)}
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
    def __init__(self, watch, title, text, about=None):
        self.watch, self.about = watch, about or About()
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

    def leaf(self, leaf):
        root = leaf.options.root
        if leaf.kind == "entity":
            return self.mention(root, leaf.scope)
        words = root if leaf.kind == "terms" else self.watch.lists[root]
        return set().union(*(self.term(word, leaf.scope) for word in words))

    def is_negated(self, place):
        field, start, _ = place
        folded = fold(self.fields[field])
        return any(low <= start < high for low, high in (folded.span(*scope) for scope in scopes(folded.text)))

    def evidence(self, condition, keep=lambda place: True):  # noqa: PLR0911 - one return a node
        """The places that make `condition` hold, of those to `keep`; None when it does not."""
        if isinstance(condition, Leaf):
            if condition.kind.endswith(":Known"):
                return set() if condition.options.root == self.about.source else None
            return {place for place in self.leaf(condition) if keep(place)} or None
        if isinstance(condition, Polarity):
            return self.evidence(condition.part, lambda place: keep(place) and self.is_negated(place) == condition.negated)
        if isinstance(condition, Count):
            found = self.evidence(condition.part, keep)
            return found if found and most_apart(found) >= condition.number else None
        if isinstance(condition, Near):
            return self.near(condition, keep)
        if isinstance(condition, Together):
            return self.together(condition, keep)
        if isinstance(condition, Scored):
            held = [(part.points, found) for part in condition.parts if (found := self.evidence(part.when, keep)) is not None]
            enough = sum(points for points, _ in held) >= condition.least
            return set().union(*(found for points, found in held if points > 0)) if enough else None
        if isinstance(condition, AtLeast):
            held = [found for part in condition.parts if (found := self.evidence(part, keep)) is not None]
            return set().union(*held) if len(held) >= condition.number else None
        parts = [self.evidence(part, keep) for part in condition.all]
        choices = [found for part in condition.any if (found := self.evidence(part, keep)) is not None]
        barred = any(self.evidence(part, keep) is not None for part in condition.none)
        if None in parts or (condition.any and not choices) or barred:
            return None
        return set().union(*parts, *choices)

    def near(self, condition, keep):
        choices = [self.evidence(part, keep) or set() for part in condition.parts]
        found = []
        for company in product(*choices):
            if len({field for field, _, _ in company}) > 1:
                continue
            width = max(end for _, _, end in company) - min(start for _, start, _ in company)
            in_order = all(one[2] <= other[1] for one, other in pairwise(company))
            if width <= condition.within and (in_order or not condition.ordered):
                found.append((width, company))
        return set(min(found)[1]) if found else None

    def together(self, condition, keep):
        found = []
        for at, (name, text) in enumerate(self.fields.items()):
            folded = fold(text)
            for low, high in (folded.span(*sentence) for sentence in sentences(folded.text)):

                def inside(place, name=name, low=low, high=high):
                    return keep(place) and place[0] == name and low <= place[1] and place[2] <= high

                spans = self.evidence(Group(all=condition.parts), inside)
                if spans:
                    width = max(end for _, _, end in spans) - min(start for _, start, _ in spans)
                    found.append((width, at, low, spans))
        return min(found, key=lambda one: one[:3])[3] if found else None

    def severity(self, rule):
        now = rule.severity
        for adjust in rule.adjust:
            if self.evidence(adjust.when) is not None:
                now = adjust.to if adjust.to is not None else Severity(min(4, max(0, now + adjust.by)))
        return now


def most_apart(places):
    """The most places of which no two overlap, by trying."""
    best = 0
    for place in places:
        others = {one for one in places if one[0] != place[0] or one[1] >= place[2]} - {place}
        others = {one for one in others if (one[0], one[1]) > (place[0], place[1])}
        best = max(best, 1 + most_apart(others))
    return best


def has_near(condition):
    if isinstance(condition, Near):
        return True
    below = [getattr(condition, name, ()) for name in ("all", "any", "none", "parts")] + [(getattr(condition, "part", None),)]
    return any(has_near(getattr(part, "when", part)) for parts in below for part in parts if part is not None)


def letters(text):
    return [char for char in re.sub("[ＲＥ]", lambda wide: chr(ord(wide[0]) - 0xFEE0), text) if char.lower() != char.upper()]


def spans(found):
    return [(span.field, span.start, span.end) for span in found]


@settings(deadline=None)
@given(WATCH, TEXT, TEXT, ABOUT)
@example(
    Watch(rules={"r0": Rule("r0", "", Severity.ROUTINE, Group(none=(Leaf("terms", TermOptions("稀土")),)))}), "稀土", "", About()
)
def test_the_engine_agrees_with_the_slow_matcher(watch, title, text, about):
    # Which hits over dropped blanks count has its own table of cases; here there are none.
    assume(not fold(title).seams and not fold(text).seams)
    slow = Slow(watch, title, text, about)
    found = Compiled(watch).findings(title, text, about=about)
    matched = {match.rule: set(spans(match.spans)) for match in found.matches}
    wanted = {rule.id: evidence for rule in watch.rules.values() if (evidence := slow.evidence(rule.when))}
    assert matched.keys() == wanted.keys()
    for name, places in matched.items():
        # Two companies may be equally close: any of them will do.
        assert places == wanted[name] or has_near(watch.rules[name].when)
    assert {match.rule: match.severity for match in found.matches} == {name: slow.severity(watch.rules[name]) for name in wanted}
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


@given(WATCH, TEXT, TEXT, ABOUT)
def test_types_label_as_rules_match(watch, title, text, about):
    types = {rule.id: AnnouncementType(rule.id, "", "", rule.severity, rule.when) for rule in watch.rules.values()}
    plain = {rule.id: Rule(rule.id, "", rule.severity, rule.when) for rule in watch.rules.values()}
    found = Compiled(Watch(watch.entities, watch.lists, plain, types=types)).findings(title, text, about=about)
    assert [(label.type, label.severity, label.spans) for label in found.labels] == [
        (match.rule, match.severity, match.spans) for match in found.matches
    ]


@given(WATCH, TEXT, TEXT, ABOUT)
def test_a_near_miss_is_no_match_and_names_a_clause(watch, title, text, about):
    compiled = Compiled(watch)
    matched = {match.rule for match in compiled.findings(title, text, about=about).matches}
    for rule, clause in compiled.near_misses(title, text, about=about):
        assert rule.id not in matched
        assert clause.text


@given(CONDITION, CONDITION, TEXT, ABOUT)
def test_what_holds_twice_holds(one, other, text, about):
    def held(when):
        return bool(Compiled(Watch(rules={"r": Rule("r", "", Severity.LOG, when)})).findings("", text, about=about).matches)

    # Conditions that ask for entities or lists find none here, and hold nowhere.
    both = held(Group(all=(one, other)))
    assert both == held(AtLeast(2, (one, other))) == held(Scored(2, (Points(1, one), Points(1, other))))
    assert held(Group(any=(one, other))) == held(AtLeast(1, (one, other)))
