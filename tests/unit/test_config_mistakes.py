"""Every mistake of every file is told at once, each with its place and what would be right."""

import pytest
from config_examples import RIGHT, mistakes, swap, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rarewatch.config import load, load_watch
from rarewatch.errors import ConfigError, ConfigErrors

RULE = "rules:\n  - id: r\n    title: R\n    when: "
ENTITY = "entities:\n  - {id: a, kind: company, name: Alpha"
SOURCE = "publisher: {id: p, name: P}\nsources:\n  - {id: a, kind: 'config_examples:Page', options: {rows: x}"
LONE = "subscribers: [{id: a, deliver: [{via: bell, to: x}]}]"


def only(folder, **changes):
    (mistake,) = mistakes(folder, **changes)
    return mistake


MAIN_MISTAKES = [
    ("contct: x", "rarewatch.yaml:1:1: unknown key 'contct' (did you mean 'contact'?)"),
    ("contact: 5", "rarewatch.yaml:1:10: 'contact' must be text, not a number (put it in quotes)"),
    ("contact:", "rarewatch.yaml:1:9: 'contact' must be text, not nothing (write one piece of text)"),
    ("- a", "rarewatch.yaml:1:1: this must be a mapping, not a list (write `key: value`, one a line)"),
    ("workers: {readers: 0}", "rarewatch.yaml:1:20: 'readers' must be at least 1"),
    ("workers: {readers: 1.5}", "rarewatch.yaml:1:20: 'readers' must be a whole number, not a number (leave out the fraction)"),
    ("workers:\n  courier: 3", "rarewatch.yaml:2:3: unknown key 'courier' (did you mean 'couriers'?)"),
    ("politeness: soon", "rarewatch.yaml:1:13: 'politeness' is not a duration (write 90s, 2m, 1h, 1d, or a number of seconds)"),
    (
        "console_time_zone: Asia/Shangai",
        "rarewatch.yaml:1:20: 'console_time_zone' is not a known time zone (did you mean 'Asia/Shanghai'?)",
    ),
    ("database: rarewatch.db", "rarewatch.yaml:1:11: 'database' is not a database address"),
    ("notifiers: [x]", "rarewatch.yaml:1:12: 'notifiers' must be a mapping"),
    ("notifiers: {b: {}}", "rarewatch.yaml:1:16: the notifier 'b' names no kind"),
    ("notifiers: {b: {kind: slak}}", "rarewatch.yaml:1:23: unknown kind 'slak' (did you mean 'slack'?)"),
    ("notifiers: {b: {kind: 'config_examples:Bel'}}", "rarewatch.yaml:1:23: unknown kind 'config_examples:Bel'"),
    ("notifiers: {b: {kind: 'config_examples:Bare'}}", "(it has no `Options` model)"),
    ("notifiers: {b: {kind: ':x'}}", "rarewatch.yaml:1:23: unknown kind ':x'"),
    ("notifiers: {b: {kind: 'config_examples:Bell', volume: loud}}", "'volume' must be a whole number, not text"),
    ("notifiers: {b: {kind: 'config_examples:Bell', volum: 3}}", "unknown key 'volum' (did you mean 'volume'?)"),
]


@pytest.mark.parametrize(("text", "told"), MAIN_MISTAKES)
def test_mistakes_in_the_main_file(tmp_path, text, told):
    assert told in only(tmp_path, rarewatch=text, audience="subscribers: []")


@pytest.mark.parametrize(
    "text",
    [
        "database: postgresql+psycopg://me:hunter2@host/db",
        "notifiers: {b: {kind: 'config_examples:Bell', token: hunter2}}",
        "notifiers: {b: {kind: 'config_examples:Bell', token: {hunter2}}}",
        "notifiers: {b: {kind: 'config_examples:Bell', token: [hunter2]}}",
        "notifiers: {b: {kind: 'config_examples:Bell', token: {env: [hunter2]}}}",
        "notifiers: {b: {kind: 'config_examples:Bell', token: 'hunter2}}",
    ],
)
def test_a_secret_in_the_clear_is_refused_and_not_repeated(tmp_path, text):
    told = "\n".join(mistakes(tmp_path, rarewatch=text, audience="subscribers: []"))
    assert "rarewatch.yaml:" in told
    assert "hunter2" not in told


