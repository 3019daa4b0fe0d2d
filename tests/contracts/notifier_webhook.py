"""The webhook channel and a receiver that checks every signature, for the notifiers' contract."""

from http_peer import Peer, raw, reply, reset, silence
from post_receiver import PostReceiver

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


class Rig(PostReceiver):
    answers = ANSWERS
    good = raw(204, length=None)
    secret = SECRET

    def __init__(self, peer):
        super().__init__(peer)
        self.target = Target("webhook", peer.on("/hook?of=desk", self.answer))

    def made(self, timeout):
        options = {"secrets": [{"env": "HOOK_SECRET"}], "allow_private": True, "timeout": timeout}
        return Webhook(WebhookOptions.model_validate(options), lambda _ref: SECRET)

    async def answer(self, asked, writer):
        assert asked.headers["rarewatch-signature"] == signature(asked.headers["rarewatch-timestamp"], asked.body, [SECRET])
        await super().answer(asked, writer)

    def received(self):
        return [told["text"] for told in self.taken]


async def make(tmp_path):
    return Rig(await Peer().__aenter__())
