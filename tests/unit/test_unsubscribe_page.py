"""The page that ends mails, over real HTTP on loopback: one click, one button, and nothing for forgers."""

from contextlib import asynccontextmanager

import aiohttp
import pytest

from making import MINUTE, StillClock
from rarewatch.errors import ConfigError, Unavailable
from rarewatch.text import signed, unsubscribe
from rarewatch.web import server
from rarewatch.web.limit import Limiter
from rarewatch.web.server import Route, WebServer
from rarewatch.web.unsubscribe import PER_MINUTE, Unsubscribe

KEY, OLD = "a key of many characters", "an older key, still taken"
CLICK = {"List-Unsubscribe": "One-Click"}


class Site:
    def __init__(self):
        self.keys, self.ended, self.clock, self.trouble = [KEY, OLD], [], StillClock(), None
        self.page = Unsubscribe(lambda: self.keys, self.suppress, self.clock)

    async def suppress(self, address, subscription):
        if self.trouble:
            raise self.trouble
        self.ended.append((address, subscription))


@asynccontextmanager
async def serving(routes):
    made = WebServer("127.0.0.1", 0, routes)
    await made.start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{made.port}") as session:
            yield session
    finally:
        await made.aclose()


@pytest.fixture
async def site():
    made = Site()
    async with serving(made.page.routes()) as made.session:
        yield made


def link(key=KEY, address="Desk@example.org", subscription="news"):
    return f"/unsubscribe?t={unsubscribe.token(address, subscription, key)}"


async def asked(site, method, path, **more):
    async with site.session.request(method, path, **more) as answer:
        return answer.status, await answer.text(), answer.headers


class TestOneClick:
    @pytest.mark.parametrize("key", [KEY, OLD])
    async def test_a_click_in_a_mail_reader_ends_the_mails(self, site, key):
        status, text, _ = await asked(site, "POST", link(key), data=CLICK)
        assert (status, site.ended) == (200, [("desk@example.org", "news")])
        assert "news" in text

    async def test_as_multipart_too(self, site):
        with aiohttp.MultipartWriter("form-data") as form:
            form.append("One-Click").set_content_disposition("form-data", name="List-Unsubscribe")
        assert (await asked(site, "POST", link(), data=form))[0] == 200
        assert len(site.ended) == 1

    async def test_a_link_that_is_only_looked_at_ends_nothing(self, site):
        status, text, headers = await asked(site, "GET", link())
        assert (status, site.ended) == (200, [])
        assert "d***@example.org" in text
        assert "desk@example.org" not in text.lower()
        assert 'name="List-Unsubscribe" value="One-Click"' in text
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")

    async def test_a_post_that_does_not_say_so_ends_nothing(self, site):
        assert (await asked(site, "POST", link(), data={"x": "y"}))[0] == 400
        assert site.ended == []

    async def test_a_name_is_no_markup(self, site):
        _, text, _ = await asked(site, "GET", link(subscription="<script>"))
        assert "<script>" not in text

    async def test_a_store_out_of_order_says_try_again(self, site):
        site.trouble = Unavailable("disk full at /secret/path")
        status, text, _ = await asked(site, "POST", link(), data=CLICK)
        assert status == 503
        assert "secret" not in text


class TestForgers:
    @pytest.mark.parametrize(
        "path",
        [
            "/unsubscribe", "/unsubscribe?t=", "/unsubscribe?t=x.y", link("another key altogether"), link()[:-1],
            f"/unsubscribe?t={signed.sign('something else', ('a@b.org', 'news'), KEY)}",
            f"/unsubscribe?t={signed.sign(unsubscribe.PURPOSE, ('a@b.org',), KEY)}",
            "/unsubscribe?t=" + "A" * 5000,
        ],
    )  # fmt: skip
    async def test_a_forged_link_is_refused_without_detail(self, site, path):
        for method, more in (("GET", {}), ("POST", {"data": CLICK})):
            status, text, _ = await asked(site, method, path, **more)
            assert (status, site.ended) == (403, [])
            assert "not valid" in text

    async def test_a_key_taken_out_of_force_ends_its_links(self, site):
        site.keys = [KEY]
        assert (await asked(site, "POST", link(OLD), data=CLICK))[0] == 403

    async def test_too_many_requests_of_one_client_have_to_wait(self, site):
        for _ in range(PER_MINUTE):
            assert (await asked(site, "GET", "/unsubscribe?t=x"))[0] == 403
        status, _, headers = await asked(site, "POST", link(), data=CLICK)
        assert (status, headers["Retry-After"], site.ended) == (429, "60", [])
        # A proxy on this host names its clients: another one is not held up.
        assert (await asked(site, "POST", link(), data=CLICK, headers={"X-Forwarded-For": "x, 192.0.2.7"}))[0] == 200
        site.clock.forward(MINUTE)
        assert (await asked(site, "POST", link(), data=CLICK))[0] == 200

    async def test_ipv6_clients_count_by_their_network(self, site):
        for number in range(PER_MINUTE):
            await asked(site, "GET", "/unsubscribe?t=x", headers={"X-Forwarded-For": f"2001:db8::{number:x}"})
        assert (await asked(site, "GET", link(), headers={"X-Forwarded-For": "2001:db8::ffff"}))[0] == 429
        assert (await asked(site, "GET", link(), headers={"X-Forwarded-For": "2001:db8:0:1::1"}))[0] == 200

    def test_the_limiter_forgets_clients_that_are_long_gone(self):
        limiter, clock = Limiter(1), StillClock()
        assert all(limiter.allows(str(number), clock()) for number in range(5000))
        assert len(limiter._left) <= 4096


class TestTheServer:
    async def test_other_paths_and_methods_are_refused(self, site):
        assert (await asked(site, "GET", "/"))[0] == 404
        status, _, headers = await asked(site, "DELETE", "/unsubscribe")
        assert (status, set(headers["Allow"].split(","))) == (405, {"GET", "HEAD", "POST"})

    async def test_a_bug_shows_nothing_of_itself(self):
        async def broken(_request):
            raise RuntimeError("secret words")

        async with serving([Route("GET", "/x", broken)]) as session, session.get("/x") as answer:
            assert (answer.status, "secret" in await answer.text()) == (500, False)

    async def test_a_body_without_end_is_cut_off(self, site):
        form = {"x": "y" * (server.MOST_BYTES + 10), **CLICK}
        status, _, _ = await asked(site, "POST", link(), data=form)
        assert (status, site.ended) == (413, [])

    async def test_a_port_that_is_taken_is_a_mistake_in_the_settings(self):
        first = WebServer("127.0.0.1", 0, [])
        await first.start()
        try:
            with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{first.port}"):
                await WebServer("127.0.0.1", first.port, []).start()
        finally:
            await first.aclose()
