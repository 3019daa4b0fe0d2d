"""Guesses from one answer how a page or file is to be read, and drafts a source for it. Pure."""

from rarewatch.fingerprint.guess import Guess
from rarewatch.fingerprint.kinds import fingerprint, target_of

__all__ = ["Guess", "fingerprint", "target_of"]
