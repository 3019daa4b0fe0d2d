"""From documents to items, matches and alerts: what is searched, which page is named, what is said of the rest."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from making import LONG_TEXT, NOW, item, source
from rarewatch.admit import admit, marks
from rarewatch.compose import Composer
from rarewatch.config import load_watch
from rarewatch.match import Compiled
from rarewatch.matchers.terms import Terms
from rarewatch.normalise import content_digest, joined, normalise, paper_note
from rarewatch.nouns.alert import Parcel, Target
from rarewatch.nouns.item import Status
from rarewatch.nouns.memory import Known
from rarewatch.nouns.paper import Paper, page_at
from rarewatch.nouns.source import Draft, Publisher
from rarewatch.nouns.watch import Leaf, Rule, Severity, Watch
from rarewatch.text.wording import evidence_label, notices
from rarewatch.trial import run

ORDER = Paper(
    "http://x/1.pdf", "附件1.pdf", "pdf", pages=("目录", "", "对钐、钆实施出口管制。另行公布。"), labels=("p. 1", "p. 2", "p. 3")
)
SHEET = Paper("http://x/2.xlsx", "附件2.xlsx", "xlsx", pages=("氧化镝\t2805",), labels=("清单",))
SCAN = Paper("http://x/3.pdf", "附件3.pdf", "pdf", "scanned", detail="is a scan without text")
GONE = Paper("http://x/4.pdf", "附件4.pdf", "pdf", "unread", detail="could not be fetched: missing, 404")
RULE = Rule("r", "Export control", Severity.URGENT, Leaf("terms", Terms.Options.model_validate(["出口管制"]), "attachment"))


def made(*papers, text=LONG_TEXT, **fields):
    return normalise(Draft("k", "http://x/a.html", "关于公布清单的公告", text, papers=papers, **fields), source(), NOW)


def test_documents_are_one_text_with_marks():
    text, pages = joined([ORDER, SHEET])
    assert text == "目录\n对钐、钆实施出口管制。另行公布。\n\n氧化镝\t2805"
    assert [(mark.start, mark.place) for mark in pages] == [
        (0, "附件1.pdf, p. 1"),
        (3, "附件1.pdf, p. 3"),
        (21, "附件2.xlsx, 清单"),
    ]


PAGES = st.text(st.sampled_from("稀土 \n\x00出口"), max_size=12)


@given(st.lists(st.lists(PAGES, max_size=5), max_size=4))
def test_every_character_stands_on_the_page_that_is_named(documents):
    papers = [
        Paper(f"u{n}", f"d{n}", "pdf", pages=tuple(pages), labels=tuple(f"p. {at}" for at in range(len(pages))))
        for n, pages in enumerate(documents)
    ]
    text, marks_ = joined(papers)
    content = {
        f"d{n}, p. {at}": page.replace("\x00", "\ufffd").strip()
        for n, pages in enumerate(documents)
        for at, page in enumerate(pages)
    }
    ends = [*(mark.start for mark in marks_[1:]), len(text)][: len(marks_)]
    for mark, end in zip(marks_, ends, strict=True):
        assert text[mark.start : end].rstrip("\n") == content[mark.place].rstrip("\n")
        for position in range(mark.start, mark.start + len(content[mark.place])):
            assert page_at(marks_, position) == mark
    assert len(marks_) == sum(bool(page) for page in content.values())


def test_documents_without_labels_and_far_too_long_ones():
    long = Paper("u", "甲.docx", "docx", pages=("字" * 900_000,))
    text, (mark,) = joined([long, ORDER])
    assert (len(text), mark.place) == (500_000, "甲.docx")
    assert paper_note((long, ORDER), "") == "only the first 500,000 characters of all were searched"
    assert page_at((), 0) is None


def test_what_could_not_be_read_is_noted():
    cut = replace(ORDER, detail="1 scanned of 3 pages")
    assert (
        paper_note((cut, SHEET, SCAN), "http://x/a.html") == "of 附件1.pdf 1 scanned of 3 pages; 附件3.pdf is a scan without text"
    )
    assert paper_note((SCAN,), SCAN.url) == "its PDF is a scan without text"
    assert paper_note((replace(GONE, kind=""),), GONE.url) == "its document could not be fetched: missing, 404"
    assert [(made(paper).papers_missed, bool(made(paper).paper_note)) for paper in (ORDER, SCAN, GONE)] == [
        (False, False), (False, True), (True, True),
    ]  # fmt: skip


def known(thing):
    return Known("7", thing.title, thing.text, thing.digest, thing.title_only, thing.published)


def again(before, after):
    (made_,) = admit(
        [after], dict.fromkeys((*marks(before).same, *marks(before).near), known(before)), source(), NOW, baseline=False
    )
    return made_.status, made_.why


def test_a_document_that_comes_later_is_a_revision_and_one_that_is_missing_is_none():
    bare, whole = made(GONE), made(ORDER)
    assert marks(bare) == marks(whole)
    assert again(bare, whole) == (Status.REVISED, "the documents of item 7 came after it")
    assert again(whole, bare) == (Status.SEEN, "item 7 again, this time without its documents")
    assert again(made(ORDER, SHEET), made(ORDER, GONE)) == (Status.SEEN, "item 7 again, this time without its documents")
    assert again(whole, made(ORDER)) == (Status.SEEN, "the same content as item 7")
    assert again(whole, made(replace(ORDER, pages=("全文改动",), labels=("p. 1",)))) == (
        Status.REVISED, "the documents of item 7 changed",
    )  # fmt: skip
    assert again(whole, made(GONE, text=LONG_TEXT + "补充。"))[0] is Status.REVISED


def test_an_announcement_that_is_its_document():
    bare, whole = made(GONE, text="", title_only=True), made(ORDER, text="")
    assert again(bare, whole) == (Status.REVISED, "the text of item 7 came after its title")
    assert again(whole, bare) == (Status.SEEN, "item 7 again, this time without its text")
    assert again(whole, made(replace(ORDER, pages=("改",), labels=("p. 1",)), text=""))[0] is Status.REVISED


def test_the_digest_of_an_item_without_documents_is_what_it_was():
    assert content_digest("题", "文") == content_digest("题", "文", "")
    assert content_digest("题", "文", "稀 土") == content_digest("题", "文", "稀土") != content_digest("题", "文")


def test_a_rule_for_documents_fires_on_them_alone_and_the_alert_names_the_page():
    watch = Watch(rules={"r": RULE})
    thing = made(ORDER, SHEET, SCAN)
    matches = Compiled(watch).matches(thing.title, thing.text, thing.attachment)
    (span,) = matches[0].spans
    assert (span.field, thing.attachment[span.start : span.end]) == ("attachment", "出口管制")
    assert not Compiled(watch).matches(thing.title, "出口管制")
    parcel = Parcel("1", "t", "1", "1", "s", Target("slack", "C1"), thing, Publisher("p", "P"), matches, 1, NOW)
    message = Composer(watch, (), lambda _: ()).compose(parcel)
    (evidence,) = message.evidence
    assert (evidence.sentence, evidence.marks) == ("对钐、钆实施出口管制。", ((6, 10),))
    assert evidence_label(evidence) == "In 附件1.pdf, p. 3"
    assert [notice.text for notice in notices(message)] == ["Documents: 附件3.pdf is a scan without text."]


def test_text_and_documents_are_both_quoted():
    rule = replace(RULE, when=Leaf("terms", Terms.Options.model_validate(["出口管制"])))
    watch = Watch(rules={"r": rule})
    thing = made(ORDER, text="".join(f"第{n}句说出口管制。" for n in range(9)))
    matches = Compiled(watch).matches(thing.title, thing.text, thing.attachment)
    parcel = Parcel("1", "t", "1", "1", "s", Target("slack", "C1"), thing, Publisher("p", "P"), matches, 1, NOW)
    shown = Composer(watch, (), lambda _: ()).compose(parcel).evidence
    assert [(one.field, one.place) for one in shown] == [("text", ""), ("text", ""), ("attachment", "附件1.pdf, p. 3")]


def test_of_a_table_without_full_stops_only_what_stands_near_is_quoted():
    watch = Watch(rules={"r": RULE})
    rows = " ".join(f"序号{n}金属" for n in range(4_000))
    thing = item(text="", attachment=f"{rows} 出口管制 {rows}", pages=())
    matches = Compiled(watch).matches(thing.title, thing.text, thing.attachment)
    parcel = Parcel("1", "t", "1", "1", "s", Target("slack", "C1"), thing, Publisher("p", "P"), matches, 1, NOW)
    (evidence,) = Composer(watch, (), lambda _: ()).compose(parcel).evidence
    assert len(evidence.sentence) <= 400
    assert [evidence.sentence[start:end] for start, end in evidence.marks] == ["出口管制"]
    assert evidence_label(evidence) == "In a document"


def test_an_example_may_be_a_document(tmp_path):
    rules = """
rules:
  - id: in-documents
    title: In documents
    when: {terms: 出口管制, in: attachment}
    match:
      - {title: 关于公布清单的公告, attachment: 实施出口管制}
    ignore:
      - {title: 出口管制, text: 出口管制}
      - {attachment: 出口}
"""
    folder = tmp_path / "rules"
    folder.mkdir()
    (tmp_path / "entities.yaml").write_text("entities: []\n", encoding="utf-8")
    (folder / "all.yaml").write_text(rules, encoding="utf-8")
    assert [(trial.passed, trial.why) for trial in run(load_watch(tmp_path))] == [(True, ""), (True, ""), (True, "")]
