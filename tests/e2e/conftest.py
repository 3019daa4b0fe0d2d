"""The receivers outlive every service that is killed, so a module needs one of each."""

from collections.abc import Iterator

import pytest
from scene import Receiver, receiver


@pytest.fixture(scope="module")
def slack(tmp_path_factory) -> Iterator[Receiver]:
    yield from receiver("slack_double", tmp_path_factory.mktemp("slack") / "posted.jsonl")


@pytest.fixture(scope="module")
def post(tmp_path_factory) -> Iterator[Receiver]:
    yield from receiver("smtp_double", tmp_path_factory.mktemp("post") / "mails.jsonl")
