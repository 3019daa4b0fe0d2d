"""The Apprise channel with its JSON service and a receiver for that, for the notifiers' contract."""

import json

from http_peer import Peer, raw, reply, reset, silence

from rarewatch.notifiers.apprise_ import Apprise, AppriseOptions
from rarewatch.nouns.alert import Target

SECRET = "token-in-the-address-5713"
ANSWERS = {
    "auth": reply(403),
    "later": reply(429),
    "never": reply(404),
    "server": reply(503),
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
        peer.on(f"/{SECRET}/", self._answer)
        peer.on(f"/{SECRET}", self._answer)
        self.notifier = self.made(timeout=20)
        self.target = Target("many", "desk")

    def made(self, timeout):
        options = {"addresses": {"desk": {"env": "DESK_ADDRESS"}}, "timeout": timeout}
        return Apprise(AppriseOptions.model_validate(options), lambda _ref: f"json://127.0.0.1:{self.peer.port}/{SECRET}")

    async def _answer(self, asked, writer):
        trouble, self.trouble = self.trouble, None
        if trouble in ANSWERS:
            await ANSWERS[trouble](asked, writer)
            return
        self.taken.append(json.loads(asked.body))
        if trouble == "lost-answer":
            writer.transport.abort()
            return
        writer.write(raw(200, b"ok"))

    def received(self):
        return [f"{told['title']}\n{told['message']}" for told in self.taken]

    async def fail(self, kind):
        if kind == "refuse":
            await self.peer.__aexit__()
        if kind == "hang":
            await self.notifier.close()
            self.notifier = self.made(timeout=1)
        self.trouble = kind

    async def close(self):
        await self.notifier.close()
        await self.peer.__aexit__()


async def make(tmp_path):
    return Rig(await Peer().__aenter__())
