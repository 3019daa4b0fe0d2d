"""The contract every notifier keeps, checked against a real peer on loopback.

A module `notifier_<name>.py` beside this file joins by exposing `async def make(tmp_path) -> Rig`; see `Rig` below. The kinds of
trouble a rig's peer can be told to make, and what a notifier must say of each, are in `FAULTS`.
"""

import importlib
import inspect
import json
import logging
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from rarewatch.errors import DeliveryFault
from rarewatch.notifiers import Notifier
from rarewatch.nouns.alert import Evidence, Message, Receipt, Target, Why
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.watch import Severity


class Rig(Protocol):
    """A notifier and the peer it talks to.

    `faults` names the kinds of `FAULTS` the peer can make (all, when absent); `secret` is the credential in use ("" when absent).
    `fail` may be a coroutine function; it programs the peer's next answer only, except "refuse", which may last.
    """

    notifier: Notifier
    target: Target
    faults: Iterable[str]
    secret: str

    def received(self) -> list[str]: ...

    def fail(self, kind: str) -> Any: ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class Told:
    """What the fault must say; `in_doubt` None where either is right."""

    reasons: frozenset[str]
    again: bool
    in_doubt: bool | None


FAULTS = {
    # The credentials are refused.
    "auth": Told(frozenset({"auth"}), again=False, in_doubt=False),
    # The receiver is well but wants it later (rate limit, greylisting).
    "later": Told(frozenset({"rate", "server"}), again=True, in_doubt=False),
    # The receiver will never take this message for this target.
    "never": Told(frozenset({"client"}), again=False, in_doubt=False),
    # The receiver breaks and says so.
    "server": Told(frozenset({"server"}), again=True, in_doubt=None),
    # Nobody listens.
    "refuse": Told(frozenset({"connection"}), again=True, in_doubt=False),
    # The connection is cut before the receiver took the message, after it began to arrive.
    "drop": Told(frozenset({"connection"}), again=True, in_doubt=None),
    # The receiver took the message, and the connection is cut before it said so.
    "lost-answer": Told(frozenset({"connection", "deadline"}), again=True, in_doubt=True),
    # The receiver has the message and stays silent until the notifier's time-out.
    "hang": Told(frozenset({"deadline"}), again=True, in_doubt=True),
}

MESSAGE = Message(
    delivery="dlv-7f3a",
    story="sto-11",
    severity=Severity.URGENT,
    headline="商务部公告2031年第7号 公布对部分中重稀土相关物项实施出口管制的决定",
    glosses=(("出口管制", "export control"), ("中重稀土", "medium and heavy rare earths")),
    publisher="Ministry of Commerce",
    tier="issuer",
    published=Stamp(datetime(2031, 4, 3, 16, tzinfo=UTC), "day"),
    seen_at=datetime(2031, 4, 4, 1, 2, tzinfo=UTC),
    zone="Europe/Berlin",
    why=(Why("ree-control", "Export control on rare earths", Severity.URGENT, ("出口管制", "稀土")),),
    evidence=(Evidence("text", "决定对钐、钆、铽等中重稀土相关物项实施出口管制。", ((9, 13), (19, 23)), (("钐", "samarium"),)),),
    link="https://www.example.com/art/2031/7.html?a=1&b=2",
    caveat="state-owned origin",
    origin="新华社",
)

MAKERS = sorted(path.stem for path in Path(__file__).parent.glob("notifier_*.py"))


@pytest.fixture(params=MAKERS)
async def rig(request, tmp_path):
    made = await importlib.import_module(request.param).make(tmp_path)
    yield made
    await made.close()


async def programmed(rig: Rig, kind: str) -> None:
    """Tell the peer to make trouble; skips where it cannot."""
    if kind not in getattr(rig, "faults", FAULTS):
        pytest.skip(f"this peer cannot make the trouble called {kind}")
    answer = rig.fail(kind)
    if inspect.isawaitable(answer):
        await answer


async def refused(rig: Rig, kind: str) -> DeliveryFault:
    await programmed(rig, kind)
    with pytest.raises(DeliveryFault) as caught:
        await rig.notifier.send(MESSAGE, rig.target)
    return caught.value


def test_at_least_slack_is_held_to_the_contract():
    assert "notifier_slack" in MAKERS


