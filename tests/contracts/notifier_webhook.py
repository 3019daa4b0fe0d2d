"""The webhook channel and a receiver that checks every signature, for the notifiers' contract."""

import json

from http_peer import Peer, raw, reply, reset, silence

from rarewatch.notifiers._webhook_payload import signature
from rarewatch.notifiers.webhook import Webhook, WebhookOptions
from rarewatch.nouns.alert import Target

SECRET = "a-shared-secret-of-the-tests"
ANSWERS = {
    "auth": reply(401),
    "later": reply(429, headers=[("Retry-After", "7")]),
    "never": reply(422),
    "server": reply(500),
    "drop": reset,
    "hang": silence(),
}


class Rig:
    faults = (*ANSWERS, "lost-answer", "refuse")
    secret = SECRET

    def __init__(self, peer):
        self.peer = peer
        self.taken = []
        self.trouble = None
        self.notifier = self._notifier(timeout=20)
        self.target = Target("webhook", peer.on("/hook?of=desk", self._answer))

    def _notifier(self, timeout):
        options = {"secrets": [{"env": "HOOK_SECRET"}], "allow_private": True, "timeout": timeout}
        return Webhook(WebhookOptions.model_validate(options), lambda _ref: SECRET)

    async def _answer(self, asked, writer):
        assert asked.headers["rarewatch-signature"] == signature(asked.headers["rarewatch-timestamp"], asked.body, [SECRET])
        trouble, self.trouble = self.trouble, None
        if trouble in ANSWERS:
            await ANSWERS[trouble](asked, writer)
            return
        self.taken.append(json.loads(asked.body))
        if trouble == "lost-answer":
            writer.transport.abort()
            return
        writer.write(raw(204, length=None))

    def received(self):
        return [told["text"] for told in self.taken]

    async def fail(self, kind):
        if kind == "refuse":
            await self.peer.__aexit__()
        if kind == "hang":
            await self.notifier.close()
            self.notifier = self._notifier(timeout=1)
        self.trouble = kind

    async def close(self):
        await self.notifier.close()
        await self.peer.__aexit__()


async def make(tmp_path):
    return Rig(await Peer().__aenter__())
