"""Writes a guess down as a publisher's file in YAML, with what was seen and what is not certain as comments. Pure."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import yaml
from selectolax.lexbor import LexborHTMLParser

from rarewatch.fingerprint.guess import Guess
from rarewatch.nouns.source import Publisher, Tier
from rarewatch.sources._links import line
from rarewatch.text.urls import host_of

_HAN = re.compile(r"[㐀-鿿]")
_PARTS = re.compile(r"\s*[-_|–—·>»]+\s*")
_SITE_META = ("SiteName", "sitename", "og:site_name", "application-name")
_LABELS = frozenset({"www", "wap", "m", "com", "cn", "net", "org", "gov", "edu", "ac", "html", "htm", "index", "en", "zh"})
_GENERIC = re.compile(r"(?:index|list|default|node)?(?:_?\d+)?", re.IGNORECASE)
_EVERY = {"feed": "5m", "epaper": "1h", "sitemap": "30m", "filing": "5m", "page": "30m"}
_FLOORED = frozenset({"listing", "jpage", "jpaas", "json_list", "govcn_json", "xinhua_ds", "sitemap", "epaper"})
_STATE_MEDIA = re.compile(
    r"(?:^|\.)(?:xinhuanet|news|people|chinadaily|cctv|chinanews|gmw|ce|cnr|cri|china|huanqiu|globaltimes)\.(?:com|cn|net|org)"
)
_WIDTH = 116


@dataclass(frozen=True, slots=True)
class Outline:
    """What a drafted file says beside the guess: `floor` is how few entries mean a new layout (0: not said).

    `newest_within` is in days (0: not said); `remarks` are further comments.
    """

    publisher: Publisher
    id: str
    guess: Guess
    floor: int = 0
    newest_within: int = 0
    allow_private: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    language: str = "zh"
    remarks: tuple[str, ...] = ()


def publisher_of(html: str, url: str, *, id_: str = "") -> tuple[Publisher, tuple[str, ...]]:
    """Who seems to publish at `url`, by host and by the page `html` ("" where it is none), and what is only guessed of it."""
    host, name = host_of(url), _site_name(html)
    tier, family, owned = _tier(host)
    doubts = [f"the tier {tier.value!r} is guessed from the host"]
    if name and _HAN.search(name):
        doubts.append("write the name in English")
    made = Publisher(id_ or f"{family}.{_word(host)}", name or host, name if _HAN.search(name) else "", tier, owned)
    return made, tuple(doubts)


def id_of(publisher: str, url: str) -> str:
    """A short name for the source at `url`: the publisher's own word and the last part of the path that says something."""
    parts = [part.partition(".")[0] for part in urlsplit(url).path.split("/")]
    told = [slug for part in parts if (slug := _slug(part)) and slug not in _LABELS and not _GENERIC.fullmatch(slug)]
    last = told[-1][:40].strip("-") if told else "news"
    own = _slug(publisher.partition(".")[2] or publisher)
    return f"{own}-{last}" if last != own else f"{own}-news"


def render(outline: Outline) -> str:
    """The file's text."""
    guess, who = outline.guess, outline.publisher
    head: dict[str, object] = {"id": who.id, "name": who.name}
    head |= {"zh": who.name_zh} if who.name_zh else {}
    head["tier"] = who.tier.value
    head |= {"state_owned": True} if who.state_owned else {}
    lines = [f"publisher: {_flow(head)}", "", "sources:"]
    lines += _comments([f"Seen: {guess.seen}.", *(f"Not certain: {doubt}." for doubt in guess.doubts), *outline.remarks], "  ")
    lines += [f"  - id: {_flow(outline.id)}", f"    kind: {guess.kind}", f"    url: {_flow(guess.url)}"]
    lines.append(f"    every: {_EVERY.get(guess.kind, '10m')}")
    if outline.language != "zh":
        lines.append(f"    language: {outline.language}")
    if outline.allow_private:
        lines.append("    allow_private: true")
    if outline.headers:
        lines.append(f"    headers: {_flow(dict(outline.headers))}")
    if outline.newest_within:
        lines.append(f"    expects: {{newest_within: {outline.newest_within}d}}")
    lines += _options(options_with_floor(guess, outline.floor))
    return "\n".join(lines) + "\n"


def options_with_floor(guess: Guess, floor: int) -> dict[str, object]:
    """The guess's options, with `min_items` where its kind knows that."""
    return {**guess.options, **({"min_items": floor} if floor and guess.kind in _FLOORED else {})}


def written(options: Mapping[str, object]) -> list[str]:
    """Options as lines of YAML, one a key, as they would stand below `options:`."""
    return [f"{name}: {_flow(value)}" for name, value in options.items()]


def _options(options: Mapping[str, object]) -> list[str]:
    return ["    options:", *(f"      {text}" for text in written(options))] if options else []


def _comments(texts: Sequence[str], indent: str) -> list[str]:
    lead = f"{indent}# "
    return [
        part for text in texts for part in textwrap.wrap(line(text), _WIDTH, initial_indent=lead, subsequent_indent=f"{lead}  ")
    ]


def _flow(value: object) -> str:
    """A value on one line of YAML."""
    shown: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
    return shown.removesuffix("\n").removesuffix("\n...").strip()


def _site_name(html: str) -> str:
    """The name of the site as the page says it: declared, else the last part of its title."""
    if not html:
        return ""
    page = LexborHTMLParser(html[:200_000].replace("\0", ""))
    for name in _SITE_META:
        for node in page.css(f"meta[name='{name}'], meta[property='{name}']"):
            if text := line(node.attributes.get("content") or ""):
                return text[:60]
    title = page.css_first("title")
    parts = [part for part in _PARTS.split(line(title.text()) if title is not None else "") if part]
    return parts[-1][:60] if parts else ""


def _tier(host: str) -> tuple[Tier, str, bool]:
    """The tier, the first word of the publisher's id, and whether the state owns it, by the host alone."""
    if re.search(r"(?:^|\.)gov\.cn$|\.gov(?:\.\w\w)?$|(?:^|\.)cppcc\.cn$|(?:^|\.)npc\.cn$", host):
        return Tier.ISSUER, "gov", host.endswith(".cn")
    if re.search(r"(?:^|\.)(?:sse|szse|cninfo|bse|hkexnews)\.(?:com\.cn|com|cn|hk)$", host):
        return Tier.ISSUER, "exchange", True
    if _STATE_MEDIA.search(host):
        return Tier.STATE_MEDIUM, "media", True
    if re.search(r"\.org(?:\.cn)?$", host):
        return Tier.ISSUER, "org", False
    return Tier.TRADE_PRESS, "media", False


def _word(host: str) -> str:
    """The part of the host that names its owner."""
    if host.replace(".", "").isdigit() or ":" in host:
        return _slug(host).replace("-", "_")
    told = [part for part in host.split(".") if part not in _LABELS]
    return (_slug(told[-1]) if told else _slug(host)).replace("-", "_") or "site"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
