"""Email over real SMTP on loopback: what arrives, what each failure means, and that no page can break a mail."""

import asyncio
import re
import shutil
import ssl
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from alert_cases import MESSAGE, SENTENCE, messages, texts
from hypothesis import given, settings
from pydantic import ValidationError

from rarewatch.demo.smtp_double import Fault, SmtpDouble
from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers import _email_mime
from rarewatch.notifiers.email import Email, EmailOptions
from rarewatch.nouns.alert import Target
from rarewatch.nouns.secret import SecretRef

DESK = Target("mail", "desk@example.org")
SECRET = "correct-horse-battery"
DATE = datetime(2031, 4, 4, 1, 3, tzinfo=UTC)


def channel(double=None, *, host="127.0.0.1", **more):
    given = {"host": host, "port": double.port if double else 25, "security": "none", "sender": "稀土 watch <alerts@example.org>"}
    return Email(EmailOptions(**(given | more)), lambda _ref: SECRET)


def with_login(double, **more):
    return channel(double, username="bot", password=SecretRef(env="PASSWORD"), **more)


async def fault_of(notifier, message=MESSAGE, target=DESK):
    with pytest.raises(DeliveryFault) as caught:
        await notifier.send(message, target)
    assert SECRET not in repr(caught.value) + repr(caught.value.__cause__) + repr(caught.value.__context__)
    return caught.value


def written(message, **options):
    """The mail's bytes as they would be sent, and the mail read back from them."""
    made = channel(**options).render(message, DESK)
    mail = _email_mime.Mail(
        made["from"], made["to"], made["subject"], made["message_id"], made["text"], made["html"], made["headers"]
    )
    raw = _email_mime.assemble(mail, DATE).as_bytes(policy=_email_mime.POLICY)
    return made, raw, message_from_bytes(raw, policy=policy.default)


