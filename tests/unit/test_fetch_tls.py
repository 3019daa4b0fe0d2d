"""Certificates: trusted ones work, all others are a named fault."""

import shutil
import ssl
import subprocess

import pytest
from http_peer import Peer, reply

from rarewatch.errors import BadTLS
from rarewatch.fetch import Web
from rarewatch.nouns.source import Access, Get

LOCAL = Access(allow_private=True)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A self-signed certificate for the name localhost: (certificate, key) as files."""
    if shutil.which("openssl") is None:
        pytest.skip("the openssl program is needed to make a certificate")
    place = tmp_path_factory.mktemp("tls")
    made, key = place / "cert.pem", place / "key.pem"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(["openssl", "req", "-x509", *curve, *name, "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


@pytest.fixture
async def peer(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    async with Peer(tls=context) as made:
        made.on("/", reply(200, b"ok"))
        yield made


async def get(url):
    async with Web(contact="", per_host=1, politeness=0) as web:
        return await web.get(Get(url), LOCAL)


async def test_a_trusted_certificate(peer, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert (await get(peer.url("/", "localhost"))).body == b"ok"


async def test_a_certificate_nobody_vouches_for(peer):
    with pytest.raises(BadTLS, match=r"not to be trusted: self.signed"):
        await get(peer.url("/", "localhost"))


async def test_a_certificate_for_another_name(peer, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with pytest.raises(BadTLS, match=r"127\.0\.0\.1"):
        await get(peer.url("/"))


async def test_a_server_that_does_not_speak_tls():
    async with Peer(greeting=b"220 ready\r\n") as plain:
        with pytest.raises(BadTLS, match="handshake"):
            await get(plain.url("/", "localhost").replace("http:", "https:"))
