"""`python -m month` lets the month pass and prints the table; RAREWATCH_MONTH_DAYS shortens it."""

import asyncio
import logging
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import structlog

from month import drive, judge, world

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
length = timedelta(days=float(os.environ.get("RAREWATCH_MONTH_DAYS", "31")))
with tempfile.TemporaryDirectory() as folder:
    month = asyncio.run(drive.live(world.outlets(length), world.START, length, Path(folder)))
sys.stdout.write(judge.table(month) + "\n")
sys.exit(not all(line.good for line in judge.lines(month)))
