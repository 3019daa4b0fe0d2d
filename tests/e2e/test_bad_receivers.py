"""Whatever receivers answer: each delivery ends sent once, or says why not; doubt is marked; nothing is lost."""

from collections import Counter

import newsroom
import pytest
from http_peer import Peer, reply
from newsroom import Notice, awaited, rss
from scene import REPEAT

from rarewatch.demo.slack_double import SlackDouble
from rarewatch.demo.smtp_double import Fault, SmtpDouble

SLACK = {  # channel by trouble, and what becomes of the delivery
    "429": ("C1RATE", "due"),
    "500": ("C2BROKEN", "due"),
    "invalid_blocks": ("C3BLOCKS", "dead"),
    "token_revoked": ("C4TOKEN", "dead"),
    "missing_scope": ("C5SCOPE", "dead"),
    "accept-then-500": ("C6TAKEN", "due"),
    "accept-then-drop": ("C7TAKEN", "due"),
    "drop": ("C8DROP", "due"),
    "not-json": ("C9PROXY", "due"),
}
MAIL = {
    Fault.GREYLIST: ("greylist@desk.example", "due"),
    Fault.CLOSING: ("closing@desk.example", "due"),
    Fault.UNKNOWN: ("unknown@desk.example", "dead"),
    Fault.REJECT: ("reject@desk.example", "dead"),
    Fault.FULL: ("full@desk.example", "due"),
    Fault.DROP: ("drop@desk.example", "due"),
    Fault.DROP_IN_DATA: ("data@desk.example", "due"),
    Fault.LOST_ANSWER: ("lost@desk.example", "due"),
}
FINE = "C0FINE", "fine@desk.example"
IN_DOUBT = {"C2BROKEN", "C6TAKEN", "C7TAKEN", "C8DROP", "C9PROXY", "data@desk.example", "lost@desk.example"}
STORY = Notice("one", "北方稀土公布四季度稀土精矿交易价格")


@pytest.fixture
async def receivers():
    slack = SlackDouble()
    await slack.start()
    async with SmtpDouble() as post:
        yield slack, post
    await slack.stop()


def _configure(folder, site, slack, post) -> None:
    mail = {"kind": "email", "host": "127.0.0.1", "port": post.port, "security": "none", "sender": "watch@rarewatch.example"}
    channels = [place for place, _ in SLACK.values()]
    boxes = [place for place, _ in MAIL.values()]
    newsroom.write(
        folder,
        [{"id": "feed", "kind": "feed", "url": site.url("/feed")}],
        notifiers={
            "slack": {"kind": "slack", "token": {"env": "SLACK_TOKEN"}, "base_url": slack.url},
            "mail": {**mail, "hello": "localhost"},
        },
        deliver=[{"via": "slack", "to": [*channels, FINE[0]]}, {"via": "mail", "to": [*boxes, FINE[1]]}],
        workers={"couriers": 1},  # so that each trouble meets the delivery it is meant for
    )


async def test_every_trouble_of_the_receivers_in_one_pass(tmp_path, receivers):
    slack, post = receivers
    folder, database = tmp_path / "config", tmp_path / "rarewatch.db"
    for trouble in SLACK:
        slack.fail(trouble)
    post.fail(*MAIL)
    async with Peer({"/feed": reply(200, rss([STORY]), [("Content-Type", "application/xml")])}) as site:
        _configure(folder, site, slack, post)

        first = await awaited("poll", "--json", "-c", str(folder))

        assert first.code == 1
        assert {line["to"]: line["state"] for line in first.deliveries} == dict([*SLACK.values(), *MAIL.values()]) | dict.fromkeys(
            FINE, "sent"
        )
        assert all(line["detail"] for line in first.deliveries if line["state"] != "sent")
        assert newsroom.TOKEN not in first.out + first.words
        rows = {row["to"]: row for row in newsroom.deliveries(database)}
        assert {to for to, row in rows.items() if row["in_doubt"]} == IN_DOUBT
        wait = rows["C1RATE"]["due_at"] - rows["C1RATE"]["first_due"]
        assert wait >= 7.0  # Slack's Retry-After

        again = await awaited("poll", "--json", "-c", str(folder))
        assert again.code == 0
        assert again.sources["feed"]["state"] == "unchanged"

        # The server said that there is no such address: nothing goes there again until a person says otherwise.
        lifted = await awaited("addresses", "lift", "unknown@desk.example", "-c", str(folder))
        assert lifted.code == 0, lifted.words
        newsroom.let_time_pass(database, hours=1)
        replayed = await awaited("deliveries", "--replay", "all", "-c", str(folder))
        assert "5 delivery(ies) due again" in replayed.words
        last = await awaited("poll", "--json", "-c", str(folder))

    assert last.code == 0, last.out
    assert {row["state"] for row in newsroom.deliveries(database)} == {"sent"}
    # Slack is asked whether the message is there; the mail whose answer was lost is the only one that came twice.
    assert Counter(one.channel for one in slack.messages) == Counter(rows.keys() - {one for one in rows if "@" in one})
    mails = Counter(one.recipients[0] for one in post.mails)
    assert mails == Counter({place: 1 for place in rows if "@" in place}) + Counter(["lost@desk.example"])
    marked = {one.channel for one in slack.messages if REPEAT in one.text} | {
        one.recipients[0] for one in post.mails if REPEAT in one.text
    }
    assert marked == IN_DOUBT - {"C6TAKEN", "C7TAKEN"}  # found in the channel: the first message stands, unmarked
    lost = [one for one in post.mails if one.recipients == ("lost@desk.example",)]
    assert lost[0].header("Message-ID") == lost[1].header("Message-ID")
    assert [REPEAT in one.text for one in lost] == [False, True]


async def test_a_receiver_that_is_not_there_costs_nothing_but_time(tmp_path, receivers):
    slack, post = receivers
    folder, database = tmp_path / "config", tmp_path / "rarewatch.db"
    port = post.port
    await post.stop()
    async with Peer({"/feed": reply(200, rss([STORY]), [("Content-Type", "application/xml")])}) as site:
        _configure(folder, site, slack, post)
        first = await awaited("poll", "--json", "-c", str(folder))
        assert first.code == 1
        assert {line["state"] for line in first.deliveries if line["via"] == "mail"} == {"due"}
        assert not any(row["in_doubt"] for row in newsroom.deliveries(database))

        await post.start(port)
        newsroom.let_time_pass(database, hours=1)
        assert (await awaited("poll", "--json", "-c", str(folder))).code == 0

    assert len(post.mails) == len(MAIL) + 1
    assert len(slack.messages) == len(SLACK) + 1
    assert not any(REPEAT in one.text for one in post.mails)
