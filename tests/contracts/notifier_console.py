"""The console channel and a stream that can be gone, for the notifiers' contract."""

from io import StringIO

from rarewatch.notifiers.console import Console, ConsoleOptions
from rarewatch.nouns.alert import Target


class Paper(StringIO):
    """Keeps each write; `trouble` is raised once instead of the next."""

    def __init__(self):
        super().__init__()
        self.written = []
        self.trouble = None

    def write(self, text):
        if self.trouble is not None:
            trouble, self.trouble = self.trouble, None
            raise trouble
        self.written.append(text)
        return len(text)


class Rig:
    faults = ("refuse",)

    def __init__(self):
        self.paper = Paper()
        self.notifier = Console(ConsoleOptions(), str, self.paper)
        self.target = Target("console", "desk")

    def received(self):
        return list(self.paper.written)

    def fail(self, kind):
        self.paper.trouble = BrokenPipeError("the reader is gone")

    async def close(self):
        await self.notifier.close()


async def make(tmp_path):
    return Rig()
