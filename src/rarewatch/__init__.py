"""Watches Chinese state feeds and pages for rare-earth announcements and alerts people, each event once."""

__version__ = "0.1.0"
