"""One address for one page."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.urls import canonical, host_of

ADDRESS = "https://www.example.com/a/1.html"
addresses = st.one_of(
    st.text(max_size=80),
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["http", "https", "HTTP", "ftp", "javascript"]),
        st.sampled_from(
            ["example.com", "EXAMPLE.com:80", "例子.cn", "example.com:443", "u:p@example.com", "[::1]:8080", "[", "a:b"]
        ),
        st.sampled_from(["", "/", "/a%20b", "/路/1.html", "/a/../b", "/%E8%B7%AF", "/%ff", "/%zz"]),
        st.text(st.sampled_from("?&=#ab1路%+;/!\ud800 "), max_size=20),
    ),
)


@pytest.mark.parametrize(
    "same",
    [
        "http://www.example.com/a/1.html",
        "https://WWW.Example.COM:443/a/1.html",
        "http://www.example.com:80/a/1.html",
        " https://www.example.com./a/1.html\n",
        "https://www.example.com/a/1.html#top",
        "https://www.example.com/a/1.html?utm_source=x&utm_medium=y&spm=1.2.3&from=timeline&isappinstalled=0",
        "https://www.example.com/%61/1.html",
    ],
)
def test_what_browsers_and_mailings_add_is_taken_off(same):
    assert canonical(same) == ADDRESS


@pytest.mark.parametrize(
    "other",
    [
        "https://www.example.com/a/2.html",
        "https://www.example.com:8443/a/1.html",
        "https://example.com/a/1.html",
        "https://www.example.com/a/1.html?id=2",
        "https://www.example.com/A/1.html",
        "https://www.example.com/a/1.html#/route/2",
        "https://www.example.com/a/1.html#!2",
    ],
)
def test_what_may_name_another_page_stays(other):
    assert canonical(other) != ADDRESS


def test_parameters_may_come_in_any_order_and_repeat():
    assert canonical("https://e.com/?b=2&a=1&b=1") == canonical("https://e.com/?b=1&b=2&a=1") == "https://e.com/?a=1&b=1&b=2"
    assert canonical("https://e.com/?a=") != canonical("https://e.com/")


def test_a_path_counts_the_same_however_it_is_quoted():
    assert canonical("https://e.com/路/稀土.html") == canonical("https://e.com/%E8%B7%AF/%e7%a8%80%E5%9C%9F.html")


@pytest.mark.parametrize(
    "odd", ["", "nonsense", "mailto:a@example.com", "http://[", "http://e.com:99999/", "//e.com/1", "/a/1.html"]
)
def test_what_is_no_web_address_comes_back_stripped(odd):
    assert canonical(f" {odd} ") == odd


@given(addresses)
def test_canonical_never_fails_and_twice_is_once(url):
    once = canonical(url)
    assert canonical(once) == once


@given(addresses)
def test_host_of_never_fails(url):
    assert host_of(url) == host_of(url).lower()


@given(st.one_of(addresses, st.text(alphabet="ab1.-:/@#?[]%\t\n é", max_size=12).map("http://{}".format)))
def test_host_of_is_what_the_standard_library_finds(url):
    try:
        expected = urlsplit(url.strip()).hostname or ""
    except ValueError:
        expected = ""
    assert host_of(url) == expected


def test_host_of():
    assert host_of(" https://user:pass@WWW.Example.com:8080/x ") == "www.example.com"
    assert host_of("http://[") == host_of("nonsense") == ""
