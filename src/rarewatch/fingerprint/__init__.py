"""Guesses from one answer how a page or file is to be read, and drafts a source for it. Pure."""

from rarewatch.fingerprint.guess import Guess
from rarewatch.fingerprint.kinds import fingerprint, garbled_without_script, leads_of, refined, target_of

__all__ = ["Guess", "fingerprint", "garbled_without_script", "leads_of", "refined", "target_of"]
