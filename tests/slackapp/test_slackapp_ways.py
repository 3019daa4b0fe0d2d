"""The ways people's words come in: a real Socket Mode connection to the double, and signed HTTP."""

import aiohttp
import pytest
from slack_office import NOW, scene, shown
from slack_sdk.errors import SlackApiError
from structlog.testing import capture_logs

from rarewatch.notifiers._slack_buttons import ACK, MUTE
from rarewatch.slackapp.http import SignedHttp
from rarewatch.slackapp.socket import Socket
from rarewatch.web.server import WebServer


@pytest.fixture
async def at(tmp_path):
    async with scene(tmp_path) as made:
        yield made


@pytest.fixture
async def socket(at):
    made = Socket(at.desk, at.double.people.app_token, at.double.url)
    made.start()
    await at.double.people.connected()
    yield made
    await made.close()


@pytest.fixture
async def http(at):
    server = WebServer(
        "127.0.0.1", 0, SignedHttp(at.desk, lambda: at.double.people.signing_secret, lambda: at.clock[0], "slack").routes
    )
    await server.start()
    async with aiohttp.ClientSession() as session:

        async def post(path, body, headers):
            async with session.post(f"http://127.0.0.1:{server.port}/slack/slack/{path}", data=body, headers=headers) as answer:
                return answer.status, await answer.text()

        yield post
    await server.aclose()


# Socket Mode


async def test_a_press_over_the_socket_is_acknowledged_and_seen_to(at, socket):
    ack = await at.double.people.deliver("interactive", at.press(ACK))
    assert set(ack) <= {"envelope_id", "payload"}
    await at.done()
    assert "acknowledged" in shown(at.posted.blocks)


async def test_a_command_over_the_socket_is_answered(at, socket):
    await at.double.people.deliver("slash_commands", at.double.people.command("status"))
    await at.done()
    assert "Alerts in the last 24 hours: 1" in shown(at.double.people.answers[0]["blocks"])


async def test_an_envelope_sent_again_is_acknowledged_again_and_done_once(at, socket):
    payload = at.press(MUTE, 0)
    for _ in range(2):
        await at.double.people.deliver("interactive", payload, envelope="the-same")
    await at.done()
    assert len(at.store.silences()) == 1


async def test_a_forged_payload_is_acknowledged_but_not_done(at, socket):
    payload = at.press(ACK)
    payload["actions"][0]["value"] = "0" * 32
    await at.double.people.deliver("interactive", payload)
    await at.done()
    assert at.desk.refused == {"malformed": 1}
    assert at.posted.edits == 0


async def test_slack_asks_to_connect_anew_and_nothing_is_lost(at, socket):
    await at.double.people.disconnect()
    await at.double.people.connected(2)
    await at.double.people.deliver("interactive", at.press(ACK))
    await at.done()
    assert "acknowledged" in shown(at.posted.blocks)


async def test_a_connection_that_is_cut_is_opened_again(at, socket):
    await at.double.people.disconnect(warn=False)
    await at.double.people.connected(2)
    await at.double.people.deliver("interactive", at.press(ACK))
    await at.done()
    assert "acknowledged" in shown(at.posted.blocks)


async def test_a_refused_app_token_is_told_once_in_a_while_and_hanging_up_is_possible(at):
    socket = Socket(at.desk, "xapp-revoked", at.double.url)
    socket.start()
    with capture_logs() as logs:
        for _ in range(5):
            with pytest.raises(SlackApiError):
                await socket._client.issue_new_wss_url()
    assert [one["error"] for one in logs if one["event"] == "slack-trouble"] == ["Socket Mode cannot connect: invalid_auth"]
    assert "xapp-revoked" not in str(logs)
    await socket.close()
    assert at.double.people.connections == 0


# HTTP


async def test_a_signed_press_is_seen_to(at, http):
    assert (await http("actions", *at.double.people.signed(at.press(ACK), NOW.timestamp())))[0] == 200
    await at.done()
    assert "acknowledged" in shown(at.posted.blocks)


async def test_a_signed_command_and_the_address_check(at, http):
    assert (await http("commands", *at.double.people.signed(at.double.people.command("help"), NOW.timestamp())))[0] == 200
    await at.done()
    assert "/rarewatch subscribe" in shown(at.double.people.answers[0]["blocks"])
    asked = at.double.people.signed({"type": "url_verification", "challenge": "3eZbrw1a"}, NOW.timestamp())
    assert await http("events", *asked) == (200, '{"challenge": "3eZbrw1a"}')


@pytest.mark.parametrize(
    ("why", "late", "spoil"),
    [
        ("old", -301, lambda headers: headers),
        ("old", 301, lambda headers: headers),
        ("forged", 0, lambda headers: headers | {"X-Slack-Signature": "v0=" + "0" * 64}),
        ("forged", 0, lambda headers: headers | {"X-Slack-Request-Timestamp": str(int(NOW.timestamp()) + 1)}),
        ("unsigned", 0, lambda headers: headers | {"X-Slack-Signature": "v0=稀"}),
        ("unsigned", 0, lambda headers: headers | {"X-Slack-Request-Timestamp": "soon"}),
        ("unsigned", 0, lambda headers: {"Content-Type": headers["Content-Type"]}),
    ],
)
async def test_what_is_not_slacks_is_refused_without_a_word_of_why(at, http, why, late, spoil):
    body, headers = at.double.people.signed(at.press(ACK), NOW.timestamp() + late)
    assert await http("actions", body, spoil(headers)) == (401, "401 Unauthorized\n")
    await at.done()
    assert at.desk.refused == {why: 1}
    assert at.posted.edits == 0


async def test_a_replay_is_refused(at, http):
    body, headers = at.double.people.signed(at.press(MUTE, 0), NOW.timestamp())
    assert (await http("actions", body, headers))[0] == 200
    assert (await http("actions", body, headers))[0] == 401
    assert (await http("commands", body, headers))[0] == 401
    await at.done()
    assert at.desk.refused == {"replayed": 2}
    assert len(at.store.silences()) == 1


async def test_a_changed_body_is_refused(at, http):
    body, headers = at.double.people.signed(at.press(ACK), NOW.timestamp())
    assert (await http("actions", body.replace(b"U0READER01", b"U0READER02"), headers))[0] == 401
    assert at.desk.refused == {"forged": 1}


@pytest.mark.parametrize("payload", [{"type": "block_actions"}, {"type": "block_actions", "actions": [[]]}])
async def test_signed_nonsense_is_refused(at, http, payload):
    assert (await http("actions", *at.double.people.signed(payload, NOW.timestamp())))[0] == 400
    assert at.desk.refused == {"malformed": 1}
