"""Every folder in `listing/` is a case: pages as served, the source's options, and what must be read from them."""

from datetime import datetime
from pathlib import Path

import pytest
import yaml
from listing_driver import AT, Web, source

from rarewatch import errors

FOLDER = Path(__file__).parent / "listing"
CASES = sorted(path.parent for path in FOLDER.glob("*/case.yaml"))


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def answer(folder, said):
    return getattr(errors, said["fault"])("as the case says") if isinstance(said, dict) else (folder / said).read_bytes()


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_case(folder):
    case, expected = load(folder / "case.yaml"), load(folder / "expected.yaml")
    pages = {url: answer(folder, said) for url, said in case.get("pages", {}).items()}
    seen_at = case.get("seen_at", AT)
    web = Web(
        {case["url"]: (folder / "index.html").read_bytes(), **pages},
        seen_at if isinstance(seen_at, datetime) else datetime.fromisoformat(seen_at),
    )
    of = source(case["url"], case["options"], case.get("zone", "Asia/Shanghai"))
    if "error" in expected:
        with pytest.raises(errors.SourceFault) as raised:
            web.drive(of)
        assert (raised.value.name, raised.value.detail) == (expected["error"], expected["detail"])
        return
    reading = web.drive(of)
    fields = ("url", "title", "text", "author", "origin")
    wanted = [
        {key: row.get(key, "") for key in fields} | {"dates": row.get("dates", []), "title_only": row.get("title_only", False)}
        for row in expected["drafts"]
    ]
    assert [
        {key: getattr(draft, key) for key in fields} | {"dates": list(draft.dates), "title_only": draft.title_only}
        for draft in reading.drafts
    ] == wanted
    assert reading.complete is expected.get("complete", True)
    assert [fault.name for fault in reading.faults] == expected.get("faults", [])
    assert len(reading.marks) == expected.get("marks", len(wanted))
    assert {get.url for get in web.asked} == {case["url"], *pages}


def test_there_are_cases():
    assert len(CASES) >= 10
