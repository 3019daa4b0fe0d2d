"""The service as `rarewatch run` puts it together: an alert goes out, somebody answers, and everybody sees it."""

import asyncio

from slack_office import CHANNEL, READER, Scene, reveal, shown, stored_alert, write_folder
from typer.testing import CliRunner

from rarewatch import clock
from rarewatch.app import open_service
from rarewatch.cli import app
from rarewatch.demo.slack_double import SlackDouble
from rarewatch.notifiers._slack_buttons import ACK, WHY
from rarewatch.stores.sql import SqlStore


async def test_a_running_service_hears_what_is_pressed(tmp_path):
    double = SlackDouble(channels=[CHANNEL])
    await double.start()
    config = write_folder(tmp_path, double.url)
    store = SqlStore(config.settings.database)
    stored_alert(store, config, clock.now())
    sent, stop = asyncio.Event(), asyncio.Event()
    async with open_service(config, told=lambda outcome: hasattr(outcome, "delivery") and sent.set()) as service:
        running = asyncio.create_task(service.run(stop))
        await asyncio.wait_for(sent.wait(), 30)
        await double.people.connected()
        scene = Scene(double, store, None, config, [])
        await double.people.deliver("interactive", scene.press(ACK))
        await double.people.deliver("interactive", scene.press(WHY))
        await double.people.deliver("slash_commands", double.people.command("status"))
        await double.people.until(lambda: bool(double.people.opened and double.people.answers))
        stop.set()
        await running
    assert "export-control (urgent): 出口管制" in shown(double.people.opened[0]["blocks"])
    assert f"✅ acknowledged by \n<@{READER}>" in shown(double.messages[0].blocks)
    assert len(double.messages) == 1
    store.close()
    await double.stop()


async def checked(folder, *more):
    result = await asyncio.to_thread(CliRunner().invoke, app, ["check", "--config", str(folder), *more])
    return result.exit_code, result.stdout


async def test_check_tells_what_can_be_promised(tmp_path):
    double = SlackDouble(channels=[CHANNEL])
    await double.start()
    config = write_folder(tmp_path, double.url)
    SqlStore(config.settings.database).close()
    code, words = await checked(tmp_path, "--live")
    assert (code, f"ok   live: slack: {CHANNEL}: each alert once" in words) == (0, True)
    assert "what people press and write is heard over Socket Mode" in words
    double.scopes = ("chat:write", "commands")
    code, words = await checked(tmp_path, "--live")
    assert (code, f"warning: {CHANNEL}: without the scope channels:history at least once" in words) == (0, True)
    calls = len(double.calls)
    audience, settings = tmp_path / "audience.yaml", tmp_path / "rarewatch.yaml"
    audience.write_text(audience.read_text().replace(CHANNEL, "analyst@example.org"))
    settings.write_text(settings.read_text().replace("app_token", "signing_secret"))
    code, words = await checked(tmp_path)
    assert code == 1
    assert "FAIL targets: slack: 'analyst@example.org' looks like a mail address" in words
    assert "FAIL answers: slack has a signing_secret, but nothing listens" in words
    audience.write_text(audience.read_text().replace("analyst@example.org", '"#rare-earths"'))
    settings.write_text(settings.read_text() + "web: {listen: 127.0.0.1:8098}\n")
    code, words = await checked(tmp_path)
    assert (code, "#rare-earths is a name" in words, "heard over HTTP" in words) == (0, True, True)
    assert len(double.calls) == calls
    assert reveal(config.settings.notifiers["slack"].options.token)
    await double.stop()