async def test_a_good_send_gives_a_receipt(rig):
    receipt = await rig.notifier.send(MESSAGE, rig.target)
    assert isinstance(receipt, Receipt)
    assert receipt.sent_at.utcoffset() is not None
    assert all(isinstance(key, str) and isinstance(value, str) for key, value in receipt.remote.items())


async def test_one_call_tells_one_target_once(rig):
    await rig.notifier.send(MESSAGE, rig.target)
    (text,) = rig.received()
    # A narrow console may break the line, so blanks do not count.
    assert "".join(MESSAGE.headline.split()) in "".join(text.split())


async def test_the_alert_carries_every_fact(rig):
    await rig.notifier.send(MESSAGE, rig.target)
    text = "".join("".join(rig.received()).split())
    wanted = [
        "export control",
        "Ministry of Commerce",
        "issuer",
        "2031-04-04",
        "Export control on rare earths",
        "www.example.com",
        "state-owned origin",
        "新华社",
        "2031-04-04 03:02",
        "2031-04-04 09:02",
    ]
    missing = [fact for fact in wanted if "".join(fact.split()) not in text]
    assert not missing
    assert "00:00" not in text


async def test_test_messages_and_possible_repeats_say_so(rig):
    await rig.notifier.send(replace(MESSAGE, test=True), rig.target)
    await rig.notifier.send(replace(MESSAGE, delivery="dlv-other", possible_repeat=True), rig.target)
    tested, repeated = (" ".join(text.lower().split()) for text in rig.received())
    assert "test message" in tested
    assert "test message" not in repeated
    assert "already" in repeated or "repeat" in repeated


@pytest.mark.parametrize("kind", FAULTS)
async def test_each_trouble_has_its_fault(rig, kind):
    fault, told = await refused(rig, kind), FAULTS[kind]
    assert fault.reason in told.reasons
    assert fault.again is told.again
    assert told.in_doubt is None or fault.in_doubt is told.in_doubt
    assert fault.detail.strip()


@pytest.mark.parametrize("kind", FAULTS)
async def test_no_trouble_gives_a_secret_away(rig, kind, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    fault = await refused(rig, kind)
    out, err = capfd.readouterr()
    seen = [str(fault), repr(fault), fault.detail, repr(fault.__cause__), repr(fault.__context__), caplog.text, out, err]
    secret = getattr(rig, "secret", "")
    assert not secret or not [text for text in seen if secret in text]


async def test_trouble_leaves_the_notifier_usable(rig):
    await refused(rig, "later")
    before = len(rig.received())
    await rig.notifier.send(MESSAGE, rig.target)
    assert len(rig.received()) == before + 1


async def test_closing_twice_is_fine(rig):
    await rig.notifier.send(MESSAGE, rig.target)
    await rig.notifier.close()
    await rig.notifier.close()


async def test_closing_unused_is_fine(rig):
    await rig.notifier.close()


async def test_rendering_is_pure(rig):
    first = rig.notifier.render(MESSAGE, rig.target)
    kept = json.dumps(first, sort_keys=True, default=str)
    assert json.dumps(rig.notifier.render(MESSAGE, rig.target), sort_keys=True, default=str) == kept
    assert rig.received() == []


async def test_rendering_does_not_read_the_clock(rig):
    rig.notifier.render(MESSAGE, rig.target)  # templates and tables are loaded now
    clocks = []

    def watch(_frame, event, function):
        owner = getattr(function, "__self__", None)
        if event == "c_call" and (owner is time or (isinstance(owner, type) and issubclass(owner, datetime))):
            clocks.append(function.__qualname__)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        rig.notifier.render(MESSAGE, rig.target)
    finally:
        sys.setprofile(before)
    assert not {name.rpartition(".")[2] for name in clocks} & {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}


async def test_rendering_does_not_depend_on_the_machine_zone(rig, monkeypatch):
    before = json.dumps(rig.notifier.render(MESSAGE, rig.target), sort_keys=True, default=str)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    try:
        assert json.dumps(rig.notifier.render(MESSAGE, rig.target), sort_keys=True, default=str) == before
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_a_day_is_never_shown_as_midnight(rig):
    for hours in (0, 8, 16):
        stamp = Stamp(datetime(2031, 4, 3, tzinfo=UTC) + timedelta(hours=hours), "day")
        text = json.dumps(rig.notifier.render(replace(MESSAGE, published=stamp), rig.target), ensure_ascii=False, default=str)
        assert "00:00" not in text
