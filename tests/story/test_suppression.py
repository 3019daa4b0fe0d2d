"""From a refused address, or a click, to the operator: a whole service with a mail server and its own web server."""

import asyncio
import re
import socket
from contextlib import AsyncExitStack

import aiohttp
import pytest
import yaml

from making import item, open_delivery
from rarewatch import app, config
from rarewatch.demo.smtp_double import Fault, SmtpDouble
from rarewatch.errors import ConfigError
from rarewatch.front import open_web, tell_of_addresses
from rarewatch.nouns.alert import DeliveryState, Target
from rarewatch.stores import views

DESK, ELSE = Target("mail", "Desk <desk@example.org>"), Target("mail", "else@example.org")
RULES = {"rules": [{"id": "r1", "title": "Rare earths", "when": {"terms": ["稀土"]}}]}
SOURCES = {
    "publisher": {"id": "gov.ministry", "name": "Ministry", "tier": "issuer"},
    "sources": [{"id": "s1", "kind": "feed", "url": "https://s1.example.com/feed", "enabled": False}],
}
AUDIENCE = {
    "subscribers": [{"id": "desk", "deliver": [{"via": "mail", "to": DESK.to}]}],
    "operators": [{"id": "ops", "deliver": [{"via": "mail", "to": "ops@example.org"}]}],
}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


class Office:
    def __init__(self, service, double, port):
        self.service, self.double, self.port, self.count = service, double, port, 0

    async def tell(self, *targets, subscription="desk"):
        """Open one alert, and deliver until nothing is due."""
        self.count += 1
        thing = item(f"第{self.count}号公告", url=f"https://s1.example.com/{self.count}.html")
        kit = self.service.kit
        await kit.in_order(lambda: open_delivery(kit.store, thing=thing, targets=targets, subscription=subscription, now=kit.now()))
        await self.deliver()

    async def deliver(self):
        await tell_of_addresses(lambda: self.service.kit)
        await self.service.crew.one_pass([])

    def mails(self, to):
        return [mail for mail in self.double.mails if mail.recipients == (to,)]

    def dead(self):
        with self.service.kit.store.look() as connection:
            return [line["fault"] for line in views.deliveries(connection, 50, DeliveryState.DEAD.value)]


@pytest.fixture
async def office(tmp_path, monkeypatch):
    monkeypatch.setenv("LEAVE_KEY", "a key of many characters")
    async with AsyncExitStack() as stack:
        double = await stack.enter_async_context(SmtpDouble())
        port = free_port()
        mail = {
            "kind": "email", "host": double.host, "port": double.port, "security": "none", "sender": "alerts@example.org",
            "unsubscribe_url": "https://alerts.example.org/unsubscribe", "unsubscribe_secrets": [{"env": "LEAVE_KEY"}],
        }  # fmt: skip
        files = {
            "rarewatch.yaml": {
                "database": f"sqlite:///{tmp_path}/r.db", "notifiers": {"mail": mail}, "web": {"listen": f"127.0.0.1:{port}"},
            },
            "audience.yaml": AUDIENCE, "rules/all.yaml": RULES, "sources/all.yaml": SOURCES, "entities.yaml": {"entities": []},
        }  # fmt: skip
        for name, content in files.items():
            path = tmp_path / "config" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        service = await stack.enter_async_context(app.open_service(config.load(tmp_path / "config")))
        yield Office(service, double, port)


async def test_an_address_that_does_not_exist_is_given_up_and_told_once(office):
    office.double.fail(Fault.UNKNOWN)
    await office.tell(DESK)
    assert "5.1.1" in office.dead()[0]
    await office.deliver()
    (notice,) = office.mails("ops@example.org")
    assert notice.header("Subject") == "[rarewatch] [important] desk@example.org gets no mails any more: unknown address"
    assert "rarewatch addresses lift desk@example.org" in notice.text
    connections = office.double.connections
    await office.tell(DESK)
    assert office.double.connections == connections  # the server was not asked again
    assert "is not written to any more (bounce)" in office.dead()[0]
    await office.tell(ELSE)
    assert len(office.mails("else@example.org")) == 1
    assert len(office.mails("ops@example.org")) == 1


async def test_a_click_ends_the_mails_of_one_subscription_and_lifting_brings_them_back(office):
    service = office.service
    await open_web(lambda: service.config, lambda: service.kit, service.stack, app.reveal)
    await office.tell(DESK)
    link = re.search(r"unsubscribe\?t=[\w.-]+", office.mails("desk@example.org")[0].html)[0]
    async with aiohttp.ClientSession(f"http://127.0.0.1:{office.port}") as session:
        async with session.post(f"/{link[:-2]}", data={"List-Unsubscribe": "One-Click"}) as answer:
            assert answer.status == 403
        async with session.post(f"/{link}", data={"List-Unsubscribe": "One-Click"}) as answer:
            assert answer.status == 200
    await office.tell(DESK)
    await office.tell(DESK, subscription="another")
    assert len(office.mails("desk@example.org")) == 2
    assert [fault for fault in office.dead() if "unsubscribe" in fault]
    assert "unsubscribed" in office.mails("ops@example.org")[0].header("Subject")
    kit = office.service.kit
    with kit.store.desk() as book:
        assert book.addresses.lift("desk@example.org") == 1
    await office.tell(DESK)
    assert len(office.mails("desk@example.org")) == 3


async def test_a_port_that_is_taken_stops_the_start(office):
    with socket.create_server(("127.0.0.1", office.port)), pytest.raises(ConfigError, match="nothing can listen"):
        await office.service.run(asyncio.Event())
