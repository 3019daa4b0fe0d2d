"""What makes a mail one that people keep: threads, a way out, a size that readers show whole, digests, what a refusal means."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtplib import SMTPRecipientRefused, SMTPResponseException, SMTPSenderRefused
from alert_cases import MESSAGE, messages
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from test_email import DATE, DESK, Page, channel

from rarewatch.demo.smtp_double import Fault, SmtpDouble
from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers import _email_mime
from rarewatch.notifiers._email_html import MOST_BYTES
from rarewatch.notifiers._email_smtp import Stage, bounce_of
from rarewatch.notifiers.email import Email, EmailOptions
from rarewatch.nouns.alert import Opening, Target
from rarewatch.nouns.secret import SecretRef
from rarewatch.nouns.watch import Severity
from rarewatch.text import signed, unsubscribe

SNAPSHOTS = Path(__file__).parent / "mails"
KEY = "correct-horse-battery"
WAYS = {
    "unsubscribe_url": "https://alerts.example.org/unsubscribe",
    "unsubscribe_secrets": (SecretRef(env="KEY"),),
    "unsubscribe_mailto": "off@example.org",
}
FOR_NEWS = replace(MESSAGE, subscription="news")
FIRST = Opening("dlv-0", "关于对部分稀土物项实施出口管制的公告", Severity.URGENT)
LATER = replace(MESSAGE, headline="答记者问", severity=Severity.NOTABLE, opening=FIRST)


def written(message, target=DESK, **options):
    """The mail as rendered, its bytes, and the mail read back from them."""
    made = channel(**options).render(message, target)
    parts = (made[name] for name in ("from", "to", "subject", "message_id", "text", "html", "headers"))
    raw = _email_mime.assemble(_email_mime.Mail(*parts), DATE).as_bytes(policy=_email_mime.POLICY)
    return made, raw, message_from_bytes(raw, policy=policy.default)


def size(made):
    return len(made["html"].encode("utf-8", "replace"))


class TestThreads:
    def test_the_first_mail_of_a_story_stands_alone(self):
        made, _, _ = written(MESSAGE)
        assert "References" not in made["headers"]
        assert not made["subject"].startswith("Re:")

    def test_a_later_one_answers_the_first_and_keeps_its_subject(self):
        first, _, _ = written(replace(MESSAGE, delivery="dlv-0"))
        made, _, mail = written(LATER)
        assert mail["In-Reply-To"] == mail["References"] == first["message_id"] == "<rarewatch.dlv-0@example.org>"
        assert mail["Message-ID"] == "<rarewatch.dlv-1@example.org>"
        assert mail["Subject"] == "Re: " + first["subject"]
        assert "答记者问" in made["text"]
        assert "答记者问" in Page(made["html"]).text

    def test_re_is_not_doubled(self):
        subjects = {written(replace(LATER, delivery=name))[0]["subject"] for name in ("b", "c", "d")}
        assert len(subjects) == 1
        assert subjects.pop().count("Re:") == 1

    def test_a_repeat_says_so_and_has_the_same_id(self):
        once, again = written(LATER)[0], written(replace(LATER, possible_repeat=True))[0]
        assert once["message_id"] == again["message_id"]
        assert "(repeat?)" in again["subject"]

    async def test_it_arrives_so(self):
        async with SmtpDouble() as double:
            await channel(double).send(LATER, DESK)
        assert double.mails[0].header("References") == "<rarewatch.dlv-0@example.org>"

    def test_a_long_domain_keeps_its_references_whole(self):
        domain = ".".join(["a" * 50] * 4)
        _, raw, _ = written(LATER, sender=f"alerts@{domain}")
        assert f"References: <rarewatch.dlv-0@{domain}>\r\n".encode() in raw


class TestTheWayOut:
    async def test_one_click_arrives_as_rfc_8058_wants_it(self):
        async with SmtpDouble() as double:
            await channel(double, **WAYS).send(FOR_NEWS, Target("mail", "Desk <DESK@example.org>"))
        (mail,) = double.mails
        token = unsubscribe.token("desk@example.org", "news", KEY)
        link = f"https://alerts.example.org/unsubscribe?t={token}"
        assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
        head = mail.raw.partition(b"\r\n\r\n")[0].decode()
        assert f"List-Unsubscribe: <{link}>,\r\n <mailto:off@example.org?subject=" in head
        assert f"Stop these mails: {link}" in mail.text
        assert Page(mail.html).links == [MESSAGE.link, link]
        assert signed.read(unsubscribe.PURPOSE, token, [KEY]) == ("desk@example.org", "news")

    @settings(max_examples=60, deadline=None)
    @given(st.text(max_size=100), st.sampled_from(["a@b.org", f"{'x' * 64}@{'y' * 60}.example.org", "Name <n@example.org>"]))
    def test_whatever_it_is_called_the_addresses_stay_whole(self, subscription, to):
        _, raw, mail = written(replace(MESSAGE, subscription=subscription), Target("mail", to), **WAYS)
        head = raw.partition(b"\r\n\r\n")[0]
        assert max(map(len, head.split(b"\r\n"))) <= 998
        if subscription:
            line = re.search(rb"List-Unsubscribe: (.*?)\r\n(?! )", head, re.DOTALL)[1]
            assert re.fullmatch(rb"<https://[!-;=?-~]+>,\r\n <mailto:[!-;=?-~]+>", line)
            assert "=?" not in str(mail["List-Unsubscribe"])

    def test_an_address_alone_offers_no_click(self):
        made, _, _ = written(FOR_NEWS, unsubscribe_mailto="off@example.org")
        assert made["headers"]["List-Unsubscribe"].startswith("<mailto:off@example.org")
        assert "List-Unsubscribe-Post" not in made["headers"]

    def test_a_test_message_offers_none(self):
        assert "List-Unsubscribe" not in written(MESSAGE, **WAYS)[0]["headers"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"unsubscribe_url": "http://x.org/u"}, {"unsubscribe_url": "https://x.org/ü"}, {"unsubscribe_url": "https://x.org/u"},
            {"unsubscribe_secrets": (SecretRef(env="K"),)}, {"unsubscribe_mailto": "Name <a@b.org>"}, {"unsubscribe_mailto": "a"},
            {"unsubscribe_url": "https://x.org/a>,<b", "unsubscribe_secrets": (SecretRef(env="K"),)},
        ],
    )  # fmt: skip
    def test_half_a_way_out_is_a_mistake(self, wrong):
        with pytest.raises(ValidationError):
            EmailOptions(host="localhost", security="none", sender="a@example.org", **wrong)

    def test_a_short_key_shows_at_the_start(self):
        options = EmailOptions(host="localhost", security="none", sender="a@example.org", **WAYS)
        with pytest.raises(ConfigError, match="too short") as caught:
            Email(options, lambda _ref: "hunter2")
        assert "hunter2" not in str(caught.value)


def test_no_machine_answers_a_mail():
    headers = written(MESSAGE)[0]["headers"]
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert not {"Precedence", "Feedback-ID"} & headers.keys()


class TestSize:
    def test_a_page_full_of_marks_is_cut_with_a_count(self):
        sentence = "稀&" * 300
        marks = tuple((at, at + 1) for at in range(0, 600, 2))
        many = tuple(replace(MESSAGE.evidence[0], sentence=sentence, marks=marks, field="text") for _ in range(12))
        made, _, _ = written(replace(MESSAGE, evidence=many))
        page = Page(made["html"])
        assert size(made) <= MOST_BYTES
        shown = page.text.count("In the text")
        assert 0 < shown < 12
        assert f"and {12 - shown} more, left out to keep this mail short: see the link" in page.text
        assert page.marked

    @settings(max_examples=8, deadline=None)
    @given(messages, st.sampled_from(["&", "<b>", "稀土", "'", "\u202e", "<!channel>", "a" * 90, "👩‍🔬"]))
    def test_no_page_makes_a_mail_too_long(self, message, unit):
        long = unit * (100_000 // len(unit.encode()))
        why = replace(MESSAGE.why[0], title=long[:2000], terms=("稀土",) * 12)
        quoted = replace(MESSAGE.evidence[0], sentence=long, marks=tuple((at, at + 1) for at in range(0, 600, 2)))
        hostile = replace(
            message, headline=long, glosses=((long, long),), caveat=long, origin=long, publisher=long, why=(why,) * 13,
            evidence=(quoted,) * 13, link="https://example.org/" + "a" * 100_000, paper_note=long, types=(long,), subscription="s",
        )  # fmt: skip
        made, raw, mail = written(hostile, **WAYS)
        assert size(made) <= MOST_BYTES
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert mail.defects == []
        assert all(len(link) <= 2_000 for link in Page(made["html"]).links)

    @settings(max_examples=60, deadline=None)
    @given(messages, messages)
    def test_headers_are_folded_and_no_text_makes_one(self, first, message):
        opening = Opening(first.delivery, first.headline, first.severity)
        _, raw, mail = written(replace(message, opening=opening, subscription="news"), list_id="Rare <r.example.org>", **WAYS)
        head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
        unfolded = (b"List-Unsubscribe:", b" <mailto:", b"Message-ID:", b"In-Reply-To:", b"References:", b"List-Id:")
        assert [line for line in head if len(line) > 78 and not line.startswith(unfolded)] == []
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert len(mail.keys()) == len(set(mail.keys())) == 15
        assert set(mail.keys()) >= {"In-Reply-To", "References", "List-Unsubscribe", "List-Unsubscribe-Post"}


HOSTILE = '稀土</bdi><script>x</script>\r\nBcc: all@example.org\u202e\u2066 <!channel> <img src="https://evil.example/x">'


def test_hostile_words_stay_words_everywhere():
    evidence = replace(MESSAGE.evidence[0], sentence=HOSTILE, marks=((0, 20),))
    opening = Opening("x\r\nBcc: a@b", HOSTILE, Severity.LOG)
    made, raw, mail = written(
        replace(MESSAGE, headline=HOSTILE, publisher=HOSTILE, origin=HOSTILE, evidence=(evidence,), opening=opening, story=HOSTILE)
    )
    page = Page(made["html"])
    assert not page.tags & {"script", "img"}
    assert mail["Bcc"] is None
    assert b"\r\nBcc:" not in raw.partition(b"\r\n\r\n")[0]
    assert "\u202e" not in made["text"] + made["html"] + str(mail["Subject"])
    assert "<!channel>" in made["text"]


class TestLook:
    def test_nothing_is_loaded_from_outside_and_nothing_is_wider_than_a_phone_or_600(self):
        html = channel().render(MESSAGE, DESK)["html"]
        assert not re.search(r"(?:src|background)=|url\(|@import|<link", html)
        assert "max-width:600px" in html
        assert all(int(width) <= 600 for width in re.findall(r'width="(\d+)"', html))
        assert '<meta name="color-scheme" content="light dark">' in html
        assert "PingFang SC" in html

    def test_chinese_parts_say_that_they_are(self):
        html = channel().render(replace(MESSAGE, headline="出口管制", caveat="state-owned"), DESK)["html"]
        assert '<bdi lang="zh-Hans">出口管制</bdi>' in html
        assert "<bdi>Caveat: state-owned</bdi>" in html
        assert '<html lang="en">' in html
        assert (
            '<bdi lang="zh-Hans">レアアース輸出' not in channel().render(replace(MESSAGE, headline="レアアース輸出"), DESK)["html"]
        )

    def test_the_preview_says_what_the_subject_does_not(self):
        body = channel().render(MESSAGE, DESK)["html"].partition("<body")[2]
        preview = re.search(r'<div style="display:none;.*?<bdi[^>]*>(.*?)</bdi>', body, re.DOTALL)[1]
        assert preview == "商务部 (issuer) · 稀土 = rare earths; 出口管制 = export control"
        assert body.index(preview) < body.index("<table")


def digest(number):
    parts = tuple(
        replace(
            MESSAGE,
            delivery=f"p{n}",
            headline=f"第{n}号公告 & 稀土",
            severity=list(Severity)[4 - n % 5],
            link=f"https://example.org/{n}?a=1&b=2",
        )
        for n in range(number)
    )
    return replace(
        MESSAGE,
        headline=f"{number} announcements, 22:00-07:00",
        glosses=(),
        why=(),
        evidence=(),
        link="",
        parts=parts,
        published=None,
    )


class TestDigests:
    def test_every_story_is_a_card_in_both_parts(self):
        made, _, _ = written(digest(12))
        page = Page(made["html"])
        for text in (made["text"], page.text):
            assert "12 announcements, 22:00-07:00" in text
            assert all(f"第{n}号公告 & 稀土" in text for n in range(12))
            assert text.count("Export control on rare earths (rule ree-control)") == 12
        assert page.links == [f"https://example.org/{n}?a=1&b=2" for n in range(12)]
        assert "Why you are told" not in page.text

    @pytest.mark.parametrize("number", [150, 1000])
    def test_too_many_for_one_mail_are_counted(self, number):
        made, _, _ = written(digest(number))
        page = Page(made["html"])
        assert size(made) <= MOST_BYTES
        shown = len(page.links)
        assert shown > 30
        assert f"and {number - shown} more" in page.text
        kept = min(number, 200)
        assert made["text"].count("https://example.org/") == kept
        assert (f"and {number - kept} more" in made["text"]) is (number > kept)

    @settings(max_examples=40, deadline=None)
    @given(st.lists(messages, min_size=1, max_size=6), messages)
    def test_any_digest_is_a_sound_mail(self, parts, around):
        made, raw, mail = written(replace(around, parts=tuple(parts)))
        assert mail.defects == []
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == made["text"]
        assert not Page(made["html"]).tags & {"script", "img"}


@pytest.mark.parametrize(
    ("error", "stage", "bounce"),
    [
        (SMTPRecipientRefused(550, "5.1.1 No such user", "a"), Stage.ENVELOPE, "gone"),
        (SMTPResponseException(550, "5.1.1 <a> unknown"), Stage.DATA, "gone"),
        (SMTPRecipientRefused(556, "5.1.10 Recipient address has null MX", "a"), Stage.ENVELOPE, "doubtful"),
        (SMTPRecipientRefused(550, "5.1.2 Bad destination host", "a"), Stage.ENVELOPE, "doubtful"),
        (SMTPRecipientRefused(550, "Unknown user", "a"), Stage.ENVELOPE, "doubtful"),
        (
            SMTPRecipientRefused(550, "<a@b.org>: Recipient address rejected: User unknown in local table", "a"),
            Stage.ENVELOPE,
            "doubtful",
        ),
        (SMTPRecipientRefused(553, "sorry, that mailbox does not exist", "a"), Stage.ENVELOPE, "doubtful"),
        (SMTPRecipientRefused(550, "5.7.1 Recipient address rejected: unknown user policy", "a"), Stage.ENVELOPE, ""),
        (SMTPRecipientRefused(550, "blocked by policy, see https://x.example/550 5.1.1", "a"), Stage.ENVELOPE, ""),
        (SMTPRecipientRefused(552, "5.2.2 Mailbox full", "a"), Stage.ENVELOPE, ""),
        (SMTPRecipientRefused(552, "user over quota", "a"), Stage.ENVELOPE, ""),
        (SMTPSenderRefused(550, "5.1.1 Unknown sender", "a"), Stage.ENVELOPE, ""),
        (SMTPRecipientRefused(550, "5.1.8 Bad sender system", "a"), Stage.ENVELOPE, ""),
        (SMTPResponseException(554, "5.7.1 Message refused"), Stage.DATA, ""),
    ],
)
def test_only_a_word_about_the_address_counts_against_it(error, stage, bounce):
    assert bounce_of(error, stage) == bounce


@pytest.mark.parametrize(
    ("trouble", "bounce"), [(Fault.UNKNOWN, "gone"), (Fault.REJECT, ""), (Fault.GREYLIST, ""), (Fault.DROP, "")]
)
async def test_a_fault_carries_what_was_said_of_the_address(trouble, bounce):
    async with SmtpDouble() as double:
        double.fail(trouble)
        with pytest.raises(DeliveryFault) as caught:
            await channel(double).send(MESSAGE, DESK)
    assert caught.value.bounce == bounce


SHOWN = {
    "first": replace(FOR_NEWS, caveat="State-owned origin.", title_only=True),
    "later": LATER,
    "digest": digest(3),
}


@pytest.mark.parametrize("name", SHOWN)
def test_mails_look_as_reviewed(name):
    """To take a change over: delete the file and run this once; it fails, writes it, and wants it looked at."""
    made, _, _ = written(SHOWN[name], **WAYS)
    headers = "".join(f"{key}: {value}\n" for key, value in made["headers"].items())
    shown = f"Subject: {made['subject']}\nMessage-ID: {made['message_id']}\n{headers}\n{made['text']}\n{made['html']}\n"
    file = SNAPSHOTS / f"{name}.txt"
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown, encoding="utf-8")
        pytest.fail(f"{file} is new: look at it")
    assert shown == file.read_text(encoding="utf-8")
