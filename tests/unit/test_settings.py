"""The environment wins where it should, and no secret is ever shown."""

from pathlib import Path

import pytest

from rarewatch.errors import ConfigError
from rarewatch.nouns.secret import SecretRef
from rarewatch.settings import config_folder, database_url, reveal


@pytest.mark.parametrize(
    ("variable", "used"), [(None, "sqlite:///a.db"), ("", "sqlite:///a.db"), (" ", "sqlite:///a.db"), ("x://y", "x://y")]
)
def test_the_environment_names_the_database_before_the_file(monkeypatch, variable, used):
    monkeypatch.delenv("RAREWATCH_DATABASE_URL", raising=False)
    if variable is not None:
        monkeypatch.setenv("RAREWATCH_DATABASE_URL", variable)
    assert database_url("sqlite:///a.db") == used


def test_the_option_names_the_folder_before_the_environment_before_the_default(monkeypatch):
    monkeypatch.delenv("RAREWATCH_CONFIG", raising=False)
    assert config_folder(None) == Path("config")
    monkeypatch.setenv("RAREWATCH_CONFIG", "/etc/rarewatch")
    assert config_folder(None) == Path("/etc/rarewatch")
    assert config_folder(Path("mine")) == Path("mine")


def test_a_secret_is_read_from_where_it_is_named_and_stripped(monkeypatch, tmp_path):
    monkeypatch.setenv("HUSH", " s3cret\n")
    (tmp_path / "hush").write_bytes(b"\xef\xbb\xbfs3cret\r\n")
    assert reveal(SecretRef(env="HUSH")) == reveal(SecretRef(file=str(tmp_path / "hush"))) == "s3cret"


@pytest.mark.parametrize("content", [None, "", "  "])
def test_a_missing_or_empty_variable_is_named(monkeypatch, content):
    monkeypatch.delenv("HUSH", raising=False)
    if content is not None:
        monkeypatch.setenv("HUSH", content)
    with pytest.raises(ConfigError, match="environment variable HUSH is empty or not set"):
        reveal(SecretRef(env="HUSH"))


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "no such file"), (b" \n", "is empty"), (b"s3cret\xff", "not UTF-8"), (b"s3cret" * 20_000, "too large")],
)
def test_an_unusable_file_is_named_and_its_content_is_not(tmp_path, content, words):
    path = tmp_path / "hush"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=words) as caught:
        reveal(SecretRef(file=str(path)))
    assert str(path) in str(caught.value)
    assert "s3cret" not in repr((caught.value, caught.value.__cause__, str(caught.value)))


@pytest.mark.parametrize("name", ["/", "a\0b", "~nobody-of-that-name/x"])
def test_a_name_that_is_no_file_is_told(name):
    with pytest.raises(ConfigError, match="cannot be read"):
        reveal(SecretRef(file=name))
