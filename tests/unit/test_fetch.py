"""`Web.get` against a server that answers well, badly, or with intent."""

import asyncio
import gzip
import hashlib
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from http_peer import Peer, reply, send, silence

from rarewatch import errors
from rarewatch.fetch import Web
from rarewatch.nouns.source import Access, Get, Validators

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TEXT = "<title>商务部公告</title>".encode() * 100
LOCAL = Access(allow_private=True)


class Clock:
    def __init__(self):
        self.time = NOW

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def web(clock):
    async with Web(contact="ops@example.org", per_host=4, politeness=0.0, clock=clock) as made:
        yield made


@pytest.fixture
async def peer():
    async with Peer() as made:
        yield made


@pytest.fixture
async def other():
    async with Peer() as made:
        yield made


async def fault(web, url, access=LOCAL, kind=errors.SourceFault, **get):
    with pytest.raises(kind) as caught:
        await web.get(Get(url, **get), access)
    return caught.value


# What is answered well


async def test_an_answer_with_all_it_carries(web, peer):
    url = peer.on("/a", reply(200, TEXT, [("ETag", '"1"'), ("X-Twice", "a"), ("x-twice", "b")]))
    got = await web.get(Get(url + "#part"), LOCAL)
    assert (got.url, got.status, got.body, got.at) == (url, 200, TEXT, NOW)
    assert got.digest == hashlib.sha256(TEXT).hexdigest()
    assert (got.headers["etag"], got.headers["x-twice"], got.not_modified) == ('"1"', "a, b", False)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT[:9]) + gzip.compress(TEXT[9:])),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT, wbits=-15)),
    ],
    ids=["gzip", "gzip of two members", "deflate", "raw deflate"],
)
async def test_compressed_answers(web, peer, encoding, packed):
    got = await web.get(Get(peer.on("/", reply(200, packed, [("Content-Encoding", encoding)]))), LOCAL)
    assert got.body == TEXT


async def test_not_modified_has_no_body_and_keeps_the_connection(web, peer):
    url = peer.on("/a", reply(304, headers=[("ETag", 'W/"2"')]))
    validators = Validators(etag='W/"中"', last_modified="Sun, 22 Nov 2026 08:00:00 GMT", body="x")
    got = await web.get(Get(url, validators=validators), LOCAL)
    assert (got.status, got.body, got.digest, got.headers["etag"]) == (304, b"", "", 'W/"2"')
    asked = peer.asked[0].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('W/"中"', "Sun, 22 Nov 2026 08:00:00 GMT")


@pytest.mark.parametrize("validators", [None, Validators(), Validators(body="x"), Validators(etag="a\r\nb: c")])
async def test_not_modified_is_no_answer_to_a_plain_request(web, peer, validators):
    told = await fault(web, peer.on("/", reply(304)), kind=errors.ServerTrouble, validators=validators)
    assert "304" in told.detail
    assert not {"if-none-match", "if-modified-since"} & set(peer.asked[0].headers)


async def test_who_asks_is_said_truthfully(web, peer):
    url = peer.on("/", reply(200))
    await web.get(Get(url), LOCAL)
    await web.get(Get(url), Access(allow_private=True, user_agent="Example/1 (研究)"))
    first, second = (asked.headers for asked in peer.asked)
    assert first["user-agent"].startswith("rarewatch/")
    assert first["user-agent"].endswith("(+ops@example.org)")
    assert first["accept-language"].startswith("zh-CN")
    assert first["accept-encoding"] == "gzip, deflate"
    assert second["user-agent"] == "Example/1 (研究)"


async def test_no_contact_no_brackets(peer):
    async with Web(contact="", per_host=1, politeness=0) as web:
        await web.get(Get(peer.on("/", reply(200))), LOCAL)
    assert "(" not in peer.asked[0].headers["user-agent"]


async def test_headers_of_the_source_and_of_the_request(web, peer):
    access = Access(allow_private=True, headers={"Referer": "https://a/", "X-A": "source", "Accept-Encoding": "br"})
    await web.get(Get(peer.on("/", reply(200)), headers={"x-a": "request"}), access)
    asked = peer.asked[0].headers
    assert (asked["referer"], asked["x-a"], asked["accept-encoding"]) == ("https://a/", "request", "gzip, deflate")


async def test_a_post_brings_its_body(web, peer):
    url = peer.on("/list", reply(200, b"[]"))
    await web.get(Get(url, "POST", body="关键字=稀土".encode()), LOCAL)
    await web.get(Get(url, "POST", body=b"{}", headers={"Content-Type": "application/json"}), LOCAL)
    form, json = peer.asked
    assert (form.method, form.body, form.headers["content-type"]) == (
        "POST",
        "关键字=稀土".encode(),
        "application/x-www-form-urlencoded",
    )
    assert (json.body, json.headers["content-type"]) == (b"{}", "application/json")


async def test_a_chinese_address_and_a_gbk_query(web, peer):
    peer.on("/%E5%88%97%E8%A1%A8?q=%CF%A1%CD%C1", reply(200, b"ok"))
    assert (await web.get(Get(peer.url("/列表?q=%CF%A1%CD%C1")), LOCAL)).body == b"ok"


async def test_no_cookie_outlives_its_request(web, peer):
    url = peer.on("/", reply(200, headers=[("Set-Cookie", "id=1; Path=/")]))
    await web.get(Get(url), LOCAL)
    await web.get(Get(url), LOCAL)
    assert "cookie" not in peer.asked[1].headers