SOURCE_MISTAKES = [
    ("url: ftp://x", "3:68: 'url' is not a web address"),
    ("url: 'http://[x'", "'url' is not a web address"),
    ("url: 'http://x:99999/'", "'url' is not a web address"),
    ("url: 'https://me:hunter2@x/'", "'url' holds a user name or password"),
    ("every: 2m", "3:5: 'url' is missing (the address that is read)"),
    ("url: 'http://x', every: 0", "'every' must be longer than 0"),
    ("url: 'http://x', every: 2 minutes", "'every' is not a duration (write 90s, 2m, 1h, 1d, or a number of seconds)"),
    ("url: 'http://x', every: -3", "'every' must lie between 0 and 366 days"),
    ("url: 'http://x', every: true", "'every' is not a duration"),
    ("url: 'http://x', baseline_age: 400d", "'baseline_age' must lie between 0 and 366 days"),
    ("url: 'http://x', jitter: 0.7", "'jitter' must be at most 0.5"),
    ("url: 'http://x', max_bytes: 20 apples", "'max_bytes' is not a size"),
    ("url: 'http://x', max_bytes: 2GB", "'max_bytes' must lie between 1 byte and 1 GB"),
    ("url: 'http://x', enabled: maybe", "'enabled' must be true or false, not text"),
    ("url: 'http://x', time_zone: ''", "'time_zone' is not a known time zone"),
    ("url: 'http://x', time_zone: ../etc/passwd", "'time_zone' is not a known time zone"),
    ("url: 'http://x', headers: {Cookie: a}", "'headers' holds 'Cookie'"),
    ("url: 'http://x', headers: {'a b': a}", "'headers' holds a header that cannot be sent"),
    ("url: 'http://x', headers: {a: 5}", "'a' must be text, not a number"),
    ("url: 'http://x', evry: 5m", "unknown key 'evry' (did you mean 'every'?)"),
    ("url: 'http://x', user_agent: \"a\\nb\"", "'user_agent' must be one line"),
]


@pytest.mark.parametrize(("keys", "told"), SOURCE_MISTAKES)
def test_mistakes_in_a_source(tmp_path, keys, told):
    mistake = only(tmp_path, sources_ministry=f"{SOURCE}, {keys}}}\n")
    assert mistake.startswith("sources/ministry.yaml:3:")
    assert told in mistake


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("publisher: {id: p, name: P}\n", "1:1: 'sources' is missing"),
        ("publisher: {id: p, name: P}\nsources: []\n", "2:10: 'sources' is empty"),
        (
            "publisher: {id: P!, name: P}\nsources: [{id: a, kind: 'config_examples:Page', url: 'http://x', options: {rows: a}}]",
            "1:17: 'id' is not",
        ),
        (SOURCE.replace("name: P", "name: P, tier: isuer") + ", url: 'http://x'}", "did you mean 'issuer'?"),
        (
            "publisher: {id: p, name: P}\nsources: [{id: a, kind: lsting, url: 'http://x'}]",
            "2:25: unknown kind 'lsting' (did you mean 'listing'?)",
        ),
        (
            "publisher: {id: p, name: P}\nsources: [{id: a, kind: 'config_examples:Page', url: 'http://x'}]",
            "2:11: 'rows' is missing in 'options'",
        ),
        (SOURCE.replace("rows: x", "row: x, rows: x") + ", url: 'http://x'}", "unknown key 'row' (did you mean 'rows'?)"),
        (
            SOURCE.replace("sources:", "defaults: {options: {depth: x}}\nsources:") + ", url: 'http://x'}",
            "2:29: 'depth' must be a whole number",
        ),
        (SOURCE.replace("sources:", "defaults: {evry: 5}\nsources:") + ", url: 'http://x'}", "2:12: unknown key 'evry'"),
        (SOURCE.replace("sources:", "defaults: {id: a}\nsources:") + ", url: 'http://x'}", "2:12: unknown key 'id'"),
        (SOURCE + ", url: 'http://x'}\n  - 5", "4:5: this must be a mapping, not a number"),
    ],
)
def test_mistakes_in_a_publishers_file(tmp_path, text, told):
    assert told in only(tmp_path, sources_ministry=text)


