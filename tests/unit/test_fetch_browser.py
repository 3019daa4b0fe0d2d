"""Pages that a browser has to fill in, with a real Chromium; and how its connections are guarded, without one."""

import asyncio
import base64
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from http_peer import Peer, redirect, reply
from proxy_peer import ProxyServer

from rarewatch.clock import now
from rarewatch.errors import Disallowed, Missing, Refused, ServerTrouble, TooLarge, TooSlow, Unreachable
from rarewatch.fetch import Web
from rarewatch.fetch.browser import Browser, Frame, missing
from rarewatch.fetch.gateway import Gateway
from rarewatch.fetch.jar import Jar
from rarewatch.nouns.secret import SecretRef
from rarewatch.nouns.source import Access, Get, Got, Validators

LACKS = missing()
needs_chromium = pytest.mark.skipif(bool(LACKS), reason=f"NOT TESTED WITH A BROWSER: {LACKS}")
SHOWN = Access(allow_private=True, browser=True)
HTML = [("Content-Type", "text/html; charset=gb2312")]
PAGE = """<html><head><title>公告</title></head><body><ul id=list></ul><img src=/picture.png><script>
fetch('/api/list').then(r => r.json()).then(rows => { list.innerHTML = rows.map(t => `<li>${t}</li>`).join('') })
</script></body></html>""".encode("gb2312")


@pytest.fixture
async def peer():
    async with Peer() as made:
        made.on("/", reply(200, PAGE, HTML))
        made.on("/api/list", reply(200, '["稀土出口管制公告"]'.encode(), [("Content-Type", "application/json; charset=utf-8")]))
        made.on("/picture.png", reply(200, b"PNG"))
        yield made


def web(**more):
    return Web(contact="ops@example.org", per_host=2, politeness=0.0, **more)


async def shown(url, access=SHOWN, **more):
    async with web() as made:
        return await made.get(Get(url, **more), access)


def paths(peer):
    return {asked.path for asked in peer.asked} - {"/favicon.ico"}


# With a browser


@needs_chromium
async def test_a_page_is_taken_as_its_scripts_left_it(peer):
    got = await shown(peer.url(), validators=Validators(etag='"1"'))
    assert "<li>稀土出口管制公告</li>" in got.body.decode()
    assert "<title>公告</title>" in got.body.decode()
    assert (got.status, got.url, got.headers["content-type"]) == (200, peer.url(), "text/html; charset=utf-8")
    assert paths(peer) == {"/", "/api/list"}
    assert {asked.headers["user-agent"].partition("/")[0] for asked in peer.asked} == {"rarewatch"}
    assert "if-none-match" not in peer.asked[0].headers


@needs_chromium
async def test_what_is_no_page_is_taken_as_it_came(peer):
    assert (await shown(peer.url("/api/list"))).body == '["稀土出口管制公告"]'.encode()


@needs_chromium
async def test_an_anti_bot_page_never_runs(peer):
    wall = b"<html><script>var arg1='A3F1C2D4E5B6A7988796A5B4C3D2E1F0A1B2C3D4';document.cookie='acw_sc__v2=x';fetch('/solved')</script></html>"
    with pytest.raises(Refused, match="anti-bot page"):
        await shown(peer.on("/wall", reply(200, wall, HTML)))
    assert paths(peer) == {"/wall"}


@needs_chromium
async def test_a_page_that_turns_into_one_is_refused(peer):
    page = b"<html><body><script>document.write('<title>x</title><script src=/cdn-cgi/challenge-platform/x.js><\\/script>')</script></body></html>"
    with pytest.raises(Refused, match="cloudflare"):
        await shown(peer.on("/turns", reply(200, page, HTML)))


@needs_chromium
@pytest.mark.parametrize(
    ("answer", "kind"),
    [(reply(404), Missing), (reply(500), ServerTrouble), (reply(412), Refused)],
    ids=["404", "500", "412"],
)
async def test_faults_are_those_of_any_request(peer, answer, kind):
    with pytest.raises(kind):
        await shown(peer.on("/x", answer))


@needs_chromium
async def test_robots_txt_decides_about_the_page(peer):
    peer.on("/robots.txt", reply(200, b"User-agent: *\nDisallow: /"))
    with pytest.raises(Disallowed):
        await shown(peer.url())


@needs_chromium
@pytest.mark.parametrize("private", [False, True])
async def test_a_page_may_not_lead_the_browser_to_a_private_address(peer, private):
    """The page comes from a public site; by name, by address or by redirect, its scripts get nowhere near loopback."""
    peer.on("/hop", redirect(peer.url("/secret")))
    targets = [peer.url("/secret"), peer.url("/secret", "localhost"), peer.url("/hop", "localhost"), "file:///etc/hostname"]
    script = "".join(f"fetch('{target}', {{mode: 'no-cors'}}).then(() => {{document.title = 'in'}});" for target in targets)
    body = f"<title>out</title><body><iframe src='{targets[1]}'></iframe><script>{script}</script>".encode()
    got = Got("http://public.example/", 200, {"content-type": "text/html"}, body, "", None)
    access = Access(browser=True, timeout=20, allow_private=private)
    with ThreadPoolExecutor(1) as names:
        browser = Browser(names)
        try:
            await browser.render(got, access, Frame(1_000_000, "rarewatch", Jar(now)))
        finally:
            await browser.aclose()
    assert paths(peer) == ({"/secret", "/hop"} if private else set())


