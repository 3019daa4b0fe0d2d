"""feedparser's reading of the whole document is the truth; cutting must never differ from it."""

import contextlib
import io
import os
import re
from itertools import chain
from pathlib import Path
from xml.sax.saxutils import escape

import feedparser
import pytest
from feed_answers import look
from hypothesis import given, settings
from hypothesis import strategies as st

from rarewatch.errors import SourceFault
from rarewatch.nouns.source import Remembered, Validators
from rarewatch.sources._feed_slices import cut

WORD = st.text(st.sampled_from("稀土出口管制a1 &<>'\"]-é\n"), max_size=12)
XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">'
BASE = st.sampled_from(["", ' xml:base="/en/"', ' xml:lang="en"', ' xml:base="https://o.example.cn/x/"'])


@st.composite
def rss_item(draw):
    word = lambda: escape(draw(WORD))  # noqa: E731 - a shorthand
    parts = [
        f"<title>{word()}</title>",
        f"<title><![CDATA[{draw(WORD).replace(']]>', '')}<b>x</b>]]></title>",
        f"<link>/{word()}</link>",
        f"<guid isPermaLink='{draw(st.sampled_from(['true', 'false']))}'>{word()}</guid>",
        f"<description>{word()}</description>",
        "<description><![CDATA[<p>段</p></item><item>]]></description>",
        f"<dc:date>{word()}</dc:date>",
        f"<dc:language>{word()}</dc:language>",
        f"<content:encoded>{escape('<p>' + draw(WORD) + '</p>')}</content:encoded>",
        f"<source url='/s'>{word()}</source>",
        f"<author>{word()}</author>",
        "<image><title>图</title><url>/i.png</url></image>",
        "<!-- <item> -->",
        "<media:group><media:title>m</media:title></media:group>",
        "<textInput><title>t</title></textInput>",
        "<svg>a</svg>",
    ]
    return f"<item{draw(BASE)}>{''.join(draw(st.lists(st.sampled_from(parts), max_size=5)))}</item>"


@st.composite
def atom_entry(draw):
    word = lambda: escape(draw(WORD))  # noqa: E731 - a shorthand
    parts = [
        f"<title type='html'>{word()}</title>",
        f"<title>{word()}</title>",
        f"<title type='xhtml'>{XHTML}a<b>b</b></div></title>",
        f"<link href='{draw(st.sampled_from(['a', '/b', 'https://x.example.cn/', '?q=1&amp;r=2']))}'/>",
        f"<id>{word()}</id>",
        f"<updated>{word()}</updated>",
        f"<summary>{word()}</summary>",
        f"<content type='xhtml'>{XHTML}<p>{word()}</p></div></content>",
        f"<content type='html' xml:lang='en'>{escape(escape(draw(WORD)))}</content>",
        f"<source><title>{word()}</title></source>",
        f"<author><name>{word()}</name></author>",
    ]
    return f"<entry{draw(BASE)}>{''.join(draw(st.lists(st.sampled_from(parts), max_size=5)))}</entry>"


