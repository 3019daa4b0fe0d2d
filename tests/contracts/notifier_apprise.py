"""The Apprise channel with its JSON service and a receiver for that, for the notifiers' contract."""

from http_peer import Peer, raw, reply, reset, silence
from post_receiver import PostReceiver

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


class Rig(PostReceiver):
    answers = ANSWERS
    good = raw(200, b"ok")
    secret = SECRET

    def __init__(self, peer):
        super().__init__(peer)
        peer.on(f"/{SECRET}/", self.answer)
        peer.on(f"/{SECRET}", self.answer)
        self.target = Target("many", "desk")

    def made(self, timeout):
        options = {"addresses": {"desk": {"env": "DESK_ADDRESS"}}, "timeout": timeout}
        return Apprise(AppriseOptions.model_validate(options), lambda _ref: f"json://127.0.0.1:{self.peer.port}/{SECRET}")

    def received(self):
        return [f"{told['title']}\n{told['message']}" for told in self.taken]


async def make(tmp_path):
    return Rig(await Peer().__aenter__())
