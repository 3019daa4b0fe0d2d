"""The webhook: what is posted, how it is signed, whom it refuses to speak to, and what each answer means."""

import asyncio
import json
import shutil
import ssl
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alert_cases import MESSAGE, SENTENCE, messages
from http_peer import Peer, redirect, reply
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from rarewatch.cli import app
from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers._webhook_payload import body, payload, schema, signature, utc
from rarewatch.notifiers.webhook import Webhook, WebhookOptions, answered
from rarewatch.nouns.alert import Evidence, Target
from rarewatch.nouns.item import Stamp

AT = datetime(2031, 4, 4, 1, 2, tzinfo=UTC)
CONFIG = Path(__file__).parents[2] / "config"
SCHEMA = json.loads((CONFIG / "schema" / "webhook-message.json").read_text(encoding="utf-8"))
KEYS = {"OLD": "the-old-secret-of-ours", "NEW": "the-new-secret-of-ours"}


def made(*, secrets=("NEW",), keys=KEYS, **options):
    given = {"secrets": [{"env": name} for name in secrets], **options}
    return Webhook(WebhookOptions.model_validate(given), lambda ref: keys[ref.env])


async def told(answer, message=MESSAGE, *, to="/hook", **options):
    async with Peer() as peer:
        hook = made(allow_private=True, **options)
        try:
            receipt = await hook.send(message, Target("hook", peer.on(to, answer)))
        finally:
            await hook.close()
        return receipt, peer.asked


async def refused(to, **options):
    hook = made(**options)
    try:
        with pytest.raises(DeliveryFault) as caught:
            await hook.send(MESSAGE, Target("hook", to))
    finally:
        await hook.close()
    return caught.value


def test_the_message_is_this():
    found = payload(replace(MESSAGE, caveat="State-owned origin", types=("Export-control announcement",)))
    assert found.pop("text").startswith("[URGENT] 关于对部分稀土物项实施出口管制的公告\n")
    assert found == {
        "version": "1",
        "delivery": "dlv-1",
        "story": "sto-1",
        "kind": "news",
        "subscription": "",
        "test": False,
        "possible_repeat": False,
        "severity": "urgent",
        "headline": "关于对部分稀土物项实施出口管制的公告",
        "glosses": [{"term": "稀土", "english": "rare earths"}, {"term": "出口管制", "english": "export control"}],
        "types": ["Export-control announcement"],
        "publisher": "商务部",
        "tier": "issuer",
        "published": {"precision": "minute", "at": "2031-04-03T10:00:00Z"},
        "seen_at": "2031-04-04T01:02:00Z",
        "why": [
            {
                "rule": "ree-control",
                "title": "Export control on rare earths",
                "severity": "urgent",
                "terms": ["出口管制", "稀土"],
            }
        ],
        "evidence": [
            {
                "field": "text",
                "place": "",
                "sentence": SENTENCE,
                "marks": [[9, 13], [19, 23]],
                "glosses": [{"term": "钐", "english": "samarium"}],
            }
        ],
        "link": "https://www.example.com/a/1.html?x=1&y=2",
        "caveat": "State-owned origin",
        "origin": "",
        "title_only": False,
        "paper_note": "",
        "note": "",
        "parts": [],
    }


def test_a_sentence_of_a_document_names_its_page():
    (quoted,) = payload(replace(MESSAGE, evidence=(Evidence("attachment", SENTENCE, (), (), "附件1.pdf, p. 3"),)))["evidence"]
    assert (quoted["field"], quoted["place"]) == ("attachment", "附件1.pdf, p. 3")


def test_a_digest_has_its_parts_whole():
    parts = tuple(replace(MESSAGE, delivery=f"dlv-{number}") for number in range(300))
    found = json.loads(body(payload(replace(MESSAGE, parts=parts, link="", subscription="desk", note="a storm"))))
    assert (found["kind"], found["subscription"], found["note"]) == ("digest", "desk", "a storm")
    assert found["text"].count(MESSAGE.headline) == 301
    assert found["parts"] == [json.loads(body(payload(part))) for part in parts]
    assert list(Draft202012Validator(SCHEMA).iter_errors(found)) == []


@pytest.mark.parametrize("hours", [0, 8, 16])
def test_a_day_has_no_time(hours):
    stamp = Stamp(datetime(2031, 4, 3, hours, tzinfo=UTC), "day")
    found = payload(replace(MESSAGE, published=stamp))["published"]
    assert set(found) == {"precision", "date"}
    assert found["date"] == ("2031-04-04" if hours == 16 else "2031-04-03")