ENTITY_MISTAKES = [
    (", parent: z", "2:49: there is no entity 'z'"),
    (", parent: a", "2:49: 'a' is its own ancestor"),
    (", bare: false", "has no alias and could never be found"),
    (", aliases: ['']", "entry 1 of 'aliases' must not be empty"),
    (", aliases: [600111]", "entry 1 of 'aliases' must be text, not a number (put it in quotes)"),
    (", aliases: ['·']", "entry 1 of 'aliases' holds no letter and no digit"),
    (", aliases: [{with: b}]", "'text' is missing (the words as they stand in a text)"),
    (", aliases: [{text: b, wth: c}]", "unknown key 'wth' (did you mean 'with'?)"),
    (", aliases: [{text: b, with_any: c}]", "unknown key 'with_any' (did you mean 'with'?)"),
    (", aliases: [{text: b, not_before: [c, '']}]", "entry 2 of 'not_before' must not be empty"),
    (", aliases: b", "'aliases' must be a list, not text"),
    (", zh: [b]", "'zh' must be text, not a list"),
]


@pytest.mark.parametrize(("keys", "told"), ENTITY_MISTAKES)
def test_mistakes_in_an_entity(tmp_path, keys, told):
    mistake = only(tmp_path, entities=f"{ENTITY}{keys}}}\n", rules_desk="rules: []", audience=LONE)
    assert mistake.startswith("entities.yaml:2:")
    assert told in mistake


def test_a_circle_of_parents_is_told_at_each_of_its_members_only(tmp_path):
    text = "entities:\n" + "".join(
        f"  - {{id: {one}, kind: company, name: Name {one}, parent: {parent}}}\n" for one, parent in ("ab", "bc", "cb")
    )
    told = mistakes(tmp_path, entities=text, rules_desk="rules: []", audience=LONE)
    assert [line.split(" (")[0] for line in told] == [
        "entities.yaml:3:50: 'b' is its own ancestor",
        "entities.yaml:4:50: 'c' is its own ancestor",
    ]


RULE_MISTAKES = [
    ("5", "4:11: a condition must be a mapping"),
    ("{}", "4:11: a condition must be a mapping"),
    ("{all: []}", "4:17: 'all' must be a list of at least one condition"),
    ("{any: {terms: [ab]}}", "4:17: 'any' must be a list of at least one condition"),
    ("{any: [{terms: [ab]}], terms: [cd]}", "4:34: 'terms' must not stand beside all, any or none (`terms` goes into an entry"),
    ("{any: [{terms: [ab]}], non: [cd]}", "4:34: 'non' must not stand beside all, any or none (did you mean 'none'?)"),
    ("{terms: [ab], list: earths}", "4:25: 'list' is a second matcher in one condition"),
    ("{in: title}", "4:11: 'in' stands alone"),
    ("{terms: [ab], in: titel}", "4:29: 'in' is not one of any, title, text, attachment (did you mean 'title'?)"),
    ("{terms: [ab], in: [title]}", "4:29: 'in' is not one of"),
    ("{trems: [ab]}", "4:12: unknown condition 'trems' (did you mean 'terms'?)"),
    ("{'no_such_module:Thing': 1}", "4:36: unknown kind 'no_such_module:Thing'"),
    ("{terms: [600111]}", "4:20: entry 1 of 'terms' must be text, not a number (put it in quotes)"),
    ("{list: earth}", "4:18: rule 'r': "),
    ("{entity: [org.nort]}", "4:20: rule 'r': "),
    ("{terms: [ab]}\n    severity: urgnt", "5:15: 'severity' is not a severity (did you mean 'urgent'?)"),
    ("{terms: [ab]}\n    titel: x", "5:5: unknown key 'titel' (did you mean 'title'?)"),
]


