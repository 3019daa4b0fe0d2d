"""Apprise: what its services get, what a failure is called, and what nobody gets to see."""

import json
import logging
import sys
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from alert_cases import MESSAGE, messages
from http_peer import Peer, reply, silence
from hypothesis import given, settings
from pydantic import ValidationError

from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers.apprise_ import Apprise, AppriseOptions, fault_of
from rarewatch.nouns.alert import Target
from rarewatch.text import sheet

DESK = Target("many", "desk")
ORDERS = "@everyone @here <!channel> <!here|all> <@U0123> <b>粗</b> &amp; mail@example.org"


def made(address, **options):
    given = {"addresses": {"desk": {"env": "DESK"}}, **options}
    return Apprise(AppriseOptions.model_validate(given), lambda _ref: address)


async def told(address, message=MESSAGE, *, answer=None):
    """The requests that one message made; `address` has `{at}` for host and port."""
    async with Peer() as peer:
        for path in ("/", "/topic", "/bot123456789:abcdefghijklmnopqrstuvwxyz012345678/sendMessage", "/hook"):
            peer.on(path, answer or reply(200, b"{}"))
        channel = made(address.format(at=f"127.0.0.1:{peer.port}"))
        try:
            receipt = await channel.send(message, DESK)
        finally:
            await channel.close()
        return receipt, peer.asked


def test_an_alert_is_this():
    rendered = made("json://127.0.0.1/hook").render(MESSAGE, DESK)
    assert rendered["title"] == "[urgent] 关于对部分稀土物项实施出口管制的公告"
    assert rendered["body"] == sheet.plain(sheet.lay_out(MESSAGE))


async def test_it_arrives_once_and_whole():
    receipt, (asked,) = await told("json://{at}/hook")
    found = json.loads(asked.body)
    assert receipt.remote == {"service": "JSON"}
    assert found["message"] == sheet.plain(sheet.lay_out(MESSAGE)).rstrip()
    assert "Apprise" not in asked.body.decode() + asked.headers["user-agent"]


async def test_another_service_gets_it_in_its_own_way():
    _, (asked,) = await told("form://{at}/hook")
    found = parse_qs(asked.body.decode())
    assert "中重稀土" in found["message"][0]


async def test_a_short_service_gets_the_link_in_one_message():
    long = replace(MESSAGE, evidence=MESSAGE.evidence * 12, headline=MESSAGE.headline * 9, caveat="来源说明" * 90)
    _, (asked,) = await told("ntfy://{at}/topic", replace(long, why=long.why * 12))
    found = json.loads(asked.body)
    assert MESSAGE.link in found["message"]
    rendered = made("fluxer://" + "1" * 19 + "/" + "a" * 68).render(replace(long, why=long.why * 12), DESK)
    assert len(rendered["body"]) <= 2000
    assert MESSAGE.link in rendered["body"]
    assert rendered["body"].endswith("(cut: the link leads to the rest)")


@pytest.mark.parametrize("number", [2, 300])
def test_a_digest_shows_as_many_as_fit_and_counts_the_others(number):
    parts = tuple(replace(MESSAGE, headline=f"第{at}条", delivery=f"d{at}") for at in range(number))
    body = made("fluxer://" + "1" * 19 + "/" + "a" * 68).render(replace(MESSAGE, parts=parts, link=""), DESK)["body"]
    shown = sum(f"[urgent] 第{at}条\n" in body for at in range(number))
    assert shown == 2 if number == 2 else 3 < shown < 30
    assert body.count(MESSAGE.link) == shown
    assert (f"and {number - shown} more" in body) is (number > 2)
    assert len(body) <= 2000


async def test_a_page_calls_nobody():
    hostile = replace(MESSAGE, headline=ORDERS, publisher=ORDERS, link="https://user@example.org/@everyone")
    _, (asked,) = await told("json://{at}/hook", hostile)
    text = asked.body.decode("unicode_escape")
    assert not [order for order in ("@everyone", "@here", "<!", "<@") if order in text]
    assert "https://user%40example.org/%40everyone" in json.loads(asked.body)["message"]


