"""The environment: the only module that reads it, and the only one that reads secrets."""

import os
from pathlib import Path

from rarewatch.errors import ConfigError
from rarewatch.nouns.secret import SecretRef

_LONGEST = 65_536


def database_url(configured: str) -> str:
    """The database's SQLAlchemy address: RAREWATCH_DATABASE_URL, else `configured`."""
    return os.environ.get("RAREWATCH_DATABASE_URL", "").strip() or configured


def config_folder(option: Path | None) -> Path:
    """The configuration folder: `option`, else RAREWATCH_CONFIG, else `config` in the working directory."""
    return option if option is not None else Path(os.environ.get("RAREWATCH_CONFIG", "").strip() or "config")


def chromium() -> str:
    """The browser's program: RAREWATCH_CHROMIUM, "" where it is to be looked for."""
    return os.environ.get("RAREWATCH_CHROMIUM", "").strip()


def reveal(ref: SecretRef) -> str:
    """The secret `ref` names, stripped of white space around it.

    Raises `ConfigError`, which names the variable or file and never the secret, when it is unset, empty or cannot be read.
    """
    secret = _from_file(ref.file) if ref.file else os.environ.get(ref.env or "", "").strip()
    if not secret:
        hint = "write the secret into the file" if ref.file else f"set it, as in `export {ref.env}=...`"
        raise ConfigError(f"{ref} is empty or not set", hint=hint)
    return secret


def _from_file(name: str) -> str:
    try:
        with Path(name).expanduser().open("rb") as file:
            raw = file.read(_LONGEST + 1)
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: no home folder; ValueError: a NUL in the name
        reason = (getattr(error, "strerror", None) or type(error).__name__).lower()
        raise ConfigError(
            f"the secret in file {name} cannot be read: {reason}", hint="check the path and who may read it"
        ) from None
    if len(raw) > _LONGEST:
        raise ConfigError(f"file {name} is too large to be a secret", hint=f"at most {_LONGEST} bytes")
    try:
        return raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:  # its text would show the bytes
        raise ConfigError(f"file {name} is not UTF-8", hint="save the secret as plain text") from None
