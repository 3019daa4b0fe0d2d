"""The configuration people write: a folder of YAML files, read, checked as a whole, and turned into nouns."""

from rarewatch.config.folder import digest_of
from rarewatch.config.loading import Config, load, load_watch, shipped
from rarewatch.config.models import NotifierConfig, Settings, Workers

__all__ = ["Config", "NotifierConfig", "Settings", "Workers", "digest_of", "load", "load_watch", "shipped"]
