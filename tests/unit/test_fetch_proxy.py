"""A source's own proxy: what goes through it, what does not, and whose fault it is."""

import base64
import shutil
import ssl
import subprocess
from dataclasses import replace

import pytest
from http_peer import Peer, reply
from proxy_peer import ProxyServer

from rarewatch.errors import BadTLS, ConfigError, ForbiddenAddress, Unreachable
from rarewatch.fetch import Web
from rarewatch.nouns.secret import SecretRef
from rarewatch.nouns.source import Access, Get

LOGIN = SecretRef(env="PROXY_LOGIN")
WANTED = "Basic " + base64.b64encode("über:geheim:1".encode()).decode()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A self-signed certificate for a name that only the proxy can look up."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl program is needed to make a certificate")
    place = tmp_path_factory.mktemp("proxied")
    made, key = place / "cert.pem", place / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=inner.example", "-addext", "subjectAltName=DNS:inner.example"]
    subprocess.run(["openssl", "req", "-x509", *curve, *name, "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


@pytest.fixture
async def proxy():
    async with ProxyServer() as made:
        yield made


@pytest.fixture
async def peer():
    async with Peer() as made:
        made.on("/", reply(200, b"ok"))
        yield made


@pytest.fixture
async def tls_peer(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    async with Peer(tls=context) as made:
        made.on("/", reply(200, b"secure"))
        yield made


@pytest.fixture
def sites(peer, tls_peer, certificate, monkeypatch):
    """A site without and one with TLS."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    return peer, tls_peer


def web(**more):
    return Web(contact="", per_host=2, politeness=0.0, **more)


async def get(url, access, **more):
    async with web(**more) as made:
        return await made.get(Get(url), access)


async def test_a_plain_request_goes_through_it_and_so_does_robots_txt(proxy, peer):
    url = peer.url("/", "inner.example")
    assert (await get(url, Access(proxy=proxy.url))).body == b"ok"
    assert proxy.seen == [f"GET {url}robots.txt", f"GET {url}"]


async def test_other_sources_do_not_use_it(proxy, peer):
    async with web() as made:
        await made.get(Get(peer.url("/")), Access(allow_private=True, proxy=proxy.url))
        before = len(proxy.seen)
        await made.get(Get(peer.url("/")), Access(allow_private=True))
    assert (before, len(proxy.seen)) == (2, 2)


async def test_tls_is_between_us_and_the_site(proxy, tls_peer, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    got = await get(tls_peer.url("/", "inner.example"), Access(proxy=proxy.url))
    assert got.body == b"secure"
    assert set(proxy.seen) == {f"CONNECT inner.example:{tls_peer.port}"}


async def test_a_proxy_does_not_vouch_for_a_certificate(proxy, tls_peer):
    with pytest.raises(BadTLS, match="not to be trusted"):
        await get(tls_peer.url("/", "inner.example"), Access(proxy=proxy.url))


@pytest.mark.parametrize("tls", [False, True])
async def test_its_login_is_looked_up_when_it_is_used(proxy, sites, tls):
    proxy.login, server = WANTED, sites[tls]
    asked = []

    def reveal(ref):
        asked.append(ref)
        return "über:geheim:1"

    url = server.url("/", "inner.example")
    await get(url, Access(proxy=proxy.url, proxy_login=LOGIN, robots=False), reveal=reveal)
    assert (asked, proxy.logins[-1]) == ([LOGIN], WANTED)
    assert "proxy-authorization" not in server.asked[-1].headers


@pytest.mark.parametrize("tls", [False, True])
async def test_a_wrong_login_is_the_proxys_fault(proxy, peer, tls):
    proxy.login = WANTED
    url = peer.url("/", "inner.example")
    with pytest.raises(Unreachable, match="the proxy answers with status 407: its login is wanted, or wrong") as caught:
        await get(url.replace("http:", "https:") if tls else url, Access(proxy=proxy.url))
    assert "geheim" not in str(caught.value)


async def test_where_nobody_looks_secrets_up_there_is_no_login(proxy, peer):
    with pytest.raises(Unreachable, match="secrets are not looked up here"):
        await get(peer.url("/"), Access(allow_private=True, proxy=proxy.url, proxy_login=LOGIN))
    assert proxy.seen == []


async def test_a_login_that_is_not_set(proxy, peer):
    def reveal(ref):
        raise ConfigError(f"{ref} is empty or not set")

    with pytest.raises(Unreachable, match="the proxy's login cannot be had: environment variable PROXY_LOGIN is empty or not set"):
        await get(peer.url("/"), Access(allow_private=True, proxy=proxy.url, proxy_login=LOGIN), reveal=reveal)
    assert proxy.seen == []


async def test_a_proxy_that_does_not_get_through(proxy, peer):
    proxy.status = 502
    with pytest.raises(Unreachable, match="the proxy answers with status 502"):
        await get(peer.url("/", "inner.example").replace("http:", "https:"), Access(proxy=proxy.url))


@pytest.mark.parametrize(("proxy_url", "words"), [("http://127.0.0.1:9", "no connection"), ("http://no.invalid:9", "no such name")])
async def test_a_proxy_that_is_not_there(peer, proxy_url, words):
    with pytest.raises(Unreachable, match=f"the proxy: {words}"):
        await get(peer.url("/"), Access(allow_private=True, proxy=proxy_url))


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "10.0.0.1", "2130706433"])
async def test_a_private_address_is_not_asked_through_it(proxy, host):
    access = Access(proxy=proxy.url)
    with pytest.raises(ForbiddenAddress):
        await get(f"http://{host}/", access)
    assert proxy.seen == []
    if host == "127.0.0.1":
        with pytest.raises(Unreachable):
            await get(f"http://{host}:9/", replace(access, allow_private=True, timeout=5.0))
