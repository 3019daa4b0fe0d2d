"""What people get to see in Slack beside alerts: explanations, previews, lists. Pure.

Whatever comes from pages or files stands in `plain_text` and `rich_text` only, where Slack shows it as it is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rarewatch.notifiers._slack_leaves import context, lines, plain, rich, span
from rarewatch.notifiers._slack_text import Json, fit, web_link
from rarewatch.nouns.alert import Subscription
from rarewatch.nouns.watch import Rule, Severity
from rarewatch.plan import AlertChange
from rarewatch.slackapp.hearing import CANCEL, SUBSCRIBE, offer
from rarewatch.stores.asked import Standing
from rarewatch.text.wording import moment_words

_LINE, _LINES, _BLOCKS = 300, 12, 45
_SAMPLES = 5


def text(*told: str) -> Json:
    """An answer only one person sees, a line each."""
    return {"response_type": "ephemeral", "text": told[0][:3_000] if told else "", "blocks": [_said(told)], "mrkdwn": False}


def blocks(parts: Iterable[Json], words: str) -> Json:
    """An answer only one person sees, made of blocks; `words` are for notifications."""
    return {"response_type": "ephemeral", "text": fit(words, 300), "blocks": list(parts)[:_BLOCKS]}


def _said(told: Iterable[str]) -> Json:
    return rich(*lines([span(fit(line, _LINE) or " ")] for line in told))


def modal(parts: Sequence[Json]) -> Json:
    """A window with an explanation."""
    return {"type": "modal", "title": plain("Why this alert"), "close": plain("Close"), "blocks": list(parts)[:90]}


def explanation(facts: Mapping[str, Any], zone: str) -> list[Json]:
    """All that `rarewatch explain` says of one item, from what `dossier.facts` found."""
    found: list[Json] = [{"type": "header", "text": plain(fit(facts["title"] or "(no title)", 150))}, _item(facts)]
    held = [rule for rule in facts["rules_now"] if rule["held"]]
    failed = [rule for rule in facts["rules_now"] if not rule["held"]]
    found += _section("Rules that hold today", (_held(rule) for rule in held))
    then = {made["rule"]: made for made in facts["matches_then"]}
    found += _section("Rules that held when it was read", (f"{name} ({made['severity']})" for name, made in then.items()))
    found += _section("Rules that do not hold", (f"{rule['rule']}: {rule['failed_at']}" for rule in failed))
    story = facts["story"]
    if story:
        others = (f"{one['source']}: {one['title']}" for one in story["items"] if str(one["id"]) != str(facts["item"]))
        found += _section(f"Story {story['id']}: {story['why']}", others, always=True)
    found += _section("Who was told, and who was not", (f"{made['subscription']}: {made['words']}" for made in facts["decisions"]))
    sent = (f"{one['via']} {one['to']}: {one['state']}, {one['attempts']} attempt(s) {one['fault']}" for one in facts["deliveries"])
    return [*found, *_section("Deliveries", sent), context(fit(f"item {facts['item']} · times for {zone}", 150))]


def _item(facts: Mapping[str, Any]) -> Json:
    admitted = facts["admitted"]
    told = [
        f"Source {facts['source']}",
        f"Published {facts['published'] or 'not given'}, first seen {facts['seen_at']}",
        f"Admitted as {admitted['status']}: {admitted['why']}",
        "Its text could not be read: only the title was matched" if admitted["title_only"] else "",
        f"Documents: {admitted['papers']}" if admitted["papers"] else "",
    ]
    told += [f"Its source was {trouble['condition']} since {trouble['since']}" for trouble in facts["source_troubles"][:3]]
    address = web_link(facts["link"], 1_000)
    link = [{"type": "link", "url": address, "text": "Open the announcement"}] if address else []
    return rich(*lines([*([span(fit(line, _LINE))] for line in told if line), *([link] if link else [])]))


def _held(rule: Mapping[str, Any]) -> str:
    quotes = ", ".join(dict.fromkeys(_quotes(rule["clause"])))
    return f"{rule['rule']} ({rule['severity']}): {quotes}"


def _quotes(clause: Mapping[str, Any]) -> list[str]:
    if not clause["held"]:
        return []
    return [one["text"] for one in clause["spans"]] + [quote for part in clause["parts"] for quote in _quotes(part)]


def _section(head: str, told: Iterable[str], *, always: bool = False) -> list[Json]:
    every = list(told)
    if not every and not always:
        return []
    shown = [f"• {line}" for line in every[:_LINES]]
    if len(every) > _LINES:
        shown.append(f"• and {len(every) - _LINES} more; `rarewatch explain` shows all")
    return [rich(*lines([[span(fit(head, _LINE), bold=True)], *([span(fit(line, _LINE))] for line in shown)]))]


def preview(rules: Sequence[str], least: Severity, changes: Sequence[AlertChange], days: int, *, more: bool) -> Json:
    """What a subscription would have sent in the last `days`, and a button to confirm; `more`: not all of them were looked at."""
    what = ", ".join(rules) if rules else "every rule"
    counted = Counter(change.severity for change in changes)
    told = [f"{counted[severity]} {severity.label}" for severity in sorted(counted, reverse=True)]
    head = f"{what}, from severity {least.label}: {len(changes)} alert(s) in the last {days} days"
    found = [rich(*lines([[span(fit(head, 1_000), bold=True)], [span(", ".join(told) or "nothing would have come")]]))]
    samples = [f"• [{one.severity.label}] {one.title} ({', '.join(one.rules)})" for one in changes[:_SAMPLES]]
    if samples:
        found.append(_said(samples))
    if more:
        found.append(context("Only the newest announcements were looked at; there may have been more."))
    buttons = [
        {"type": "button", "text": plain("Subscribe"), "style": "primary", "action_id": SUBSCRIBE, "value": offer(rules, least)},
        {"type": "button", "text": plain("Leave it"), "action_id": CANCEL, "value": "-"},
    ]
    return blocks([*found, {"type": "actions", "elements": buttons}], head)


def listed(rules: Iterable[Rule], own: Sequence[Subscription]) -> Json:
    """The rules there are, and what somebody is subscribed to."""
    every = [f"• {rule.id} [{rule.severity.label}] {rule.title}" for rule in rules]
    shown = [_said(every[start : start + _LINES]) for start in range(0, len(every), _LINES)][: _BLOCKS - 5]
    left = len(every) - len(shown) * _LINES
    more = [context(f"and {left} more rules")] if left > 0 else []
    return blocks(
        [_head("Your subscription"), _said(_mine(own)), _head("Rules"), *shown, *more], "Your subscription, and the rules"
    )


def _mine(own: Sequence[Subscription]) -> list[str]:
    if not own:
        return ["none; `/rarewatch subscribe RULE` makes one"]
    return [f"{', '.join(sorted(one.rules)) or 'every rule'}, from severity {one.min_severity.label}" for one in own]


def home(own: Sequence[Subscription], how: str) -> Json:
    """The home tab: one's subscription, and how to change it."""
    told = [_head("Your subscription"), _said(_mine(own)), _head("What you can write"), _said(how.splitlines())]
    return {"type": "home", "blocks": told}


def _head(words: str) -> Json:
    return rich(span(words, bold=True))


def found(lines_found: Sequence[Mapping[str, Any]], words: Sequence[str], zone: str) -> Json:
    """What a search found."""
    if not lines_found:
        return text(f"No announcement holds all of: {' '.join(words)}")
    parts = []
    for one in lines_found:
        address, title = web_link(one["link"], 1_000), fit(one["title"], 200) or "(no title)"
        shown = {"type": "link", "url": address, "text": title} if address else span(title)
        parts.append(rich(shown, span(fit(f"\n{one['source']} · first seen {moment_words(one['seen_at'], zone)}", 200))))
    return blocks(parts, f"{len(lines_found)} announcement(s)")


def status(how: Standing) -> Json:
    """How things stand."""
    sources = ", ".join(f"{number} {condition}" for condition, number in sorted(how.sources.items())) or "none"
    unsent = ", ".join(f"{number} {state}" for state, number in sorted(how.deliveries.items())) or "all sent"
    told = [f"Sources: {sources}", f"Alerts in the last 24 hours: {how.alerts}", f"Their deliveries: {unsent}"]
    return text(*told, *(f"In trouble: {source} ({fault})" for source, fault in how.troubles))