@needs_chromium
@pytest.mark.slow
async def test_dialogs_and_downloads_hold_nothing_up(peer):
    page = b"<body><script>alert('x'); confirm('y'); location = '/file'; document.body.append('done')</script>"
    peer.on("/file", reply(200, b"x" * 1000, [("Content-Type", "application/octet-stream"), ("Content-Disposition", "attachment")]))
    got = await shown(peer.on("/dialogs", reply(200, page, HTML)), replace(SHOWN, timeout=20.0))
    assert b"done" in got.body


@needs_chromium
@pytest.mark.slow
async def test_a_page_that_never_ends_is_too_slow_and_one_too_large_is_too_large(peer):
    endless = b"<body><script>while (true) {}</script>"
    grown = b"<body><script>document.body.append('x'.repeat(300000))</script>"
    async with web() as made:
        begun = time.monotonic()
        with pytest.raises(TooSlow):
            await made.get(Get(peer.on("/endless", reply(200, endless, HTML))), Access(allow_private=True, browser=True, timeout=4))
        assert time.monotonic() - begun < 60
        with pytest.raises(TooLarge):
            await made.get(Get(peer.on("/grown", reply(200, grown, HTML)), cap=200_000), SHOWN)
        assert b"<li>" in (await made.get(Get(peer.url()), SHOWN)).body


@needs_chromium
async def test_a_cookie_of_the_visit_goes_with_what_the_page_loads(peer):
    peer.on("/", reply(200, PAGE, [*HTML, ("Set-Cookie", "session=s1; Path=/")]))
    await shown(peer.url())
    api = next(asked for asked in peer.asked if asked.path == "/api/list")
    assert api.headers["cookie"] == "session=s1"


@needs_chromium
async def test_and_one_that_a_script_sets_with_the_next_request_of_the_visit(peer):
    peer.on("/sets", reply(200, b"<body><script>document.cookie = 'k=1; path=/'</script>", HTML))
    async with web() as made:
        with made.session() as session:
            await session.get(Get(peer.url("/sets")), SHOWN)
            await session.get(Get(peer.url("/api/list"), "POST", body=b""), SHOWN)
        await made.get(Get(peer.url("/api/list"), "POST", body=b""), SHOWN)
    assert [asked.headers.get("cookie") for asked in peer.asked if asked.method == "POST"] == ["k=1", None]


@needs_chromium
async def test_with_a_proxy_all_goes_through_it(peer):
    async with ProxyServer(login="Basic " + base64.b64encode(b"desk:geheim").decode()) as proxy:
        access = Access(browser=True, proxy=proxy.url, proxy_login=SecretRef(env="X"))
        async with web(reveal=lambda _: "desk:geheim") as made:
            got = await made.get(Get(peer.url("/", "inner.example")), access)
    assert "<li>稀土出口管制公告</li>" in got.body.decode()
    assert f"GET {peer.url('/api/list', 'inner.example')}" in proxy.seen


@needs_chromium
async def test_an_odd_cookie_does_not_cost_the_page(peer):
    peer.on("/", reply(200, PAGE, [*HTML, ("Set-Cookie", 'k="a,b\\"; Path=/'), ("Set-Cookie", "值=中; Path=/")]))
    assert b"<li>" in (await shown(peer.url())).body


# Without one


async def test_no_browser_is_a_fault_that_says_so(peer):
    async with web(chromium="/nowhere/chromium") as made:
        with pytest.raises(Unreachable, match=r"browser-missing: .*RAREWATCH_CHROMIUM|browser-missing: the extra"):
            await made.get(Get(peer.url()), SHOWN)
        assert peer.asked == []
        assert (await made.get(Get(peer.url(), "POST", body=b""), SHOWN)).body == PAGE
        assert (await made.get(Get(peer.url(), document=True), SHOWN)).body == PAGE


@pytest.fixture
async def gateways():
    with ThreadPoolExecutor(1) as names:
        made = [Gateway(names, private=private) for private in (False, True)]
        for gateway in made:
            await gateway.start()
        yield made
        for gateway in made:
            await gateway.aclose()


async def through(gateway, request):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))
    writer.write(request)
    answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return answer.partition(b"\r\n")[0].decode()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "169.254.169.254"])
async def test_the_gateway_connects_to_public_addresses_only(gateways, peer, host):
    guarded, _ = gateways
    for request in (f"CONNECT {host}:{peer.port} HTTP/1.1", f"GET http://{host}:{peer.port}/ HTTP/1.1"):
        assert "502" in await through(guarded, f"{request}\r\nHost: x\r\n\r\n".encode())
    assert peer.asked == []


async def test_where_private_ones_are_allowed_it_passes_on(gateways, peer):
    _, private = gateways
    assert "200" in await through(private, f"CONNECT localhost:{peer.port} HTTP/1.1\r\n\r\n".encode())
    head = f"GET {peer.url('/api/list')} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n".encode()
    assert "200" in await through(private, head)
    assert (peer.asked[0].path, peer.asked[0].headers) == ("/api/list", {"host": "x", "connection": "close"})


@pytest.mark.parametrize(
    "request_", [b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"CONNECT ftp://x HTTP/1.1\r\n\r\n", b"\xff \xff\r\n\r\n"]
)
async def test_the_gateway_takes_no_nonsense(gateways, request_):
    assert "502" in await through(gateways[1], request_)
