"""The feed channel and a folder that can be gone, for the notifiers' contract."""

import json

from rarewatch.notifiers.feedfile import FeedFile, FeedOptions
from rarewatch.nouns.alert import Target


class Rig:
    faults = ("refuse", "never")

    def __init__(self, folder):
        self.folder = folder
        self.notifier = FeedFile(FeedOptions(folder=str(folder)), str)
        self.target = Target("feed", "desk")

    def received(self):
        path = self.folder / "desk.json"
        items = json.loads(path.read_text(encoding="utf-8"))["items"] if path.exists() else []
        return [item["content_text"] for item in reversed(items)]

    def fail(self, kind):
        if kind == "never":
            self.target = Target("feed", "../desk")
        else:
            self.folder.write_text("a file where the folder should be", encoding="utf-8")

    async def close(self):
        await self.notifier.close()


async def make(tmp_path):
    return Rig(tmp_path / "feeds")
