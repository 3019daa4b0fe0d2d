"""Which addresses may be spoken to."""

import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.guard import Forbidden, Resolver, check_host, is_public

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "240.0.0.1",
    "192.0.0.9",
    "198.18.0.1",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001:db8::1",
    "2001::1",
    "fe80::1%eth0",
    "2002:a9fe:a9fe::1",
]
PUBLIC = [
    "8.8.8.8",
    "114.114.114.114",
    "1.1.1.1",
    "2400:3200::1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]
DISGUISED = [
    "127.1",
    "2130706433",
    "0x7f000001",
    "0X7F.1",
    "0177.0.0.1",
    "127.0.0.1.",
    "0",
    "8.8.2056",
    "0x",
    "127.0.0.0x1",
    "01.1.1.1",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_what_is_not_the_public_internet(text):
    assert not is_public(text)
    with pytest.raises(Forbidden, match="not a public address"):
        check_host(text, private=False)
    check_host(text, private=True)


@pytest.mark.parametrize("text", PUBLIC)
def test_what_is(text):
    assert is_public(text)
    check_host(text, private=False)


@pytest.mark.parametrize("host", DISGUISED)
@pytest.mark.parametrize("private", [True, False])
def test_addresses_in_disguise_are_refused_always(host, private):
    with pytest.raises(Forbidden, match="unusual form"):
        check_host(host, private=private)


@pytest.mark.parametrize("host", ["www.mofcom.gov.cn", "稀土.中国", "a1", "3com.cn", "1.2.3.4.in-addr.arpa", "0xyz.cn"])
def test_names_pass_until_they_are_resolved(host):
    check_host(host, private=False)


@given(st.text())
def test_any_host_passes_or_is_forbidden(host):
    with suppress(Forbidden):
        check_host(host, private=False)


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_the_same_however_it_is_wrapped(address):
    number, public = int(address), is_public(str(address))
    wrapped = [(0xFFFF << 32) | number, (0x64FF9B << 96) | number, (0x2002 << 112) | (number << 80)]
    assert [is_public(str(ipaddress.IPv6Address(whole))) for whole in wrapped] == [public] * 3


@pytest.fixture
def threads():
    with ThreadPoolExecutor(1) as pool:
        yield pool


async def test_a_name_that_leads_home_is_forbidden_unless_allowed(threads):
    with pytest.raises(Forbidden, match="localhost leads to"):
        await Resolver(threads, private=False).resolve("localhost", 80)
    found = await Resolver(threads, private=True).resolve("localhost", 80, socket.AF_INET)
    assert [(result["host"], result["port"], result["hostname"]) for result in found] == [("127.0.0.1", 80, "localhost")]
