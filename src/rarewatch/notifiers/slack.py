"""Tells a Slack channel or person, through a bot token and `chat.postMessage`.

Slack has no idempotency key (slackapi/slack-api-specs#10), so a lost answer leaves a doubt. Each message carries its delivery's id
as metadata; when a delivery comes back in doubt, the channel's history is read first and a message found there is adopted instead
of posted again. That needs the scope `channels:history` (`groups:history` for private channels, `im:history` for people) and an id
as target; without them the message is posted, marked as a possible repeat.

What has no room in the message goes to its thread. Each reply carries the delivery's id and its own number, so that after a doubt
only those that are not there yet are posted.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rarewatch.clock import now
from rarewatch.errors import DeliveryFault
from rarewatch.notifiers import Reveal, _slack_promise
from rarewatch.notifiers._slack_blocks import EVENT, payload, replies
from rarewatch.notifiers._slack_text import Json
from rarewatch.notifiers._slack_wire import Wire
from rarewatch.nouns.alert import Message, Receipt, Target
from rarewatch.nouns.secret import SecretRef

_PAGES, _PAGE = 200, 200
"""So far is looked back: Slack may give far fewer a page than it is asked for."""
_SKEW = 120.0
"""Seconds by which Slack's clock may be behind ours when the history is searched."""
_REMEMBERED = 1_000
_GONE = ("message_not_found", "cant_update_message", "edit_window_closed")


