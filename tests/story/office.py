"""The desk alone, on a real database and a clock that is set: what is published is decided on, what waits is let go."""

import random
from collections import defaultdict

from making import MINUTE, StillClock, all_marks, item, source
from rarewatch.compose import Composer
from rarewatch.match import Compiled
from rarewatch.matchers.terms import TermOptions
from rarewatch.nouns.alert import Receipt
from rarewatch.nouns.audience import NO_POLICY
from rarewatch.nouns.item import Admission, Status
from rarewatch.nouns.watch import Alias, Entity, Leaf, Rule, Severity, Watch
from rarewatch.stores import views
from rarewatch.stores.tables import held
from rarewatch.telling import Round, Rules, release

RULES = {
    name: Rule(name, name, severity, Leaf("terms", TermOptions(word)), digest="d")
    for name, word, severity in (
        ("control", "管制", Severity.URGENT),
        ("earths", "稀土", Severity.IMPORTANT),
        ("tungsten", "钨矿", Severity.ROUTINE),
    )
}
WORDS = {"control": "管制", "earths": "稀土", "tungsten": "钨矿"}
WATCH = Watch({"org.north": Entity("org.north", "company", "North", "北方公司", aliases=(Alias("北方公司"),))}, {}, RULES)


class Office:
    """`told` holds every message that went out, as (subscription, message), in order."""

    def __init__(self, store, audience, *, policy=NO_POLICY, clock=None, seed=1):
        self.store, self.clock, self.told = store, clock or StillClock(), []
        self.rules = Rules(Compiled(WATCH), tuple(audience), policy)
        self.composer = Composer(WATCH, audience, lambda _: ())
        self._random, self._numbers = random.Random(seed), iter(range(1, 100_000))

    def publish(self, rule, *, more="", source_=None, title="", text=""):
        """One announcement that holds `rule`, unlike any other; its number."""
        number = next(self._numbers)
        words = "".join(chr(self._random.randint(0x5000, 0x8FFF)) for _ in range(24))
        place = source_ or source("s1")
        thing = item(
            title or f"{words}{WORDS[rule]}{more}",
            text,
            url=f"https://x.example.com/{number}",
            source=place.id,
            seen_at=self.clock(),
        )
        with self.store.desk() as book:
            kept = book.keep([Admission(thing, Status.NEW, "new")], all_marks)[0]
            Round(book, self.rules, self.clock()).tell(kept, place)
        self.send()
        return kept.item.id

    def let_go(self):
        """What the clock brings."""
        opened = release(self.store, self.rules, self.clock())
        self.send()
        return opened

    def wait(self, by, step=None):
        """Time goes by, and what is due is let go on the way."""
        until, step = self.clock() + by, step or by
        while self.clock() < until:
            self.clock.forward(min(step, until - self.clock()))
            self.let_go()

    def send(self):
        while parcels := self.store.claim_deliveries(self.clock(), 100, 2 * MINUTE):
            for parcel in parcels:
                self.told.append((parcel.subscription, self.composer.compose(parcel)))
                self.store.record_receipt(parcel, Receipt({}, self.clock()))

    def messages(self, subscription="desk"):
        return [message for name, message in self.told if name == subscription]

    def decisions(self, number):
        """(verdict, reason) in order, by subscription."""
        found = defaultdict(list)
        with self.store.look() as connection:
            for line in views.decisions_of(connection, number):
                found[line["subscription"]].append((line["verdict"], line["reason"]))
        return found

    def waiting(self):
        with self.store.look() as connection:
            return len(connection.execute(held.select()).all())