class Page(HTMLParser):
    """What a mail reader would make of the HTML: its text, its tags, its links, what is highlighted."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.marked, self.said, self._open = set(), [], [], [], []
        self.attributes = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._open.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self._open:
            self.said.append(data)
        if "mark" in self._open:
            self.marked.append(data)

    @property
    def text(self):
        return "".join(self.said)


# What arrives


async def test_a_mail_arrives_with_two_parts_and_its_headers():
    async with SmtpDouble() as double:
        receipt = await channel(double, list_id="Rare earths <ree.example.org>", reply_to="desk@example.org").send(MESSAGE, DESK)
    (mail,) = double.mails
    assert mail.sender == "alerts@example.org"
    assert mail.recipients == ("desk@example.org",)
    assert mail.message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.message.iter_parts()] == ["text/plain", "text/html"]
    assert mail.header("Subject") == "[rarewatch] [urgent] 关于对部分稀土物项实施出口管制的公告"
    assert mail.header("From") == "稀土 watch <alerts@example.org>"
    assert mail.header("To") == "desk@example.org"
    assert mail.header("Reply-To") == "desk@example.org"
    assert mail.header("Message-ID") == receipt.remote["message_id"] == "<rarewatch.dlv-1@example.org>"
    assert mail.header("Auto-Submitted") == "auto-generated"
    assert mail.header("List-Id") == "Rare earths <ree.example.org>"
    assert mail.header("X-Rarewatch-Delivery") == "dlv-1"
    assert mail.message["Date"].datetime.utcoffset() is not None
    assert mail.header("In-Reply-To") == ""
    assert receipt.remote["answer"] == "2.0.0 Taken"


async def test_both_parts_tell_every_fact():
    told = replace(
        MESSAGE,
        caveat="state-owned origin",
        origin="新华社",
        title_only=True,
        possible_repeat=True,
        test=True,
        zone="Europe/Berlin",
    )
    async with SmtpDouble() as double:
        await channel(double).send(told, DESK)
    (mail,) = double.mails
    facts = [
        "关于对部分稀土物项实施出口管制的公告", "稀土 = rare earths", "商务部 (issuer)", "2031-04-03 18:00 Beijing time (UTC+8)",
        "2031-04-03 12:00 Europe/Berlin (UTC+2)", "2031-04-04 09:02 Beijing time", "https://www.example.com/a/1.html?x=1&y=2",
        "Export control on rare earths [urgent]: 出口管制, 稀土 (rule ree-control)", SENTENCE, "钐 = samarium", "state-owned origin",
        "新华社", "Only the title could be read", "test message", "had this already", "Story sto-1, delivery dlv-1",
    ]  # fmt: skip
    for text in (mail.text, Page(mail.html).text):
        assert [fact for fact in facts if fact not in text] == []
    assert "TEST" in mail.header("Subject")


async def test_the_html_highlights_links_and_follows_dark_mode():
    html = channel().render(MESSAGE, DESK)["html"]
    page = Page(html)
    assert page.marked == ["中重稀土", "出口管制"]
    assert page.links == [MESSAGE.link]
    assert "prefers-color-scheme: dark" in html
    assert not page.tags & {"img", "script", "iframe", "form", "link"}


async def test_each_attempt_has_the_same_id_and_each_delivery_its_own():
    async with SmtpDouble() as double:
        notifier = channel(double)
        double.fail(Fault.LOST_ANSWER)
        assert (await fault_of(notifier)).in_doubt
        await notifier.send(replace(MESSAGE, possible_repeat=True), DESK)
        await notifier.send(replace(MESSAGE, delivery="dlv-2"), DESK)
    ids = [mail.header("Message-ID") for mail in double.mails]
    assert ids[0] == ids[1] != ids[2]


async def test_a_name_in_the_target_is_kept():
    async with SmtpDouble() as double:
        await channel(double).send(MESSAGE, Target("mail", "李 Desk <desk@example.org>"))
    assert double.mails[0].recipients == ("desk@example.org",)
    assert double.mails[0].header("To") == "李 Desk <desk@example.org>"


async def test_many_mails_at_once_each_arrive_once():
    async with SmtpDouble() as double:
        notifier = channel(double)
        await asyncio.gather(*(notifier.send(replace(MESSAGE, delivery=f"d{n}"), DESK) for n in range(20)))
    assert sorted(mail.header("X-Rarewatch-Delivery") for mail in double.mails) == sorted(f"d{n}" for n in range(20))
    assert double.connections == 20


# What each failure means


@pytest.mark.parametrize(
    ("trouble", "reason", "again", "in_doubt", "words"),
    [
        (Fault.DROP, "connection", True, False, "connecting"),
        (Fault.CLOSING, "server", True, False, "421"),
        (Fault.GREYLIST, "server", True, False, "451 4.7.1 Greylisted"),
        (Fault.UNKNOWN, "client", False, False, "550 5.1.1 No such user"),
        (Fault.DROP_IN_DATA, "connection", True, True, "handing over"),
        (Fault.REJECT, "client", False, False, "554 5.7.1"),
        (Fault.FULL, "server", True, False, "452 4.3.1"),
        (Fault.LOST_ANSWER, "connection", True, True, "handing over"),
    ],
)
async def test_a_failure_says_why_and_whether_it_may_have_arrived(trouble, reason, again, in_doubt, words):
    async with SmtpDouble() as double:
        notifier = channel(double)
        double.fail(trouble)
        fault = await fault_of(notifier)
        assert (fault.reason, fault.again, fault.in_doubt) == (reason, again, in_doubt)
        assert words in fault.detail
        await notifier.send(MESSAGE, DESK)  # the next one is well again


@pytest.mark.parametrize(("trouble", "in_doubt"), [(Fault.HANG, False), (Fault.HANG_AFTER_DATA, True)])
async def test_silence_ends_at_the_time_out(trouble, in_doubt):
    async with SmtpDouble() as double:
        double.fail(trouble)
        fault = await fault_of(channel(double, timeout=1))
    assert (fault.reason, fault.again, fault.in_doubt) == ("deadline", True, in_doubt)
    assert "1 s" in fault.detail


async def test_a_mail_that_was_taken_is_told_whatever_happens_at_quit():
    async with SmtpDouble() as double:
        double.fail(Fault.DROP_AT_QUIT)
        assert (await channel(double).send(MESSAGE, DESK)).remote["message_id"] == "<rarewatch.dlv-1@example.org>"


async def test_nobody_listens():
    async with SmtpDouble() as double:
        notifier = channel(double)
    fault = await fault_of(notifier)
    assert (fault.reason, fault.again, fault.in_doubt) == ("connection", True, False)


async def test_a_host_without_address():
    fault = await fault_of(channel(host="nowhere.invalid", timeout=20))
    assert (fault.again, fault.in_doubt) == (True, False)
    assert fault.reason in ("connection", "deadline")


@pytest.mark.parametrize("size", [1000, 4000])
async def test_too_large_a_mail_is_not_even_sent(size):
    async with SmtpDouble(size=size) as double:
        fault = await fault_of(channel(double))
    assert (fault.reason, fault.again) == ("client", False)
    assert f"takes {size}" in fault.detail


@pytest.mark.parametrize(
    "address", ["", "desk", "a@b, c@d", "a@b\r\nRCPT TO:<x@y>", "<a@b", "a@b>", "小李@example.org", "a b@c", "a@" + "b" * 400]
)
async def test_a_target_that_is_no_address_is_never_tried(address):
    async with SmtpDouble() as double:
        fault = await fault_of(channel(double), target=Target("mail", address))
        assert (fault.reason, fault.again, fault.in_doubt) == ("client", False, False)
    assert double.connections == 0


async def test_a_good_login_is_used_and_a_bad_one_will_not_heal():
    async with SmtpDouble(login=("bot", SECRET)) as double:
        await with_login(double).send(MESSAGE, DESK)
        double.login = ("bot", "another")
        fault = await fault_of(with_login(double))
        assert (fault.reason, fault.again) == ("auth", False)
        assert "535 5.7.8" in fault.detail
        fault = await fault_of(channel(double))  # without a login where one is needed
        assert (fault.reason, fault.again) == ("auth", False)
        double.fail(Fault.LOGIN_LATER)
        fault = await fault_of(with_login(double))
        assert (fault.reason, fault.again) == ("server", True)
    assert len(double.mails) == 1


async def test_a_server_that_echoes_the_login_gives_nothing_away():
    async with SmtpDouble(login=("bot", SECRET)) as double:
        double.fail(Fault.LOGIN_REFUSED)
        fault = await fault_of(with_login(double))
    assert fault.detail.endswith("535 5.7.8 while logging in")
    assert fault.__cause__ is None
    assert fault.__context__ is None


async def test_a_server_without_login_is_no_place_for_a_password():
    async with SmtpDouble() as double:
        # The double offers no mechanism, as a relay without accounts does.
        fault = await fault_of(with_login(double))
    assert (fault.reason, fault.again) == ("auth", False)
    assert double.mails == []


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl program here: TLS towards the mail server stays untested")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"


def server_side(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
async def test_a_mail_goes_over_tls_with_a_login(certificate, security, implicit):
    async with SmtpDouble(tls=server_side(certificate), implicit=implicit, login=("bot", SECRET)) as double:
        notifier = with_login(double, host="localhost", security=security, ca_file=str(certificate[0]))
        await notifier.send(MESSAGE, DESK)
        double.fail(Fault.LOST_ANSWER)
        assert (await fault_of(notifier)).in_doubt
    assert [mail.header("X-Rarewatch-Delivery") for mail in double.mails] == ["dlv-1", "dlv-1"]


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
@pytest.mark.parametrize("wrong", ["unknown authority", "wrong name"])
async def test_a_certificate_that_is_not_to_be_trusted_stops_the_mail(certificate, security, implicit, wrong):
    async with SmtpDouble(tls=server_side(certificate), implicit=implicit, login=("bot", SECRET)) as double:
        trusted = {"ca_file": str(certificate[0]), "host": "127.0.0.1"} if wrong == "wrong name" else {"host": "localhost"}
        fault = await fault_of(with_login(double, security=security, **trusted))
    assert (fault.reason, fault.again, fault.in_doubt) == ("connection", True, False)
    assert "certificate" in fault.detail.lower()
    assert double.mails == []


async def test_a_server_without_starttls_gets_nothing(certificate):
    async with SmtpDouble(login=("bot", SECRET)) as double:
        fault = await fault_of(with_login(double, security="starttls"))
    assert (fault.reason, fault.again) == ("connection", True)
    assert "STARTTLS" in fault.detail
    assert double.mails == []


# Settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "nobody"}, {"sender": "a@b\r\nBcc: c@d"}, {"reply_to": "x"}, {"port": 0}, {"security": "maybe"}, {"colour": "red"},
        {"username": "bot"}, {"password": SecretRef(env="P")}, {"timeout": 0}, {"host": "a b"}, {"host": "mail\r\n"}, {"host": "a..b"},
        {"list_id": "a@b"}, {"list_id": "x\r\n <y>"}, {"hello": "a b"}, {"subject_prefix": "x" * 41},
        {"host": "mail.example.org", "username": "bot", "password": SecretRef(env="P")},
    ],
)  # fmt: skip
def test_a_mistake_in_the_settings_is_refused(wrong):
    with pytest.raises(ValidationError):
        EmailOptions(**({"host": "localhost", "security": "none", "sender": "a@example.org"} | wrong))


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_bad_ca_file_shows_at_the_start(tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match="certificate file"):
        channel(security="starttls", ca_file=str(file))


def test_every_key_is_described():
    assert [name for name, field in EmailOptions.model_fields.items() if not field.description] == []


# No page can break a mail


@settings(max_examples=150, deadline=None)
@given(messages)
def test_any_alert_gives_a_sound_mail(message):
    made, raw, mail = written(message, list_id="Rare earths <ree.example.org>")
    assert mail.defects == []
    assert [part.defects for part in mail.walk() if part.defects] == []
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "X-Rarewatch-Delivery",
        "List-Id", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert len(mail.keys()) == 11
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == made["text"]
    assert mail.get_body(("html",)).get_content().replace("\r\n", "\n").rstrip("\n") == made["html"].rstrip("\n")
    assert mail["Subject"] == made["subject"]
    assert mail["Message-ID"] == made["message_id"]
    assert re.fullmatch(r"<rarewatch\.[A-Za-z0-9_-]{1,40}@example\.org>", made["message_id"])


@settings(max_examples=150, deadline=None)
@given(messages)
def test_no_page_text_becomes_markup(message):
    page = Page(channel().render(message, DESK)["html"])
    assert page.tags <= {
        "html", "head", "meta", "title", "style", "body", "table", "tr", "td", "span", "bdi", "div", "a", "mark", "b", "br",
    }  # fmt: skip
    assert not {name for name in page.attributes if name.startswith("on")}
    assert all(link.lower().startswith(("http://", "https://")) for link in page.links)


def test_a_hostile_title_stays_text():
    hostile = '</title><script>alert(1)</script><img src=x onerror=a> & "quoted"\r\nBcc: all@example.org'
    made, _, mail = written(replace(MESSAGE, headline=hostile, link="javascript:alert(1)"))
    page = Page(made["html"])
    assert not page.tags & {"script", "img", "a"}
    assert hostile.replace("\r\n", " ").replace("  ", " ") in page.text
    assert "javascript:alert(1)" in page.text
    assert mail["Bcc"] is None
    assert "Bcc: all@example.org" in mail["Subject"]


@pytest.mark.parametrize("unit", ["稀土", "👩‍🔬", "שלום ", "<b>&", "a" * 1000, "=?utf-8?q?x?="])
def test_a_title_and_text_of_a_hundred_thousand_bytes_stay_readable(unit):
    long = unit * (100_000 // len(unit.encode()))
    evidence = replace(MESSAGE.evidence[0], sentence=long, marks=((0, len(long)),))
    made, raw, mail = written(replace(MESSAGE, headline=long, publisher=long, caveat=long, evidence=(evidence,)))
    assert len(mail["Subject"]) <= 200
    assert len(raw) < 40_000
    # RFC 2047 allows 75 characters in an encoded word and 76 in a line that has one.
    assert all(len(word) <= 75 for word in re.findall(rb"=\?\S+\?=", raw.partition(b"\r\n\r\n")[0]))
    assert unit.strip()[:2] in made["text"]
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == made["text"]


@given(texts)
def test_an_address_is_read_or_refused(text):
    try:
        found = _email_mime.mailbox(text)
    except ValueError:
        return
    assert found.addr_spec.isascii()
    assert found.addr_spec.count("@") == 1
    assert not set(found.addr_spec) & set(" \r\n<>,;")


@given(texts, texts)
def test_two_deliveries_never_share_an_id(one, other):
    same = _email_mime.message_id(one, "example.org") == _email_mime.message_id(other, "example.org")
    assert same is (one == other)


@pytest.mark.parametrize("headline", ["0¡¡¡¡¡¡ࠀ ¡", "稀 土 " * 40, "a b " * 40, "=?utf-8?q?x?=", "plain"])
def test_a_subject_keeps_its_blanks_where_it_is_folded(headline):
    made, raw, mail = written(replace(MESSAGE, headline=headline, possible_repeat=True))
    assert mail["Subject"] == made["subject"]
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 76


async def test_a_long_sender_domain_keeps_its_ids_whole():
    domain = ".".join(["a" * 50] * 4)
    _, raw, mail = written(MESSAGE, sender=f"alerts@{domain}")
    assert f"Message-ID: <rarewatch.dlv-1@{domain}>\r\n".encode() in raw
    assert mail["From"].addresses[0].addr_spec == f"alerts@{domain}"
