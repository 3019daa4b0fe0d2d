"""The feeds the benchmark serves: 35 Chinese items of about a kilobyte each, the same for the same feed and edition.

Sentences are put together from clauses written for this purpose. One item in a hundred has a headline that the shipped rules want.
"""

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

ITEMS = 35
DAYS = 6
_MATCHING = 100


def _words(text: str) -> list[str]:
    return text.split()


_PLACES = _words("北京 上海 广州 成都 武汉 西安 南京 杭州 沈阳 长沙 郑州 昆明 兰州 福州 合肥 南昌 太原 贵阳 海口 银川")
_BODIES = _words(
    "市教育局 市文化馆 省气象台 高速公路集团 市图书馆 师范大学 第二人民医院 市体育中心 地铁运营公司 市园林局 农业科学院 博物馆"
)
_ACTS = _words("举办 启动 公布 推出 调整 组织 完成 开展 发布 增设 修订 总结")
_THINGS = _words(
    "春季招聘会 读书节活动 暴雨预警信息 假期通行安排 青少年足球联赛 免费义诊服务 古籍修复展 "
    "夜间公交线路 花卉展览 小麦良种试验 校园开放日 志愿者培训"
)
_CLAUSES = _words(
    "记者从有关部门了解到 活动将持续到月底 市民可以通过手机预约 现场准备了丰富的节目 不少家长带着孩子前来参加 "
    "工作人员提醒大家注意交通安全 专家介绍了多年来的经验 今年的规模比去年有所扩大 参加人数超过预期 天气总体晴好 "
    "早晚温差较大 下一步将继续完善服务 有关负责人表示欢迎社会各界提出意见 交通部门增开了临时班次 周边商户延长了营业时间 "
    "志愿者为老人提供引导 作品来自十多个省份 评审工作已经结束 结果将在网站上公布 报名截止到本周五 场馆内设有休息区 "
    "当地居民纷纷点赞 项目总投资约三千万元 工程预计明年年底完工 道路沿线新种树木两万多株 课程分为初级和高级两个班 "
    "医院开通了绿色通道 学校食堂增加了新的菜品 游客数量稳步增长 这一做法得到了推广"
)
_ELEMENTS = _words("镝 铽 钕 镨 钐 钆 钇 镥 钬 铒")
_NEWS = (
    "商务部公告{n}号 公布对{e}相关稀土物项实施出口管制的决定",
    "工业和信息化部下达{p}第{n}批稀土开采总量控制指标",
    "北方稀土公布{e}产品第{n}期挂牌价格 氧化镨钕每吨调整为{k}元",
    "{p}稀土集团第{n}次竞拍氧化{e} 成交{k}公斤",
    "海关总署：第{n}月稀土出口{k}吨",
)


def _sentence(pick: random.Random) -> str:
    return "，".join(pick.sample(_CLAUSES, pick.randint(2, 4))) + "。"


def prose(pick: random.Random, size: int) -> str:
    parts: list[str] = []
    while sum(map(len, parts)) < size:
        parts.append(_sentence(pick))
    return "".join(parts)


def headline(pick: random.Random, *, wanted: bool) -> str:
    place, number = pick.choice(_PLACES), pick.randint(2, 9_999)
    if wanted:
        return pick.choice(_NEWS).format(n=number, e=pick.choice(_ELEMENTS), p=place, k=pick.randint(300, 900_000))
    return f"{place}{pick.choice(_BODIES)}{pick.choice(_ACTS)}{pick.choice(_THINGS)} 吸引{number}人参与"


def _item(feed: int, number: int, start: datetime, *, wanted: bool | None = None) -> str:
    """Item `number` of a feed: the higher the number, the younger; the youngest of the first edition is as old as `start`."""
    pick = random.Random(f"{feed}/{number}")
    hit = pick.randrange(_MATCHING) == 0 if wanted is None else wanted
    title = headline(pick, wanted=hit)
    text = (title + "。" if hit else "") + prose(pick, 205)
    # Half of the feeds write markup, half do not: both are common.
    body = f"<![CDATA[<p>{text[:110]}</p><p>{text[110:]}</p>]]>" if feed % 2 else text
    age = timedelta(minutes=max(0, ITEMS - 1 - number) * (DAYS * 1440 // ITEMS))
    link = f"http://news{feed}.example.cn/a/{start:%Y%m}/{number:06d}.html"
    printed = format_datetime(start - age)
    return (
        f'<item><title>{title}</title><link>{link}</link><guid isPermaLink="true">{link}</guid>'
        f"<pubDate>{printed}</pubDate><author>本报记者</author><category>要闻</category><description>{body}</description></item>\n"
    )


def document(feed: int, edition: int, start: datetime, *, wanted: bool | None = None) -> bytes:
    """The feed as RSS 2.0 in UTF-8; each edition has one more new item on top, whose headline is `wanted` (None: by chance)."""
    numbers = range(ITEMS - 1 + edition, edition - 1, -1)
    items = "".join(_item(feed, number, start, wanted=wanted if number >= ITEMS else None) for number in numbers)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>新闻频道{feed}</title><link>http://news{feed}.example.cn/</link><description>每日要闻</description>"
        f"<language>zh-cn</language>\n{items}</channel></rss>\n"
    ).encode()


def beginning() -> datetime:
    """The moment the youngest item of a first edition bears: an hour ago, to the minute."""
    return (datetime.now(UTC) - timedelta(hours=1)).replace(second=0, microsecond=0)
