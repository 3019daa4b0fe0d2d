"""What `/rarewatch` is answered: subscriptions with a preview, lists, searches, explanations, mutes."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from rarewatch import dossier
from rarewatch.errors import DeliveryFault
from rarewatch.normalise import about
from rarewatch.notifiers._slack_buttons import SLACK
from rarewatch.notifiers._slack_text import Json
from rarewatch.nouns.alert import Subscription, Target
from rarewatch.nouns.audience import Silence, Wants
from rarewatch.nouns.watch import Severity
from rarewatch.plan import AlertChange, Comparison, Judge, in_force
from rarewatch.slackapp import command, words
from rarewatch.slackapp.hearing import Confirmed, Person, Written, offer
from rarewatch.slackapp.office import Office
from rarewatch.slackapp.signature import RefusedError
from rarewatch.stores import asked, views
from rarewatch.text.urls import canonical
from rarewatch.text.wording import moment_words

_log = structlog.get_logger()
PREVIEW_DAYS, _MOST_ITEMS, _FOUND = 30, 20_000, 10
_LONGEST_VALUE = 2_000


class Clerk:
    """Answers what is written, each time only to the person who wrote it."""

    def __init__(self, office: Office) -> None:
        """Nothing is opened here."""
        self._office = office

    async def written(self, said: Written) -> None:
        """Answer a slash command; raises `StoreError` and `DeliveryFault`."""
        try:
            wish = command.parse(said.text, self._office.present().config.watch.rules)
            answer = await self._answer(wish, said.who)
        except command.NotUnderstoodError as error:
            answer = words.text(str(error))
        await self._reply(said.who, answer)

    async def confirmed(self, said: Confirmed) -> None:
        """Make the subscription that was previewed, or leave it; raises `RefusedError` for rules that are not there."""
        rules = self._office.present().config.watch.rules
        if any(rule not in rules for rule in said.rules):
            raise RefusedError("unknown-rule")
        answer = words.text("Left as it was.")
        if said.wanted:
            kept = await self._subscribe(said.who.user, said.rules, said.least)
            what = ", ".join(sorted(kept.rules)) or "every rule"
            answer = words.text(f"You will be told here of: {what}, from severity {kept.min_severity.label}.")
        await self._reply(said.who, {**answer, "replace_original": True})

    async def _mine(self, user: str) -> Subscription | None:
        return next(iter(await self.own(user)), None)

    async def own(self, user: str) -> Sequence[Subscription]:
        """Somebody's own subscriptions."""
        return await self._office.in_order(self._office.acts.own_subscriptions, f"{SLACK}{user}")

    async def _reply(self, who: Person, answer: Json) -> None:
        if who.reply_to:
            await self._office.wire.answer(who.reply_to, answer)
        else:
            body = {key: answer[key] for key in ("text", "blocks") if key in answer}
            await self._office.wire.call(lambda slack: slack.chat_postEphemeral(channel=who.channel, user=who.user, **body))

    async def _answer(self, wish: command.Wish, who: Person) -> Json:
        match wish:
            case command.Subscribe():
                answer = await self._preview(wish)
            case command.Unsubscribe():
                answer = await self._unsubscribe(wish, who.user)
            case command.Mute():
                answer = await self._mute(wish, who)
            case command.Search():
                answer = await asyncio.to_thread(self._search, wish.words)
            case command.Explain():
                answer = await asyncio.to_thread(self._explain, wish.what)
            case command.Plain("list"):
                answer = await self._list(who.user)
            case command.Plain("status"):
                answer = await asyncio.to_thread(self._status)
            case _:
                answer = words.text(*command.HELP.splitlines())
        return answer

    async def _list(self, user: str) -> Json:
        now = self._office.now()
        rules = [rule for rule in self._office.present().config.watch.rules.values() if in_force(rule, now)]
        return words.listed(rules, await self.own(user))

    # Subscriptions

    async def _preview(self, wish: command.Subscribe) -> Json:
        if len(offer(wish.rules, wish.least)) > _LONGEST_VALUE:
            raise command.NotUnderstoodError("those are too many rules for one command: name fewer, and the others in another one")
        changes, more = await asyncio.to_thread(self._would_have, wish)
        return words.preview(wish.rules, wish.least, changes, PREVIEW_DAYS, more=more)

    def _would_have(self, wish: command.Subscribe) -> tuple[Sequence[AlertChange], bool]:
        """The alerts a subscription would have brought lately under today's rules, the newest first; whether some were left out."""
        config = self._office.present().config
        chosen = {name: config.watch.rules[name] for name in wish.rules if name in config.watch.rules} or config.watch.rules
        judge = Judge(None, replace(config.watch, rules=chosen), config.sources)
        asked_for = Subscription("preview", "preview", (), frozenset(wish.rules), wish.least)
        comparison = Comparison((), (asked_for,))
        since = self._office.now() - timedelta(days=PREVIEW_DAYS)
        with self._office.archive() as connection:
            skip = max(0, views.count_past(connection, since) - _MOST_ITEMS)
            place = 0
            for batch in views.past(connection, since):
                for archived in batch:
                    place += 1
                    if place > skip:
                        comparison.add(archived.item, archived.story, *judge(archived.item))
        return comparison.plan().alerts, skip > 0

    async def _subscribe(self, user: str, rules: Sequence[str], least: Severity) -> Subscription:
        """Add rules to somebody's own subscription; the least severity is the one named last."""
        old = await self._mine(user)
        had = frozenset[str]() if old is None else old.rules
        every = not rules or (old is not None and not had)
        wanted = frozenset[str]() if every else frozenset(rules) | had
        zone = await self._zone(user) if old is None else old.time_zone
        target = Target(self._office.via, user)
        kept = Subscription(self._id(user), f"{user} in Slack", (target,), wanted, least, zone)
        await self._office.in_order(self._office.acts.subscribe, kept, f"{SLACK}{user}", self._office.now())
        _log.info("slack-act", act="subscribe", by=f"{SLACK}{user}", rules=sorted(wanted))
        return kept

    async def _unsubscribe(self, wish: command.Unsubscribe, user: str) -> Json:
        old = await self._mine(user)
        if old is None:
            return words.text("You have no subscription of your own.")
        left = (old.rules or frozenset(self._office.present().config.watch.rules)) - set(wish.rules)
        _log.info("slack-act", act="unsubscribe", by=f"{SLACK}{user}", rules=sorted(wish.rules))
        if not wish.rules or not left:
            await self._office.in_order(self._office.acts.unsubscribe, old.id, f"{SLACK}{user}")
            return words.text("You have no subscription of your own any more.")
        kept = replace(old, rules=left)
        await self._office.in_order(self._office.acts.subscribe, kept, f"{SLACK}{user}", self._office.now())
        return words.text(f"You will be told of: {', '.join(sorted(left))}.")

    def _id(self, user: str) -> str:
        # A colon stands in no id of audience.yaml: nobody there can have the same.
        return f"own:{self._office.via}:{user}"

    async def _zone(self, user: str) -> str:
        """The time zone of a member; where Slack does not tell it, the one of the console."""
        try:
            answer = await self._office.wire.call(lambda slack: slack.users_info(user=user))
        except DeliveryFault:
            return self._office.present().config.settings.console_time_zone
        return str((answer.get("user") or {}).get("tz") or self._office.present().config.settings.console_time_zone)

    # Mutes

    async def _mute(self, wish: command.Mute, who: Person) -> Json:
        now, by = self._office.now(), f"{SLACK}{who.user}"
        places = {Target(self._office.via, who.channel)} | (
            {Target(self._office.via, who.user)} if who.channel[0] == "D" else set()
        )
        subscribed = [*self._office.present().config.audience, *await self.own(who.user)]
        told_here = [one for one in subscribed if not one.operator and places & set(one.targets)]
        if not told_here:
            raise command.NotUnderstoodError("nobody is told anything here; write this in a channel that gets alerts")
        for one in told_here:
            silence = Silence("", Wants(rules=frozenset({wish.rule})), by, "muted in Slack", now, now + wish.span, one.id)
            await self._office.in_order(self._office.acts.silence, silence)
        _log.info("slack-act", act="mute", by=by, rules=[wish.rule])
        zone = self._office.present().config.settings.console_time_zone
        return words.text(f"Rule {wish.rule} is muted here until {moment_words(now + wish.span, zone)}.")

    # Looking

    def _search(self, wanted: Sequence[str]) -> Json:
        with self._office.archive() as connection:
            found = asked.search(connection, wanted, _FOUND)
        return words.found(found, wanted, self._office.present().config.settings.console_time_zone)

    def _status(self) -> Json:
        with self._office.archive() as connection:
            return words.status(asked.standing(connection, self._office.now()))

    def _explain(self, what: str) -> Json:
        present = self._office.present()
        zone = present.config.settings.console_time_zone
        with self._office.archive() as connection:
            found = views.find(connection, what, canonical(what), what)
            if not found:
                return words.text(f"{what} was never seen; `rarewatch explain` on the server says more of its source.")
            item, row = found[0]
            known = about(item, present.config.sources.get(item.source))
            facts = dossier.facts(item, row, present.watch, connection, known=known, audience=present.config.audience)
        return words.blocks(words.explanation(facts, zone), str(facts["title"]))
