"""Plain items are read without feedparser only where feedparser would read the same."""

from xml.sax.saxutils import escape

import pytest
from feed_answers import URL, look
from hypothesis import given, settings
from hypothesis import strategies as st
from test_feed_differential import recorded

from rarewatch.errors import NotAFeed
from rarewatch.sources._feed_drafts import draft
from rarewatch.sources._feed_parse import base_for, parse, read_text
from rarewatch.sources._feed_plain import plain_entry, plain_frame, with_language
from rarewatch.sources._feed_slices import cut

LETTERS = "稀土出口管制a1 &;<>'\"]-é\x85\x92\xa0Â\u3000\n:/?=#。"
WORD = st.text(st.sampled_from(LETTERS), max_size=10)
MARKUP = st.lists(
    st.sampled_from(["稀土", "<p>", "</p>", "<br/>", "<b>", "</b>", "&amp;", "&nbsp;", "&lt;", "&#38;", "<MP>", " ", "\n"]),
    max_size=6,
).map("".join)
TEXT = st.one_of(
    WORD.map(escape),
    MARKUP.map(escape),
    st.one_of(WORD, MARKUP).map(lambda text: f"<![CDATA[{text.replace(']]>', '')}]]>"),
    st.one_of(WORD, MARKUP).map(lambda text: f" \n<![CDATA[{text.replace(']]>', '')}]]> "),
    st.sampled_from(["a<![CDATA[b]]>", "<![CDATA[a]]><![CDATA[b]]>", "<!-- c -->稀土", "&#x7a00;土", "&#150;", "Ã©"]),
)
LINK = st.one_of(
    st.builds(
        "http://news.example.cn/{}?a=1{}".format, st.integers(0, 99), st.sampled_from(["", "&amp;b=2", "&amp;amp;b=2", "&amp;c;"])
    ),
    st.sampled_from(
        ["/relative", "http:///news.example.cn/x", " https://news.example.cn/x ", "", "稀土", "https://新闻.cn/稀土", "urn:x:1"]
    ),
)
PARTS = st.one_of(
    st.builds("<title>{}</title>".format, TEXT),
    st.builds("<link>{}</link>".format, LINK),
    st.builds("<guid>{}</guid>".format, LINK),
    st.builds("<guid isPermaLink='{}'>{}</guid>".format, st.sampled_from(["true", "false"]), st.one_of(LINK, TEXT)),
    st.builds("<description>{}</description>".format, TEXT),
    st.builds("<author>{}</author>".format, st.one_of(TEXT, st.just("a@example.cn (张三)"))),
    st.builds("<source>{}</source>".format, TEXT),
    st.builds("<category>{}</category>".format, TEXT),
    st.builds("<dc:creator>{}</dc:creator>".format, TEXT),
    st.builds("<content:encoded>{}</content:encoded>".format, TEXT),
    st.just("<dc:date>2025-04-04T10:00:00Z</dc:date>"),
    st.sampled_from(
        ["<pubDate>Fri, 04 Apr 2025 10:00:00 +0800</pubDate>", "<pubDate>2025-04-04 </pubDate>", "<comments>x</comments>"]
    ),
    st.sampled_from(["<title/>", "<svg/>", "<item2/>", "words", "<title type='html'>x</title>", "<author><name>x</name></author>"]),
)
ITEM = st.builds(
    "<item>{}{}{}</item>".format,
    st.sampled_from(
        ["<title>稀土</title><link>http://news.example.cn/1</link>", "<link>http://news.example.cn/2</link>\n<title>a</title>", ""]
    ),
    st.lists(PARTS, max_size=5).map("\n".join),
    st.sampled_from(["", "\n", "\r\n"]),
)
SPACES = ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
FRAME = st.sampled_from(
    [
        f"<rss{SPACES}><channel>{{}}</channel></rss>",
        f'<?xml version="1.0" encoding="gb2312"?>\n<?xml-stylesheet href="x.css"?>\n<rss version="2.0"{SPACES}><channel><title>t</title><language>zh-cn</language>{{}}</channel></rss>',
        f'<rss version="0.91" xml:lang="zh_CN"{SPACES}><channel><image><title>t</title><url>/i</url></image>{{}}<language>en</language></channel></rss>',
        f'<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"{SPACES}>\r\n<channel><atom:link href="x"/>{{}}</channel></rss>',
        '<rss xmlns:dc="urn:other" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>{}</channel></rss>',
        f'<rss xmlns="http://backend.userland.com/rss2"{SPACES}><channel>{{}}</channel></rss>',
    ]
)
ODD = "<item><title type='html'>odd</title><link>http://news.example.cn/odd</link></item>"