RSS = (
    '<?xml version="1.0" encoding="gb2312"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">'
    "<channel><title>t</title><language>zh-cn</language><image><title>logo</title></image>{}<ttl>1</ttl></channel></rss>"
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh" xml:base="https://a.example.cn/b/"><title>t</title>{}</feed>'
FEEDS = st.one_of(
    st.tuples(st.just(RSS), st.lists(rss_item(), min_size=1, max_size=6)),
    st.tuples(st.just(ATOM), st.lists(atom_entry(), min_size=1, max_size=6)),
)


@given(FEEDS, st.data())
@settings(max_examples=300, deadline=None)
def test_a_reduced_document_reads_as_the_whole_one(feed, data):
    frame, items = feed
    items += data.draw(st.lists(st.sampled_from(items), max_size=2))
    body = frame.format("\n ".join(items)).encode()
    slices = cut(body)
    assert slices is not None
    assert list(slices.entries) == [each.encode() for each in items]

    whole = look(body)
    assert len(whole.drafts) == len(items)
    known = frozenset(data.draw(st.sets(st.sampled_from(whole.marks))))
    reduced = look(body, Remembered(Validators(), known))
    assert reduced.drafts == tuple(draft for draft in whole.drafts if draft.mark not in known)
    assert reduced.marks == whole.marks
    assert reduced.known == len(whole.marks) - len(reduced.drafts)


def test_a_base_of_one_entry_is_not_the_next_ones():
    items = "<item xml:base='https://other.example.cn/x/'><link>a</link></item><item><link>a</link></item>"
    for body in (f"<rss><channel>{items}</channel></rss>", f"<rss><channel>{items}&nbsp;</channel></rss>"):
        assert [draft.url for draft in look(body.encode()).drafts] == ["https://other.example.cn/x/a", "https://news.example.cn/a"]


@pytest.mark.parametrize(
    "document",
    [
        "<!DOCTYPE rss><rss><channel><item/></channel></rss>",
        "<rss><channel><item>a</item><item>&nbsp;</item></channel></rss>",
        "<rss><channel><item>a</item><language>en</language><item>b</item></channel></rss>",
        "<rss><channel><item>a</item></channel><item>b</item></rss>",
        "<rss><channel><item>a<item>b</item></item></channel></rss>",
        "<rss><channel><item/></channel></rss>",
        "<rss><item><item/></item></rss>",
        "<rss><itemx><item/></itemx></rss>",
        "<rss><item>a</item><item a='>' /></rss>",
        "<rss><channel><item xmlns:dc='http://purl.org/dc/elements/1.1/'>b</item></channel></rss>",
        "<rss><channel><item>a</item><entry>b</entry></channel></rss>",
        "<rss><channel><ITEM>a</ITEM></channel></rss>",
        "<opml><item>a</item></opml>",
        "<rss><channel></channel></rss>",
        "<rss><channel><item>a</item>",
    ],
)
def test_other_shapes_are_not_cut(document):
    assert cut(document.encode()) is None


MARKUP = st.lists(
    st.sampled_from(
        [*"<>/&;!-[]=\"' \n稀x", "item", "entry", "title", "<item>", "<item/>", "</item>", "<![CDATA[", "]]>", "&#", "<!DOCTYPE"]
    ),
    max_size=40,
).map("".join)


@given(MARKUP, st.sampled_from(["<rss version='2.0'><channel>{}", "<feed>{}</feed>", "{}", '{{"items":[{}']))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_a_reading_or_a_fault(markup, frame):
    with contextlib.suppress(SourceFault):
        reading = look(frame.format(markup).encode())
        assert len(reading.marks) == len(reading.drafts) + reading.known
        for draft in reading.drafts:
            repr(draft).encode()
            assert draft.url == "" or draft.url.startswith(("http://", "https://"))


CORPUS = Path(os.environ.get("RAREWATCH_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
HEADER = re.compile(rb"Header:\s*Content-type:\s*(.*)", re.IGNORECASE)
TRUE_ENCODING = {"Big5": "big5", "EUC-KR": "cp949", "GB2312": "gb18030", "SHIFT_JIS": "cp932", "utf-8": "utf-8"}


def recorded(folder, pattern="**/*"):
    files = [path for path in sorted((CORPUS / folder).glob(pattern)) if path.is_file()]
    if not files:
        pytest.skip(f"no recorded input in {CORPUS / folder}")
    return files


@pytest.mark.corpus
def test_every_entry_feedparser_finds_in_its_own_test_files_is_kept():
    differing = []
    for path in recorded("feeds_conformance/feedparser"):
        body = path.read_bytes()
        declared = HEADER.search(body)
        content_type = declared.group(1).decode("latin-1").strip() if declared else ""
        truth = len(
            feedparser.parse(io.BytesIO(body), response_headers={"content-type": content_type} if declared else None).entries
        )
        found = 0
        with contextlib.suppress(SourceFault):
            found = len(look(body, content_type=content_type).drafts)
        if truth and found != truth:
            differing.append((path.name, truth, found))
    assert differing == []


@pytest.mark.corpus
def test_titles_of_real_feeds_come_out_undamaged():
    titles = 0
    for name, encoding in TRUE_ENCODING.items():
        for path in recorded(f"feeds_real/chardet_{name}", "*.xml"):
            body = path.read_bytes()
            if b"<html" in body.lower()[:500]:
                continue
            page = re.sub(r"\s|<!\[CDATA\[|\]\]>|</?[a-z]+>", "", _unescaped(body.decode(encoding, "replace")))
            for content_type in ("", "text/xml; charset=utf-8"):
                for draft in look(body, content_type=content_type).drafts:
                    titles += 1
                    assert "\ufffd" not in draft.title
                    assert "".join(draft.title.split()) in page
    assert titles > 1_000


def _unescaped(text):
    import html

    return html.unescape(html.unescape(text))


@pytest.mark.corpus
def test_real_feeds_read_the_same_when_half_is_known():
    cuttable = 0
    for path in chain(recorded("feeds_real", "**/*.xml"), recorded("feeds_real", "**/*.rss"), recorded("feeds_real", "**/*.atom")):
        body = path.read_bytes()
        with contextlib.suppress(SourceFault):
            whole = look(body)
            known = frozenset(whole.marks[::2])
            reduced = look(body, Remembered(Validators(), known))
            assert reduced.drafts == tuple(draft for draft in whole.drafts if draft.mark not in known), path.name
            cuttable += cut(body) is not None
    assert cuttable > 10
