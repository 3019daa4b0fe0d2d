"""`read --article` on saved documents: their title, their text by pages, and why there is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from paper_files import pdf
from rarewatch.cli import app
from rarewatch.papers.lines import title_of

FILING = (
    "证券代码：600999 证券简称：示例稀土 公告编号：2031-012",
    "示例稀土集团股份有限公司",
    "关于稀土精矿关联交易价格调整的公告",
    "本公司董事会保证公告内容真实、准确。",
)


def ended(tmp_path, body, *options):
    file = tmp_path / "saved.bin"
    file.write_bytes(body)
    return CliRunner().invoke(app, ["read", "--article", *options, str(file)])


def test_a_pdf_gives_the_keys_of_an_article_and_where_its_pages_begin(tmp_path):
    said = ended(tmp_path, pdf(FILING, ("第二页：自2031年4月1日起执行。",)), "--json")
    assert (said.exit_code, said.stderr) == (0, "")
    line = json.loads(said.stdout)
    assert line["title"] == "示例稀土集团股份有限公司关于稀土精矿关联交易价格调整的公告"
    assert (line["published"], line["precision"]) == (None, None)
    assert [one["text"] for one in line["documents"] if one["own"]] == ["2031-012"]
    assert line["document"] | {"pages": []} == {"kind": "pdf", "state": "read", "detail": "", "pages": []}
    first, second = line["document"]["pages"]
    assert (first, second["label"]) == ({"label": "p. 1", "start": 0}, "p. 2")
    assert line["text"][second["start"] :] == "第二页：自2031年4月1日起执行。"


def test_people_see_each_page_under_its_name(tmp_path):
    said = ended(tmp_path, pdf(FILING, ("第二页：自2031年4月1日起执行。",)))
    assert said.exit_code == 0
    assert said.stdout.startswith("示例稀土集团股份有限公司关于稀土精矿关联交易价格调整的公告\n")
    assert "[p. 2]\n第二页：自2031年4月1日起执行。" in said.stdout


@pytest.mark.parametrize(
    ("body", "state", "why"),
    [
        (pdf(None, None), "scanned", "this pdf is a scan without text"),
        (pdf(FILING, encrypt=True), "locked", "this pdf "),
        (b"PK\x03\x04 and nothing of a zip", "unread", "this zip is an archive"),
    ],
)
def test_where_no_text_can_be_had_the_reason_is_told(tmp_path, body, state, why):
    said = ended(tmp_path, body, "--json")
    line = json.loads(said.stdout)
    assert (said.exit_code, line["text"], line["document"]["state"]) == (1, "", state)
    assert why in " ".join(said.stderr.split())


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("\n".join(FILING), "示例稀土集团股份有限公司关于稀土精矿关联交易价格调整的公告"),
        ("商务部 海关总署\n公告〔2031〕61号\n正文。", "商务部海关总署"),
        ("关于下达控制指标的通知（第二批）\n各有关单位：", "关于下达控制指标的通知（第二批）"),
        (
            "Annual Report 2031\nof the Example Company\nIt was a good year; sales rose.",
            "Annual Report 2031 of the Example Company",
        ),
        ("4\n第十四条 委员名额一般为三人，设主任一人，由会议选举。", ""),
        ("", ""),
    ],
)
def test_the_title_is_what_the_first_lines_say(page, title):
    assert title_of(page) == title


@given(st.text())
def test_any_page_has_a_title_on_one_line_or_none(page):
    assert "\n" not in title_of(page)
