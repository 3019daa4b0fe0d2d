"""Every folder in tests/articles: a page as served, and what `rarewatch read --article --json` must say of it."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from rarewatch.cli import app

FOLDER = Path(__file__).parents[1] / "articles"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/expected.yaml"))


def said(name):
    result = CliRunner().invoke(
        app, ["read", "--article", "--json", "--url", "https://site.example/art/1.html", str(FOLDER / name / "page.html")]
    )
    assert result.exit_code == 0, result.stderr
    line = json.loads(result.stdout)
    documents = [one["text"] + (" own" if one["own"] else "") for one in line["documents"]]
    return line | {"documents": documents, "text": line["text"].splitlines()}


@pytest.mark.parametrize("name", CASES)
def test_a_page_of_each_shape(name):
    assert said(name) == yaml.safe_load((FOLDER / name / "expected.yaml").read_text(encoding="utf-8"))


def test_every_folder_is_a_case():
    assert len(CASES) == len(list(FOLDER.iterdir())) > 0