class Slack:
    """The Slack notifier; targets are ids of channels (`C0123456789`) or people (`U…`) or, without the look back, `#names`."""

    class Options(BaseModel):
        """The keys of a Slack notifier."""

        model_config = ConfigDict(extra="forbid", frozen=True)
        token: Annotated[SecretRef, Field(description="where the bot token (xoxb-…) is found")]
        app_token: Annotated[
            SecretRef | None,
            Field(description="where the app-level token (xapp-…) is found; with it people answer over Socket Mode"),
        ] = None
        signing_secret: Annotated[
            SecretRef | None,
            Field(description="where the app's signing secret is found; with it people answer over HTTP"),
        ] = None
        base_url: Annotated[
            str,
            Field(pattern=r"^https?://[^\s/]+(/\S*)?$", description="address of Slack's Web API, up to and with the last slash"),
        ] = "https://slack.com/api/"
        timeout: Annotated[float, Field(gt=0, le=300, description="seconds one call to Slack may take altogether")] = 15.0
        pace: Annotated[
            float,
            Field(ge=0, le=60, description="seconds from one message to a channel to the next; Slack takes about one a second"),
        ] = 1.05

        @property
        def interactive(self) -> bool:
            """Whether anybody hears what is pressed under an alert."""
            return self.app_token is not None or self.signing_secret is not None

    def __init__(self, options: Options, reveal: Reveal) -> None:
        """`reveal` is asked for the token at each call, so that a renewed secret file needs no restart."""
        self.pace = options.pace
        self._interactive = options.interactive
        self._wire = Wire(options.token, options.base_url, options.timeout, reveal)
        self._begun: dict[str, Receipt] = {}
        self._direct: dict[str, str] = {}

    def render(self, message: Message, target: Target) -> Mapping[str, Any]:
        """The arguments of `chat.postMessage`: pure, within Slack's limits, everything foreign shown literally."""
        return payload(message, target, interactive=self._interactive)

    async def send(self, message: Message, target: Target, previous: Receipt | None = None) -> Receipt:
        """Tell `target` once: adopt the message that arrived in doubt, else post. Raises `DeliveryFault`.

        With `previous` the message it is a receipt of is changed to say this; where it is gone, it is posted anew.
        """
        target = Target(target.via, await self._channel(target.to))
        receipt, found = self._begun.get(message.delivery), True
        if receipt is None and previous is not None:
            receipt = await self._change(message, target, previous)
        if receipt is None and message.possible_repeat:
            receipt = await self._find(message, target)
        if receipt is None:
            answer = await self._wire.call(lambda slack: slack.chat_postMessage(**self.render(message, target)))
            receipt, found = _receipt(answer.get("channel"), answer.get("ts")), False
        rest = replies(message, target, interactive=self._interactive)
        return await self._follow(message, receipt, rest, look=found) if rest else receipt

    async def close(self) -> None:
        """Close the connections; a later `send` opens new ones."""
        await self._wire.close()

    def objection(self, to: str) -> str:
        """What is wrong with `to` as a target, in words with what would be right; "" where nothing is."""
        return _slack_promise.objection(to)

    def reservation(self, to: str) -> str:
        """What cannot be promised to the target `to` whatever the token may do, in words; "" where nothing is to be said."""
        return _slack_promise.reservation(to)

    async def stands(self, delivery: str, remote: Mapping[str, str]) -> bool:
        """Whether the message of `delivery` stands where its receipt says; needs leave to read. Raises `DeliveryFault`."""
        channel, ts = remote.get("channel", ""), remote.get("ts", "")
        page = await self._wire.call(
            lambda slack: slack.conversations_history(
                channel=channel, oldest=ts, latest=ts, inclusive=True, limit=1, include_all_metadata=True
            )
        )
        return any(_delivery(found) == delivery for found in page.get("messages") or ())

    async def standing(self, targets: Sequence[str]) -> Sequence[tuple[bool, str]]:
        """Whether the token serves for `targets`, and what can be promised with it; asks Slack, tells nobody."""
        return await _slack_promise.standing(self._wire, targets, interactive=self._interactive)

    async def _channel(self, to: str) -> str:
        """The id of the conversation with a person; any other target is one already."""
        if not re.fullmatch(r"[UW][A-Z0-9]{7,20}", to):
            return to
        if to not in self._direct:
            answer = await self._wire.call(lambda slack: slack.conversations_open(users=to))
            self._direct[to] = str((answer.get("channel") or {}).get("id") or to)
        return self._direct[to]

    async def _change(self, message: Message, target: Target, previous: Receipt) -> Receipt | None:
        """Put `message` in the place of what was told before; None where that cannot be changed any more."""
        channel, ts = previous.remote.get("channel", target.to), previous.remote.get("ts", "")
        body = {**self.render(message, target), "channel": channel, "ts": ts}
        for unknown in ("mrkdwn", "unfurl_links", "unfurl_media"):
            del body[unknown]
        try:
            answer = await self._wire.call(lambda slack: slack.chat_update(**body))
        except DeliveryFault as fault:
            if any(code in fault.detail for code in _GONE):
                return None
            fault.in_doubt = False  # a second change to the same words is no repeat
            raise
        return _receipt(answer.get("channel", channel), answer.get("ts", ts))

    async def _follow(self, message: Message, receipt: Receipt, rest: Sequence[Json], *, look: bool) -> Receipt:
        """Post to the thread what is not there yet; the receipt says when Slack will not have it.

        The message itself stands. Should the thread fail for now, the whole is in doubt, and the next try begins with looking.
        """
        self._begun[message.delivery] = receipt
        while len(self._begun) > _REMEMBERED:
            del self._begun[next(iter(self._begun))]
        try:
            there = await self._replies(message, receipt) if look else frozenset[int]()
            for number, reply in enumerate(rest, 1):
                if number not in there:
                    await asyncio.sleep(self.pace)  # for the channel a reply is one more message
                    await self._reply(reply, receipt)
        except DeliveryFault as fault:
            if fault.again:
                fault.in_doubt = True
                raise
            receipt = Receipt({**receipt.remote, "thread": fault.detail}, receipt.sent_at)
        self._begun.pop(message.delivery, None)
        return receipt

    async def _reply(self, reply: Json, receipt: Receipt) -> None:
        body = {**reply, "channel": receipt.remote["channel"], "thread_ts": receipt.remote["ts"]}
        await self._wire.call(lambda slack: slack.chat_postMessage(**body))

    async def _replies(self, message: Message, receipt: Receipt) -> frozenset[int]:
        """The numbers of the replies of this delivery that stand in the thread; none where nobody may look."""
        found: set[int] = set()
        cursor: str | None = None
        for _ in range(_PAGES):
            try:
                page = await self._thread(receipt, cursor)
            except DeliveryFault as fault:
                if not fault.again:
                    return frozenset()
                raise
            found |= {_part(one) for one in page.get("messages") or () if _delivery(one) == message.delivery}
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return frozenset(found)

    async def _thread(self, receipt: Receipt, cursor: str | None) -> Mapping[str, Any]:
        channel, ts = receipt.remote["channel"], receipt.remote["ts"]
        return await self._wire.call(
            lambda slack: slack.conversations_replies(channel=channel, ts=ts, limit=_PAGE, cursor=cursor, include_all_metadata=True)
        )

    async def _find(self, message: Message, target: Target) -> Receipt | None:
        """The message of this very delivery, if an earlier attempt brought it into the channel."""
        oldest = f"{message.seen_at.timestamp() - _SKEW:.6f}"
        cursor: str | None = None
        for _ in range(_PAGES):
            try:
                page = await self._history(target.to, oldest, cursor)
            except DeliveryFault as fault:
                if not fault.again:  # not allowed to look: the repeat is marked, and better than a loss
                    return None
                fault.in_doubt = True  # the earlier attempt still is
                raise
            for found in page.get("messages") or ():
                if _delivery(found) == message.delivery and not _part(found):
                    return _receipt(page.get("channel", target.to), found.get("ts"))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        return None

    async def _history(self, channel: str, oldest: str, cursor: str | None) -> Mapping[str, Any]:
        return await self._wire.call(
            lambda slack: slack.conversations_history(
                channel=channel, oldest=oldest, limit=_PAGE, cursor=cursor, include_all_metadata=True
            )
        )


def _payload_of(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """The payload of our metadata on a message of the history, empty where it is none of ours."""
    metadata = found.get("metadata") or {}
    return (metadata.get("event_payload") or {}) if metadata.get("event_type") == EVENT else {}


def _delivery(found: Mapping[str, Any]) -> str:
    return str(_payload_of(found).get("delivery_id", ""))


def _part(found: Mapping[str, Any]) -> int:
    """Which reply of its delivery a message is, 0 for the message itself."""
    part = str(_payload_of(found).get("part", 0))
    return int(part) if part.isdecimal() and len(part) < 6 else 0


def _receipt(channel: object, ts: object) -> Receipt:
    """Slack's ts is the moment it took the message, in seconds since 1970, and the message's id within the channel."""
    words = str(ts or "")
    known = re.fullmatch(r"\d{1,11}\.\d{1,9}", words)
    return Receipt({"channel": str(channel or ""), "ts": words}, datetime.fromtimestamp(float(words), UTC) if known else now())
