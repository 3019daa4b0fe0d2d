"""A notice to operators on every channel: what it says, and none of the lines that belong to news."""

import io
from dataclasses import replace

import pytest
from alert_cases import messages
from hypothesis import HealthCheck, given, settings

from making import NOW, item, subscription
from rarewatch.compose import Composer
from rarewatch.demo._slack_limits import refusal
from rarewatch.notifiers.console import Console, ConsoleOptions
from rarewatch.notifiers.email import Email
from rarewatch.notifiers.slack import Slack
from rarewatch.nouns.alert import OWN, Evidence, Parcel, Target
from rarewatch.nouns.watch import Severity, Watch

TEXT = "Since 2031-04-04 09:00.\n\nIt turns programs away.\nMinistry: https://s1.example.com/feed"
HEADLINE = "s1 is blocked: a challenge page"
ITEM = replace(item(HEADLINE, TEXT, url=""), source=OWN.id, key="k", language="en")
OF_NEWS = ("Publisher", "Type", "Published", "First seen", "Link", "Why", "What it says", "In the text", "Open the announcement")
SLACK = Slack.Options.model_validate({"token": {"env": "SLACK_TEST_TOKEN"}})
MAIL = Email.Options.model_validate({"host": "mail.example.org", "sender": "watch@example.org"})


def notice(**fields):
    parcel = Parcel("3", "token", "1", "9", "ops", Target("slack", "C1"), ITEM, OWN, (), 1, NOW, notice=Severity.NOTABLE)
    return replace(Composer(Watch(), [subscription("ops", time_zone="UTC", operator=True)], lambda _: ()).compose(parcel), **fields)


def by_slack(message):
    return Slack(SLACK, lambda _: "xoxb-not-a-token").render(message, Target("slack", "C1"))


def by_mail(message):
    return Email(MAIL, str).render(message, Target("mail", "ops@example.org"))


def by_console(message):
    return Console(ConsoleOptions(), str).render(message, Target("console", "t"))["text"]


def words_of(value):
    if isinstance(value, dict):
        return [word for key, inner in value.items() if key != "type" for word in words_of(inner)]
    return [word for inner in value for word in words_of(inner)] if isinstance(value, list) else [str(value)]


def everywhere(message):
    mail = by_mail(message)
    return {
        "slack": "\n".join(words_of(by_slack(message)["blocks"])),
        "slack push": by_slack(message)["text"],
        "mail": mail["text"],
        "html": mail["html"],
        "console": by_console(message),
    }


def test_it_is_the_programs_own_word_in_its_readers_zone():
    message = notice()
    assert (message.notice, message.severity, message.publisher, message.tier) == (True, Severity.NOTABLE, "rarewatch", "")
    assert (message.caveat, message.types, message.why, message.link, message.zone) == ("", (), (), "", "UTC")
    assert [one.sentence for one in message.evidence] == [line for line in TEXT.splitlines() if line]


@pytest.mark.parametrize("channel", ["slack", "slack push", "mail", "html", "console"])
def test_every_channel_shows_its_lines_and_nothing_that_belongs_to_news(channel):
    shown = everywhere(notice(possible_repeat=True))[channel]
    assert "blocked: a challenge page" in shown
    assert "You may have had this already" in shown
    for line in filter(None, TEXT.splitlines()):
        assert line in shown
    assert [word for word in OF_NEWS if word in shown] == []


def test_on_paper():
    assert by_console(notice()) == (
        "[NOTABLE] s1 is blocked: a challenge page\n"
        "\n"
        "At:         2031-04-04 01:00 UTC / 2031-04-04 09:00 Beijing time (UTC+8)\n"
        "\n"
        "Since 2031-04-04 09:00.\n"
        "It turns programs away.\n"
        "Ministry: https://s1.example.com/feed\n"
        "\n"
        "--\n"
        "Story 9, delivery token\n"
    )
    assert by_mail(notice())["subject"] == "[rarewatch] [notable] s1 is blocked: a challenge page"


async def test_a_terminal_shows_the_words_of_a_file():
    paper = io.StringIO()
    await Console(ConsoleOptions(), str, paper).send(notice(), Target("console", "t"))
    assert paper.getvalue() == by_console(notice())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(messages)
def test_whatever_a_fault_quotes_keeps_to_every_channels_limits(message):
    told = replace(message, notice=True, evidence=tuple(Evidence("text", one.sentence, ()) for one in message.evidence))
    assert refusal(by_slack(told)) == ""
    paper = by_console(told)
    assert all(char == "\n" or char >= " " for char in paper)
    assert len(paper.splitlines()) <= 40
