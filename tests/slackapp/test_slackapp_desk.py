"""What people press and write in Slack, on a real database and the Slack double."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from slack_office import CHANNEL, NOW, READER, scene, shown

from rarewatch.notifiers._slack_buttons import ACK, MUTE, NOT_RELEVANT, WHY
from rarewatch.nouns.audience import Label
from rarewatch.slackapp.hearing import CANCEL, SUBSCRIBE


@pytest.fixture
async def at(tmp_path):
    async with scene(tmp_path) as made:
        yield made


async def press(at, *args, **more):
    payload = at.press(*args, **more)
    taken = at.desk.take("interactive", payload)
    await at.done()
    return taken


async def write(at, text, **more):
    assert at.desk.take("slash_commands", at.double.people.command(text, **more))
    await at.done()
    answer = at.double.people.answers[-1]
    return answer, shown(answer.get("blocks"))


def acts(at):
    return shown(at.posted.blocks)


async def test_an_acknowledgement_is_recorded_and_shown(at):
    assert await press(at, ACK)
    assert at.posted.edits == 1
    assert f"✅ acknowledged by \n<@{READER}>\n · 2031-04-04 04:33 Europe/Berlin (UTC+2)" in acts(at)
    assert at.posted.metadata["event_payload"]["delivery_id"]
    at.clock[0] = NOW + timedelta(hours=1)
    await press(at, ACK, user="U0SECOND01")
    assert "<@U0SECOND01>" not in acts(at)  # who came first counts
    assert len(at.double.messages) == 1


async def test_a_rule_is_muted_for_those_who_were_told(at):
    await press(at, MUTE, 1)
    (silence,) = at.store.silences(NOW)
    assert (silence.wants.rules, silence.subscription, silence.author) == ({"export-control"}, "desk", f"slack:{READER}")
    assert (silence.begins, silence.ends) == (NOW, NOW + timedelta(days=1))
    assert "🔕 rule export-control muted until 2031-04-05 04:33 Europe/Berlin" in acts(at)
    at.clock[0] = NOW + timedelta(days=2)
    await press(at, ACK)
    assert "muted" not in acts(at)
    assert "acknowledged" in acts(at)


async def test_not_relevant_is_kept_for_each_rule(at):
    await press(at, NOT_RELEVANT)
    (judged,) = at.store.judged()
    assert (judged.rule, judged.label, judged.by) == ("export-control", Label.NOT_RELEVANT, f"slack:{READER}")
    assert "👎 said to be not relevant by" in acts(at)


async def test_why_opens_a_window_with_the_whole_explanation(at):
    await press(at, WHY)
    (view,) = at.double.people.opened
    words = shown(view["blocks"])
    for wanted in (
        "商务部公布对稀土物项实施出口管制的决定",
        "export-control (urgent): 出口管制",
        "quota:",
        "told: the first on this story",
        CHANNEL,
    ):
        assert wanted in words
    assert at.posted.edits == 0


async def test_many_who_press_at_once_all_stand_there(at):
    people = [f"U0READER{number:02d}" for number in range(1, 6)]
    for user in people:
        assert at.desk.take("interactive", at.press(NOT_RELEVANT, user=user))
    await at.done()
    assert all(f"<@{user}>" in acts(at) for user in people)


FORGERIES = [
    ("unknown-action", lambda p: p["actions"][0].update(action_id="rarewatch.delete")),
    ("unknown-alert", lambda p: p["actions"][0].update(value="0" * 32, block_id="rarewatch:" + "0" * 32)),
    ("malformed", lambda p: p["actions"][0].update(value="0" * 32)),
    ("malformed", lambda p: p["actions"][0].update(block_id="x")),
    ("unknown-alert", lambda p: p["container"].update(message_ts="1.000001")),
    ("unknown-alert", lambda p: p["channel"].update(id="C0ELSEWHERE")),
    ("malformed", lambda p: p["user"].update(id="'; DROP TABLE ack")),
    ("malformed", lambda p: p.update(user=None)),
    ("malformed", lambda p: p.update(actions=[])),
    ("malformed", lambda p: p.update(actions=p["actions"] * 2)),
    ("malformed", lambda p: p.update(actions="x")),
]


@pytest.mark.parametrize(("why", "forge"), FORGERIES)
async def test_forged_presses_are_refused_and_counted(at, why, forge):
    payload = at.press(ACK)
    forge(payload)
    at.desk.take("interactive", payload)
    await at.done()
    assert at.desk.refused == {why: 1}
    assert at.posted.edits == 0
    assert "acknowledged" not in acts(at)


@pytest.mark.parametrize("value", ["", "1y:0000000000000000", "1h", "1h:zz", "1h:" + "0" * 16])
async def test_forged_choices_are_refused(at, value):
    payload = at.press(MUTE, 0)
    payload["actions"][0]["selected_option"] = {"value": value}
    at.desk.take("interactive", payload)
    await at.done()
    assert at.desk.refused.total() == 1
    assert at.store.silences() == []


async def test_an_envelope_that_comes_twice_is_seen_to_once(at):
    payload = at.press(MUTE, 0)
    assert at.desk.take("interactive", payload, "e-1")
    assert at.desk.take("interactive", payload, "e-1")
    await at.done()
    assert len(at.store.silences()) == 1


async def test_an_answer_goes_to_slack_only(at):
    command = at.double.people.command("help") | {"response_url": "http://127.0.0.1:1/steal"}
    at.desk.take("slash_commands", command)
    await at.done()
    assert at.double.people.answers == []
    assert "subscribe" in shown(json.loads(json.dumps(at.double.people.whispers[-1]["blocks"])))


async def test_a_subscription_is_previewed_confirmed_shown_and_left(at):
    answer, words = await write(at, "subscribe export-control quota from notable")
    assert "export-control, quota, from severity notable: 2 alert(s) in the last 30 days" in words
    assert "1 urgent, 1 notable" in words
    assert "[notable] 关于下达稀土开采总量控制指标的通知 (quota)" in words
    assert at.store.own_subscriptions() == []
    buttons = {one["action_id"]: one for one in answer["blocks"][-1]["elements"]}
    assert set(buttons) == {SUBSCRIBE, CANCEL}
    for name in (CANCEL, SUBSCRIBE):
        pressed = at.double.people.action(buttons[name], "b", {"channel": "D0READER01", "ts": "1.1"})
        assert at.desk.take("interactive", pressed)
        await at.done()
        assert len(at.store.own_subscriptions()) == (name == SUBSCRIBE)
    (own,) = at.store.own_subscriptions(f"slack:{READER}")
    assert (own.rules, own.targets[0].to, own.time_zone) == ({"export-control", "quota"}, READER, "Europe/Berlin")
    assert "export-control, quota, from severity notable" in shown(at.double.people.homes[READER]["blocks"])
    assert "export-control, quota" in (await write(at, "list"))[1]
    assert "You will be told of: quota." in (await write(at, "unsubscribe export-control"))[1]
    assert "no subscription of your own any more" in (await write(at, "unsubscribe"))[1]
    assert at.store.own_subscriptions() == []


@pytest.mark.parametrize("value", ["", "[", '[["no-such"], 2]', '[["quota"], 99]', "7", "[" * 5000])
async def test_forged_confirmations_are_refused(at, value):
    pressed = at.double.people.action({"action_id": SUBSCRIBE, "value": value}, "b", {"channel": "D0READER01", "ts": "1.1"})
    at.desk.take("interactive", pressed)
    await at.done()
    assert at.desk.refused.total() == 1
    assert at.store.own_subscriptions() == []


async def test_the_other_commands(at):
    assert "Alerts in the last 24 hours: 1" in (await write(at, "status"))[1]
    found = (await write(at, "search 稀土 指标"))[1]
    assert "关于下达稀土开采总量控制指标的通知" in found
    assert "决定" not in found
    assert "No announcement holds all of: %" in (await write(at, "search %"))[0]["blocks"][0]["elements"][0]["elements"][0]["text"]
    assert "told: the first on this story" in (await write(at, "explain <https://example.com/0.html|example.com>"))[1]
    assert "was never seen" in (await write(at, "explain https://example.com/never"))[1]
    assert "did you mean `quota`?" in (await write(at, "mute qouta 1h"))[1]
    assert "nobody is told anything here" in (await write(at, "mute quota 1h", channel="C0ELSEWHERE"))[1]
    assert "Rule quota is muted here until" in (await write(at, "mute quota 1h", channel=CHANNEL))[1]
    assert [one.subscription for one in at.store.silences(NOW)] == ["desk"]


async def test_the_home_tab(at):
    assert at.desk.take("events_api", {"event": {"type": "app_home_opened", "user": READER, "tab": "home"}})
    assert at.desk.take("events_api", {"event": {"type": "message", "user": READER}})
    await at.done()
    assert "none; `/rarewatch subscribe RULE` makes one" in shown(at.double.people.homes[READER]["blocks"])


async def test_a_database_that_does_not_serve_is_told(at):
    at.store.close()
    (Path(at.config.folder) / "db.sqlite").write_bytes(b"no database at all, but long enough to be read as one" * 50)
    payload = at.press(ACK)
    at.desk.take("interactive", payload)
    await at.done()
    assert "nothing was recorded" in shown(at.double.people.answers[-1]["blocks"])
