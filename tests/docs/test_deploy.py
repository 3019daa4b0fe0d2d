"""The image, the compose file, the service unit and the wheel hold what the documents say of them."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from rarewatch import __version__
from rarewatch.app import _DRAIN_SECONDS

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
UNIT = (ROOT / "deploy" / "rarewatch.service").read_text(encoding="utf-8")
SECRET = re.compile(r"xox[a-z]-[0-9A-Za-z]{6}|password *[=:] *[^\s{$]", re.IGNORECASE)


class Unit(configparser.RawConfigParser):
    """A unit file: names in capitals count, and one may stand twice."""

    def __init__(self):
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",))
        self.optionxform = str


@pytest.fixture
def unit():
    parsed = Unit()
    parsed.read_string(UNIT)
    return parsed


def instructions(text):
    """(instruction, argument) of the last stage, continued lines joined."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE))
    lines = [line.strip().split(None, 1) for line in joined.splitlines() if line.strip()]
    last = max(at for at, line in enumerate(lines) if line[0] == "FROM")
    return [tuple(line) for line in lines[last:]]


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is():
    final = instructions(DOCKERFILE)
    words = dict(final)
    assert words["USER"] == "10001:10001"
    assert words["ENTRYPOINT"] == '["rarewatch"]'
    assert words["CMD"] == '["run"]'
    assert words["VOLUME"] == words["WORKDIR"] == "/var/lib/rarewatch"
    assert words["HEALTHCHECK"].endswith('CMD ["rarewatch", "check"]')
    assert "RAREWATCH_CONFIG=/etc/rarewatch" in words["ENV"]
    assert not [argument for name, argument in final if name == "RUN" and ("pip " in argument or "apt" in argument)]
    assert [argument for name, argument in final if name == "COPY"] == [
        "--from=build /opt/rarewatch /opt/rarewatch",
        "config /etc/rarewatch",
    ]


def test_what_the_build_copies_is_not_kept_from_it():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert {name for names in copied for name in names.split()} <= kept
    assert all((ROOT / name).exists() for name in kept)


def test_compose_gives_no_more_than_is_needed():
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    service = compose["services"]["rarewatch"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "archive:/var/lib/rarewatch" in service["volumes"]
    assert [volume for volume in service["volumes"] if not volume.startswith("archive:")] == [
        "${RAREWATCH_CONFIG_DIR:-../config}:/etc/rarewatch:ro"
    ]
    assert service["image"].endswith(f":{__version__}")
    assert set(service["secrets"]) == set(compose["secrets"])
    assert "environment" not in service
    assert int(service["stop_grace_period"].removesuffix("s")) > _DRAIN_SECONDS + 10


def test_the_unit_starts_as_a_user_stops_gently_and_may_do_little(unit):
    service = unit["Service"]
    assert service["User"] == "rarewatch"
    assert service["ExecStart"] == "/opt/rarewatch/bin/rarewatch run"
    assert service["WorkingDirectory"] == "/var/lib/" + service["StateDirectory"]
    assert service["RestartPreventExitStatus"] == "2"
    assert int(service["TimeoutStopSec"]) > _DRAIN_SECONDS + 10
    assert service["CapabilityBoundingSet"] == ""
    assert (service["ProtectSystem"], service["NoNewPrivileges"]) == ("strict", "yes")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_every_line_of_the_unit(tmp_path):
    program = Path(sys.executable)
    copy = tmp_path / "rarewatch.service"
    copy.write_text(UNIT.replace("/opt/rarewatch/bin/rarewatch", str(program)), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False, timeout=60)
    about_us = [line for line in done.stderr.splitlines() if "rarewatch.service" in line]
    assert not about_us


@pytest.mark.parametrize("path", ["Dockerfile", "deploy/compose.yaml", "deploy/rarewatch.service", "Makefile", ".ci/run"])
def test_no_secret_stands_in(path):
    assert not SECRET.search((ROOT / path).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy so that nothing is left in the repository, and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("src", "config"):
        shutil.copytree(ROOT / name, folder / "from" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "from" / name)
    build = f"from hatchling.build import build_wheel; print(build_wheel(r'{folder}'))"
    done = subprocess.run(
        [sys.executable, "-c", build], cwd=folder / "from", capture_output=True, text=True, check=True, timeout=100
    )
    archive = folder / done.stdout.split()[-1]
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_everything_and_nothing_else(wheel):
    there = {path.relative_to(wheel).as_posix() for path in wheel.rglob("*") if path.is_file()}
    config = ROOT / "config"
    wanted = {f"rarewatch/shipped/{path.relative_to(config).as_posix()}" for path in config.rglob("*") if path.is_file()}
    package = ROOT / "src"
    wanted |= {
        path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in there if ".dist-info/" not in name} == wanted
    assert any(name.endswith("licenses/LICENSE") for name in there)
    assert {"rarewatch/stores/migrations/versions/0001_first_tables.py", "rarewatch/notifiers/templates/alert.html.j2"} <= there


@pytest.mark.slow
def test_the_wheel_runs_away_from_the_repository(wheel, tmp_path):
    def run(*arguments):
        environment = {**os.environ, "PYTHONPATH": str(wheel)}
        call = [sys.executable, "-m", "rarewatch", *arguments]
        return subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert run("--version").stdout == f"rarewatch {__version__}\n"
    where = "from rarewatch import config; print(config.shipped())"
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    shipped = subprocess.run(
        [sys.executable, "-c", where], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()
    assert Path(shipped) == wheel / "rarewatch" / "shipped"
    done = run("check", "--config", shipped)
    assert done.returncode == 0, done.stderr
    assert "FAIL" not in done.stdout
    assert (tmp_path / "var" / "rarewatch.db").exists()
