"""A source's own proxy: what goes through it, what does not, and whose fault it is."""

import asyncio
import base64
import shutil
import ssl
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
from http_peer import Peer, reply

from rarewatch.errors import BadTLS, ConfigError, ForbiddenAddress, Unreachable
from rarewatch.fetch import Web
from rarewatch.nouns.secret import SecretRef
from rarewatch.nouns.source import Access, Get

LOGIN = SecretRef(env="PROXY_LOGIN")
WANTED = "Basic " + base64.b64encode("über:geheim:1".encode()).decode()


@dataclass
class ProxyServer:
    """A real HTTP proxy: CONNECT and plain requests; every name leads to loopback, as its own name service has it."""

    login: str = ""
    status: int = 200
    seen: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    _tasks: set = field(default_factory=set)

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._pass_on(reader, writer)
        finally:
            self._tasks.discard(asyncio.current_task())
            writer.transport.abort()

    async def _pass_on(self, reader, writer):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, target, _ = head.split(" ", 2)
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:-2])}
            self.seen.append(f"{method} {target}")
            self.logins.append(headers.get("proxy-authorization", ""))
            refusal = 407 if self.login and headers.get("proxy-authorization") != self.login else self.status
            if refusal != 200:
                writer.write(f"HTTP/1.1 {refusal} No\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
            elif method == "CONNECT":
                there, out = await asyncio.open_connection("127.0.0.1", int(target.rpartition(":")[2]))
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await asyncio.gather(_pump(reader, out), _pump(there, writer))
                return
            else:
                writer.write(await _plain(head, target))
                await writer.drain()


async def _plain(head, target):
    """The whole answer to a plain request, asked for by its path and without what is the proxy's."""
    place, _, path = target.removeprefix("http://").partition("/")
    lines = [line for line in head.replace(target, f"/{path}", 1).split("\r\n") if not line.lower().startswith("proxy-")]
    there, out = await asyncio.open_connection("127.0.0.1", int(place.rpartition(":")[2]))
    out.write("\r\n".join(lines).encode())
    answer = await there.readuntil(b"\r\n\r\n")
    length = next(line.partition(b":")[2] for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length"))
    answer += await there.readexactly(int(length))
    out.close()
    return answer


async def _pump(reader, writer):
    while block := await reader.read(65_536):
        writer.write(block)
        await writer.drain()
    writer.close()


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
