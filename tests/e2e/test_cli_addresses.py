"""`rarewatch addresses`: seen, added, lifted, and refused in words."""

import newsroom
import pytest


@pytest.fixture
def run(tmp_path):
    source = {"id": "s1", "kind": "feed", "url": "https://s1.example.com/feed"}
    folder = newsroom.write(tmp_path / "config", [source])
    return lambda *words: newsroom.command("addresses", *words, "--config", str(folder))


def test_an_address_is_added_shown_and_lifted(run):
    assert "every address is written to" in run("list").words
    done = run("add", "Former <Former@example.org>", "--subscriber", "desk", "--why", "left the house")
    assert (done.code, done.out) == (0, "")
    assert "not written to before" in run("add", "former@example.org", "--subscriber", "desk").words
    (line,) = run("list", "--json").lines
    assert (line["address"], line["subscription"], line["by"]) == ("former@example.org", "desk", "operator")
    assert line["why"].endswith("said so: left the house")
    assert "former@example.org" in run("list").out
    assert run("lift", "FORMER@example.org").code == 0
    ended = run("lift", "former@example.org")
    assert (ended.code, "no entry" in ended.words) == (1, True)


@pytest.mark.parametrize("words", [("add", "#alerts"), ("add", "a@example.org", "--subscriber", "nobody")])
def test_a_mistake_is_told(run, words):
    assert run(*words).code == 2
