"""Every folder of the kinds for state sites is a case: answers as served, the source's options, and what must be read from them.

`pages` maps addresses to files (or to `{fault: Name}`); `earlier` does the same for a visit before, whose reading is remembered.
"""

from datetime import datetime
from pathlib import Path

import pytest
import yaml
from kind_driver import AT, Web, after, source

from rarewatch import errors

HERE = Path(__file__).parent
KINDS = ("govcn_json", "jpaas", "jpage", "xinhua_ds")
CASES = sorted(path.parent for kind in KINDS for path in (HERE / kind).glob("*/case.yaml"))
FIELDS = ("key", "url", "title", "text", "author", "origin")


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def web(folder, case, which):
    pages = {
        url: getattr(errors, said["fault"])("as the case says") if isinstance(said, dict) else (folder / said).read_bytes()
        for url, said in case[which].items()
    }
    return Web(pages, datetime.fromisoformat(case["seen_at"]) if "seen_at" in case else AT)


def told(draft):
    found = {key: getattr(draft, key) for key in FIELDS if getattr(draft, key)}
    return found | ({"dates": list(draft.dates)} if draft.dates else {}) | ({"title_only": True} if draft.title_only else {})


def look(folder):
    """The reading of a case (or the fault that was raised), the case, and the web it was read from."""
    case = load(folder / "case.yaml")
    of = source(folder.parent.name, case["url"], case["options"])
    seen = after(web(folder, case, "earlier").drive(of)) if "earlier" in case else None
    served = web(folder, case, "pages")
    try:
        reading = served.drive(of, seen)
    except errors.SourceFault as fault:
        return {"error": fault.name, "detail": fault.detail}, case, served
    found = {
        "complete": reading.complete,
        "known": reading.known,
        "faults": [f"{fault.name}: {fault.detail}" for fault in reading.faults],
        "drafts": [told(draft) for draft in reading.drafts],
    }
    return found, case, served


@pytest.mark.parametrize("folder", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_case(folder):
    found, case, served = look(folder)
    assert found == load(folder / "expected.yaml")
    assert {get.url for get in served.asked} == set(case["pages"])


@pytest.mark.parametrize("kind", KINDS)
def test_there_are_cases(kind):
    assert sum(folder.parent.name == kind for folder in CASES) >= 9
