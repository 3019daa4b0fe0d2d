"""What Cache-Control, Age and Expires say of an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.fetch.freshness import fresh_for

DATE = "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=120"}, 120),
        ({"cache-control": "public, max-age=120, s-maxage=600"}, 600),
        ({"cache-control": "max-age=120", "age": "100"}, 20),
        ({"cache-control": "max-age=120", "age": "1000"}, 0),
        ({"cache-control": "max-age=120", "age": "soon"}, 120),
        ({"cache-control": "no-cache, max-age=120"}, 0),
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "private", "expires": "Sun, 22 Nov 2026 10:05:00 GMT", "date": DATE}, 300),
        ({"expires": "Sun, 22 Nov 2026 09:05:00 GMT", "date": DATE}, 0),
        ({"expires": "0", "date": DATE}, 0),
        ({"expires": "Sun, 22 Nov 2026 10:05:00 GMT"}, 0),
    ],
)
def test_what_a_server_says(headers, seconds):
    assert fresh_for(headers) == seconds


@given(st.dictionaries(st.sampled_from(["cache-control", "age", "expires", "date"]), st.text(max_size=60)))
def test_whatever_it_says_is_a_time_that_is_not_negative(headers):
    assert fresh_for(headers) >= 0.0
