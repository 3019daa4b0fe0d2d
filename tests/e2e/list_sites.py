"""Small sites as the content systems serve them: each lists the same announcements in its own way."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from http_peer import Answer, reply

TITLES = (
    "关于公布稀土开采总量控制指标的通知",
    "对部分中重稀土相关物项实施出口管制的公告",
    "稀土管理条例实施细则公开征求意见",
    "关于规范稀土产品追溯信息系统填报的通知",
    "稀土行业规范条件企业名单公示",
    "关于召开稀土新材料产业座谈会的通知",
    "稀土冶炼分离企业环境保护核查结果公告",
    "关于加强两用物项出口许可管理的公告",
)
MENU = "".join(f"<li><a href='/{name}/'>{text}</a></li>" for name, text in (
    ("jggk", "机构概况"), ("zwgk", "政务公开信息"), ("hdjl", "互动交流平台"), ("bsfw", "办事服务大厅"), ("sjfb", "数据发布"), ("ztzl", "专题专栏")
))  # fmt: skip
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
FOOT = "<div class='footer'><a href='http://www.gov.example/map'>网站地图与联系方式</a><a href='/about.html'>关于我们和版权声明</a></div>"


@dataclass
class Site:
    """Routes by path, where `sources new` is pointed to, the kind that reads it, and what must be found."""

    kind: str
    entry: str
    routes: dict[str, Answer] = field(default_factory=dict)
    titles: tuple[str, ...] = TITLES
    dated: bool = True

    def article(self, path: str, number: int, *, charset: str = "utf-8") -> str:
        body = f"<h1>{TITLES[number]}</h1><p>发布时间：{day(number)} 10:0{number}</p><div class='TRS_Editor'><p>{TITLES[number]}全文。</p></div>"
        self.routes[path] = web(body, title=TITLES[number], charset=charset)
        return path


def day(number: int) -> str:
    return f"{datetime.now(UTC) + timedelta(hours=8) - timedelta(days=2 * number):%Y-%m-%d}"


def web(body: str, *, title: str = "通知公告_某某部", charset: str = "utf-8", head: str = "", declared: str = "") -> Answer:
    text = (
        f"<!DOCTYPE html><html><head><meta charset='{declared or charset}'><title>{title}</title>{head}</head><body>"
        f"<div class='header'><ul class='nav'>{MENU}</ul></div>{body}{FOOT}</body></html>"
    )
    return reply(200, text.encode(charset), [("Content-Type", "text/html")])


def as_json(value: object) -> Answer:
    return reply(200, json.dumps(value, ensure_ascii=False).encode(), [("Content-Type", "application/json")])


def trs(_host: str) -> Site:
    site = Site("listing", "/zcfb/tzgg/")
    rows = ""
    for number, title in enumerate(TITLES):
        name = f"t{day(number).replace('-', '')}_{1400000 + number}.html"
        site.article(f"/zcfb/tzgg/202511/{name}", number)
        line = "<li class='line'></li>" if number % 5 == 4 else ""
        rows += f"<li><a href='./202511/{name}' title='{title}'>{title[:9]}...</a><span>{day(number)}</span></li>{line}"
    side = "".join(f"<li><a href='/zt/{n}/index.html'>专题专栏第{n}号宣传页面</a></li>" for n in range(12))
    turn = '<script>createPageHTML(20, 0, "index", "html");</script>'
    site.routes["/zcfb/tzgg/"] = web(
        f"<div class='right'><ul class='zt'>{side}</ul></div><div class='list'><ul class='u-list'>{rows}</ul>{turn}</div>"
    )
    return site


def _records(site: Site, wrap: Callable[[str], str]) -> str:
    rows = []
    for number, title in enumerate(TITLES):
        path = site.article(f"/art/2025/11/{number + 1}/art_123_{9000 + number}.html", number)
        rows.append(wrap(f"<li><a target='_blank' href='{path}' title='{title}'>{title}</a><span>{day(number)}</span></li>"))
    return "".join(rows)


def jpage(_host: str) -> Site:
    site = Site("jpage", "/col/col123/index.html")
    records = _records(site, lambda row: f"<record><![CDATA[\n{row}]]></record>")
    body = f"<div id='456'><script type='text/xml'><datastore><recordset>{records}</recordset></datastore></script></div>"
    body += "<script>$('#456').jpage({proxyUrl:'/module/web/jpage/dataproxy.jsp', perPage:15, unitid:'456', webid:'1', columnid:'123'});</script>"
    site.routes[site.entry] = web(body)
    return site


def jpage_escaped(_host: str) -> Site:
    site = Site("jpage", "/col/col9/index.html")
    records = _records(
        site, lambda row: "&lt;record&gt;&lt;![CDATA[" + row.replace("<", "&lt;").replace(">", "&gt;") + "]]&gt;&lt;/record&gt;"
    )
    store = f"&lt;datastore&gt;&lt;recordset&gt;{records}&lt;/recordset&gt;&lt;/datastore&gt;"
    site.routes[site.entry] = web(f"<div id='77'><script type='text/xml'>{store}</script></div>")
    return site


def jpaas(_host: str) -> Site:
    site = Site("jpaas", "/zwgk/zcfb/index.html")
    rows = ""
    for number, title in enumerate(TITLES):
        path = site.article(f"/zwgk/zcfb/art/2025/art_{number:032x}.html", number)
        rows += f"<li><a href='{path}' title='{title}'>{title}</a><span>{day(number)}</span></li>"
    query = {
        "parseType": "buildstatic",
        "webId": "8d",
        "tplSetId": "52",
        "pageType": "column",
        "tagId": "分页列表",
        "pageId": "fc0",
    }
    other = {**query, "tagId": "当前位置"}
    scripts = "".join(f"<script parseType='buildstatic' url='{UNIT}' querydata=\"{one!s}\"></script>" for one in (other, query))
    site.routes[site.entry] = web(f"<div class='main'>{scripts}</div>")
    site.routes[UNIT] = as_json(
        {"success": True, "data": {"html": f"<div class='page-content'><ul class='list'>{rows}</ul></div>"}}
    )
    return site


def govcn(_host: str) -> Site:
    site = Site("govcn_json", "/zhengce/zuixin/ZUIXINZHENGCE.json")
    items = []
    for number, title in enumerate(TITLES):
        path = site.article(f"/zhengce/content/202511/content_{7000000 + number}.htm", number)
        items.append({"TITLE": title, "SUB_TITLE": "", "URL": path, "DOCRELPUBTIME": day(number)})
    site.routes[site.entry] = as_json(items)
    return site


def govcn_page(_host: str) -> Site:
    site = govcn(_host)
    file, site.entry = site.entry, "/zhengce/zuixin/home.htm"
    script = f"<script>var url = '{file.rpartition('/')[2]}'; $.getJSON(url, show);</script>"
    site.routes[site.entry] = web(f"<div class='list' id='list'></div>{script}")
    return site


def jpaas_divs(_host: str) -> Site:
    site = jpaas(_host)
    rows = ""
    for number, title in enumerate(TITLES):
        path = f"/zwgk/zcfb/art/2025/art_{number:032x}.html"
        rows += f"<div class='row-item'><p class='tit'><a href='{path}'>{title}</a></p><p class='time'>{day(number)}</p></div>"
    site.routes[UNIT] = as_json({"success": True, "data": {"html": f"<div class='page-content'>{rows}</div>"}})
    return site


def epaper_old(_host: str) -> Site:
    site = Site("epaper", "/rb/html/index.htm")
    month, today = day(0)[:7], day(0)[8:]
    stem = f"{day(0).replace('-', '')}_"
    node = f"/rb/html/{month}/{today}/nbs.D1100rb_01.htm"
    site.routes[site.entry] = reply(200, f"<html><head><meta http-equiv='refresh' content='0; url={node}'></head></html>".encode())
    links = ""
    for number, title in enumerate(TITLES):
        path = site.article(f"/rb/html/{month}/{today}/nw.D1100rb_{stem}{number + 1}-01.htm", number)
        links += f"<li><a href='{path.rpartition('/')[2]}'>{title}</a></li>"
    nodes = "<a href='nbs.D1100rb_01.htm'>第01版：要闻</a>"
    site.routes[node] = web(f"<div class='right_title'>{nodes}</div><div class='titles'><ul>{links}</ul></div>", title="某某日报")
    return site


def shy_json(_host: str) -> Site:
    """Gives question marks to whoever does not ask as a script does."""
    site = json_list(_host)
    right, wrong = site.routes[site.entry], as_json({"data": [{"title": "????????", "url": "/a.html"}]})

    async def answer(asked, writer):
        await (right if asked.headers.get("x-requested-with") else wrong)(asked, writer)

    site.routes[site.entry] = answer
    return site


def xinhua(_host: str) -> Site:
    site = Site("xinhua_ds", "/politics/index.html")
    items = []
    for number, title in enumerate(TITLES):
        path = site.article(f"/politics/20251101/{number:032x}/c.html", number)
        items.append(
            {"title": title, "publishUrl": f"..{path}", "publishTime": f"{day(number)} 09:00:00", "contentId": f"c{number}"}
        )
    name = "f3a36931c8c24d6aa2a5d9e1d9fd7ba2"
    site.routes["/politics/index.html"] = web(f"<div id='content-list' data=\"datasource:{name}\" preview='ds_'></div>")
    site.routes[f"/politics/ds_{name}.json"] = as_json({"datasource": items})
    return site


def epaper(_host: str) -> Site:
    site = Site("epaper", "/rb/pc/layout/index.html")
    month, today = day(0)[:7].replace("-", ""), day(0)[8:]
    folder = f"/rb/pc/layout/{month}/{today}"
    site.routes[site.entry] = reply(
        200, f"<html><head><meta http-equiv='refresh' content='0; url={month}/{today}/node_01.html'></head></html>".encode()
    )
    for page in (1, 2):
        links = ""
        for number in range((page - 1) * 4, page * 4):
            path = site.article(f"/rb/pc/content/{month}/{today}/content_{300 + number}.html", number)
            links += f"<li><a href='../../../content/{month}/{today}/{path.rpartition('/')[2]}'>{TITLES[number]}</a></li>"
        nodes = "".join(f"<a href='node_0{one}.html'>第0{one}版：要闻</a>" for one in (1, 2))
        site.routes[f"{folder}/node_0{page}.html"] = web(
            f"<div id='list'>{nodes}</div><ul class='news-list'>{links}</ul>", title="某某日报"
        )
    return site


def json_list(_host: str) -> Site:
    site = Site("json_list", "/api/news/list?pageNo=1&pageSize=8")
    items = []
    for number, title in enumerate(TITLES):
        path = site.article(f"/news/{500 + number}.html", number)
        items.append({
            "id": 500 + number, "newsTitle": f"<em>{title[:2]}</em>{title[2:]}", "cover": f"/img/{number}.jpg", "linkUrl": path,
            "publishDate": f"{day(number)} 08:30:00", "updateTime": f"{day(0)} 08:30:00", "source": "某部", "viewCount": 17 * number,
        })  # fmt: skip
    banner = [{"name": "首页大图", "url": "/a.html"}]
    site.routes[site.entry] = as_json({"code": 0, "data": {"banners": banner, "page": {"total": 80, "records": items}}})
    return site


def html_in_json(_host: str) -> Site:
    site = Site("listing", "/gxportal/getColumnList")
    rows = ""
    for number, title in enumerate(TITLES):
        path = site.article(f"/gxportal/xfgl/portal/content.html?articleId={number}", number)
        rows += f'<li class="gh"><a href="{path}" target="_blank">{title}</a><span class="time">{day(number)}</span></li>'
    site.routes[site.entry] = as_json({"success": True, "articleListHtml": f'<ul class="list">{rows}</ul>', "pageCount": 9})
    return site


def rss_gbk(host: str) -> Site:
    site = Site("feed", "/news/")
    items = ""
    for number, title in enumerate(TITLES):
        path = site.article(f"/news/{number}.shtml", number)
        moment = f"{datetime.now(UTC) - timedelta(days=2 * number):%a, %d %b %Y %H:%M:%S} GMT"
        items += f"<item><title>{title}</title><link>http://{host}{path}</link><pubDate>{moment}</pubDate></item>"
    feed = f"<?xml version='1.0' encoding='gb2312'?><rss version='2.0'><channel><title>新闻</title>{items}</channel></rss>"
    site.routes["/rss/news.xml"] = reply(200, feed.encode("gb18030"), [("Content-Type", "text/xml")])
    links = "".join(f"<li><a href='/news/{number}.shtml'>{title}</a></li>" for number, title in enumerate(TITLES))
    head = "<link rel='alternate' type='application/rss+xml' title='RSS' href='/rss/news.xml'>"
    site.routes["/news/"] = web(f"<ul class='list14'>{links}</ul>", head=head, charset="gb18030", declared="gb2312")
    return site


def vsb(_host: str) -> Site:
    site = Site("listing", "/xwzx/tzgg.htm")
    rows = ""
    for number, title in enumerate(TITLES):
        site.article(f"/info/1001/{2000 + number}.htm", number)
        rows += f"<li id='line_u8_{number}'><a href='../info/1001/{2000 + number}.htm' class='c5574'>{title}</a><span class='timestyle5574'>[{day(number)[5:]}]</span></li>"
    site.routes["/xwzx/tzgg.htm"] = web(f"<div class='main_conRCb'><ul>{rows}</ul></div><a href='tzgg/2.htm'>下页</a>")
    return site


def gridview(_host: str) -> Site:
    site = Site("listing", "/news.aspx?type=2")
    rows = "<tr class='head'><th>标题</th><th>时间</th></tr>"
    for number, title in enumerate(TITLES):
        site.article(f"/newsview.aspx?id={80 + number}", number)
        grey = " style='background-color:#eee'" if number % 2 else ""
        rows += f"<tr{grey}><td><a id='GridView1_ctl0{number}_txtSubject' href='newsview.aspx?id={80 + number}'>{title}</a></td>"
        rows += f"<td align='center'><span id='GridView1_ctl0{number}_txtTime'>{day(number).replace('-', '/')}</span></td></tr>"
    state = "<input type='hidden' name='__VIEWSTATE' value='dDwxMjM0'>"
    site.routes[site.entry] = web(f"<form method='post'>{state}<table id='GridView1' class='grid'>{rows}</table></form>")
    return site


def wordpress(host: str) -> Site:
    site = Site("feed", "/category/rare-earths/")
    items, cards = "", ""
    for number, title in enumerate(TITLES):
        path = site.article(f"/2025/11/post-{number}/", number)
        moment = f"{datetime.now(UTC) - timedelta(days=2 * number):%a, %d %b %Y %H:%M:%S} +0000"
        items += f"<item><title>{title}</title><link>http://{host}{path}</link><pubDate>{moment}</pubDate></item>"
        cards += (
            f"<article class='post-{number} post type-post'><h2 class='entry-title'><a href='{path}'>{title}</a></h2></article>"
        )
    feed = f"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>News</title>{items}</channel></rss>"
    site.routes[f"{site.entry}feed/"] = reply(200, feed.encode(), [("Content-Type", "application/rss+xml")])
    head = "<link rel='stylesheet' href='/wp-content/themes/x/style.css'>"
    site.routes[site.entry] = web(f"<main>{cards}</main>", head=head)
    return site


def sitemap(host: str) -> Site:
    site = Site("sitemap", "/sitemap.xml")
    rows = ""
    for number in range(len(TITLES)):
        path = site.article(f"/a/{number}.html", number)
        rows += f"<url><loc>http://{host}{path}</loc><lastmod>{day(number)}</lastmod></url>"
    text = f"<?xml version='1.0' encoding='UTF-8'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{rows}</urlset>"
    site.routes[site.entry] = reply(200, text.encode(), [("Content-Type", "application/xml")])
    site.titles = TITLES[:1]  # a sitemap has no titles, and of what is past no pages are fetched
    return site


SITES = {
    make.__name__: make
    for make in (
        trs,
        jpage,
        jpage_escaped,
        jpaas,
        govcn,
        govcn_page,
        jpaas_divs,
        epaper_old,
        shy_json,
        xinhua,
        epaper,
        json_list,
        html_in_json,
        rss_gbk,
        vsb,
        gridview,
        wordpress,
        sitemap,
    )
}
