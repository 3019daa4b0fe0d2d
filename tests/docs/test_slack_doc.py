"""`docs/slack.md` and the app's manifest say what the program does."""

from pathlib import Path

import yaml

from rarewatch.notifiers._slack_promise import _HISTORY
from rarewatch.slackapp.command import _READERS, HELP

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "slack.md").read_text(encoding="utf-8")
MANIFEST = yaml.safe_load((ROOT / "deploy" / "slack" / "manifest.yaml").read_text(encoding="utf-8"))


def test_every_command_is_documented_in_the_page_and_in_the_help():
    hint = MANIFEST["features"]["slash_commands"][0]["usage_hint"]
    for verb in _READERS:
        assert f"| `/rarewatch {verb}" in DOC
        assert f"/rarewatch {verb}" in HELP
        assert verb in hint


def test_the_manifest_asks_for_what_is_used_and_no_more():
    scopes = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    assert scopes == {"chat:write", "im:write", "commands", "users:read", *_HISTORY.values()}
    assert MANIFEST["settings"]["event_subscriptions"]["bot_events"] == ["app_home_opened"]
    assert MANIFEST["settings"]["socket_mode_enabled"] is True


def test_the_history_scopes_are_named():
    for scope in {*_HISTORY.values()}:
        assert f"`{scope}`" in DOC
