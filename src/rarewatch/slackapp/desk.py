"""Takes what people do in Slack and sees to it: at once it is only read and put aside, for Slack waits three seconds."""

import asyncio
from collections import Counter, OrderedDict

import structlog

from rarewatch.errors import DeliveryFault, StoreError
from rarewatch.slackapp import words
from rarewatch.slackapp.answers import Clerk
from rarewatch.slackapp.command import HELP
from rarewatch.slackapp.hearing import Confirmed, Heard, HomeOpened, Person, Pressed, Written, hear
from rarewatch.slackapp.office import Office
from rarewatch.slackapp.presses import Presses
from rarewatch.slackapp.signature import RefusedError

_log = structlog.get_logger()
_REMEMBERED, _AT_ONCE = 5_000, 200


class Desk:
    """What was done is seen to in tasks of its own; `refused` counts what was no word of Slack's, by reason."""

    def __init__(self, office: Office) -> None:
        """Nothing is opened here."""
        self.refused = Counter[str]()
        self._office, self._presses, self._clerk = office, Presses(office), Clerk(office)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, kind: str, payload: object, envelope: str = "") -> bool:
        """Read what came and put it aside; False where it is refused. What has the same `envelope` was taken before."""
        try:
            heard = hear(kind, payload, self._office.base_url)
        except RefusedError as error:
            self.refuse(str(error))
            return False
        if len(self._tasks) >= _AT_ONCE:
            self.refuse("too-many")
            return False
        if heard is not None and not self._again(envelope):
            task = asyncio.get_running_loop().create_task(self._see_to(heard))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return True

    def refuse(self, why: str) -> None:
        """Count and log what was no word of Slack's."""
        self.refused[why] += 1
        _log.warning("slack-refused", why=why, times=self.refused[why])

    async def drain(self) -> None:
        """Wait until everything taken is seen to."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _again(self, envelope: str) -> bool:
        """Whether this was taken before: Slack sends again what was not acknowledged in time."""
        if not envelope:
            return False
        again = envelope in self._seen
        self._seen[envelope] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return again

    async def _see_to(self, heard: Heard) -> None:
        try:
            await self._do(heard)
        except RefusedError as error:
            self.refuse(str(error))
            await self._sorry(heard, "That belongs to no alert that is known here.")
        except StoreError as error:
            _log.error("slack-trouble", error=str(error))
            await self._sorry(heard, "The database does not serve at the moment: nothing was recorded. Please try again later.")
        except DeliveryFault as error:
            _log.warning("slack-trouble", error=error.detail)
        except Exception:  # noqa: BLE001 - a bug met on one click must not end the others, nor hide
            _log.exception("bug", act="slack", heard=type(heard).__name__)
            await self._sorry(heard, "That failed, by an error of rarewatch itself; its log says more.")

    async def _do(self, heard: Heard) -> None:
        if isinstance(heard, Pressed):
            await self._presses.see_to(heard)
        elif isinstance(heard, Written):
            await self._clerk.written(heard)
        elif isinstance(heard, Confirmed):
            await self._clerk.confirmed(heard)
            await self._home(heard.who.user)
        elif isinstance(heard, HomeOpened):
            await self._home(heard.user)

    async def _home(self, user: str) -> None:
        view = words.home(await self._clerk.own(user), HELP)
        await self._office.wire.call(lambda slack: slack.views_publish(user_id=user, view=view))

    async def _sorry(self, heard: Heard, what: str) -> None:
        who: Person | None = None if isinstance(heard, HomeOpened) else heard.who
        if who is None or not who.reply_to:
            return
        try:
            await self._office.wire.answer(who.reply_to, {**words.text(what), "replace_original": False})
        except DeliveryFault as error:
            _log.warning("slack-trouble", error=error.detail)
