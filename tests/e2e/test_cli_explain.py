"""`explain` says what decided, and says it as the service saw it: with the source, and in a few words."""

import newsroom
import pytest
import yaml

from making import LONG_TEXT, item, open_delivery
from rarewatch.stores.sql import SqlStore

TERMS = [f"词语{number}" for number in range(40)]
RULES = [
    {"id": "by-source", "title": "From there", "severity": "notable", "when": {"all": [{"terms": "稀土"}, {"source": "s1"}]}},
    {
        "id": "by-day",
        "title": "From then",
        "severity": "notable",
        "when": {"all": [{"terms": "稀土"}, {"published": {"after": "2031-01-01"}}]},
    },
    {
        "id": "forbidden",
        "title": "But not",
        "severity": "notable",
        "when": {"all": [{"terms": "稀土"}], "none": [{"terms": "黄金"}, {"terms": "许可"}]},
    },
    {"id": "many", "title": "Any of many", "severity": "notable", "when": {"terms": TERMS}},
]


@pytest.fixture
def config(tmp_path):
    folder = newsroom.write(tmp_path / "config", [{"id": "s1", "kind": "feed", "url": "http://s1.example.com/feed"}])
    (folder / "rules" / "all.yaml").write_text(yaml.safe_dump({"rules": RULES}, allow_unicode=True), encoding="utf-8")
    store = SqlStore(f"sqlite:///{tmp_path}/rarewatch.db")
    store.migrate()
    open_delivery(store, thing=item("稀土公告", LONG_TEXT))
    store.close()
    return folder


def test_a_rule_is_judged_with_what_is_known_beside_the_text(rarewatch, config):
    (told,) = rarewatch("explain", "--json", "1", "-c", str(config)).lines
    held = {rule["rule"] for rule in told["rules_now"] if rule["held"]}
    assert held == {"by-source", "by-day"}


def test_a_rule_that_is_kept_from_holding_names_what_keeps_it(rarewatch, config):
    assert "not forbidden: it must not hold: “许可”" in rarewatch("explain", "1", "-c", str(config)).out


def test_a_long_list_is_told_in_a_few_words(rarewatch, config):
    out = rarewatch("explain", "1", "-c", str(config)).out
    assert "not many: “词语0”, “词语1”, “词语2”, “词语3” or one of 36 others\n" in out
    assert "词语39" not in rarewatch("explain", "--all", "1", "-c", str(config)).out
