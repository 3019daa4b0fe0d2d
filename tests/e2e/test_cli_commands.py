"""What each command that looks at something says, and in which shape."""

import json

import newsroom
import yaml
from cli_cases import CONTROL, COPY, OLD, OTHER, PRICE
from newsroom import Notice, rss

from rarewatch.demo.slack_double import SlackDouble


def test_sources_tells_each_state(rarewatch, archive):
    shown = rarewatch("sources", "--json", "--sample", "2", *archive.config)

    assert shown.code == 0
    states = {line["source"]: (line["state"], line.get("items", 0), len(line["sample"])) for line in shown.lines}
    assert states == {"feed": ("ok", 4, 2), "gone": ("unproven", 0, 0), "copy": ("ok", 1, 1), "off": ("disabled", 0, 0)}
    table = rarewatch("sources", *archive.config)
    assert "not read yet, moved?" in table.out  # once is no proof
    assert "missing" in table.out
    assert table.words == ""


def test_sources_are_chosen_by_state_and_one_is_shown_in_full(rarewatch, archive):
    def chosen(*words):
        return [line["source"] for line in rarewatch("sources", "--json", *words, *archive.config).lines]

    assert chosen("--state", "ok") == ["feed", "copy"]
    assert chosen("--state", "disabled", "--state", "unproven") == ["gone", "off"]
    assert chosen("feed", "off", "--state", "ok") == ["feed"]
    assert chosen("--trouble") == []
    wrong = rarewatch("sources", "--state", "sunny", *archive.config)
    assert (wrong.code, "'sunny' is no state: unproven, ok, quiet" in wrong.words) == (2, True)

    shown = rarewatch("sources", "feed", *archive.config)
    assert shown.code == 0
    for words in ("feed: ok since", "publisher:", "robots.txt:", "history:", "what was read last:", CONTROL.title):
        assert words in shown.out
    (line,) = rarewatch("sources", "feed", "--json", *archive.config).lines
    assert (line["condition"], line["suspect"], line["detail"]) == ("ok", None, "")
    assert [spell["condition"] for spell in line["history"]] == ["ok"]
    assert {
        "since",
        "newest",
        "last_new",
        "next_poll",
        "every",
        "expected_delay",
        "cadence",
        "quiet_at",
        "silent_at",
    } <= line.keys()


def test_alerts_are_filtered(rarewatch, archive):
    everything = rarewatch("alerts", "--json", *archive.config).lines
    urgent = rarewatch("alerts", "--json", "--severity", "urgent", *archive.config).lines

    assert {line["title"] for line in everything} == {CONTROL.title, PRICE.title}
    assert [line["title"] for line in urgent] == [CONTROL.title]
    assert {"control", "earths"} == set(urgent[0]["rules"])
    assert len(rarewatch("alerts", "--json", "--limit", "1", *archive.config).lines) == 1
    assert rarewatch("alerts", "--json", "--subscription", "nobody", *archive.config).lines == []


def test_deliveries_are_filtered_and_dead_ones_replayed(rarewatch, archive):
    def shown(*words: str) -> list[dict]:
        return rarewatch("deliveries", "--json", *words, *archive.config).lines

    dead = shown("--state", "dead")
    assert len(shown()) == 6
    assert len(shown("--via", "console")) == 2
    assert len(shown("--alert", str(dead[0]["alert"]))) == 3
    assert sorted(line["to"] for line in dead) == ["C1", "C2"]
    assert all("invalid_blocks" in line["fault"] for line in dead)

    one = rarewatch("deliveries", "--replay", str(dead[0]["id"]), *archive.config)
    assert (one.code, one.words.split()[0]) == (0, "1")
    assert [line["id"] for line in shown("--state", "due")] == [dead[0]["id"]]
    assert rarewatch("deliveries", "--replay", str(dead[0]["id"]), *archive.config).code == 1  # it is not dead any more
    rest = rarewatch("deliveries", "--replay", "all", *archive.config)
    assert (rest.code, rest.words.split()[0]) == (0, "1")
    assert shown("--state", "dead") == []


def _explained(rarewatch, archive, notice: Notice) -> list[dict]:
    shown = rarewatch("explain", "--json", f"http://news.example/{notice.slug}.html?utm_source=x", *archive.config)
    assert shown.code == 0
    return shown.lines


def test_explain_an_alert(rarewatch, archive):
    (told,) = _explained(rarewatch, archive, CONTROL)

    assert told["admitted"]["status"] == "new"
    assert [(made["verdict"], made["reason"]) for made in told["decisions"]] == [("tell", "first")]
    assert {made["rule"] for made in told["matches_then"]} == {"control", "earths"}
    assert len(told["deliveries"]) == 3
    words = rarewatch("explain", told["item"], *archive.config)
    assert "told: the first on this story" in words.out
    assert "C1: dead" in words.out or "C1: sent" in words.out


def test_explain_silence(rarewatch, archive):
    (past,) = _explained(rarewatch, archive, OLD)
    assert past["admitted"]["status"] == "baseline"
    assert [made["reason"] for made in past["decisions"]] == ["baseline"]

    (nothing,) = _explained(rarewatch, archive, OTHER)
    assert nothing["story"] is None
    assert not any(rule["held"] for rule in nothing["rules_now"])
    assert all(rule["failed_at"] for rule in nothing["rules_now"])

    (copy,) = _explained(rarewatch, archive, COPY)
    assert [made["reason"] for made in copy["decisions"]] == ["already_told"]
    assert "told of the story before" in rarewatch("explain", copy["item"], "--all", *archive.config).out

    never = rarewatch("explain", "--json", "http://127.0.0.1/never.html", *archive.config)
    assert never.code == 1
    assert never.lines[0]["item"] is None
    assert {line["source"] for line in never.lines[0]["sources_on_host"]} == {"feed", "gone", "copy", "off"}


