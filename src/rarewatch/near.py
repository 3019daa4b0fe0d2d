"""Which rules an item missed by so little that somebody should know. Pure."""

from collections.abc import Sequence

from rarewatch.match import Compiled
from rarewatch.nouns.item import Item
from rarewatch.nouns.memory import NearMiss
from rarewatch.nouns.watch import About, Match, Severity

_MOST = 3


def near_misses(item: Item, about: About, matches: Sequence[Match], watch: Compiled) -> list[NearMiss]:
    """The rules that one clause kept from holding and that weigh more than what did hold: at most three, the most severe first.

    A rule that could have changed nothing is left out: of many rules about one thing all but one are always missed.
    """
    reached = max((match.severity for match in matches), default=Severity.LOG)
    missed = [pair for pair in watch.near_misses(item.title, item.text, item.attachment, about=about) if pair[0].severity > reached]
    missed.sort(key=lambda pair: -pair[0].severity)
    return [NearMiss(rule.id, rule.digest, clause.text) for rule, clause in missed[:_MOST]]
