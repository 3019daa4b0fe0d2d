"""A small web site on loopback with feeds and list pages in the shapes of real ones."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from typing import Self, TypeAlias
from zoneinfo import ZoneInfo

from aiohttp import web

from rarewatch.clock import Clock
from rarewatch.demo.sample import COMPANY, MINISTRY, TRADE, WIRE, Notice

_BEIJING = ZoneInfo("Asia/Shanghai")
_CUT = 14
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class SampleSite:
    """Four publishers and a broken one; `publish()` lets the late announcement appear, `reshuffle()` changes what means nothing."""

    def __init__(self, now: Clock) -> None:
        """`now` dates the pages."""
        self._now = now
        self._start = now()
        self._appeared: datetime | None = None
        self._shuffled = False
        self._runner: web.AppRunner | None = None
        self.requests = 0
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._count])
        app.router.add_get("/mofcom/zwgk/zcfb/index.html", self._answer(self._ministry_list, "utf-8", "text/html; charset=utf-8"))
        app.router.add_get("/company/xwzx/index.html", self._answer(self._company_list, "gb18030", "text/html"))
        app.router.add_get("/wire/rss/finance.xml", self._answer(self._wire_feed, "gb18030", "text/xml"))
        app.router.add_get("/trade/feed/", self._answer(self._trade_feed, "utf-8", "application/rss+xml; charset=UTF-8"))
        app.router.add_get("/walled/index.html", self._walled)
        app.router.add_get("/{publisher}/{place:.*}/{slug}.html", self._article)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        place = web.TCPSite(self._runner, "127.0.0.1", 0)
        await place.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner:
            await self._runner.cleanup()

    def publish(self) -> None:
        """The ministry puts its late announcement on the list."""
        self._appeared = self._now()

    def reshuffle(self) -> None:
        """Lists change their order, links get tracking parameters, feeds new guids: nothing is news."""
        self._shuffled = True

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests += 1
        return await handler(request)

    def _answer(self, page: Callable[[], str], charset: str, content_type: str) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            body = page().encode(charset)
            etag = f'"{sha256(body).hexdigest()[:16]}"'
            if request.headers.get("If-None-Match") == etag:
                return web.Response(status=304, headers={"ETag": etag})
            return web.Response(body=body, headers={"Content-Type": content_type, "ETag": etag})

        return handler

    def _shown(self, notices: Iterable[Notice]) -> list[Notice]:
        there = [notice for notice in notices if not notice.late or self._appeared]
        there.sort(key=self._at, reverse=True)
        return there[::-1] if self._shuffled else there

    def _at(self, notice: Notice) -> datetime:
        at = self._appeared if notice.late and self._appeared else notice.at(self._start)
        return at.astimezone(_BEIJING)

    def _tracking(self) -> str:
        return "?utm_source=list&amp;spm=zcfb.1" if self._shuffled else ""

    def _ministry_list(self) -> str:
        rows = "\n".join(
            f'<li><a href="./art/{notice.slug}.html{self._tracking()}" title="{escape(notice.title)}">{escape(notice.title)}</a>'
            f"<span>[{self._at(notice):%Y-%m-%d}]</span></li>"
            for notice in self._shown(MINISTRY)
        )
        return (
            '<!DOCTYPE html><html><head><meta charset="utf-8"><title>示例部 政策发布</title></head><body>'
            '<div class="nav"><a href="/">首页</a> <a href="/mofcom/xwfb/">新闻发布</a></div>'
            f'<ul class="txtList_01">\n{rows}\n</ul><div class="foot">示例站点 仅供演示</div></body></html>'
        )

    def _company_list(self) -> str:
        rows = "\n".join(
            f'<li><a href="../xwzx/{notice.slug}.html" title="{escape(notice.title)}">{escape(_cut(notice.title))}</a>'
            f'<em class="date">{self._at(notice):%Y/%m/%d}</em></li>'
            for notice in self._shown(COMPANY)
        )
        return f"<html><head><title>示例公司</title></head><body><ul class=news-list>\n{rows}\n</ul></body></html>"

    def _wire_feed(self) -> str:
        items = "\n".join(
            f"<item><title><![CDATA[{notice.title}]]></title><link>{self.url}/wire/cj/{notice.slug}.html{self._tracking()}</link>"
            f"<description><![CDATA[{notice.text}]]></description><pubDate>{self._at(notice):%Y-%m-%d %H:%M:%S}</pubDate></item>"
            for notice in self._shown(WIRE)
        )
        return (
            '<?xml version="1.0" encoding="gb2312"?>\n<rss version="2.0"><channel><title>示例通讯社 财经</title>'
            f"<link>{self.url}/wire/</link><description>示例</description>\n{items}\n</channel></rss>"
        )

    def _trade_feed(self) -> str:
        items = "\n".join(
            f"<item><title>{escape(notice.title)}</title><link>{self.url}/trade/news/{notice.slug}.html</link>"
            f'<guid isPermaLink="false">{"p-" if self._shuffled else ""}{notice.slug}</guid>'
            f"<description>{escape(notice.text)}</description><pubDate>{format_datetime(self._at(notice))}</pubDate></item>"
            for notice in self._shown(TRADE)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Sample trade magazine</title>'
            f"<link>{self.url}/trade/</link><description>Sample</description>\n{items}\n</channel></rss>"
        )

    async def _walled(self, _request: web.Request) -> web.Response:
        # What an anti-bot wall looks like: it answers 200 and hides the page behind a script.
        page = "<html><head><script>var arg1='5D7F3A9B';document.cookie='acw_sc__v2='+arg1;</script></head></html>"
        return web.Response(text=page, content_type="text/html")

    async def _article(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        for notices, charset in ((MINISTRY, "utf-8"), (COMPANY, "gb18030"), (WIRE, "utf-8"), (TRADE, "utf-8")):
            for notice in self._shown(notices):
                if notice.slug == slug:
                    content_type = "text/html; charset=utf-8" if charset == "utf-8" else "text/html"
                    return web.Response(body=self._page(notice).encode(charset), headers={"Content-Type": content_type})
        raise web.HTTPNotFound

    def _page(self, notice: Notice) -> str:
        paragraphs = "".join(f"<p>　　{escape(line)}</p>" for line in notice.text.split("\n"))
        return (
            f"<html><head><title>{escape(notice.title)}_示例</title>"
            f'<meta name="ArticleTitle" content="{escape(notice.title)}">'
            f'<meta name="PubDate" content="{self._at(notice):%Y-%m-%d %H:%M}">'
            f'<meta name="ContentSource" content="{escape(notice.source)}"></head><body><div class="nav">首页 新闻 政策</div>'
            f'<h1>{escape(notice.title)}</h1><div class="art-con">{paragraphs}</div>'
            '<div class="related">相关阅读 稀土 出口管制 回顾</div></body></html>'
        )


def _cut(title: str) -> str:
    return title if len(title) <= _CUT else title[:_CUT] + "…"
