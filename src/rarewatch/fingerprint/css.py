"""Names elements by selectors that outlive a rebuilt page: short, by words and not by numbers. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

_NAME = re.compile(r"-?[A-Za-z_](?:[A-Za-z_-]*[A-Za-z_])?")
_NUMBERED = re.compile(r"[A-Za-z][A-Za-z_-]{0,20}\d{1,2}|[A-Za-z][A-Za-z_-]*\d[A-Za-z_-]{2,20}")
_HASHED = re.compile(r"(?:^|[_-])(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z0-9]{5,}$|^(?:css|sc|jsx|svelte|data-v)-")
_STATE = re.compile(
    r"odd|even|first|last|on|cur|current|active|hover|selected|top|hot|new|red|blue|gr[ae]y|bg|clearfix|clear|cf|fl|fr|left|right"
    r"|[mp][tblr]|row|col|item-(?:first|last)|no-?border|nobor|visited|unread|alt",
    re.IGNORECASE,
)
_DEEPEST = 40
_TAG, _NUMBERED_COST = 9, 12
_BARE = 20  # what tags alone cost more


@dataclass(frozen=True, slots=True, order=True)
class Token:
    """A simple selector and what it costs: numbered names cost more than words, bare tags more than named ones."""

    cost: int
    css: str


def above(node: LexborNode) -> Iterator[LexborNode]:
    """The elements around `node`, from within, up to the body."""
    parent = node.parent
    for _ in range(_DEEPEST):
        if parent is None or parent.tag in {"body", "html", "-undef", "-document"}:
            return
        yield parent
        parent = parent.parent


def classes(node: LexborNode) -> tuple[str, ...]:
    """The class names of `node` that say what it is: no numbers, no states such as odd and last."""
    return tuple(name for name in _names(node) if _NAME.fullmatch(name) and not _STATE.fullmatch(name))


def tokens(node: LexborNode) -> list[Token]:
    """Simple selectors that name `node`, the cheapest first; the bare tag is always among them."""
    tag = node.tag or "*"
    found = [Token(_TAG, tag)]
    name = (node.attributes.get("id") or "").strip()
    if _NAME.fullmatch(name) and not _HASHED.search(name):
        found.append(Token(2, f"#{name}"))
    elif _NUMBERED.fullmatch(name) and not _HASHED.search(name):
        found.append(Token(_NUMBERED_COST, f"#{name}"))
    for one in _names(node):
        if _HASHED.search(one) or _STATE.fullmatch(one):
            continue
        if _NAME.fullmatch(one):
            found.append(Token(3, f"{tag}.{one}"))
        elif _NUMBERED.fullmatch(one):
            found.append(Token(_NUMBERED_COST, f"{tag}.{one}"))
    return sorted(found)


def signature(node: LexborNode, *, named: bool = True) -> str:
    """What `node` has in common with its like: the tag and, when `named`, its classes that say what it is."""
    return ".".join((node.tag or "*", *sorted(classes(node)))) if named else node.tag or "*"


def path(node: LexborNode) -> str:
    """The signatures of all elements around `node`, from the body down."""
    return "/".join(reversed([signature(one) for one in above(node)]))


def selectors(node: LexborNode, *, ancestors: int = 12) -> Iterator[Token]:
    """Selectors that `node` matches, the cheapest first: itself, then within one element around it, then within two."""
    own = tokens(node)
    around = [(depth, token) for depth, one in enumerate(list(above(node))[:ancestors]) for token in tokens(one)]
    # Bare tags name whatever the page is given next.
    found = [Token(token.cost + (_BARE if token.cost == _TAG else 0), token.css) for token in own]
    for depth, token in around:
        bare = token.cost == _TAG
        joint = ">" if depth == 0 and bare else " "
        for mine in own:
            more = _BARE if bare and mine.cost == _TAG else 0
            found.append(Token(token.cost + mine.cost + 4 + depth + more, f"{token.css}{joint}{mine.css}"))
    named = [(depth, token) for depth, token in around if token.cost < _TAG or (depth == 0 and token.cost == _TAG)]
    for outer_depth, outer in named:
        for inner_depth, inner in named:
            if inner_depth < outer_depth:
                cost = outer.cost + inner.cost + 12 + outer_depth
                found += [Token(cost + mine.cost, f"{outer.css} {inner.css} {mine.css}") for mine in own]
    return iter(sorted({token.css: token for token in sorted(found, reverse=True)}.values()))


def _names(node: LexborNode) -> list[str]:
    return (node.attributes.get("class") or "").split()
