"""A database server that takes connections and never says a word holds nobody up for long."""

import socket
from contextlib import closing
from time import monotonic

import pytest

from rarewatch.errors import Unavailable
from rarewatch.stores.sql import SqlStore


@pytest.mark.slow
@pytest.mark.timeout(30)
def test_a_server_that_never_answers_is_unavailable_within_seconds():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://someone:hunter2secret@127.0.0.1:{mute.getsockname()[1]}/x"
        with closing(SqlStore(url)) as store, pytest.raises(Unavailable) as told:
            store.ping()
    assert "hunter2secret" not in str(told.value)


@pytest.mark.slow
@pytest.mark.timeout(30)
def test_the_address_may_ask_for_less():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://someone@127.0.0.1:{mute.getsockname()[1]}/x?connect_timeout=2"
        began = monotonic()
        with closing(SqlStore(url)) as store, pytest.raises(Unavailable):
            store.ping()
        assert monotonic() - began < 4
