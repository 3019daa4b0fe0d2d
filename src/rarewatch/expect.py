"""What a reading is held to before anybody believes it: its titles can be read, and it is the site it was. Pure."""

from collections.abc import Sequence

from rarewatch._health_arrivals import SITES_KEPT
from rarewatch.errors import BadEncoding, Elsewhere
from rarewatch.nouns.health import Vitals
from rarewatch.nouns.source import Draft, Reading, Source
from rarewatch.text.garbled import garbled
from rarewatch.text.sites import site_of

_SHOWN = 60
_SEVERAL = 2


def held_to(source: Source, reading: Reading, vitals: Vitals) -> Reading:
    """`reading`, if it may be believed.

    Raises `BadEncoding` where at least half of its new titles are garbled, `Elsewhere` where it is another site's: then all of it
    is void, and nothing of it is remembered.
    """
    if not reading.unchanged:
        _readable(source, reading)
        _own(source, reading, vitals)
    return reading


def _readable(source: Source, reading: Reading) -> None:
    titles = [draft.title for draft in reading.drafts if draft.title.strip()]
    damaged = [(title, why) for title in titles if (why := garbled(title, source.language))]
    if damaged and len(damaged) * 2 >= len(titles):
        title, why = damaged[0]
        shown = title if len(title) <= _SHOWN else f"{title[:_SHOWN]}…"
        raise BadEncoding(f"{len(damaged)} of {len(titles)} titles are garbled ({why}): {shown!r}", url=source.url)


def _own(source: Source, reading: Reading, vitals: Vitals) -> None:
    """Raise `Elsewhere` unless something ties the reading to the source: a known entry, or a link to a site that is its own."""
    linked = {site for draft in reading.drafts if (site := site_of(draft.url))}
    allowed = {site_of(f"//{host}") for host in getattr(source.options, "allow_hosts", ())}
    if reading.known or linked & {site_of(source.url), *vitals.hosts, *allowed}:
        return
    landed = site_of(reading.landed)
    if landed and landed != site_of(source.url):
        raise Elsewhere(f"it leads to {landed}, and nothing there is of {site_of(source.url)}", url=reading.landed)
    if vitals.hosts and len(vitals.hosts) < SITES_KEPT and _several(reading.drafts) and linked:
        new = ", ".join(sorted(linked)[:3])
        raise Elsewhere(f"none of its entries is known, and all lead to {new}, where none led before", url=source.url)


def _several(drafts: Sequence[Draft]) -> bool:
    """Whether there are enough entries to judge by: a single one may well lead anywhere."""
    return sum(bool(site_of(draft.url)) for draft in drafts) >= _SEVERAL
