"""Fingerprints: copies share them, and likeness says how much."""

from hypothesis import given
from hypothesis import strategies as st

from making import LONG_TEXT
from rarewatch.text.prints import likeness, prints, runs

texts = st.text(max_size=300)


@given(texts)
def test_there_is_always_one_and_never_more_than_sixty_four(text):
    assert 1 <= len(prints(text)) <= 64
    assert prints(text) <= runs(text)


@given(texts)
def test_a_text_is_wholly_like_itself(text):
    assert likeness(text, text) == 1.0


@given(texts, texts)
def test_likeness_is_a_share_and_goes_both_ways(one, other):
    assert 0.0 <= likeness(one, other) <= 1.0
    assert likeness(one, other) == likeness(other, one)


@given(st.text(min_size=4, max_size=200), st.text(max_size=100), st.text(max_size=100))
def test_a_part_is_wholly_like_the_whole(part, before, after):
    whole = before + part + after
    if len(runs(part)) <= len(runs(whole)):
        assert likeness(part, whole) == 1.0


@given(st.text(min_size=200, max_size=1_000), st.integers(50, 150))
def test_what_a_text_keeps_a_part_of_it_keeps_too(text, length):
    part = text[:length]
    assert prints(text) & runs(part) <= prints(part)


def test_small_edits_leave_most_prints():
    long = "".join(f"第{n}条 {LONG_TEXT[n % 30 :]}" for n in range(40))
    edited = long.replace("第7条", "第七条").replace("铽", "鋱")
    assert len(prints(long) & prints(edited)) > len(prints(long)) * 0.7
    assert likeness(long, edited) > 0.8


def test_strangers_share_little():
    assert likeness(LONG_TEXT, "今日多云转晴，南风三级，最高气温二十二度，适宜户外活动，请注意防晒。") < 0.1


def test_only_the_beginning_of_a_very_long_text_is_read():
    assert prints("甲" * 20_000) == prints("甲" * 20_000 + LONG_TEXT * 1_000)
