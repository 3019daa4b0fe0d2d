"""Recorded pages, lists, feeds and documents: how well they are read, against what is known of them."""

import csv
import html
import json
import re
import unicodedata
import warnings
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import feedparser

from rarewatch.sources._listing_rows import read_rows
from rarewatch.sources.listing import Listing
from rarewatch.text.article import read_article
from rarewatch.text.charset import decode
from rarewatch.text.dates import read_date

SEEN = datetime(2026, 11, 22, tzinfo=UTC)
_FEEDS = {"chardet_GB2312": "gb18030", "chardet_Big5": "big5hkscs", "chardet_EUC-KR": "cp949", "chardet_SHIFT_JIS": "cp932"}
_PDF = {"scanned_no_text_2p.pdf": "scanned"}
Figures = tuple[str, int, dict[str, tuple[float, bool]], list[str]]
"""Name of the stream, number of items, measures (value, and whether more is better), what went wrong."""


def folded(text: str) -> str:
    """`text` in one form of each character and without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", html.unescape(text)))


def likeness(one: str, other: str) -> float:
    """F1 of the characters of two texts, each as often as it stands there."""
    mine, theirs = Counter(folded(one)), Counter(folded(other))
    return 2 * (mine & theirs).total() / max(mine.total() + theirs.total(), 1)


def articles(folder: Path) -> Figures:
    """Titles, dates to the minute and bodies of article pages."""
    with (folder / "TRUTH_title_date.tsv").open(encoding="utf-8") as lines:
        truth = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    titles, dates, misses = [], [], []
    for row in truth:
        article = read_article(decode((folder / row["file"]).read_bytes()).text)
        if row["title"]:
            titles.append(folded(article.title) == folded(row["title"]))
            misses += [] if titles[-1] else [f"{row['file']}: title {article.title!r}"]
        if row["publish_time"].startswith("20"):
            stamp = read_date(article.dates[0], seen_at=SEEN) if article.dates else None
            dates.append(stamp is not None and f"{stamp.at:%F %R}".startswith(row["publish_time"][:16]))
            misses += [] if dates[-1] else [f"{row['file']}: date {article.dates[:1]}, known {row['publish_time']}"]
    bodies = []
    for path in folder.glob("*.body.txt"):
        page = path.with_name(path.name.replace(".body.txt", ".html"))
        bodies.append(likeness(read_article(decode(page.read_bytes()).text).text, path.read_text(encoding="utf-8")))
    earlier = json.loads((folder / "REF_gne_output_2019.json").read_text(encoding="utf-8"))
    others = [
        likeness(read_article(decode((folder / name).read_bytes()).text).text, said["content"])
        for name, said in earlier.items()
        if (folder / name).exists()
    ]
    measures = {
        "titles right": _share(titles),
        "dates right": _share(dates),
        "bodies, mean F1 of characters": _mean(bodies),
        "bodies, mean F1 with another reader's": _mean(others),
    }
    return "articles", len(truth), measures, misses


def lists(folder: Path) -> Figures:
    """Rows of the list pages whose rows are known, by address and title."""
    right, found, known, misses = 0, 0, 0, []
    options = Listing.Options(item="table tr", link="a.cmsHref_self", link_attr="id", date="td:last-child")
    for truth in sorted(folder.glob("*/TRUTH_items.tsv")):
        with truth.open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        for page in sorted(truth.parent.glob("*.html")):
            want = Counter((row["id"], folded(row["title"])) for row in rows if row["page"] == page.name)
            read = read_rows(decode(page.read_bytes()).text, "http://list.example/", options)
            got = Counter((row.url.removeprefix("http://list.example"), folded(row.title)) for row in read)
            right, found, known = right + (want & got).total(), found + got.total(), known + want.total()
            misses += [f"{page.name}: {title}" for (_, title) in (want - got) + (got - want)]
    page = decode((folder / "mofcom_zcfb_index_202509.html").read_bytes()).text
    policy = [
        (row.url, row.title)
        for row in read_rows(page, "https://list.example/", Listing.Options(item="ul.policy-list > li", date="span"))
    ]
    truth_rows = re.findall(r'<em>【.*?<a href="(.*?)" title="(.*?)"', page, re.DOTALL)
    wanted = [(urljoin("https://list.example/", where), title) for where, title in truth_rows]
    measures = {
        "rows of 24 pages: recall": (right / max(known, 1), True),
        "rows of 24 pages: precision": (right / max(found, 1), True),
        "ministry's rows right": (sum(one in wanted for one in policy) / max(len(wanted), len(policy), 1), True),
    }
    return "list pages", known + len(wanted), measures, misses


def feeds(folder: Path) -> Figures:
    """Titles of feeds in other encodings than declared: each stands in the document as its true encoding gives it."""
    right, misses = [], []
    for name, encoding in _FEEDS.items():
        for path in sorted((folder / name).glob("*.xml")):
            body = path.read_bytes()
            document = folded(html.unescape(body.decode(encoding, "replace").replace("<![CDATA[", "").replace("]]>", "")))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                entries = feedparser.parse(decode(body, declared_in="xml").text).entries
            for entry in entries:
                title = folded(entry.get("title", ""))
                right.append("\ufffd" not in title and folded(re.sub("<[^>]*>", "", title)) in re.sub("<[^>]*>", "", document))
                misses += [] if right[-1] else [f"{name}/{path.name}: {title[:40]}"]
    return "feeds by true encoding", len(right), {"titles undamaged": _share(right)}, misses


def announcements(folder: Path) -> Figures:
    """Filings of an exchange's answer: each with a day in Shanghai and a title without markup."""
    rows = [row for path in folder.glob("*.json") for row in json.loads(path.read_bytes())["announcements"]]
    right = []
    for row in rows:
        stamp = read_date(str(row["announcementTime"]), seen_at=SEEN)
        right.append(stamp is not None and f"{stamp.at:%F}" in row["adjunctUrl"])
    return "exchange filings", len(rows), {"dates agree with the file's": _share(right)}, []


def snapshot(folder: Path) -> Figures:
    """What ministries and media had on one day: each page's text, dates as printed."""
    items = [one for path in sorted(folder.glob("*.json")) for one in json.loads(path.read_bytes())["news_list"]]
    right = [read_date(one["publish_date"], seen_at=SEEN) is not None for one in items if one.get("publish_date")]
    return "snapshots of ministries and media", len(items), {"printed dates read": _share(right)}, []


def papers(folder: Path) -> Figures:
    """PDF files: those with a text layer give ordinary characters, the scan is named as one."""
    from rarewatch.papers.reading import read_paper

    right, misses = [], []
    for path in sorted(folder.glob("*.pdf")):
        paper = read_paper(path.read_bytes(), url=f"http://list.example/{path.name}")
        text = "".join(paper.pages)
        odd = sum("\u2e80" <= sign <= "\u2fdf" for sign in text)
        wanted = _PDF.get(path.name, "read")
        right.append(paper.state == wanted and (wanted != "read" or (len(text) > 100 and not odd)))
        misses += [] if right[-1] else [f"{path.name}: {paper.state}, {len(text)} characters, {odd} radicals"]
    return "PDF files", len(right), {"read, or named as scans": _share(right)}, misses


def _share(right: list[bool]) -> tuple[float, bool]:
    return sum(right) / max(len(right), 1), True


def _mean(values: list[float]) -> tuple[float, bool]:
    return sum(values) / max(len(values), 1), True
