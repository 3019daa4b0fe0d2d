"""What a reading says of its page as a whole: the newest date on it, known entries included, and where its faults lie."""

from dataclasses import replace

import pytest
from feed_answers import answer, look
from kind_driver import Web, after, source

from rarewatch import errors
from rarewatch.nouns.source import Remembered, Validators

URL = "https://www.example.cn/list/"
LISTING = source("listing", URL, {"item": "li", "date": "i"})
RSS = '<rss version="2.0"><channel><title>示例</title><pubDate>Thu, 03 Apr 2025 23:59:00 +0800</pubDate>{}</channel></rss>'
ITEM = "<item><title>第{n}号</title><link>https://news.example.cn/{n}</link>{date}</item>"


def page(*days):
    rows = "".join(f"<li><a href='/{n}.html'>公告第{n}号</a><i>{day}</i></li>" for n, day in enumerate(days))
    return f"<meta charset=utf-8><ul>{rows}</ul>".encode()


def web(list_page, **more):
    articles = {f"https://www.example.cn/{n}.html": f"<title>第{n}号</title><p>公告第{n}号的正文</p>".encode() for n in range(3)}
    return Web({URL: list_page, **articles, **more})


def feed(*dates):
    return RSS.format("".join(ITEM.format(n=n, date=date) for n, date in enumerate(dates))).encode()


def iso(reading):
    return reading.newest.isoformat() if reading.newest else None


class TestNewest:
    def test_a_list_shows_it_whether_its_row_is_known_or_not(self):
        first = web(page("2026-11-20", "2026-11-21", "2026-11-19")).drive(LISTING)
        assert iso(first) == "2026-11-21T00:00:00+08:00"
        seen = replace(after(first), validators=Validators())
        again = web(page("2026-11-20", "2026-11-21", "2026-11-19")).drive(LISTING, seen)
        assert (again.known, iso(again)) == (3, "2026-11-21T00:00:00+08:00")

    def test_an_undated_list_shows_none(self):
        assert web(page("", "", "")).drive(LISTING).newest is None

    @pytest.mark.parametrize(
        "dates",
        [
            ("<pubDate>Wed, 02 Apr 2025 09:00:00 +0800</pubDate>", "<pubDate>Thu, 03 Apr 2025 08:30:00 +0800</pubDate>"),
            ("<dc:date>2025-04-02T09:00:00+08:00</dc:date>", "<dc:date>2025-04-03T08:30:00+08:00</dc:date>"),
            ("<pubDate><![CDATA[2025-04-02 09:00]]></pubDate>", "<pubDate>\n2025-04-03 08:30 </pubDate>"),
        ],
    )
    @pytest.mark.parametrize("known", [0, 1, 2])
    def test_a_feed_shows_it_from_the_bytes_of_known_entries_too(self, dates, known):
        body = feed(*dates).replace(b"<rss ", b'<rss xmlns:dc="http://purl.org/dc/elements/1.1/" ')
        marks = look(body).marks
        reading = look(body, Remembered(marks=frozenset(marks[:known])))
        assert len(reading.drafts) == 2 - known
        assert iso(reading) == "2025-04-03T08:30:00+08:00"

    def test_the_feeds_own_date_is_none_of_an_entry(self):
        assert look(feed("", "")).newest is None

    def test_a_feed_that_must_be_parsed_as_a_whole_shows_it_too(self):
        body = feed("<pubDate>Wed, 02 Apr 2025 09:00:00 +0800</pubDate>").replace(b"<rss ", b"<!DOCTYPE rss><rss ")
        assert iso(look(body)) == "2025-04-02T09:00:00+08:00"

    def test_an_atom_feed_shows_when_entries_were_published(self):
        entry = "<entry><id>a</id><title>t</title><updated>2025-04-03T10:00:00Z</updated><published>2025-04-01T00:30:00Z</published></entry>"
        body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><updated>2025-04-04T00:00:00Z</updated>{entry}</feed>'
        assert iso(look(body.encode())) == "2025-04-01T08:30:00+08:00"

    def test_what_did_not_change_shows_nothing(self):
        body = feed("<pubDate>Wed, 02 Apr 2025 09:00:00 +0800</pubDate>")
        reading = look(body, Remembered(Validators(body=answer(body).digest)))
        assert reading.unchanged
        assert reading.newest is None


class TestFaults:
    def test_a_dead_article_is_the_fault_of_its_entry(self):
        gone = {"https://www.example.cn/1.html": errors.Missing("404")}
        reading = web(page("2026-11-20", "2026-11-21"), **gone).drive(LISTING)
        assert [(fault.name, fault.of_entry, fault.of_part) for fault in reading.faults] == [("missing", True, False)]
        assert reading.own_fault is None

    def test_a_sitemap_of_an_index_that_fails_is_a_part_of_the_list(self):
        index = b"<sitemapindex><sitemap><loc>https://www.example.cn/a.xml</loc></sitemap><sitemap><loc>https://www.example.cn/b.xml</loc></sitemap></sitemapindex>"
        found = b"<urlset><url><loc>https://www.example.cn/1.html</loc></url></urlset>"
        of = source("sitemap", "https://www.example.cn/sitemap.xml", {"articles": "never"})
        answers = {
            of.url: index,
            "https://www.example.cn/a.xml": found,
            "https://www.example.cn/b.xml": errors.ServerTrouble("500"),
        }
        reading = Web(answers).drive(of)
        assert [(fault.name, fault.of_entry, fault.of_part) for fault in reading.faults] == [("server-trouble", False, True)]

    def test_a_document_that_is_cut_is_one_too(self):
        body = feed("<pubDate>Wed, 02 Apr 2025 09:00:00 +0800</pubDate>", "")
        (fault,) = look(body[: body.index(b"</channel>")]).faults
        assert fault.of_part