@settings(max_examples=60, deadline=None)
@given(messages)
def test_any_page_fits(message):
    channel = made("json://127.0.0.1/hook")
    rendered = channel.render(message, DESK)
    assert rendered["title"]
    assert "@e" not in rendered["body"].replace("@\u2060", "")
    json.dumps(rendered).encode()


@pytest.mark.parametrize("asked_for", ["retry=3&wait=0", "optional=yes", "redirect=yes", "overflow=split"])
async def test_an_address_cannot_switch_on_what_is_ours(asked_for):
    async with Peer() as peer:
        there = peer.on("/there", reply(200))
        peer.on("/hook", reply(307, b"", [("Location", there)]) if "redirect" in asked_for else reply(503))
        channel = made(f"json://127.0.0.1:{peer.port}/hook?{asked_for}")
        with pytest.raises(DeliveryFault):
            await channel.send(MESSAGE, DESK)
        await channel.close()
        assert [asked.path for asked in peer.asked] == ["/hook"]


@pytest.mark.parametrize(
    ("logged", "meant"),
    [
        ("Failed to send: Unauthorized., error=401.", ("auth", False, False)),
        ("Failed to send: error=404.", ("client", False, False)),
        ("Failed to send: error=429.", ("rate", True, False)),
        ("Failed to send: error=302.", ("server", True, False)),
        ("Failed to send: error=502.", ("server", True, True)),
        ("first error=500.\nthen error=403.", ("auth", False, False)),
        ("Socket Exception: Read timed out. (read timeout=4)", ("deadline", True, True)),
        ("Socket Exception: NewConnectionError('x')", ("connection", True, False)),
        ("Socket Exception: CERTIFICATE_VERIFY_FAILED", ("connection", True, False)),
        ("Socket Exception: ('Connection aborted.', ConnectionResetError(104))", ("connection", True, True)),
        ("", ("server", True, True)),
    ],
)
def test_what_a_log_line_means(logged, meant):
    fault = fault_of(logged)
    assert (fault.reason, fault.again, fault.in_doubt) == meant


def test_a_late_service_leaves_a_doubt_whatever_it_said():
    assert fault_of("error=403.", late=True).in_doubt is True


async def test_a_headline_cannot_pass_for_a_failure():
    with pytest.raises(DeliveryFault) as caught:
        await told("json://{at}/hook", replace(MESSAGE, headline="Socket Exception error=401."), answer=reply(500))
    assert caught.value.reason == "server"


async def test_a_silent_service_is_left_after_the_time_that_is_given():
    async with Peer() as peer:
        peer.on("/hook", silence())
        channel = made(f"json://127.0.0.1:{peer.port}/hook", timeout=0.5)
        with pytest.raises(DeliveryFault) as caught:
            await channel.send(MESSAGE, DESK)
        await channel.close()
    assert (caught.value.reason, caught.value.in_doubt) == ("deadline", True)


async def test_a_name_that_is_not_there():
    channel = made("json://127.0.0.1/hook")
    with pytest.raises(DeliveryFault, match="none of the addresses of this notifier: desk") as caught:
        await channel.send(MESSAGE, Target("many", "night"))
    assert (caught.value.reason, caught.value.again) == ("client", False)


@pytest.mark.parametrize("address", ["nothing-of-the-kind://token-5713", "token-5713", "slack://token-5713", "json://"])
def test_an_address_apprise_does_not_know(address, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ConfigError, match="'desk' is no address") as caught:
        made(address)
    assert "token-5713" not in "".join([str(caught.value), caplog.text, *capfd.readouterr()])


def test_an_address_of_several_recipients_is_a_mistake():
    with pytest.raises(ConfigError, match="names 2 recipients"):
        made("ntfy://127.0.0.1/one/two")


def test_the_extra_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ConfigError, match=r"rarewatch\[channels\]"):
        made("json://127.0.0.1/hook")


def test_an_address_in_the_clear_is_a_mistake_that_is_not_repeated():
    with pytest.raises(ValidationError) as caught:
        AppriseOptions.model_validate({"addresses": {"desk": "ntfy://token-5713"}})
    assert "must not stand in the file" in str(caught.value)
