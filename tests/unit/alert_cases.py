"""Alerts for the tests of the channels: a plain one, and anything a page could hold."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from rarewatch.nouns.alert import Evidence, Message, Why
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.watch import Severity

SEEN = datetime(2031, 4, 4, 1, 2, tzinfo=UTC)
SENTENCE = "决定对钐、钆、铽等中重稀土相关物项实施出口管制。"
MESSAGE = Message(
    delivery="dlv-1",
    story="sto-1",
    severity=Severity.URGENT,
    headline="关于对部分稀土物项实施出口管制的公告",
    glosses=(("稀土", "rare earths"), ("出口管制", "export control")),
    publisher="商务部",
    tier="issuer",
    published=Stamp(datetime(2031, 4, 3, 10, tzinfo=UTC), "minute"),
    seen_at=SEEN,
    zone="Asia/Shanghai",
    why=(Why("ree-control", "Export control on rare earths", Severity.URGENT, ("出口管制", "稀土")),),
    evidence=(Evidence("text", SENTENCE, ((9, 13), (19, 23)), (("钐", "samarium"),)),),
    link="https://www.example.com/a/1.html?x=1&y=2",
)

# Any character at all, with the troublesome ones more often.
texts = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\r\n\t\x00\x1b\x7f\x85\u2028\u202e\u2066\ud800<>&\"'`{}%稀土出口管制👩‍🔬שלום=?._-"),
    ),
    max_size=300,
)
pairs = st.tuples(texts, texts)
marks = st.lists(st.tuples(st.integers(-5, 320), st.integers(-5, 320)), max_size=6).map(tuple)
moments = st.datetimes(
    min_value=datetime(1, 1, 1),
    max_value=datetime(9999, 12, 31),
    timezones=st.sampled_from([UTC]),  # a store gives UTC
)
severities = st.sampled_from(list(Severity))
messages = st.builds(
    Message,
    delivery=texts,
    story=texts,
    severity=severities,
    headline=texts,
    glosses=st.lists(pairs, max_size=3).map(tuple),
    publisher=texts,
    tier=texts,
    published=st.one_of(st.none(), st.builds(Stamp, moments, st.sampled_from(["day", "minute"]))),
    seen_at=moments,
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC", "Asia/Kolkata", "Nowhere/Atall", "", "../etc"]),
    why=st.lists(st.builds(Why, texts, texts, severities, st.lists(texts, max_size=3).map(tuple)), max_size=3).map(tuple),
    evidence=st.lists(st.builds(Evidence, st.sampled_from(["title", "text"]), texts, marks, st.just(())), max_size=3).map(tuple),
    link=st.one_of(
        texts, st.sampled_from(["javascript:alert(1)", 'https://例子.cn/路?a=b&c="d', "http://[", "https://example.com/1"])
    ),
    caveat=texts,
    origin=texts,
    title_only=st.booleans(),
    possible_repeat=st.booleans(),
    test=st.booleans(),
)
