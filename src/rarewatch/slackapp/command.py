"""What `/rarewatch ...` asks for. Pure: words in, a wish or a helpful objection out."""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from rarewatch.nouns.watch import Severity

HELP = """\
/rarewatch subscribe RULE... [from SEVERITY] - be told in a direct message; `all` for all rules. Shows a preview first
/rarewatch unsubscribe [RULE...] - no more of these rules; without a rule, no more at all
/rarewatch list - the rules there are, and your own subscription
/rarewatch status - how sources and deliveries fare
/rarewatch search WORDS - the newest announcements in which all the words stand
/rarewatch explain URL - why an announcement was told, or was not
/rarewatch mute RULE 1h - nothing of this rule here for 30m, 1h, 2d or 1w (four weeks at most)
/rarewatch help - this"""
_LONGEST = 3_000
_MOST_RULES = 50
_SPAN = re.compile(r"(\d{1,4})(m|h|d|w)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST_MUTE = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Be told of `rules` (empty: of all) from a least severity."""

    rules: tuple[str, ...]
    least: Severity = Severity.LOG


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Be told no more of `rules` (empty: of anything)."""

    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mute:
    """Nothing of `rule` for so long."""

    rule: str
    span: timedelta


@dataclass(frozen=True, slots=True)
class Search:
    """The newest announcements in which all `words` stand."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explain:
    """Why the announcement at an address, or with a number, was told or not."""

    what: str


@dataclass(frozen=True, slots=True)
class Plain:
    """`list`, `status` or `help`."""

    verb: str


Wish: TypeAlias = Subscribe | Unsubscribe | Mute | Search | Explain | Plain


class NotUnderstoodError(ValueError):
    """What was written asks for nothing that can be done; its text says what would."""


def parse(text: str, rules: Collection[str]) -> Wish:
    """What `text` (all after `/rarewatch`) asks for; `rules` are the ids there are.

    Raises `NotUnderstoodError`.
    """
    words = text[:_LONGEST].split()
    if not words:
        return Plain("help")
    verb, rest = words[0].lower(), words[1:]
    if verb not in _READERS:
        raise NotUnderstoodError(f"there is no command `{verb[:40]}`{_meant(verb, _READERS)}; `help` lists all")
    return _READERS[verb](rest, rules)


def span(words: str) -> timedelta:
    """A time such as 30m, 1h, 2d or 1w, four weeks at most; raises `NotUnderstoodError`."""
    found = _SPAN.fullmatch(words.lower())
    length = int(found[1]) * _UNITS[found[2]] if found else timedelta()
    if not timedelta() < length <= _LONGEST_MUTE:
        raise NotUnderstoodError(f"`{words[:40]}` is no time for a mute: write 30m, 1h, 2d or 1w, four weeks at most")
    return length


def _subscribe(words: list[str], rules: Collection[str]) -> Subscribe:
    least = Severity.LOG
    if len(words) > 1 and words[-2].lower() == "from":
        if words[-1].upper() not in Severity.__members__:
            labels = ", ".join(severity.label for severity in Severity)
            raise NotUnderstoodError(f"`{words[-1][:40]}` is no severity: {labels}")
        least, words = Severity[words[-1].upper()], words[:-2]
    if not words:
        raise NotUnderstoodError("subscribe to what? Name rules (`list` shows them), or `all`")
    return Subscribe(() if _lower(words) == ["all"] else tuple(_known(words, rules)), least)


def _mute(words: list[str], rules: Collection[str]) -> Mute:
    if len(words) != 2:
        raise NotUnderstoodError("mute takes a rule and a time, as in `mute export-control 1h`")
    (rule,) = _known(words[:1], rules)
    return Mute(rule, span(words[1]))


def _unsubscribe(words: list[str], rules: Collection[str]) -> Unsubscribe:
    return Unsubscribe(() if _lower(words) == ["all"] else tuple(_known(words, rules)))


def _search(words: list[str], _: Collection[str]) -> Search:
    if not words:
        raise NotUnderstoodError("search for what? For example `search 稀土 出口管制`")
    return Search(tuple(words[:10]))


def _explain(words: list[str], _: Collection[str]) -> Explain:
    if len(words) != 1:
        raise NotUnderstoodError("explain takes one address, or the number of an item")
    return Explain(_address(words[0]))


def _plain(verb: str) -> Callable[[list[str], Collection[str]], Plain]:
    def read(words: list[str], _: Collection[str]) -> Plain:
        if words:
            raise NotUnderstoodError(f"`{verb}` takes nothing after it")
        return Plain(verb)

    return read


def _known(named: Iterable[str], rules: Collection[str]) -> list[str]:
    found = list(dict.fromkeys(word.strip("`,") for word in named))
    if len(found) > _MOST_RULES:
        raise NotUnderstoodError(f"name at most {_MOST_RULES} rules at once, or `all`")
    for rule in found:
        if rule not in rules:
            raise NotUnderstoodError(f"there is no rule `{rule[:80]}`{_meant(rule, rules)}; `list` shows all")
    return found


def _meant(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word[:80], known, 1)
    return f" (did you mean `{close[0]}`?)" if close else ""


def _address(word: str) -> str:
    """An address as it was written: Slack may put it between < and >, with what is shown after a bar, and escape ampersands."""
    bare = word[1:-1].partition("|")[0] if word.startswith("<") and word.endswith(">") else word
    return bare.replace("&amp;", "&")


def _lower(words: Iterable[str]) -> list[str]:
    return [word.lower() for word in words]


_READERS: Mapping[str, Callable[[list[str], Collection[str]], Wish]] = {
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "list": _plain("list"),
    "status": _plain("status"),
    "search": _search,
    "explain": _explain,
    "mute": _mute,
    "help": _plain("help"),
}
