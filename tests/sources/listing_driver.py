"""Drives a visit of the listing kind over a web that is a dict."""

import kind_driver
from kind_driver import AT, Web

__all__ = ["AT", "Web", "source"]


def source(url, options, zone="Asia/Shanghai"):
    return kind_driver.source("listing", url, options, zone)
