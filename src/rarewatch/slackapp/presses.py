"""What is pressed under an alert: acknowledged, muted, not relevant, why."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

import structlog

from rarewatch import dossier
from rarewatch.normalise import about
from rarewatch.notifiers._slack_blocks import payload
from rarewatch.notifiers._slack_buttons import ACK, DURATIONS, MUTE, NOT_RELEVANT, SLACK, rule_mark
from rarewatch.nouns.alert import Act, Target
from rarewatch.nouns.audience import Label, Silence, Wants
from rarewatch.slackapp import words
from rarewatch.slackapp.hearing import Pressed
from rarewatch.slackapp.office import Office
from rarewatch.slackapp.signature import RefusedError
from rarewatch.stores import asked, views
from rarewatch.stores.asked import Told

_log = structlog.get_logger()


class Presses:
    """Records what was pressed, and changes the message so that everybody sees it."""

    def __init__(self, office: Office) -> None:
        """Nothing is opened here."""
        self._office = office
        self._showing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def see_to(self, pressed: Pressed) -> None:
        """Do what was pressed.

        Raises `RefusedError` for what belongs to no alert that stands there, `StoreError`, `DeliveryFault`.
        """
        told = await asyncio.to_thread(self._told, pressed.delivery)
        if told is None or not _stands(told, pressed, self._office.via):
            raise RefusedError("unknown-alert")
        if pressed.action not in {ACK, MUTE, NOT_RELEVANT}:
            await self._explain(pressed, told)
            return
        by, now = f"{SLACK}{pressed.who.user}", self._office.now()
        if pressed.action == ACK:
            await self._office.in_order(self._office.acts.acknowledge, told.parcel.alert, by, now)
        elif pressed.action == NOT_RELEVANT:
            await self._not_relevant(told, by)
        else:
            await self._mute(pressed, told, by)
        _log.info("slack-act", act=pressed.action.removeprefix("rarewatch."), by=by, alert=told.parcel.alert)
        # One after the other, or the words of an earlier press could take the place of a later one's.
        async with self._showing.setdefault(pressed.delivery, asyncio.Lock()):
            await self._show(pressed, told)

    async def _not_relevant(self, told: Told, by: str) -> None:
        for rule in dict.fromkeys(match.rule for match in told.parcel.matches) or ("",):
            await self._office.in_order(
                self._office.acts.feedback, told.parcel.item.id, rule, Label.NOT_RELEVANT, by, self._office.now()
            )

    async def _mute(self, pressed: Pressed, told: Told, by: str) -> None:
        """Silence one rule of the alert, for whom it was told to."""
        rules = {rule_mark(match.rule): match.rule for match in told.parcel.matches}
        rules |= {rule_mark(match.rule): match.rule for part in told.parcel.parts for match in part.matches}
        if pressed.rule not in rules:
            raise RefusedError("unknown-rule")
        now = self._office.now()
        silence = Silence(
            id="",
            wants=Wants(rules=frozenset({rules[pressed.rule]})),
            author=by,
            reason=f"muted in Slack under alert {told.parcel.alert}",
            begins=now,
            ends=now + DURATIONS[pressed.span][1],
            subscription=told.parcel.subscription,
        )
        await self._office.in_order(self._office.acts.silence, silence)

    async def _show(self, pressed: Pressed, told: Told) -> None:
        """Put what was done under the alert. The message is made anew from what is stored, never from what came with the press."""
        acts = await asyncio.to_thread(self._acts, told)
        message = replace(self._office.present().composer.compose(told.parcel), acts=acts, possible_repeat=False)
        body = payload(message, Target(self._office.via, pressed.who.channel), interactive=True)
        shown = {key: body[key] for key in ("channel", "text", "blocks", "metadata")}
        await self._office.wire.call(lambda slack: slack.chat_update(ts=pressed.ts, **shown))

    async def _explain(self, pressed: Pressed, told: Told) -> None:
        facts = await asyncio.to_thread(self._facts, told.parcel.item.id)
        zone = self._office.present().config.settings.console_time_zone
        view = words.modal(words.explanation(facts, zone))
        await self._office.wire.call(lambda slack: slack.views_open(trigger_id=pressed.who.trigger, view=view))

    def _told(self, token: str) -> Told | None:
        with self._office.archive() as connection:
            return asked.told(connection, token)

    def _acts(self, told: Told) -> tuple[Act, ...]:
        with self._office.archive() as connection:
            return asked.acts_of(connection, told.parcel, self._office.now())

    def _facts(self, number: str) -> Mapping[str, Any]:
        present = self._office.present()
        with self._office.archive() as connection:
            ((item, row),) = views.find(connection, number, "", "")
            known = about(item, present.config.sources.get(item.source))
            return dossier.facts(item, row, present.watch, connection, known=known, audience=present.config.audience)


def _stands(told: Told, pressed: Pressed, via: str) -> bool:
    """Whether the alert is one this app told, in that very message."""
    if told.parcel.target.via != via:
        return False
    if not told.remote:
        # Pressed before the receipt was recorded; a conversation with a person has another id than the person.
        return told.parcel.target.to in {pressed.who.channel, pressed.who.user} or told.parcel.target.to.startswith("#")
    return (told.remote.get("channel"), told.remote.get("ts")) == (pressed.who.channel, pressed.ts)
