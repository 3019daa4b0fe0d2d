"""The HTTP edge: one request at a time, politely, within limits, to public addresses only; every failure is a `SourceFault`."""

from rarewatch.fetch.backlog import Backlog
from rarewatch.fetch.drive import drive
from rarewatch.fetch.robots import RobotsMemory
from rarewatch.fetch.web import Web

__all__ = ["Backlog", "RobotsMemory", "Web", "drive"]