def test_check_names_the_secret_that_is_missing(rarewatch, archive, monkeypatch):
    monkeypatch.delenv("SLACK_TOKEN")
    broken = rarewatch("check", *archive.config)
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-very-secret-value")
    fine = rarewatch("check", "--json", *archive.config)

    assert broken.code == 1
    assert "FAIL secrets" in broken.out
    assert "SLACK_TOKEN" in broken.out
    assert fine.code == 0, fine.out
    assert all(line["ok"] for line in fine.lines)
    assert "very-secret" not in fine.out + fine.words
    monkeypatch.delenv("SLACK_TOKEN")
    ended = rarewatch("poll", *archive.config)
    assert ended.code == 2
    assert "SLACK_TOKEN" in ended.words


async def test_notify_test_says_what_it_is_and_fails_in_words(archive):
    slack = SlackDouble()
    await slack.start()
    settings = archive.folder / "config" / "rarewatch.yaml"
    content = yaml.safe_load(settings.read_text())
    content["notifiers"]["slack"]["base_url"] = slack.url
    settings.write_text(yaml.safe_dump(content))
    fine = await newsroom.awaited("notify-test", "--json", *archive.config)
    slack.fail("token_revoked", 2)
    refused = await newsroom.awaited("notify-test", "desk", *archive.config)
    await slack.stop()

    assert fine.code == 0, fine.out
    assert [(line["to"], line["ok"]) for line in fine.lines] == [("C1", True), ("C2", True), ("terminal", True)]
    assert all("TEST" in one.text for one in slack.messages)
    assert len(slack.messages) == 2
    assert refused.code == 1
    assert refused.words.count("FAILED slack") == 2
    assert "token_revoked" in refused.words
    assert newsroom.TOKEN not in refused.words


def test_match_keeps_its_contract(rarewatch, archive):
    text = "　北方稀土：稀土👩‍🔬价格。"
    lines = [
        json.dumps({"id": "a", "title": CONTROL.title, "text": text}, ensure_ascii=False),
        "",
        "{broken",
        '["a", "list"]',
        json.dumps({"id": 7, "title": None, "text": "nothing here"}),
        json.dumps({"id": "bad", "title": 5}),
        json.dumps({"no": "id"}),
        '{"id": "half", "text": "\\ud83d 稀土"}',
    ]

    ended = rarewatch("match", *archive.config, given="\n".join(lines) + "\n")

    assert ended.code == 1
    assert [line.split(": ")[0] for line in ended.words.splitlines()] == ["-:3", "-:4", "-:6"]
    found = {line["id"]: line for line in ended.lines}
    assert list(found) == ["a", 7, None, "half"]
    first = found["a"]
    assert set(first) == {"id", "severity", "types", "rules", "entities"}
    assert first["severity"] == "urgent"
    assert [(rule["id"], rule["severity"]) for rule in first["rules"]] == [("control", "urgent"), ("earths", "notable")]
    assert [entity["id"] for entity in first["entities"]] == ["org.north"]
    spans = [span for rule in first["rules"] for span in rule["evidence"]] + first["entities"][0]["mentions"]
    fields = {"title": CONTROL.title, "text": text}
    assert all(set(span) == {"field", "start", "end", "text"} for span in spans)
    assert all(fields[span["field"]][span["start"] : span["end"]] == span["text"] for span in spans)
    assert found[7] == {"id": 7, "severity": None, "types": [], "rules": [], "entities": []}


def test_read_takes_many_saved_files_at_once(rarewatch, tmp_path):
    files = []
    for number in range(120):
        file = tmp_path / f"{number}.xml"
        file.write_bytes(rss([Notice(f"n{number}", f"第{number}号公告"), Notice(f"m{number}", f"第{number}号通知")]))
        files.append(str(file))
    page = tmp_path / "page.html"
    page.write_bytes(newsroom.page("<p>维护中</p>"))

    fine = rarewatch("read", "--json", "--kind", "feed", *files)
    mixed = rarewatch("read", "--json", "--kind", "feed", files[0], str(page), str(tmp_path / "absent.xml"), str(tmp_path))

    assert fine.code == 0, fine.out
    assert len(fine.lines) == 240
    assert len({line["from"] for line in fine.lines}) == 120
    assert mixed.code == 1
    assert len(mixed.lines) == 2
    assert "page.html: not-a-feed" in mixed.words
    assert mixed.words.count("cannot be read") == 2


def test_read_a_saved_list_page_with_the_options_given(rarewatch, tmp_path):
    saved = tmp_path / "index.html"
    saved.write_bytes(newsroom.rows([CONTROL, PRICE]))

    read = rarewatch("read", "--json", "--kind", "listing", "--options", '{item: "ul.news li", date: span}', "--url",
                     "http://news.example/zc/index.html", str(saved))  # fmt: skip

    assert read.code == 0
    assert [(line["title"], line["url"]) for line in read.lines] == [
        (CONTROL.title, "http://news.example/art/c1.html"), (PRICE.title, "http://news.example/art/p1.html"),
    ]  # fmt: skip
    assert {line["precision"] for line in read.lines} == {"day"}
