"""What can be promised to a Slack target, and whether it is one; for `rarewatch check`."""

import re
from collections.abc import Iterator, Sequence

from rarewatch.errors import DeliveryFault
from rarewatch.notifiers._slack_wire import Wire

_ID = re.compile(r"[CGDUW](?=[A-Z]*[0-9])[A-Z0-9]{1,20}")
_NAME = re.compile(r"#[^\s,#@]{1,80}")
_HISTORY = {"C": "channels:history", "G": "groups:history", "D": "im:history", "U": "im:history", "W": "im:history"}
ONCE = "each alert once"
AT_LEAST_ONCE = "at least once: after a lost answer an alert may come twice, marked as a possible repeat"


def objection(to: str) -> str:
    """What is wrong with a target and what would be right; "" for an id of a channel or person, or a channel's name."""
    if _ID.fullmatch(to) or _NAME.fullmatch(to):
        return ""
    hint = "copy the channel's id, such as C0123456789, from the bottom of the channel's details in Slack"
    if "hooks.slack.com" in to or to.startswith(("http://", "https://")):
        # The address is not repeated: it is a secret.
        return f"a web address is no target: a webhook's is a secret, and nobody can look what it brought; {hint}"
    if "@" in to:
        return f"{to!r} looks like a mail address or a person's name; {hint}, or a member's id, such as U0123456789"
    return f"{to!r} is neither an id nor a #name; {hint}"


def reservation(to: str) -> str:
    """What holds for a target that is a name: nobody can look back there."""
    return f"{to} is a name, and only an id can be looked up: {AT_LEAST_ONCE}" if to.startswith("#") else ""


async def standing(wire: Wire, targets: Sequence[str], *, interactive: bool) -> list[tuple[bool, str]]:
    """One finding for the token, then one a target."""
    try:
        scopes = await wire.scopes()
    except DeliveryFault as fault:
        return [(False, f"the token does not serve: {fault.detail}")]
    if scopes and "chat:write" not in scopes:
        return [(False, "the token lacks the scope chat:write")]
    return [(True, "the token serves"), *_each(scopes, targets), *(_answers(scopes) if interactive else ())]


def _each(scopes: frozenset[str], targets: Sequence[str]) -> Iterator[tuple[bool, str]]:
    for to in targets:
        needed = _HISTORY.get(to[:1], "")
        person = to[:1] in {"U", "W"}
        if not scopes:
            yield True, f"{to}: Slack does not say what the token may do"
        elif person and "im:write" not in scopes:
            yield False, f"{to}: to write to a person the token needs the scope im:write"
        elif not needed or needed not in scopes:
            # A private channel may have an id that begins with C as well.
            lacks = f"without the scope {needed} " if needed else "a name cannot be looked up, so "
            yield True, f"warning: {to}: {lacks}{AT_LEAST_ONCE}"
        else:
            yield True, f"{to}: {ONCE}"


def _answers(scopes: frozenset[str]) -> Iterator[tuple[bool, str]]:
    if scopes and "commands" not in scopes:
        yield True, "warning: without the scope commands nobody can write /rarewatch"