def differences(body):
    """Each plain item's draft beside feedparser's, where they differ, and how many are plain."""
    text = read_text(body, "", "").text
    document = text.encode("utf-8", "replace")
    slices = None if text.startswith(("{", "[")) else cut(document)
    if slices is None or not plain_frame(slices.head) or base_for(document, URL):
        return [], 0
    parsed = parse(document)
    if len(parsed.entries) != len(slices.entries):
        return [], 0
    plain = {at: entry for at, item in enumerate(slices.entries) if (entry := plain_entry(item))}
    both = [
        (
            draft(with_language(entry, parsed.entries[min(plain)]), parsed.feed, URL, guids=True),
            draft(parsed.entries[at], parsed.feed, URL, guids=True),
        )
        for at, entry in plain.items()
    ]
    return [(ours, theirs) for ours, theirs in both if ours != theirs], len(both)


@given(FRAME, st.lists(ITEM, min_size=1, max_size=4))
@settings(max_examples=500, deadline=None)
def test_a_plain_item_is_what_feedparser_makes_of_it(frame, items):
    assert differences(frame.format("\n".join(items)).encode())[0] == []


@given(FRAME, st.lists(ITEM, min_size=2, max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_feed_reads_the_same_whether_or_not_feedparser_must_read_it_all(frame, items):
    plain, whole = (look(frame.format("\n".join(some)).encode()) for some in (items, [*items, ODD]))
    assert plain.drafts == whole.drafts[:-1]


ORDINARY = (
    "<item><title>稀土公告</title><link><![CDATA[http://news.example.cn/1?a=1&b=2]]></link><description><![CDATA[<p>全文</p>]]></description>"
    "<author>新华社</author><category>要闻</category><category>财经</category><pubDate>2025-04-04</pubDate>"
    "<guid isPermaLink='false'>1</guid><source>网</source></item>"
)


def test_an_ordinary_item_is_plain():
    assert plain_entry(ORDINARY.encode()) is not None


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("<item>", "<item xml:lang='en'>"),
        ("稀土公告", "&nbsp;"),
        ("稀土公告", "AT&amp;T"),
        ("稀土公告", "&lt;b>x&lt;/b>"),
        ("稀土公告", "café"),
        ("稀土公告", "a\x92稀土"),
        ("稀土公告", "稀&#22303;"),
        ("<title>稀土公告</title>", ""),
        ("<title>", "<title type='html'>"),
        ("<title>", "<title>稀土</title><title>"),
        ("http://news.example.cn/1?a=1&b=2", "/1"),
        ("http://news.example.cn/1?a=1&b=2", "http:///news.example.cn/1"),
        ("http://news.example.cn/1?a=1&b=2", "http://news.example.cn/1?a=1&b;=2"),
        ("<![CDATA[<p>全文</p>]]>", "<![CDATA[<p>]]>全文"),
        ("<![CDATA[<p>全文</p>]]>", "<![CDATA[<p>]]><![CDATA[全文</p>]]>"),
        ("<author>新华社</author>", "<author>新华社</author><dc:creator>新华社</dc:creator>"),
        ("<author>新华社</author>", "<author><name>新华社</name></author>"),
        ("<source>", "<source url='http://x.example.cn/'>"),
        ("</item>", "words</item>"),
        ("</item>", "<enclosure url='x'/></item>"),
    ],
)
def test_anything_out_of_the_ordinary_is_feedparsers(part, instead):
    assert part in ORDINARY
    assert plain_entry(ORDINARY.replace(part, instead).encode()) is None


@pytest.mark.corpus
@pytest.mark.parametrize(("folder", "least"), [("feeds_conformance", 0), ("feeds_real", 100)])
def test_recorded_feeds_hold_no_plain_item_that_feedparser_reads_otherwise(folder, least):
    differing, plain = [], 0
    for path in recorded(folder):
        try:
            found, count = differences(path.read_bytes())
        except NotAFeed:
            continue
        differing += [(path.name, *pair) for pair in found]
        plain += count
    assert differing == []
    assert plain >= least