def test_the_committed_schema_is_as_it_is_made():
    assert schema() == SCHEMA, "run `rarewatch rules schema --out config/schema`"


@settings(max_examples=150, deadline=None)
@given(messages)
def test_any_page_gives_a_message_as_documented(message):
    found = json.loads(body(payload(message)))
    assert list(Draft202012Validator(SCHEMA).iter_errors(found)) == []
    assert set(found) == set(SCHEMA["$defs"]["WebhookMessage"]["required"])
    for quoted in found["evidence"]:
        assert all(0 <= start < end <= len(quoted["sentence"]) for start, end in quoted["marks"])
    assert not [char for key, text in found.items() if key != "text" for char in str(text) if char < " "]
    assert found["link"] == "" or found["link"].lower().startswith(("http://", "https://"))


def test_a_huge_page_gives_a_message_of_bearable_size():
    huge = "稀土" * 100_000
    told_of = (Evidence("text", huge, tuple((n, n + 2) for n in range(0, 200_000, 2))),) * 500
    assert len(body(payload(replace(MESSAGE, headline=huge, publisher=huge, caveat=huge, evidence=told_of)))) < 500_000


@given(st.binary(max_size=200), st.text(min_size=1, max_size=40, alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_signature_is_of_every_byte(content, secret):
    right = signature("1900000000", content, [secret])
    assert signature("1900000000", content, ["other" + secret, secret]).split(",")[1] == right
    assert right not in {signature("1900000001", content, [secret]), signature("1900000000", content + b" ", [secret])}


async def test_what_arrives_is_signed_with_every_secret():
    receipt, (asked,) = await told(reply(200, b"thank you", [("Rarewatch-Receipt", "r-17")]), secrets=["NEW", "OLD"])
    assert receipt.remote == {"status": "200", "id": "r-17"}
    assert asked.method == "POST"
    assert json.loads(asked.body) == payload(MESSAGE)
    headers = asked.headers
    assert headers["rarewatch-signature"] == signature(headers["rarewatch-timestamp"], asked.body, [KEYS["NEW"], KEYS["OLD"]])
    assert headers["rarewatch-delivery"] == "dlv-1"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["user-agent"].startswith("rarewatch/")


@pytest.mark.parametrize("named", ["with blanks in it", "x" * 201, "id\x7f"])
async def test_a_receipt_that_is_none_is_left_out(named):
    receipt, _ = await told(reply(202, b"", [("Rarewatch-Receipt", named)]))
    assert receipt.remote == {"status": "202"}


async def test_a_redirect_is_not_followed():
    async with Peer() as peer:
        there = peer.on("/there", reply(200))
        fault = await refused(peer.on("/hook", redirect(there, 307)), allow_private=True)
        assert [asked.path for asked in peer.asked] == ["/hook"]
    assert (fault.reason, fault.again, fault.in_doubt) == ("client", False, False)


async def test_a_delivery_id_may_be_any_text():
    _, (asked,) = await told(reply(200), replace(MESSAGE, delivery="稀土 \r\nX: y"))
    assert "x" not in asked.headers
    assert asked.headers["rarewatch-delivery"].isascii()


@pytest.mark.parametrize(
    ("status", "retry_after", "meant"),
    [
        (410, "", ("client", False, None, False)),
        (400, "", ("client", False, None, False)),
        (413, "", ("client", False, None, False)),
        (304, "", ("client", False, None, False)),
        (401, "", ("auth", False, None, False)),
        (403, "", ("auth", False, None, False)),
        (408, "", ("server", True, None, False)),
        (425, "3", ("server", True, 3.0, False)),
        (429, "", ("rate", True, None, False)),
        (429, "Fri, 04 Apr 2031 01:03:00 GMT", ("rate", True, 60.0, False)),
        (429, "Fri, 04 Apr 2031 01:00:00 GMT", ("rate", True, 0.0, False)),
        (429, "-5", ("rate", True, None, False)),
        (429, "nan", ("rate", True, None, False)),
        (429, "soon", ("rate", True, None, False)),
        (503, "120", ("rate", True, 120.0, False)),
        (503, "", ("server", True, None, True)),
        (500, "", ("server", True, None, True)),
    ],
)
def test_what_an_answer_means(status, retry_after, meant):
    fault = answered(status, retry_after, AT)
    assert (fault.reason, fault.again, fault.after, fault.in_doubt) == meant
    assert str(status) in fault.detail


@pytest.mark.parametrize(
    "to",
    [
        "https://127.0.0.1/hook",
        "https://10.0.0.7/hook",
        "https://[::1]/hook",
        "https://[::ffff:192.168.0.1]/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/hook",
        "http://example.org/hook",
        "ftp://example.org/hook",
        "https://user:pass-word@example.org/hook",
        "https://exa mple.org/",
        "#channel",
        "",
    ],
)
async def test_an_address_that_must_not_be_spoken_to(to):
    fault = await refused(to)
    assert (fault.reason, fault.again, fault.in_doubt) == ("client", False, False)
    assert "pass-word" not in fault.detail


async def test_a_name_that_leads_to_a_private_address():
    fault = await refused("https://localhost:9/hook")
    assert "not a public address" in fault.detail
    assert (fault.reason, fault.again, fault.in_doubt) == ("connection", True, False)


async def test_an_address_in_disguise_is_refused_whatever_is_allowed():
    assert (await refused("http://127.1/hook", allow_private=True)).again is False


async def test_a_receiver_that_speaks_no_http_leaves_a_doubt():
    async with Peer() as peer:
        peer.greeting = b"220 mail.example.org ESMTP\r\n"
        fault = await refused(peer.url("/hook"), allow_private=True)
    assert (fault.reason, fault.again, fault.in_doubt) == ("connection", True, True)


def test_a_short_secret_is_a_mistake_of_the_configuration():
    with pytest.raises(ConfigError, match="too short") as caught:
        made(keys={"NEW": "hunter2"})
    assert "hunter2" not in str(caught.value)


async def test_a_renewed_secret_needs_no_restart_and_a_lost_one_is_told():
    keys = dict(KEYS)
    async with Peer() as peer:
        hook = made(keys=keys, allow_private=True)
        target = Target("hook", peer.on("/hook", reply(200)))
        keys["NEW"] = "an-even-newer-secret"
        await hook.send(MESSAGE, target)
        (asked,) = peer.asked
        keys["NEW"] = ""
        with pytest.raises(DeliveryFault) as caught:
            await hook.send(MESSAGE, target)
        await hook.close()
    assert asked.headers["rarewatch-signature"] == signature(
        asked.headers["rarewatch-timestamp"], asked.body, ["an-even-newer-secret"]
    )
    assert (caught.value.reason, caught.value.again) == ("auth", False)


def test_a_moment_without_room_for_a_shift_is_still_told():
    assert utc(datetime.fromisoformat("0001-01-01T00:00:00+08:00")) == "0001-01-01T00:00:00+08:00"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A self-signed certificate for the name localhost: (certificate, key) as files."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl program is needed to make a certificate")
    place = tmp_path_factory.mktemp("tls")
    made, key = place / "cert.pem", place / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(["openssl", "req", "-x509", *curve, *name, "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


@pytest.mark.parametrize(("host", "trusted"), [("localhost", True), ("localhost", False), ("127.0.0.1", True)])
async def test_only_a_certificate_that_is_trusted_is_told_anything(certificate, monkeypatch, host, trusted):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    async with Peer(tls=context) as peer:
        peer.on("/hook", reply(200))
        if trusted and host == "localhost":
            hook = made(allow_private=True)
            assert (await hook.send(MESSAGE, Target("hook", peer.url("/hook", host)))).remote == {"status": "200"}
            await hook.close()
            return
        fault = await refused(peer.url("/hook", host), allow_private=True)
        assert "certificate" in fault.detail
        assert (fault.reason, fault.again, fault.in_doubt) == ("connection", True, False)
        assert peer.asked == []


async def test_notify_test_tells_a_webhook(tmp_path, monkeypatch):
    monkeypatch.setenv("DESK_HOOK_SECRET", KEYS["NEW"])
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    async with Peer() as peer:
        to = peer.on("/hook", reply(200, b"", [("X-Request-Id", "r-1")]))
        hook = "{kind: webhook, secrets: [{env: DESK_HOOK_SECRET}], allow_private: true}"
        (folder / "rarewatch.yaml").write_text(f"notifiers: {{hook: {hook}}}", encoding="utf-8")
        (folder / "audience.yaml").write_text(
            f"subscribers: [{{id: desk, deliver: [{{via: hook, to: '{to}'}}]}}]", encoding="utf-8"
        )
        result = await asyncio.to_thread(CliRunner().invoke, app, ["notify-test", "--config", str(folder)])
        (asked,) = peer.asked
    assert result.exit_code == 0, result.stderr
    assert "status 200, id r-1" in result.stdout + result.stderr
    assert json.loads(asked.body)["test"] is True
    assert KEYS["NEW"] not in result.stdout + result.stderr + asked.body.decode()