@pytest.mark.parametrize(("condition", "told"), RULE_MISTAKES)
def test_mistakes_in_a_rule(tmp_path, condition, told):
    assert only(tmp_path, rules_desk=RULE + condition, audience=LONE).startswith("rules/desk.yaml:" + told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("lists: {a: []}", "1:12: 'a' must not be empty"),
        ("lists: {a: [b, '']}", "1:16: entry 2 of 'a' must not be empty"),
        ("lists: {a: [bc, 稀]}", "1:17: the term “稀” is a single Chinese character"),
        ("lists: {a: 5}", "1:12: 'a' must be a list, not a number"),
        ("lists: {A b: [c1]}", "1:9: the name of the list 'A b' is not well formed"),
        ("lists: [a]", "1:8: 'lists' must be a mapping, not a list"),
        ("rules:\n  - {id: r, title: R}", "2:5: 'when' is missing (the condition"),
        ("rule: []", "1:1: unknown key 'rule' (did you mean 'rules'?)"),
    ],
)
def test_mistakes_in_a_rule_file(tmp_path, text, told):
    assert only(tmp_path, rules_desk=text, audience=LONE).startswith("rules/desk.yaml:" + told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("subscribers: [{id: a, deliver: [{via: bel, to: x}]}]", "1:39: there is no notifier 'bel' (did you mean 'bell'?)"),
        (
            "subscribers: [{id: a, rules: [exprt], deliver: [{via: bell, to: x}]}]",
            "1:31: there is no rule 'exprt' (did you mean 'export'?)",
        ),
        ("subscribers: [{id: a, rules: [], deliver: [{via: bell, to: x}]}]", "1:30: 'rules' must not be empty"),
        ("subscribers: [{id: a}]", "1:15: 'deliver' is missing (where: "),
        ("subscribers: [{id: a, deliver: []}]", "1:32: 'deliver' must not be empty"),
        ("subscribers: [{id: a, deliver: [{via: bell, to: []}]}]", "1:49: 'to' must not be empty"),
        ("subscribers: [{id: a, deliver: [{via: bell, to: [x, x]}]}]", "1:32: 'x' by bell is named twice"),
        ("subscribers: [{id: a, deliver: [{via: bell, to: 491700}]}]", "1:49: 'to' must be a list, not a number"),
        ("subscribers: [{id: a, min_severity: high, deliver: [{via: bell, to: x}]}]", "1:37: 'min_severity' is not a severity"),
        ("subscriber: []", "1:1: "),
        (
            f"{LONE}\noperators: [{{id: a, deliver: [{{via: bell, to: y}}]}}]",
            "2:18: operator 'a' exists already (the other one stands at ",
        ),
        (f"{LONE}\noperators: [{{id: o, deliver: [{{via: bel, to: y}}]}}]", "2:37: there is no notifier 'bel'"),
        (f"{LONE}\noperators: [{{id: o, rules: [export], deliver: [{{via: bell, to: y}}]}}]", "2:21: unknown key 'rules'"),
        (f"{LONE}\noperators: [{{id: o}}]", "2:13: 'deliver' is missing"),
    ],
)
def test_mistakes_in_the_audience(tmp_path, text, told):
    assert mistakes(tmp_path, audience=text)[0].startswith("audience.yaml:" + told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("glossary: {'': b}", "1:11: the key must not be empty"),
        ("glossary: {a: ''}", "1:15: 'a' must not be empty"),
        ("glosary: {}", "1:1: unknown key 'glosary' (did you mean 'glossary'?)"),
    ],
)
def test_mistakes_in_the_glossary(tmp_path, text, told):
    assert only(tmp_path, glossary=text).startswith("glossary.yaml:" + told)


def test_the_same_id_twice_names_both_places(tmp_path):
    write(tmp_path, audience="subscribers:\n" + "  - {id: a, deliver: [{via: bell, to: x}]}\n" * 2)
    (tmp_path / "sources" / "other.yaml").write_text(RIGHT["sources/ministry.yaml"])
    (tmp_path / "rules" / "other.yaml").write_text(RIGHT["rules/desk.yaml"])
    (tmp_path / "entities.yaml").write_text(RIGHT["entities.yaml"] + RIGHT["entities.yaml"].removeprefix("entities:\n"))
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path)
    told = str(caught.value)
    for what, first in [
        ("source 'ministry-news'", "sources/ministry.yaml:4"),
        ("publisher 'gov.ministry'", "sources/ministry.yaml:1"),
        ("rule 'export'", "rules/desk.yaml:4"),
        ("list 'earths'", "rules/desk.yaml:2"),
        ("entity 'org.north'", "entities.yaml:6"),
        ("subscriber 'a'", "audience.yaml:2"),
    ]:
        assert f"{what} exists already (the other one stands at {tmp_path}/{first})" in told