async def test_odd_headers_do_no_harm(web, peer):
    head = (
        b"HTTP/1.1 200 \xba\xc3\r\nX-Bad: \xcf\xa1\xcd\xc1\r\nX-Good: \xe7\xa8\x80\r\nX-Long: "
        + b"a" * 20_000
        + b"\r\nX-Empty:\r\n"
    )
    got = await web.get(Get(peer.on("/", send(head + b"Content-Length: 2\r\n\r\nok"))), LOCAL)
    assert (got.body, got.headers["x-good"], got.headers["x-empty"]) == (b"ok", "稀", "")
    assert got.headers["x-bad"] == "\xcf\xa1\xcd\xc1"
    assert "content-type" not in got.headers


async def test_without_a_length_the_end_of_the_connection_ends_the_body(web, peer):
    assert (await web.get(Get(peer.on("/", reply(200, TEXT, length=None))), LOCAL)).body == TEXT


async def test_credentials_of_the_address_are_sent_and_never_shown(web, peer):
    peer.on("/a", reply(200))
    url = peer.url("/a").replace("http://", "http://u%40x:geheim@")
    got = await web.get(Get(url), LOCAL)
    assert peer.asked[0].headers["authorization"] == "Basic dUB4OmdlaGVpbQ=="
    told = await fault(web, url.replace("/a", "/b"), kind=errors.Missing)
    assert "geheim" not in got.url + str(told) + repr(told)


# What is answered with a status that is no answer


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, errors.Refused) for status in (401, 403, 405, 412, 451, 521)),
        *((status, errors.Missing) for status in (404, 410)),
        *((status, errors.ServerTrouble) for status in (201, 204, 206, 300, 400, 418, 500, 502, 503, 504, 520, 599)),
    ],
)
async def test_every_other_status_has_its_name(web, peer, status, kind):
    url = peer.on("/", reply(status))
    told = await fault(web, url)
    assert (type(told), told.url, str(status) in told.detail) == (kind, url, True)


async def test_an_anti_bot_cookie_is_named(web, peer):
    told = await fault(web, peer.on("/", reply(503, headers=[("Set-Cookie", "__jsluid_s=1")])), kind=errors.Refused)
    assert "anti-bot page (jsl)" in told.detail


@pytest.mark.parametrize(
    ("status", "wish", "after"),
    [
        (429, "120", 120.0),
        (503, "7", 7.0),
        (429, "Sun, 22 Nov 2026 08:01:30 GMT", 90.0),
        (429, "Sun, 22 Nov 2026 07:00:00 GMT", 0.0),
        (429, "999999999999", 86_400.0),
        (429, "Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
        (429, "soon", None),
        (429, "-5", None),
        (429, "٣", None),
        (429, None, None),
    ],
)
async def test_a_server_that_wants_fewer_requests(web, peer, status, wish, after):
    told = await fault(web, peer.on("/", reply(status, headers=[("Retry-After", wish)] if wish else [])), kind=errors.RateLimited)
    assert told.after == after


async def test_a_host_is_left_alone_as_long_as_it_asked(web, peer, other, clock):
    limited, fine = peer.on("/limited", reply(429, headers=[("Retry-After", "60")])), peer.on("/fine", reply(200))
    await fault(web, limited, kind=errors.RateLimited)
    clock.time += timedelta(seconds=45)
    assert (await fault(web, fine, kind=errors.RateLimited)).after == 15
    assert len(peer.asked) == 1
    await web.get(Get(other.on("/", reply(200))), LOCAL)
    clock.time += timedelta(seconds=15)
    assert (await web.get(Get(fine), LOCAL)).status == 200


# Where it may go


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f000001", "2130706433", "127.1", "LOCALHOST"])
async def test_loopback_is_forbidden_by_default_in_every_disguise(web, peer, host):
    peer.on("/", reply(200))
    told = await fault(web, peer.url("/", host), Access(), errors.ForbiddenAddress)
    assert (peer.asked, told.retry, bool(told.url)) == ([], "never", True)


async def test_a_source_that_may_does_not_open_the_way_for_one_that_may_not(web, peer):
    url = peer.on("/", reply(200)).replace("127.0.0.1", "localhost")
    await web.get(Get(url), LOCAL)
    await fault(web, url, Access(), errors.ForbiddenAddress)
    assert len(peer.asked) == 1


async def test_many_at_once_are_all_told_why(web, peer):
    told = await asyncio.gather(*(fault(web, peer.url("/", "localhost"), Access(), errors.ForbiddenAddress) for _ in range(4)))
    assert len({id(one) for one in told}) == 4


async def test_so_many_at_once_per_host(peer):
    busy, most, two = 0, 0, asyncio.Event()

    async def answer(asked, writer):
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        if busy == 2:
            two.set()
        await two.wait()
        busy -= 1
        await reply(200)(asked, writer)

    url = peer.on("/", answer)
    async with Web(contact="", per_host=2, politeness=0) as web:
        await asyncio.gather(*(web.get(Get(url), LOCAL) for _ in range(6)))
    assert (most, len(peer.asked)) == (2, 6)


async def test_cancelling_leaves_the_web_usable(web, peer):
    task = asyncio.create_task(web.get(Get(peer.on("/never", silence())), LOCAL))
    while not peer.asked:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await web.get(Get(peer.on("/", reply(200, b"ok"))), LOCAL)).body == b"ok"
