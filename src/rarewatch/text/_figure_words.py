"""What stands around a figure and gives it its sense: rise or fall, bounds, the base of a comparison."""

import re
from typing import Literal

Relation = Literal["=", "~", "<", "<=", ">", ">="]
Sense = Literal["", "change", "yoy", "previous", "per_percent", "reo"]

_FILL = (
    r"(?:了|约|近|超过|超|逾|达到|达|率|幅度|幅|度|为|是|的|仅|将|最多|至少|最高|不超过|不低于|大约|接近|突破|额|:|\s|\(|\+"
    r"|\b(?:by|of|some|about|nearly|over|more than|around|roughly|almost|up to|at least|as much as|an?|another|was|is)\b)*"
)
_UP_ZH = "增长|增加|增幅|增速|年增|月增|季增|增|上涨|涨幅|涨|上升|上调|提高|提升|回升|攀升|反弹|扩大|高出|加征|溢价"
_DOWN_ZH = "下降|降幅|降低|下跌|跌幅|跌|年减|月减|季减|减少|缩减|削减|减|下滑|下调|回落|收窄|萎缩|低了|折价|降"
_UP_EN = r"\b(?:up|rose|rises?|risen|rising|increas\w*|grew|grow\w*|jump\w*|surg\w*|gain\w*|climb\w*|soar\w*|rally\w*|higher)\b"
_DOWN_EN = r"\b(?:down|fell|falls?|fallen|falling|drop\w*|declin\w*|decreas\w*|slump\w*|plung\w*|slid\w*|cut\w*|reduc\w*|lower)\b"
UP = re.compile(rf"(?:{_UP_ZH}|{_UP_EN}){_FILL}$")
DOWN = re.compile(rf"(?:{_DOWN_ZH}|{_DOWN_EN}){_FILL}$")
LOSS = re.compile(rf"(?:净亏损|亏损|预亏|净流出|(?:net )?loss(?:es)?\b){_FILL}(?:人民币)?$")
_PERIOD = r"\s?(?:(?:year|month|quarter)[- ]on[- ](?:year|month|quarter)\s)?"
UP_AFTER = re.compile(rf"{_PERIOD}(?:increase|rise|gain|jump|surge|higher|growth|more\b)|\s?(?:的(?:增长|涨幅|增幅|升幅))")
DOWN_AFTER = re.compile(rf"{_PERIOD}(?:decrease|fall|drop|decline|slump|lower|cut|plunge|less\b)|\s?(?:的(?:下降|跌幅|降幅))")

YOY = re.compile(r"同比|(?:上年|去年)同期|年增|年减|year[- ]on[- ]year|year[- ]over[- ]year|\byoy\b|\by/y\b|a year (?:earlier|ago)")
PREVIOUS = re.compile(
    r"环比|较上[季月周]|比上[季月周]|月增|月减|季增|季减|(?:month|quarter|week)[- ]on|\bqoq\b|\bmom\b|previous (?:month|quarter)"
)
REO = re.compile(r"(?:reo|折?(?:稀土)?氧化物)(?:计|当量|为)?[\s:(]*$")
REO_AFTER = re.compile(r"\s?\(?(?:reo|稀土氧化物)")
SHARE = re.compile(r"(?:占比|占|份额|比重|share)[^,。;,]{0,8}$")
CLAUSE = re.compile(r"[,。;!?\n]")

_BEFORE: tuple[tuple[Relation, str], ...] = (
    ("<=", r"不超过|不高于|不多于|不大于|至多|最多|最高|以内|up to|at most|no more than|not more than|as much as"),
    (">=", r"不低于|不少于|不小于|至少|最低|最少|起码|at least|no less than|not less than|a minimum of"),
    ("<", r"不到|不足|未到|低于|少于|小于|接近|将近|近|under|below|less than|fewer than|nearly|almost|close to"),
    (">", r"超过|超出|高于|多于|大于|突破|逾|超|over|above|more than|exceed(?:s|ed|ing)?|in excess of"),
    ("~", r"大约|大概|约为|约|大致|左右|about|around|roughly|approximately|some|circa|~"),
)
BEFORE = tuple((relation, re.compile(rf"(?:{words})(?:了|达到|达|人民币|\s)*$")) for relation, words in _BEFORE)
_AFTER: tuple[tuple[Relation, str], ...] = (
    ("~", r"左右|上下|or so\b"),
    (">=", r"(?:及)?以上|or more\b"),
    ("<=", r"(?:及)?(?:以下|以内)|之内|or less\b"),
    (">", r"多(?=[,。;、)]|$)"),
)
AFTER = tuple((relation, re.compile(rf"\s?(?:{words})")) for relation, words in _AFTER)


def relation_of(before: str, after: str) -> Relation:
    """The bound that the words directly before or after a figure set; "=" where they set none."""
    for relation, words in BEFORE:
        if words.search(before):
            return relation
    return next((relation for relation, words in AFTER if words.match(after)), "=")


def direction(before: str, after: str) -> int:
    """1 for a rise, -1 for a fall, 0 where the figure is a level; 降至 3% is a level."""
    if UP.search(before):
        return 1
    if DOWN.search(before):
        return -1
    if UP_AFTER.match(after):
        return 1
    return -1 if DOWN_AFTER.match(after) else 0


def compared(clause: str, after: str) -> Sense:
    """What a change is measured against, by the last word of its own clause or the first behind it."""
    bases: tuple[tuple[Sense, re.Pattern[str]], ...] = (("yoy", YOY), ("previous", PREVIOUS))
    behind = min(((found.start(), base) for base, words in bases if (found := words.search(after))), default=None)
    before = max(((found.end(), base) for base, words in bases for found in words.finditer(clause)), default=None)
    chosen = before or behind
    return chosen[1] if chosen else "change"