def test_all_mistakes_of_all_files_come_together_in_order(tmp_path):
    told = mistakes(
        tmp_path,
        rarewatch=RIGHT["rarewatch.yaml"] + "contct: x\n",
        audience=LONE.replace("bell", "bel"),
        entities=b"\xb0\xfc",
        glossary="a: [",
        rules_desk=RULE + "{all: []}\n  - 5\n",
        sources_ministry=SOURCE + "}",
    )
    assert [line.split(": ")[0] for line in told] == [
        "audience.yaml:1:39",
        "entities.yaml:1:1",
        "glossary.yaml:1:5",
        "rarewatch.yaml:4:1",
        "rules/desk.yaml:4:17",
        "rules/desk.yaml:5:5",
        "sources/ministry.yaml:3:5",
    ]


@pytest.mark.parametrize("name", ["rarewatch", "audience", "entities"])
def test_a_missing_file_is_told_once_and_draws_no_other_mistakes(tmp_path, name):
    rules = RULE + "{any: [{terms: [ab]}, {entity: org.baogang}]}"
    assert only(tmp_path, **{"audience": LONE, "rules_desk": rules, name: None}).startswith(f"{name}.yaml: the file is missing")


def test_what_one_mistake_hides_is_not_told_as_another(tmp_path):
    entities = swap("entities.yaml", "name: Northern Rare Earth", "nmae: x")
    told = mistakes(tmp_path, entities=entities)
    assert [line.split(" ")[0] for line in told] == ["entities.yaml:6:5:", "entities.yaml:8:5:"]
    assert only(tmp_path / "b", rules_desk=swap("rules/desk.yaml", "title: Export controls", "title: 4")).startswith(
        "rules/desk.yaml:5:12"
    )
    assert only(tmp_path / "c", rules_desk="a: [").startswith("rules/desk.yaml:1:5")


@pytest.mark.parametrize(("name", "place"), [("sources/ministry.yaml", "sources"), ("rules/desk.yaml", "rules")])
def test_an_empty_folder_is_told(tmp_path, name, place):
    assert only(tmp_path, **{name: None, "audience": LONE}) == f"{place}: no YAML file is in the folder (names end in .yaml)"


def test_files_that_cannot_be_opened_are_told(tmp_path):
    write(tmp_path, glossary=None)
    (tmp_path / "glossary.yaml").mkdir()
    (tmp_path / "rules" / "gone.yaml").symlink_to("nowhere")
    with pytest.raises(ConfigErrors) as caught:
        load(tmp_path)
    assert [error.message for error in caught.value.errors] == [
        "the file cannot be read: is a directory",
        "the file cannot be read: no such file or directory",
    ]
    with pytest.raises(ConfigErrors, match="the configuration folder is missing"):
        load_watch(tmp_path / "nowhere")


def test_a_misnamed_file_is_pointed_out(tmp_path):
    assert "rename entities.yml to entities.yaml" in mistakes(tmp_path, entities=None, **{"entities.yml": "entities: []"})[0]


WORDS = [
    "",
    "x",
    "稀土",
    "5",
    "true",
    "null",
    "[]",
    "{}",
    "[[]]",
    "{a: b}",
    "'",
    "&a",
    "*a",
    "- ",
    ": ",
    "\t",
    "\n",
    "all:",
    "in: title",
]


@st.composite
def mutated(draw):
    name = draw(st.sampled_from(sorted(RIGHT)))
    text = RIGHT[name]
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        text = text[:start] + draw(st.sampled_from(WORDS)) + text[end:]
    return name, text.encode()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(change=mutated() | st.tuples(st.sampled_from(sorted(RIGHT)), st.binary(max_size=60)))
def test_whatever_stands_in_a_file_the_answer_is_a_configuration_or_its_mistakes(tmp_path, change):
    name, raw = change
    write(tmp_path, **{name: raw})
    try:
        told = [str(len(load(tmp_path).digest))]
    except ConfigErrors as error:
        told = [str(one) for one in error.errors if isinstance(one, ConfigError)]
    assert told
    assert all(told)
