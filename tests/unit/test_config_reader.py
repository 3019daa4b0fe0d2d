"""YAML text becomes plain values with places, or one mistake that says where and what to do."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.config.reader import MAX_BYTES, MAX_COPIES, MAX_DEPTH, Node, read
from rarewatch.errors import ConfigError


def value(text):
    node, mistakes = read("f.yaml", text if isinstance(text, bytes) else text.encode())
    assert mistakes == []
    return node.value


def fault(text) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read("f.yaml", text if isinstance(text, bytes) else text.encode())
    return caught.value


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("yes", "yes"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'true'", "true"),
        ("!!str true", "true"),
        ("! 12", "12"),
        ("600111", 600111),
        ("-7", -7),
        ("000831", "000831"),
        ("0", 0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("2.", 2.0),
        ("1e3", 1000.0),
        ("1e999", "1e999"),
        ("00.5", "00.5"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2025-04-04", "2025-04-04"),
        ("600111.SH", "600111.SH"),
        (".", "."),
        ("-", [None]),
        ("9" * 5000, "9" * 5000),
        (".inf", ".inf"),
        ("稀土", "稀土"),
    ],
)
def test_what_a_bare_word_means(written, meant):
    got = value(written)
    assert got == meant
    assert type(got) is type(meant)


def test_keys_are_always_text():
    assert value("1: a\nno: b\n~: c\n2025-04-04: d") == {"1": "a", "no": "b", "~": "c", "2025-04-04": "d"}


def test_places_count_from_one_in_characters_and_keys_have_their_own():
    node, _ = read("f.yaml", "稀土:\n  - 出口: [一, 二]\n".encode())
    inner = node.child("稀土").child(0)
    assert (inner.place, inner.key_place("出口"), inner.child("出口").child(1).place) == ((2, 5), (2, 5), (2, 13))
    assert node.child("nothing") is None
    assert inner.key_place("nothing") == inner.place
    assert inner.child("出口").where == "f.yaml:2"


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    assert value(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - x\r\n") == {"a": 1, "b": ["x"]}


def test_anchors_repeat_values_but_only_so_often():
    assert value("a: &x [1, 2]\nb: *x\n") == {"a": [1, 2], "b": [1, 2]}
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
    )
    error = fault(bomb)
    assert "aliases repeat too much" in str(error)
    assert str(MAX_COPIES) in error.hint


def test_aliases_cannot_nest_deeper_than_brackets():
    deep = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, MAX_DEPTH + 5))
    assert "aliases repeat too much" in str(fault(deep))


@pytest.mark.parametrize("text", ["a: &x [*x]", "a: *y", "a: &x 1\n*x : 2", "&x {a: *x}"])
def test_an_alias_must_name_something_finished(text):
    assert "names nothing" in str(fault(text))


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 5000 + "x", "? " * 3000, "{a: " * 200 + "}" * 200])
def test_deep_nesting_is_refused_without_falling_over(text):
    assert fault(text).line == 1


def test_a_repeated_key_is_a_mistake_and_names_the_first():
    node, (mistake,) = read("f.yaml", b"a: 1\nb: 2\na: 3\n")
    assert str(mistake) == "f.yaml:3:1: 'a' is given twice (it stands at line 1 already; keep one of the two)"
    assert node.child("b").value == 2


@pytest.mark.parametrize("text", ["a: !!int 3", "a: !thing {b: 1}", "a: !!set {b}", "<<: {a: 1}"])
def test_tags_and_merging_are_mistakes(text):
    _, mistakes = read("f.yaml", text.encode())
    assert len(mistakes) == 1
    assert "not supported" in mistakes[0].message


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a:\n\tb: 1\n", 2, 1, "tabs"),
        ("a: [1,\n2", 2, 2, "bracket"),
        ("a: {b: 'x\n", 1, 10, "quote is not closed"),
        ("a: b: c", 1, 5, "in quotes"),
        ("a: 1\nb\nc: 2", 3, 1, "colon"),
        ("a: @x", 1, 4, "in quotes"),
        ('a: "\\q"', 1, 5, "single quotes"),
        ("- a\nb: 1", 2, 1, "indentation"),
        ("a: 1\n  b: 2\n", 2, 4, "indentation"),
        ("a: 1\n---\nb: 2\n", 2, 1, "one file holds one document"),
        ("[a, b]: c", 1, 1, "a key must be a word"),
        ("a: |\n\t x\n", 2, 1, "tabs"),
        ("ab: \x07", 1, 5, "U+0007"),
        ("x: 稀\nab: 稀土\x08", 2, 7, "U+0008"),
        ('a: "\\0"', 1, 4, "cannot be stored"),
    ],
)
def test_broken_text_is_told_with_its_place(text, line, column, words):
    error = fault(text)
    assert (error.line, error.column) == (line, column)
    assert words in str(error)


@pytest.mark.parametrize(("encoding", "line", "column"), [("gbk", 2, 5), ("gb18030", 2, 5), ("utf-16", 1, 1)])
def test_other_encodings_are_named_with_the_first_bad_byte(encoding, line, column):
    error = fault("a: b\nzh: 包头\n".encode(encoding))
    assert (error.line, error.column) == (line, column)
    assert "must be UTF-8" in str(error)


def test_a_file_has_a_largest_size():
    assert "larger than 5 MB" in str(fault(b"#" * (MAX_BYTES + 1)))
    assert value(b"#" * MAX_BYTES) is None


plain = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False) | plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain, inner, max_size=4),
    max_leaves=20,
)


def places(node: Node):
    yield node.place
    for key in node.value if isinstance(node.value, dict) else range(len(node.children())):
        yield from places(node.child(key))


@given(values)
def test_json_reads_back_as_written(tree):
    text = json.dumps(tree, ensure_ascii=False, indent=1)
    node, mistakes = read("f.yaml", text.encode())
    lines = text.split("\n")
    assert (node.value, mistakes) == (tree, [])
    assert all(1 <= line <= len(lines) and column <= len(lines[line - 1]) for line, column in places(node))


@given(values)
def test_what_pyyaml_writes_reads_back(tree):
    text = yaml.safe_dump(tree, allow_unicode=True)
    wanted = json.loads(json.dumps(tree))
    assert read("f.yaml", text.encode())[0].value == wanted


@given(st.binary(max_size=200) | st.text("ab:-[]{}&*!|>'\"%@#?,~ \n\t\r稀0.\\", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused_in_words(raw):
    try:
        node, _ = read("f.yaml", raw)
    except ConfigError as error:
        told = str(error)
    else:
        told = "f.yaml:" + str(list(places(node)))
    assert told.startswith("f.yaml:")
