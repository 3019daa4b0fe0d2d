"""Publishers and what they announce over time: the truth against which the month is held."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from month.days import CHINA, Calendar

WATCHED = "稀土"
_BODIES = (
    "商务厅",
    "发展改革委",
    "工业和信息化局",
    "自然资源厅",
    "海关关区",
    "科学技术局",
    "财政局",
    "行业协会",
    "交易所",
    "研究院",
)
_MATTERS = (
    "矿业权出让", "总量控制指标", "出口许可", "安全生产检查", "绿色矿山建设", "价格监测", "招标采购", "项目备案", "人才招聘",
    "专项资金", "环保督察", "标准修订", "技术改造", "产能置换", "统计月报", "听证会", "行政处罚", "示范园区", "座谈会", "年度预算",
)  # fmt: skip
_GOODS = ("永磁材料", "萤石", "钨精矿", "锂辉石", "石墨", "镓锗", "铜精矿", "氧化铝", "抛光粉", "催化剂", "储氢合金", "钛白粉")
_VERBS = ("公布", "印发", "调整", "启动", "完善", "部署", "通报", "征集", "受理", "验收", "开展", "推进")
_ENDS = ("的通知", "的公告", "的公示", "有关情况", "的意见", "的函", "结果", "工作方案")


@dataclass(frozen=True)
class Announcement:
    """One thing a publisher says: its number is in its title, no other has it."""

    number: int
    title: str
    text: str
    at: datetime
    gone_at: datetime | None = None
    edited_at: datetime | None = None

    @property
    def watched(self) -> bool:
        return WATCHED in self.title

    def stands(self, now: datetime) -> bool:
        return self.at <= now and (self.gone_at is None or now < self.gone_at)

    def text_at(self, now: datetime) -> str:
        """Its text, which is changed a little when it is edited."""
        return self.text + "（本文内容有修改）" if self.edited_at is not None and self.edited_at <= now else self.text


Harm = Literal[
    "refused", "timeouts", "errors", "not_found", "wall_status", "wall_page", "redesign", "elsewhere", "question_marks",
    "mojibake", "stuck", "silent", "stale", "blip",
]  # fmt: skip


@dataclass(frozen=True)
class Trouble:
    """What ails a publisher from `start` to `end`.

    `named` is the condition operators must be told of, "" for none, `within` the time after `start` in which they must be.
    """

    harm: Harm
    start: datetime
    end: datetime
    named: str
    within: timedelta


@dataclass
class Outlet:
    """A publisher's list: what it says, in which shape and how often it is read (seconds)."""

    id: str
    kind: str
    base: str
    calendar: Calendar
    every: int
    rows: int = 20
    style: int = 0
    announcements: list[Announcement] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    def publish(self, rng: Random, start: datetime, end: datetime, numbers: "Numbers") -> None:
        """Fill in what it says from `start` to `end`; where a trouble silences it, it says nothing."""
        hushed = [trouble for trouble in self.troubles if trouble.harm in {"silent", "stale"}]
        for at in sorted(self.calendar(rng, start, end)):
            if start <= at < end and not any(trouble.start <= at < trouble.end for trouble in hushed):
                self.announcements.append(_announcement(rng, at, numbers.next()))

    def shown(self, now: datetime) -> Sequence[Announcement]:
        """What stands on its list, the newest first."""
        stuck = next(
            (one.start - timedelta(days=12) for one in self.troubles if one.harm == "stuck" and one.start <= now < one.end), now
        )
        standing = [one for one in self.announcements if one.at <= stuck and one.stands(now)]
        return standing[: -self.rows - 1 : -1]

    def ails(self, now: datetime) -> Trouble | None:
        return next((trouble for trouble in self.troubles if trouble.start <= now < trouble.end), None)


@dataclass
class Numbers:
    """Gives each announcement of the world a number of its own."""

    last: int = 100_000

    def next(self) -> int:
        self.last += 1
        return self.last


def _phrase(rng: Random) -> str:
    return f"{rng.choice(_BODIES)}就{rng.choice(_GOODS)}{rng.choice(_MATTERS)}{rng.choice(_VERBS)}{rng.choice(_ENDS)}"


def _announcement(rng: Random, at: datetime, number: int) -> Announcement:
    watched = rng.random() < 0.4
    subject = (WATCHED if watched else "") + rng.choice(_GOODS)
    title = f"{rng.choice(_BODIES)}{rng.choice(_VERBS)}{subject}{rng.choice(_MATTERS)}{rng.choice(_ENDS)}（第{number}号）"
    body = "；".join(_phrase(rng) for _ in range(6))
    text = f"第{number}号：{body}。{subject}一事按规定办理，{at.astimezone(CHINA):%H时%M分}发布。"
    gone = at + timedelta(hours=rng.uniform(6, 48)) if rng.random() < 0.02 else None
    edited = at + timedelta(hours=rng.uniform(3, 60)) if rng.random() < 0.05 else None
    return Announcement(number, title, text, at, gone, edited)
