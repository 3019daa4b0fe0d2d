"""The Slack notifier and a Slack double, for the contract every notifier keeps."""

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rarewatch.demo.slack_double import SlackDouble
from rarewatch.notifiers.slack import Slack
from rarewatch.nouns.alert import Target

CHANNEL = "C0123456789"
TROUBLES = {
    "auth": "token_revoked",
    "later": "429",
    "never": "invalid_blocks",
    "server": "503",
    "refuse": "refuse",
    "drop": "drop",
    "lost-answer": "accept-then-drop",
    "hang": "hang",
}


class SlackRig:
    """A Slack notifier with a short time-out, and the double it talks to."""

    def __init__(self) -> None:
        self.secret = "xoxb-1111-2222-SuperSecretTokenOfTests"
        self.double = SlackDouble(token=self.secret, channels=[CHANNEL])
        self.target = Target("slack", CHANNEL)
        self.faults = frozenset(TROUBLES)
        self.notifier: Any = None

    async def start(self) -> None:
        await self.double.start()
        # Only "hang" ever waits for the time-out; the others must not meet it on a busy machine.
        self.notifier = Slack(self.options(timeout=20), lambda _: self.secret)

    def options(self, **more: Any) -> Slack.Options:
        return Slack.Options.model_validate({"token": {"env": "SLACK_TEST_TOKEN"}, "base_url": self.double.url, **more})

    def received(self) -> list[str]:
        return ["\n".join([html.unescape(one.text), "".join(texts(one.blocks))]) for one in self.double.messages]

    async def fail(self, kind: str) -> None:
        if kind == "hang":
            await self.notifier.close()
            self.notifier = Slack(self.options(timeout=0.5), lambda _: self.secret)
        self.double.fail(TROUBLES[kind])

    async def close(self) -> None:
        await self.notifier.close()
        await self.double.stop()


def texts(node: Any) -> Iterator[str]:
    """Every text and address a reader sees in blocks, in order."""
    if isinstance(node, list):
        for one in node:
            yield from texts(one)
            yield "\n" if isinstance(one, dict) and "elements" in one else ""
    elif isinstance(node, dict):
        for key in ("text", "url", "elements"):
            value = node.get(key)
            if isinstance(value, str):
                yield value
            else:
                yield from texts(value)


async def make(_tmp_path: Path) -> SlackRig:
    rig = SlackRig()
    await rig.start()
    return rig
