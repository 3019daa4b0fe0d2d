"""Tells texts that are a date, and addresses that lead to an article, from all others. Pure."""

import re
from urllib.parse import urlsplit

_YEAR = r"(?<![\d/.-])(?:19|20)\d\d"
_CLOCK = r"(?:[\sT·-]*\d{1,2}\s*[:：时]\s*\d{1,2}(?:\s*[:：分]\s*\d{1,2})?\s*[分秒]?)?"
_MONTHS = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_WHOLE = re.compile(
    rf"{_YEAR}\s*[-/.年]\s*\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}(?!\d)\s*日?{_CLOCK}"
    rf"|{_MONTHS}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+20\d\d|\d{{1,2}}\s+{_MONTHS},?\s+20\d\d",
    re.IGNORECASE,
)
_SHORT = re.compile(
    rf"(?:\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}\s*日?{_CLOCK}|\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?|刚刚|(?:\d{{1,3}}|半|一)\s*个?(?:秒|分钟|小时|天|周)前"
    rf"|(?:今天|昨天|前天)(?:\s*\d{{1,2}}[:：]\d{{2}})?|\d{{1,2}}\s+(?:minute|hour|day)s?\s+ago)"
)
_YEAR_MONTH = re.compile(rf"{_YEAR}\s*[-/.年]\s*\d{{1,2}}\s*月?|{_YEAR}\s*年?")
_DAY = re.compile(r"\d{1,2}\s*日?|\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?")
_AROUND = " \t\r\n[](){}（）【】〔〕|｜·:：-—,，;；\xa0\u3000"
_LABEL = re.compile(
    r"^(?:(?:发布|公布|更新|成文|发文|上传|创建)?(?:日期|时间)|date|time|published|posted)\s*[:：]?\s*", re.IGNORECASE
)
_BESIDE = 24  # characters that may stand around a date in its own element: an origin, a count of readers

_ARTICLE = re.compile(
    r"/t\d{8}_\d+|/art/\d{4}/\d{1,2}/\d{1,2}/art_|art_[0-9a-f]{6,}|/\d{4}-\d{2}/\d{2}/|/\d{8}/[0-9a-f]{16,}|/[0-9a-f]{24,}|\d{12,}"
    r"|/\d{6}/(?:t|content|[0-9a-f]{32})|/c\d+/content|content_\d+|/\d{4}-\d{2}-\d{2}/|/system/\d{4}/|/info/\d+/\d+\.htm"
    r"|/\d{4}/\d{1,2}/\d{1,2}/|/\d{4}/\d{4}/|/c\d+a\d+/page|/\d{4}/[a-z0-9-]+|/\d{4,}\.s?html?$|[?&](?:id|newsid|articleid|aid|infoid)=",
    re.IGNORECASE,
)


def is_date(text: str) -> bool:
    """Whether `text` (of one element) is a date, with little beside it: a label, brackets, an origin."""
    bare = _LABEL.sub("", text.strip(_AROUND)).strip(_AROUND)
    if not bare or len(text) > 60:
        return False
    whole = _WHOLE.search(bare)
    if whole:
        return len(bare) - len(whole[0]) <= _BESIDE
    return bool(_SHORT.fullmatch(bare))


def is_month(text: str) -> bool:
    """Whether `text` is a year, with or without a month: the larger half of a date in two elements."""
    return bool(_YEAR_MONTH.fullmatch(text.strip(_AROUND)))


def is_year(text: str) -> bool:
    """Whether `text` is a year and nothing else."""
    return bool(re.fullmatch(r"(?:19|20)\d\d\s*年?", text.strip(_AROUND)))


def is_day(text: str) -> bool:
    """Whether `text` is the smaller half of such a date."""
    return bool(_DAY.fullmatch(text.strip(_AROUND)))


def holds_date(text: str) -> str:
    """The first whole date in `text`, "" for none."""
    found = _WHOLE.search(text)
    return found[0] if found else ""


def is_article(url: str) -> bool:
    """Whether `url` is formed as content systems form the addresses of articles."""
    parts = urlsplit(url)
    return bool(_ARTICLE.search(f"{parts.path}?{parts.query}" if parts.query else parts.path))
