"""Signed tokens and the addresses they are made for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text import signed, unsubscribe
from rarewatch.text.mailbox import key_of, mailbox, veiled

KEY, OLD = "a key of many characters", "an older key, still taken"
words = st.lists(st.text(max_size=40), max_size=4)


@given(words, st.text(max_size=20))
def test_what_was_signed_is_read_again_with_any_key_in_force(said, purpose):
    token = signed.sign(purpose, said, OLD)
    assert signed.read(purpose, token, [KEY, OLD]) == tuple(said)
    assert signed.read(purpose, token, [KEY]) is None
    assert signed.read(purpose + "x", token, [OLD]) is None
    assert signed.read(purpose, token, []) is None


@given(words, st.data())
def test_a_token_with_one_character_changed_is_none(said, data):
    token = signed.sign("p", said, KEY)
    at = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.sampled_from("AZaz09-_.").filter(lambda char: char != token[at]))
    assert signed.read("p", token[:at] + other + token[at + 1 :], [KEY]) is None


@given(st.text(max_size=300))
def test_anything_else_is_none(text):
    assert signed.read("p", text, [KEY]) is None


def test_a_token_is_fit_for_a_link_and_not_endless():
    token = signed.sign("p", ["李@example.org", "desk"], KEY)
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    assert signed.read("p", signed.sign("p", ["x" * signed.LONGEST], KEY), [KEY]) is None


def test_what_a_key_signed_otherwise_is_no_words():
    payload = signed._packed(b"not json")
    assert signed.read("p", f"{payload}.{signed._packed(signed._mac('p', payload, KEY))}", [KEY]) is None
    payload = signed._packed(b'{"a": 1}')
    assert signed.read("p", f"{payload}.{signed._packed(signed._mac('p', payload, KEY))}", [KEY]) is None


@pytest.mark.parametrize("written", ["desk@example.org", "Desk <DESK@Example.ORG>", ' "The desk" <desk@example.org> '])
def test_an_address_is_the_same_however_it_is_written(written):
    assert key_of(written) == "desk@example.org"
    token = unsubscribe.token(written, "news", KEY)
    assert signed.read(unsubscribe.PURPOSE, token, [KEY]) == ("desk@example.org", "news")


@pytest.mark.parametrize("other", ["C012345", "#alerts", "", "a@b c", "https://example.org/x"])
def test_what_is_no_mail_address_has_no_key(other):
    assert key_of(other) == ""
    with pytest.raises(ValueError, match="not one mail address"):
        mailbox(other)


def test_a_page_shows_no_whole_address():
    assert veiled("desk@example.org") == "d***@example.org"


def test_the_ways_out_name_the_link_first_and_only_what_is_configured():
    ways = unsubscribe.ways(url="https://x.org/u", mailto="off@x.org", address="a@b.org", subscription="d s", keys=[KEY, OLD])
    assert ways[0].startswith("https://x.org/u?t=")
    assert ways[1] == "mailto:off@x.org?subject=unsubscribe%20a%40b.org%20d%20s"
    assert unsubscribe.ways(url="https://x.org/u", mailto=None, address="a@b.org", subscription="d", keys=[]) == ()
    assert unsubscribe.link("https://x.org/u?list=1", "T") == "https://x.org/u?list=1&t=T"
