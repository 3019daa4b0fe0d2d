"""A receiver of posted JSON that can fail as the notifiers' contract asks; the channels that post have their rigs from it."""

import json


class PostReceiver:
    """What a channel that posts is tried with: `answers` are its troubles by kind, `good` what it says when there is none."""

    answers: dict = {}  # noqa: RUF012 - each channel has its own
    good = b""

    def __init__(self, peer):
        self.peer = peer
        self.taken = []
        self.trouble = None
        self.notifier = self.made(timeout=20)

    @property
    def faults(self):
        return (*self.answers, "lost-answer", "refuse")

    async def answer(self, asked, writer):
        trouble, self.trouble = self.trouble, None
        if trouble in self.answers:
            await self.answers[trouble](asked, writer)
            return
        self.taken.append(json.loads(asked.body))
        if trouble == "lost-answer":
            writer.transport.abort()
            return
        writer.write(self.good)

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
