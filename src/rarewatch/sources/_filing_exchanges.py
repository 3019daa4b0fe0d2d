"""How cninfo, the Shanghai and the Shenzhen exchange are asked for announcements, and what their answers look like. Pure.

The shapes are those that public programs used up to September 2026; none of the three documents its interface.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from urllib.parse import urljoin

from rarewatch.nouns.source import Get, Validators
from rarewatch.sources._articles import Entry
from rarewatch.sources._feed_drafts import words
from rarewatch.sources._json_paths import written
from rarewatch.sources._links import absolute, line, mark_of
from rarewatch.sources._requests import Plain, post_form, post_json, with_query

_XHR = {"X-Requested-With": "XMLHttpRequest"}


@dataclass(frozen=True, slots=True)
class Question:
    """What one request asks for: announcements of `stocks`, or of any stock that say `search`, between two days (YYYY-MM-DD).

    `org` is what cninfo calls the stock.
    """

    stocks: tuple[str, ...]
    search: str
    since: str
    until: str
    org: str = ""


class Exchange(Protocol):
    """One way to ask and to read; `size` is the number of rows (or groups of rows) on a full page."""

    size: ClassVar[int]
    at_once: ClassVar[bool]
    """Whether one question may name several stocks."""
    needs_org: ClassVar[bool]

    def get(self, url: str, question: Question, page: int, validators: Validators | None) -> Get:
        """The request for a page of the answer, counted from 1."""
        ...

    def rows(self, value: Any) -> list[Any] | None:
        """The rows, or groups of rows, in the order of the answer; None where the answer has another shape."""
        ...

    def entry(self, row: Mapping[str, Any]) -> Entry | None:
        """The announcement in a row; None where it has no title or no file."""
        ...


class Cninfo:
    """The disclosure site that the securities regulator named for all mainland exchanges; it has Hong Kong's companies too."""

    size: ClassVar[int] = 30
    at_once: ClassVar[bool] = False
    needs_org: ClassVar[bool] = True

    def get(self, url: str, question: Question, page: int, validators: Validators | None) -> Get:
        code = question.stocks[0] if question.stocks else ""
        column, plate = _market(code)
        form: dict[str, Plain] = {
            "stock": f"{code},{question.org}" if code else "",
            "tabName": "fulltext",
            "pageSize": self.size,
            "pageNum": page,
            "column": column,
            "plate": plate,
            "category": "",
            "trade": "",
            "searchkey": question.search,
            "secid": "",
            "sortName": "",
            "sortType": "",
            "isHLtitle": "true",
            "seDate": f"{question.since}~{question.until}",
        }
        referer = with_query(urljoin(url, "/new/disclosure/stock"), {"stockCode": code, "orgId": question.org})
        return post_form(url, form, headers={**_XHR, "Referer": referer}, validators=validators)

    def rows(self, value: Any) -> list[Any] | None:
        if not isinstance(value, dict) or "announcements" not in value:
            return None
        return _listed(value["announcements"] or [])  # null where there are none

    def entry(self, row: Mapping[str, Any]) -> Entry | None:
        path = written(row.get("adjunctUrl")).lstrip("/")
        return _entry(
            "http://static.cninfo.com.cn/" + path if path else "",
            written(row.get("announcementTitle")),
            written(row.get("secName")),
            (row.get("announcementTime"),),
            written(row.get("announcementId")),
        )


class Shanghai:
    """The Shanghai exchange; an announcement and its attachments come as a list within the list."""

    size: ClassVar[int] = 25
    at_once: ClassVar[bool] = False
    needs_org: ClassVar[bool] = False

    def get(self, url: str, question: Question, page: int, validators: Validators | None) -> Get:
        query: dict[str, Plain] = {
            "isPagination": "true",
            "pageHelp.pageSize": self.size,
            "pageHelp.cacheSize": 1,
            "pageHelp.pageNo": page,
            "pageHelp.beginPage": page,
            "pageHelp.endPage": page,
            "START_DATE": question.since,
            "END_DATE": question.until,
            "SECURITY_CODE": question.stocks[0] if question.stocks else "",
            "TITLE": question.search,
            "BULLETIN_TYPE": "",
            "stockType": "",
        }
        # Without the site's own Referer the answer is empty or 403.
        return Get(with_query(url, query), headers={"Referer": "https://www.sse.com.cn/"}, validators=validators)

    def rows(self, value: Any) -> list[Any] | None:
        return _listed(value.get("result")) if isinstance(value, dict) else None

    def entry(self, row: Mapping[str, Any]) -> Entry | None:
        return _entry(
            absolute(written(row.get("URL")), "https://static.sse.com.cn/"),
            written(row.get("TITLE")),
            written(row.get("SECURITY_NAME")),
            (row.get("SSEDATE"), row.get("ADDDATE")),
            "",
        )


