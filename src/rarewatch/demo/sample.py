"""What the sample publishers say: announcements of our own wording, modelled on the facts of real ones.

Nothing here is news. The times are set when the site starts, so that the pages look as fresh as real ones.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Notice:
    """One announcement on a sample page: `age` before the site's start, `shown` once so many passes are over."""

    slug: str
    title: str
    text: str
    age: timedelta
    source: str = ""
    late: bool = False

    def at(self, start: datetime) -> datetime:
        """When it says it was published; what comes late is published as it appears."""
        return start - self.age


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


MINISTRY = (
    Notice(
        "art_61a0",
        "商务部 海关总署公告2025年第18号 公布对部分中重稀土相关物项实施出口管制的决定",
        "根据《中华人民共和国出口管制法》等法律法规有关规定，为维护国家安全和利益，经国务院批准，决定对钐、钆、铽、镝、镥、钪、钇等"
        "7类中重稀土相关物项实施出口管制措施。\n出口经营者出口上述物项，应当向国务院商务主管部门申请许可。\n本公告自公布之日起正式实施。",
        _minutes(42),
        "安全与管制局",
    ),
    Notice(
        "art_61a1",
        "商务部召开全国家政服务业工作座谈会",
        "会议总结了今年以来的家政服务业发展情况，交流了各地的经验做法，部署了下一阶段的重点工作。",
        _minutes(95),
        "服务贸易司",
    ),
    Notice(
        "art_61a2",
        "商务部关于公布老字号名录的通知",
        "经各地推荐和专家评审，现将通过复核的老字号企业名录予以公布。",
        timedelta(days=6),
        "流通发展司",
    ),
    Notice(
        "art_61a3",
        "公布暂停实施商务部、海关总署公告2025年第55号、56号、57号、58号及商务部公告2025年第61号、62号的决定",
        "经国务院批准，决定自即日起至2026年11月10日，暂停实施下列公告。",
        timedelta(0),
        "安全与管制局",
        late=True,
    ),
)
"""A ministry's list page: UTF-8, dates in brackets, the text on pages of its own."""

COMPANY = (
    Notice(
        "t1001",
        "关于稀土精矿关联交易价格调整的公告",
        "公司拟将第四季度稀土精矿交易价格调整为不含税26205元/吨（干量，REO=50%），REO每增减1%，不含税价格增减524.10元/吨。"
        "北方稀土与包钢股份将按照稀土精矿供应合同的约定执行。",
        _minutes(18),
    ),
    Notice(
        "t1002",
        "公司工会举办职工羽毛球比赛",
        "来自各单位的六十余名职工参加了比赛，赛场气氛热烈。",
        _minutes(300),
    ),
    Notice(
        "t1003",
        "北方稀土召开10月份经济运行分析会",
        "会议分析了10月份生产经营情况，要求锻长板、补短板，加快推进绿色冶炼升级改造项目二期建设，全面完成年度目标任务。\n"
        "党委书记、董事长刘培勋主持会议并讲话。",
        timedelta(days=9),
    ),
)
"""A company's list page: GBK without saying so, titles cut on the list, day-only dates."""

WIRE = (
    Notice(
        "w2001",
        "商务部、海关总署：对部分中重稀土相关物项实施出口管制",
        MINISTRY[0].text,
        _minutes(30),
    ),
    Notice("w2002", "全国多地迎来降温天气", "中央气象台预计，未来三天中东部大部地区气温将下降6至8摄氏度。", _minutes(25)),
    Notice(
        "w2003",
        "中国11月稀土磁铁出口量创新高",
        "海关总署公布的数据显示，11月稀土磁铁出口量为6150吨，环比增长12.4%，为今年以来最高。",
        _minutes(55),
    ),
    Notice("w2004", "中超联赛第二十八轮战罢", "主队在补时阶段打入制胜一球。", _minutes(70)),
)
"""A news agency's RSS: GB18030 declared as gb2312, no guids; its first item copies the ministry's text."""

TRADE = (
    Notice(
        "nre-q3-review",
        "Northern Rare Earth Reviews Third Quarter, Speeds Up Green Smelting Phase II",
        "Northern Rare Earth (Group) High-Tech Co., a subsidiary of Baogang Group, met to review its third quarter. "
        "Managers were told to accelerate Phase II of the green smelting upgrade and to tighten cost control.",
        _minutes(80),
    ),
    Notice(
        "trade-agreement",
        "Ministers Reach Agreement on Dairy Tariffs",
        "The agreement frees up three more quotas for cheese, officials said.",
        _minutes(33),
    ),
)
"""A trade magazine's feed in English; "agreement" holds the letters REE and must stay silent."""


def with_time(notice: Notice, start: datetime, appeared: datetime) -> Notice:
    """`notice` with its age counted from when it appeared, if it comes late."""
    return replace(notice, age=start - appeared) if notice.late else notice
