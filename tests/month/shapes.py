"""What a publisher serves, in the shape of its kind: files by path, made anew whenever what stands on the list changes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from month.days import CHINA
from month.model import Announcement, Outlet

Files = dict[str, tuple[str, bytes]]
Shown = Sequence[Announcement]
HTML, JSON, XML = "text/html; charset=utf-8", "application/json", "application/xml"


@dataclass(frozen=True)
class Shape:
    """How one kind is served: the path of its list, its options, and the files for what is shown."""

    path: str
    options: Mapping[str, Any]
    files: Callable[[Outlet, Shown, datetime], Files]


def page(title: str, body: str) -> bytes:
    """A web page with the furniture of one."""
    menu = "".join(f"<a href=/nav/{n}.html>{word}</a>" for n, word in enumerate(("首页", "机构职能", "政务公开", "互动交流")))
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title></head><body><div class=menu>{menu}</div>"
        f"{body}<div class=foot>主办单位：某部办公厅　备案号：某备00000001号</div></body></html>"
    ).encode()


def local(one: Announcement) -> datetime:
    return one.at.astimezone(CHINA)


def _path(one: Announcement) -> str:
    return f"/art/{local(one):%Y%m}/t{local(one):%Y%m%d}_{one.number}.html"


def article(one: Announcement, now: datetime) -> bytes:
    body = f"<h1>{one.title}</h1><p class=date>{local(one):%Y-%m-%d %H:%M}</p><div class=body><p>{one.text_at(now)}</p></div>"
    return page(one.title, body)


def _rows(outlet: Outlet, shown: Shown) -> str:
    return "".join(
        f'<li><a href="{outlet.base}{_path(one)}" title="{one.title}">{one.title[:18]}…</a><span>{local(one):%Y-%m-%d}</span></li>'
        for one in shown
    )


def _feed(outlet: Outlet, shown: Shown, now: datetime) -> Files:
    items = "".join(
        f"<item><title>{one.title}</title><link>{outlet.base}{_path(one)}</link><guid isPermaLink='false'>{one.number}</guid>"
        f"<pubDate>{format_datetime(one.at)}</pubDate><description>{escape(one.text_at(now))}</description></item>"
        for one in shown
    )
    text = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>{outlet.id}</title>{items}</channel></rss>'
    return {"/feed.xml": (XML, text.encode())}


def _listing(outlet: Outlet, shown: Shown, _now: datetime) -> Files:
    return {"/list/index.html": (HTML, page("通知公告", f"<ul class=news>{_rows(outlet, shown)}</ul>"))}


def _page(_outlet: Outlet, shown: Shown, _now: datetime) -> Files:
    lines = "".join(f"<p>{local(one):%Y年%m月%d日}，{one.title}</p>" for one in shown)
    return {
        "/notice.html": (
            HTML,
            page("动态", f"<div id=main><p>本页登载本单位的最新动态，按发布时间排列，欢迎查阅。</p>{lines}</div>"),
        )
    }


def _sitemap(outlet: Outlet, shown: Shown, _now: datetime) -> Files:
    urls = "".join(
        f"<url><loc>{outlet.base}{_path(one)}</loc><news:news><news:publication><news:name>n</news:name>"
        f"<news:language>zh</news:language></news:publication><news:publication_date>{local(one).isoformat()}"
        f"</news:publication_date><news:title>{one.title}</news:title></news:news></url>"
        for one in shown
    )
    name = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    return {"/news.xml": (XML, f'<?xml version="1.0" encoding="UTF-8"?><urlset {name}>{urls}</urlset>'.encode())}


def _json(value: Any) -> tuple[str, bytes]:
    return JSON, json.dumps(value, ensure_ascii=False).encode()


def _json_list(outlet: Outlet, shown: Shown, now: datetime) -> Files:
    rows = [
        {"id": one.number, "t": one.title, "u": outlet.base + _path(one), "ts": int(one.at.timestamp()), "c": one.text_at(now)}
        for one in shown
    ]
    return {"/api/list": _json({"code": 0, "data": {"rows": rows, "total": 9999}})}


def _filing(_outlet: Outlet, shown: Shown, _now: datetime) -> Files:
    rows = [
        {
            "id": str(one.number),
            "title": one.title,
            "publishTime": f"{local(one):%Y-%m-%d %H:%M:%S}",
            "attachPath": f"/disc/{one.number}.PDF",
            "secName": ["示例稀材"],
        }
        for one in shown
    ]
    return {"/api/disc/announcement/annList": _json({"announceCount": len(rows), "data": rows})}


def _govcn(outlet: Outlet, shown: Shown, _now: datetime) -> Files:
    rows = [
        {"TITLE": one.title, "SUB_TITLE": "", "URL": outlet.base + _path(one), "DOCRELPUBTIME": f"{local(one):%Y-%m-%d}"}
        for one in shown
    ]
    return {"/zhengce/ZUIXIN.json": _json(rows)}


_UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"


def _jpaas(outlet: Outlet, shown: Shown, _now: datetime) -> Files:
    query = "{'parseType':'bulidstatic','webId':'w1','tplSetId':'5','pageType':'column','tagId':'信息列表','editType':'null','pageId':'p1'}"
    unit = urlsplit(outlet.base).path + _UNIT
    script = (
        f'<div class=list><script src="/cms/unitbuild.js" parseType="bulidstatic" url="{unit}" queryData="{query}"></script></div>'
    )
    rows = f"<div class='page-content'><ul>{_rows(outlet, shown)}</ul></div>"
    return {
        "/zwgk/index.html": (HTML, page("政策发布", script)),
        _UNIT: _json({"success": True, "code": "200", "message": "操作成功", "data": {"html": rows}}),
    }


def _jpage(outlet: Outlet, shown: Shown, _now: datetime) -> Files:
    records = "".join(
        f'<record><![CDATA[<li><a href="{outlet.base}{_path(one)}" title="{one.title}">{one.title[:16]}...</a>'
        f"<span>{local(one):%Y-%m-%d}</span></li>]]></record>\n"
        for one in shown
    )
    body = f'<div id="88"><script type="text/xml"><datastore>\n<recordset>\n{records}</recordset></datastore></script></div>'
    return {"/col/col88/index.html": (HTML, page("通知公告", body))}


def _xinhua(outlet: Outlet, shown: Shown, _now: datetime) -> Files:
    items = [
        {
            "contentId": str(one.number),
            "title": one.title,
            "showTitle": one.title,
            "publishUrl": outlet.base + _path(one),
            "publishTime": f"{local(one):%Y-%m-%d %H:%M:%S}",
            "summary": one.text[:60],
        }
        for one in shown
    ]
    body = '<ul class="wz-list" data="datasource:1e491dadc8944459b71b7ab13422623d" datatype="ds" preview="ds_"></ul>'
    return {
        "/fortune/index.htm": (HTML, page("财经", body)),
        "/fortune/ds_1e491dadc8944459b71b7ab13422623d.json": _json({"categoryName": "滚动", "datasource": items}),
    }


def _epaper(_outlet: Outlet, shown: Shown, _now: datetime) -> Files:
    day = local(shown[0]).date()
    today = [one for one in shown if local(one).date() == day]
    folder, half = f"/html/{day:%Y-%m}/{day:%d}", -(-len(today) // 2)

    def layout(ones: Shown) -> tuple[str, bytes]:
        pages = "".join(f"<li><a href=node_{n}.html>第{n}版</a></li>" for n in (1, 2))
        links = "".join(f"<li><a href=content_{one.number}.html>{one.title}</a></li>" for one in ones)
        return HTML, page("某日报", f"<ul id=list>{pages}</ul><ul class=news-list>{links}</ul>")

    stub = f'<html><head><meta http-equiv="refresh" content="0;URL={folder[6:]}/node_1.html"></head></html>'.encode()
    return {
        "/html/index.html": (HTML, stub),
        f"{folder}/node_1.html": layout(today[:half]),
        f"{folder}/node_2.html": layout(today[half:]),
    }


_ARTICLE = {"title": "h1", "text": ".body", "date": ".date"}
_TITLES_ONLY = {"articles": "never"}
SHAPES: dict[str, Shape] = {
    "feed": Shape("/feed.xml", {}, _feed),
    "listing": Shape("/list/index.html", {"item": "ul.news li", "date": "span", "article": _ARTICLE}, _listing),
    "page": Shape("/notice.html", {"content": "#main"}, _page),
    "sitemap": Shape("/news.xml", _TITLES_ONLY, _sitemap),
    "json_list": Shape(
        "/api/list", {"items": "data.rows", "title": "t", "link": "u", "key": "id", "date": "ts", "text": "c"}, _json_list
    ),
    "filing": Shape(
        "/api/disc/announcement/annList", {"exchange": "szse", "stocks": ["000831"], "max_pages": 1, "documents": 0}, _filing
    ),
    "govcn_json": Shape("/zhengce/ZUIXIN.json", _TITLES_ONLY, _govcn),
    "jpaas": Shape("/zwgk/index.html", {"item": ".page-content li", "date": "span", "max_pages": 1, "article": _ARTICLE}, _jpaas),
    "jpage": Shape("/col/col88/index.html", {"date": "span", "paging": "none", **_TITLES_ONLY}, _jpage),
    "xinhua_ds": Shape("/fortune/index.htm", {"article": _ARTICLE}, _xinhua),
    "epaper": Shape("/html/index.html", _TITLES_ONLY, _epaper),
}