class Shenzhen:
    """The Shenzhen exchange; it refuses forms and takes several stocks at once."""

    size: ClassVar[int] = 50
    at_once: ClassVar[bool] = True
    needs_org: ClassVar[bool] = False

    def get(self, url: str, question: Question, page: int, validators: Validators | None) -> Get:
        body: dict[str, Any] = {
            "seDate": [question.since, question.until],
            "channelCode": ["listedNotice_disc"],
            "pageSize": self.size,
            "pageNum": page,
        }
        body |= {"stock": list(question.stocks)} if question.stocks else {}
        body |= {"searchKey": [question.search]} if question.search else {}
        referer = urljoin(url, "/disclosure/listed/notice/index.html")
        return post_json(url, body, headers={**_XHR, "Referer": referer}, validators=validators)

    def rows(self, value: Any) -> list[Any] | None:
        return _listed(value.get("data")) if isinstance(value, dict) else None

    def entry(self, row: Mapping[str, Any]) -> Entry | None:
        path, number = written(row.get("attachPath")), written(row.get("id"))
        page = f"https://www.szse.cn/disclosure/listed/bulletinDetail/index.html?{number}" if number else ""
        return _entry(
            f"https://disc.static.szse.cn/download/{path.lstrip('/')}" if path else page,
            written(row.get("title")),
            _first(row.get("secName")),
            (row.get("publishTime"),),
            number,
        )


EXCHANGES: dict[str, Exchange] = {"cninfo": Cninfo(), "sse": Shanghai(), "szse": Shenzhen()}


def org_questions(url: str, code: str) -> Iterable[Get]:
    """The requests that may tell how cninfo calls a stock: its search box first, then its table of all stocks."""
    yield post_form(urljoin(url, "/new/information/topSearch/query"), {"keyWord": code, "maxNum": 10}, headers=_XHR)
    table = "hke_stock" if len(code) < 6 else "szse_stock"  # codes of Hong Kong have five digits
    yield Get(urljoin(url, f"/new/data/{table}.json"))


def org_of(value: Any, code: str) -> str:
    """What such an answer says cninfo calls the stock `code`, "" where it says nothing."""
    rows = value.get("stockList") if isinstance(value, dict) else value
    for row in _listed(rows) or ():
        if isinstance(row, dict) and written(row.get("code")) == code:
            return written(row.get("orgId"))
    return ""


def _market(code: str) -> tuple[str, str]:
    """The column and plate under which cninfo keeps a stock; "szse" without a plate covers all of the mainland."""
    if code and len(code) < 6:  # codes of Hong Kong have five digits
        return "hke", "hke"
    return {"6": ("sse", "sh"), "0": ("szse", "sz"), "3": ("szse", "sz")}.get(code[:1], ("szse", ""))


def _entry(url: str, title: str, name: str, dates: Sequence[Any], key: str) -> Entry | None:
    """The entry; its title begins with the company's name, which many titles leave to the column beside them."""
    title, name = line(words(title)), "".join(words(name).split())
    if not title or not url:
        return None
    whole = title if not name or name in "".join(title.split()) else f"{name}：{title}"
    printed = tuple(text for date in dates if (text := written(date)))
    return Entry(url=url, title=whole, mark=mark_of(url, key, title), dates=printed, key=key, author=name)


def _listed(value: Any) -> list[Any] | None:
    return value if isinstance(value, list) else None


def _first(value: Any) -> str:
    return written(value[0] if isinstance(value, list) and value else value)
