"""Every folder in `feed/` is a case: the bytes as served, and `expected.yaml` with what must come of them."""

from pathlib import Path

import pytest
import yaml
from feed_answers import URL, look

from rarewatch import errors
from rarewatch.nouns.source import Draft

CASES = sorted(Path(__file__).with_name("feed").iterdir())
KEYS = {"url", "content_type", "options", "drafts", "count_at_least", "complete", "faults", "raises", "says"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case):
    expected = yaml.safe_load((case / "expected.yaml").read_text(encoding="utf-8"))
    assert set(expected) <= KEYS
    (served,) = (path for path in case.iterdir() if path.name != "expected.yaml")
    how = {"options": expected.get("options"), "content_type": expected["content_type"], "url": expected.get("url", URL)}

    if "raises" in expected:
        with pytest.raises(getattr(errors, expected["raises"])) as caught:
            look(served.read_bytes(), **how)
        assert expected["says"] in str(caught.value)
        assert caught.value.url == how["url"]
        return

    reading = look(served.read_bytes(), **how)
    assert [fault.name for fault in reading.faults] == expected.get("faults", [])
    assert reading.complete is expected.get("complete", True)
    assert bool(reading.validators.body) is reading.complete
    assert [draft.mark for draft in reading.drafts] == list(reading.marks)
    if "count_at_least" in expected:
        assert len(reading.drafts) >= expected["count_at_least"]
        return
    assert len(reading.drafts) == len(expected["drafts"])
    for draft, wanted in zip(reading.drafts, expected["drafts"], strict=True):
        assert _part(draft, wanted) == wanted


def _part(draft: Draft, wanted):
    seen = {name: getattr(draft, name) for name in wanted}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in seen.items()}
