"""The chaos run, reduced; `make chaos` is the whole of it."""

import subprocess
import sys
from pathlib import Path

import pytest
from chaos_tally import Copy, copy, tally

RUN = Path(__file__).with_name("run.py")
SLACK, MAIL = ("000001", "C1"), ("000001", "a@example.com")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_short_chaos_loses_nothing_and_repeats_nothing_unmarked():
    words = [sys.executable, str(RUN), "--alerts", "500", "--seconds", "20", "--seed", "5"]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", timeout=380, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "good" in done.stdout.splitlines()


def test_all_told_once_is_good():
    found = tally([SLACK, MAIL], [Copy(SLACK, "1", marked=True)], [Copy(MAIL, "<1>", marked=False)])
    assert found.good
    assert (found.expected, found.once, found.marked_slack, found.marked_mail) == (2, 2, 1, 0)


def test_what_nobody_got_is_lost():
    found = tally([SLACK, MAIL], [], [Copy(MAIL, "<1>", marked=False)])
    assert not found.good
    assert found.lost == [SLACK]


def test_twice_on_slack_is_bad_even_when_marked():
    found = tally([SLACK], [Copy(SLACK, "1", marked=False), Copy(SLACK, "2", marked=True)], [])
    assert not found.good
    assert (found.slack_doubles, found.once) == (1, 0)


@pytest.mark.parametrize(
    ("again", "good"), [(Copy(MAIL, "<1>", True), True), (Copy(MAIL, "<1>", False), False), (Copy(MAIL, "<2>", True), False)]
)
def test_a_mail_may_come_twice_under_its_first_id_if_it_says_so(again, good):
    found = tally([MAIL], [], [Copy(MAIL, "<1>", marked=False), again])
    assert found.mail_doubles == 1
    assert found.good is good


def test_what_was_never_asked_for_is_bad():
    found = tally([], [Copy(SLACK, "1", marked=False)], [])
    assert not found.good
    assert found.strange == [SLACK]


@pytest.mark.parametrize(
    ("subject", "text", "marked"),
    [
        ("[notable] 稀土某矿批次000001", "news", False),
        ("[notable] (repeat?) 稀土某矿批次000001", "news", True),
        ("稀土某矿批次000001", "You may have had this already: an earlier attempt got no answer", True),
    ],
)
def test_a_message_is_known_by_its_headline_and_its_mark(subject, text, marked):
    assert copy("C1", subject, text, "1") == Copy(SLACK, "1", marked)
