import os
from collections import Counter
from json import loads
from pathlib import Path

import pytest

from rarewatch.match import Compiled, problems
from rarewatch.matchers.entity import EntityOptions
from rarewatch.matchers.lists import ListOptions
from rarewatch.matchers.terms import TermOptions, Terms
from rarewatch.nouns.watch import Alias, Entity, Group, Leaf, Rule, Severity, Watch
from rarewatch.registry import UnknownKindError


def terms(*words, scope="any"):
    return Leaf("terms", TermOptions(words), scope)


def entity(*ids, scope="any"):
    return Leaf("entity", EntityOptions(ids), scope)


def lists(*ids, scope="any"):
    return Leaf("list", ListOptions(ids), scope)


def rule(when, name="r", **more):
    return Rule(name, f"rule {name}", Severity.NOTABLE, when, digest=f"d-{name}", **more)


def watch(*rules, entities=(), **term_lists):
    return Watch(
        entities={one.id: one for one in entities},
        lists={name: tuple(words) for name, words in term_lists.items()},
        rules={one.id: one for one in rules},
    )


def quoted(term, text, title=""):
    found = Compiled(watch(rule(terms(term)))).findings(title, text)
    return [span.text for match in found.matches for span in match.spans]


def named(aliases, text, title=""):
    found = Compiled(watch(entities=[Entity("e", "org", "E", aliases=tuple(aliases))])).findings(title, text)
    return [span.text for mention in found.mentions for span in mention.spans]


FOUND = [
    # Latin words beside Chinese characters, digits and signs
    ("NRE", "北方稀土NRE公告", "NRE"),
    ("NRE", "(NRE)", "NRE"),
    ("NRE", "NRE's output", "NRE"),
    ("NRE", "据nre称", "nre"),
    ("REE", "the REE-rich ore", "REE"),
    ("REE", "重稀土REE、轻稀土", "REE"),
    ("MOFCOM", "商务部MOFCOM发言人", "MOFCOM"),
    ("MP Materials", "MP Materials’ mine", "MP Materials"),
    # hyphen, blanks and line breaks between words
    ("rare earth", "rare-earth magnets", "rare-earth"),
    ("rare earth", "Rare  Earth", "Rare  Earth"),
    ("rare earth", "rare\nearth", "rare\nearth"),
    ("rare-earth", "rare earth", "rare earth"),
    ("rare earth", "RARE‑EARTH", "RARE‑EARTH"),
    ("rare earth", "rare\xa0earth", "rare\xa0earth"),
    ("High-Tech Co.,", "(Group) High Tech Co., Ltd.", "High Tech Co.,"),
    ("Earth (Group)", "Northern Rare Earth\n(Group)", "Earth\n(Group)"),
    ("dual-use", "new dual use list", "dual use"),
    # numbers and tickers
    ("600111", "600111.SH", "600111"),
    ("600111", "SH:600111", "600111"),
    ("600111", "代码：６００１１１", "６００１１１"),
    ("600111", "北方稀土(600111)涨停", "600111"),
    ("600111", "证券代码 600111 证券简称", "600111"),
    ("第61号", "公告2025年第 61 号", "第 61 号"),
    ("公告2025年第70号", "商务部公告2025年第70号", "公告2025年第70号"),
    ("2025年第18号", "２０２５年第１８号", "２０２５年第１８号"),
    ("0.1%", "价值占比0.1％以上", "0.1％"),
    # scripts, radicals, width, invisible characters
    ("稀土", "稀⼟价格", "稀⼟"),
    ("釹鐵硼", "烧结钕铁硼", "钕铁硼"),
    ("钕铁硼", "燒結釹鐵硼", "釹鐵硼"),
    ("关联交易", "關聯交易公告", "關聯交易"),
    ("氧化镨钕", "氧化镨釹下跌", "氧化镨釹"),
    ("稀土管理条例", "稀土琯理條例", "稀土琯理條例"),
    ("生产", "生産能力", "生産"),
    ("长江", "⻓江流域", "⻓江"),
    ("稀土", "稀\u200b土", "稀\u200b土"),
    ("稀土", "稀\u00ad土", "稀\u00ad土"),
    ("万科A", "万  科Ａ", "万  科Ａ"),
    ("你好北方稀土", "“你好·北方稀土”微信", "你好·北方稀土"),
    ("你好·北方稀土", "你好北方稀土", "你好北方稀土"),
    ("氧化镝", "氧化鏑", "氧化鏑"),
    ("刘培勋", "劉培勳", "劉培勳"),
    # line wraps, stray blanks, spaced-out text
    ("稀土", "发展稀\n土产业", "稀\n土"),
    ("稀土氧化物总量", "REO（稀土氧\n化物总量）", "稀土氧\n化物总量"),
    ("误导性陈述", "误导性陈\r\n述或者重大遗漏", "误导性陈\r\n述"),
    ("稀土", "稀 土", "稀 土"),
    ("稀土", "中 国 稀 土 集 团", "稀 土"),
    ("稀土", "稀 土 价 格", "稀 土"),
    ("钕铁硼", "烧结钕 铁硼磁体价格继续走高", "钕 铁硼"),
    ("1月10日", "1 月10 日", "1 月10 日"),
    ("北方稀土", "公司 北方 稀土 公告 发布 今日", "北方 稀土"),
    ("稀土", "珍稀 土地", "稀 土"),
    # pinyin inside words
    ("稀土", "中国稀(xi)土(tu)务(wù)部", "稀(xi)土"),
    ("商务部", "商務(wù)部关于稀(xi)土(tu)", "商務(wù)部"),
    ("单位(kg)", "重量单位(kg)", "单位(kg)"),
    ("人工智能(AI)", "用人工智能（AI）", "人工智能（AI）"),
    # broken encodings
    ("“Fifteen-Five”", "the โFifteen-Fiveโ plan", "โFifteen-Fiveโ"),
    ('"two rare earth bases"', "the “two rare earth bases” policy", "“two rare earth bases”"),
    ("China's", "Chinaโs policy", "Chinaโs"),
    ("China’s", "China's policy", "China's"),
    ("2026-2030", "(2026โ2030)", "2026โ2030"),
    ("¥11", "at ยฅ11 bn", "ยฅ11"),
    ("Exchanges", "Rare Earth Exchangesโข", "Exchanges"),
    # quotes, dashes, homoglyphs, ligatures
    ("“两个稀土基地”", "建设「两个稀土基地」", "「两个稀土基地」"),
    ("《稀土管理条例》", "公布《稀土管理条例》", "《稀土管理条例》"),
    ("稀土管理条例", "公布《稀土管理条例》", "稀土管理条例"),
    ("1-9月", "1～9月份", "1～9月"),
    ("1—9月", "1-9月份", "1-9月"),
    ("Export Control", "Export ControI notice", "Export ControI"),
    ("metal", "ShinEtsu MetaI", "MetaI"),
    ("oﬃce", "the office", "office"),
    ("Phase II", "Phase Ⅱ starts", "Phase Ⅱ"),
    ("〔2025〕18号", "商务部公告[2025]18号", "[2025]18号"),
    ("稀土ETF", "稀土 ETF 大涨", "稀土 ETF"),
    ("镝", "氧化镝、铽", "镝"),
    # nothing odd at all
    ("稀土", "稀土", "稀土"),
    ("两用物项", "对两用物项实施出口管制", "两用物项"),
    ("出口管制", "出口管制管控名单", "出口管制"),
]

NOT_FOUND = [
    ("REE", "agreement, free, three, dectree"),
    ("REE", "freeREEfree"),
    ("REE", "REE1"),
    ("NRE", "nrex"),
    ("NRE", "xnre"),
    ("NRE", "Énre"),
    ("Nd", "2nd"),
    ("MP", "MPs"),
    ("Er", "herE"),
    ("600111", "1600111"),
    ("600111", "6001112"),
    ("600111", "A600111"),
    ("18号", "118号"),
    ("第6号", "第61号"),
    ("Rare Earth Exchange", "Rare Earth Exchanges"),
    ("rare earth", "rare earths"),
    ("rare earth", "rareearth"),
    ("rare earth", "rare\n\nearth"),
    ("rare earth", "rare, earth"),
    ("2026-2030", "2026 2030"),
    ("稀土", "珍稀 土地 资源 保护"),
    ("稀土", "加强 珍稀 土地 保护 工作"),
    ("稀土", "首页 珍稀 土地"),
    ("稀土", "首页·珍稀·土地·资源"),
    ("北方稀土", "东北 方稀 土产 品"),
    ("稀土", "珍稀\n\n土地"),
    ("稀土", "珍稀\n　　土地"),
    ("稀土", "稀，土"),
    ("稀土", "稀(kg)土"),
    ("稀土", "稀(xi)土"),
    ("稀土", "稀-土"),
    ("Fifteen-Five", "Fifteen, Five"),
    ("metal", "petaI"),
    ("宝钢", "包钢"),
    ("包钢", "宝鋼"),
    ("梁山", "凉山"),
    ("AI", "AIX"),
    ("稀土", ""),
]


@pytest.mark.parametrize(("term", "text", "expected"), FOUND, ids=[ascii(term + " in " + text) for term, text, _ in FOUND])
def test_a_term_is_found_and_quoted(term, text, expected):
    assert quoted(term, text) == [expected]
    assert quoted(term, "", title=text) == [expected]


@pytest.mark.parametrize(("term", "text"), NOT_FOUND, ids=[ascii(term + " in " + text) for term, text in NOT_FOUND])
def test_a_term_is_not_invented(term, text):
    assert quoted(term, text) == []


ALIASES = [
    ("with its company", [Alias("NRE", with_any=("Northern Rare Earth",))], "NRE, that is Northern Rare Earth", ["NRE"]),
    ("without its company", [Alias("NRE", with_any=("Northern Rare Earth",))], "NRE is non-recurring engineering", []),
    ("company inside a word", [Alias("NRE", with_any=("REO",))], "NRE and THEREOF", []),
    ("person", [Alias("包钢", not_after=("主席",))], "自治区政府主席包钢赶赴现场", []),
    ("company", [Alias("包钢", not_after=("主席",))], "自治区支持包钢发展", ["包钢"]),
    ("person in traditional script", [Alias("包钢", not_after=("主席",))], "政府主席包鋼", []),
    ("both", [Alias("包钢", not_after=("主席",))], "主席包钢视察包钢", ["包钢"]),
    ("before", [Alias("中国稀土", not_before=("行业协会", "集团"))], "中国稀土行业协会、中国稀土集团、中国稀土涨停", ["中国稀土"]),
    ("before, spaced", [Alias("Baogang", not_before=("Daily",))], "Baogang Daily says Baogang grew", ["Baogang"]),
    ("before, hyphened", [Alias("Baogang", not_before=("Daily",))], "Baogang-Daily", []),
    ("before a longer word", [Alias("Baogang", not_before=("Day",))], "Baogang Daily", ["Baogang"]),
    ("after, spaced", [Alias("Liangshan", not_after=("Shandong",))], "Shandong Liangshan; Sichuan Liangshan", ["Liangshan"]),
    ("after a longer word", [Alias("Energy", not_after=("Sun",))], "Samsun Energy", ["Energy"]),
    ("case agrees", [Alias("REE", case=True)], "REE and ree and Ree", ["REE"]),
    ("case agrees in full width", [Alias("REE", case=True)], "ＲＥＥ与ｒｅｅ", ["ＲＥＥ"]),
    ("case of any kind", [Alias("REE")], "REE and ree", ["REE", "ree"]),
    ("weak alone", [Alias("Baotou Steel", weak=True), Alias("Baogang Group")], "Baotou Steel rose", []),
    ("weak beside", [Alias("Bao", weak=True), Alias("Baogang Group")], "Bao and Baogang Group", ["Bao", "Baogang Group"]),
    ("weak beside a refused one", [Alias("Bao", weak=True), Alias("NRE", with_any=("x y",))], "Bao, NRE", []),
    ("the longest", [Alias("稀土"), Alias("北方稀土"), Alias("北方稀土集团")], "北方稀土集团和稀土", ["北方稀土集团", "稀土"]),
    ("the leftmost", [Alias("甲乙"), Alias("乙丙丁")], "甲乙丙丁", ["甲乙"]),
    ("twice in a row", [Alias("包钢")], "包钢包钢", ["包钢", "包钢"]),
    ("the longer refused", [Alias("北方稀土集团", with_any=("包头",)), Alias("北方稀土")], "北方稀土集团", ["北方稀土"]),
    ("singular only", [Alias("Rare Earth Exchange")], "Rare Earth Exchanges on the Rare Earth Exchange", ["Rare Earth Exchange"]),
]


@pytest.mark.parametrize(("aliases", "text", "expected"), [case[1:] for case in ALIASES], ids=[case[0] for case in ALIASES])
def test_an_alias_counts_on_its_terms(aliases, text, expected):
    assert named(aliases, text) == expected


def test_company_and_strength_look_at_title_and_text_together():
    assert named([Alias("NRE", with_any=("Northern Rare Earth",))], "NRE", title="Northern Rare Earth") == ["NRE"]
    assert named([Alias("包钢", weak=True), Alias("包钢集团")], "包钢", title="包钢集团") == ["包钢集团", "包钢"]


def test_entities_may_overlap_each_other():
    group = Entity("g", "org", "Group", aliases=(Alias("北方稀土集团"),))
    unit = Entity("u", "org", "Unit", aliases=(Alias("稀土集团"),))
    found = Compiled(watch(entities=[group, unit])).findings("", "北方稀土集团")
    assert [(one.entity, [(span.start, span.end, span.term) for span in one.spans]) for one in found.mentions] == [
        ("g", [(0, 6, "g")]),
        ("u", [(2, 6, "u")]),
    ]


def held(when, title="", text="", **more):
    return [
        (span.field, span.text)
        for match in Compiled(watch(rule(when), **more)).findings(title, text).matches
        for span in match.spans
    ]


def test_groups_join_conditions():
    when = Group(all=(terms("稀土"),), any=(terms("出口"), terms("管制")), none=(terms("ETF"),))
    assert held(when, text="稀土出口") == [("text", "稀土"), ("text", "出口")]
    assert held(when, text="管制稀土，出口") == [("text", "管制"), ("text", "稀土"), ("text", "出口")]
    assert held(when, text="稀土") == []
    assert held(when, text="出口") == []
    assert held(when, text="稀土出口ETF") == []
    assert held(when, title="稀土", text="出口") == [("title", "稀土"), ("text", "出口")]


def test_groups_nest():
    when = Group(all=(terms("稀土"), Group(any=(terms("出口"), Group(all=(terms("价格"), terms("上涨")))))))
    assert held(when, text="稀土价格上涨") == [("text", "稀土"), ("text", "价格"), ("text", "上涨")]
    assert held(when, text="稀土价格") == []


def test_only_what_held_is_evidence():
    when = Group(any=(terms("稀土"), Group(all=(terms("出口"), terms("管制")))))
    assert held(when, text="稀土出口") == [("text", "稀土")]


def test_a_scope_looks_at_one_field():
    assert held(terms("稀土", scope="title"), title="甲", text="稀土") == []
    assert held(terms("稀土", scope="title"), title="稀土", text="稀土") == [("title", "稀土")]
    assert held(terms("稀土", scope="text"), title="稀土") == []
    assert held(Group(all=(terms("甲"),), none=(terms("稀土", scope="title"),)), title="甲", text="稀土") == [("title", "甲")]


def test_evidence_is_told_once_and_in_order():
    when = Group(all=(terms("出口", "稀土"), terms("稀土")))
    assert held(when, title="出口", text="稀土、出口") == [("title", "出口"), ("text", "稀土"), ("text", "出口")]


def test_a_match_carries_the_version_of_its_rule():
    match = Compiled(watch(rule(terms("稀土"), "x"))).findings("稀土", "").matches[0]
    assert (match.rule, match.rule_digest, match.severity) == ("x", "d-x", Severity.NOTABLE)
    assert [(span.start, span.end, span.term) for span in match.spans] == [(0, 2, "稀土")]


def test_a_disabled_rule_is_silent():
    compiled = Compiled(watch(rule(terms("稀土"), enabled=False)))
    assert compiled.findings("稀土", "").matches == ()
    assert compiled.explain("稀土", "") == ()


def test_an_empty_watch_finds_nothing():
    assert Compiled(Watch()).findings("稀土", "稀土").matches == ()


def test_without_evidence_there_is_no_match_but_with_evidence_there_is():
    when = Group(any=(terms("稀土"), Group(none=(terms("ETF"),))))
    assert held(when, text="公告") == []
    assert held(when, text="稀土ETF") == [("text", "稀土")]


def test_a_list_speaks_for_each_of_its_terms():
    assert held(lists("a", "b"), text="稀土、磁材、锂", a=["稀土", "鈥"], b=["磁材"]) == [("text", "稀土"), ("text", "磁材")]


def test_explain_tells_every_step():
    maker = Entity("org.x", "org", "Maker", aliases=(Alias("包钢", not_after=("主席",)), Alias("包头钢铁", with_any=("股票",))))
    when = Group(all=(entity("org.x"),), none=(terms("ETF", "基金", scope="title"),))
    compiled = Compiled(watch(rule(when), entities=[maker]))
    ((told, clause),) = compiled.explain("稀土基金", "主席包钢到包头钢铁")
    assert told.id == "r"
    assert (clause.text, clause.held) == ("all of these", False)
    asked, barred = clause.parts
    assert (asked.text, asked.held) == ("all of these", False)
    leaf = asked.parts[0]
    assert leaf.text == "a mention of Maker (org.x)"
    assert sorted(part.text for part in leaf.parts) == [
        "“包头钢铁” does not count: it counts only in an item with “股票”",
        "“包钢” does not count: it does not count after “主席”",
    ]
    assert (barred.text, barred.held) == ("none of these", False)
    assert (barred.parts[0].text, barred.parts[0].held) == ("“ETF” or “基金” in the title", True)
    assert [span.text for span in barred.parts[0].spans] == ["基金"]


def test_explain_agrees_with_findings():
    when = Group(any=(terms("稀土"), Group(none=(terms("ETF"),))))
    compiled = Compiled(watch(rule(when)))
    for text in ("稀土", "公告", "ETF", "稀土ETF"):
        ((_, clause),) = compiled.explain("", text)
        assert clause.held == bool(compiled.findings("", text).matches)
    ((_, clause),) = compiled.explain("", "公告")
    assert clause.text == "nothing was found that speaks for the rule"


def test_explain_says_why_case_and_weakness_did_not_count():
    maker = Entity("e", "org", "E", aliases=(Alias("REE", case=True), Alias("Bao", weak=True)))
    ((_, clause),) = Compiled(watch(rule(entity("e")), entities=[maker])).explain("", "ree, Bao")
    assert sorted(part.text for part in clause.parts) == [
        "“Bao” does not count: it counts only beside a fuller name",
        "“ree” does not count: it counts only as “REE”, capitals alike",
    ]


def test_problems_are_told_with_their_place():
    bad = watch(
        rule(Group(none=(terms("稀土"),)), "only-none"),
        rule(Group(), "empty"),
        rule(Group(any=(terms("稀土"), Group(none=(terms("甲乙"),)))), "one-way-none"),
        rule(terms(), "no-term"),
        rule(terms("  ", "的", "x"), "bad-terms"),
        rule(lists("nope", "void"), "bad-lists"),
        rule(entity("nobody", "nameless"), "bad-entities"),
        rule(Leaf("terms:nope", TermOptions("a")), "bad-kind"),
        rule(Group(all=(terms("稀土"),), none=(terms("ETF"),)), "good"),
        rule(terms("镝"), "element"),
        entities=[Entity("nameless", "org", "N", aliases=(Alias("甲乙", weak=True), Alias("甲")))],
        void=[],
        words=["好", "稀土"],
    )
    bad = Watch({**bad.entities, "weak": Entity("weak", "org", "W", aliases=(Alias("丙丁", weak=True),))}, bad.lists, bad.rules)
    found = problems(bad)
    assert ("list:words", "the term “好” is a single Chinese character, which stands in countless other words") in found
    assert ("entity:nameless", "the term “甲” is a single Chinese character, which stands in countless other words") in found
    nothing = "it can hold with nothing found: give it something to find beside what must not stand there"
    assert [name for name, sentence in found if sentence == nothing] == ["only-none", "empty", "one-way-none"]
    assert ("no-term", "no term is given") in found
    assert [sentence for name, sentence in found if name == "bad-terms"] == [
        "the term “  ” is empty",
        "the term “的” is a single Chinese character, which stands in countless other words",
        "the term “x” is a single character",
    ]
    assert [sentence for name, sentence in found if name == "bad-lists"] == [
        "there is no term list “nope”",
        "the term list “void” is empty",
    ]
    assert [sentence for name, sentence in found if name == "bad-entities"] == ["there is no entity “nobody”"]
    assert [name for name, _ in found if name in ("good", "element")] == []
    assert any(name == "bad-kind" and "terms:nope" in sentence for name, sentence in found)


class Counted(Terms):
    asked = 0

    def spans(self, options, lexicon, hits, scope):
        type(self).asked += 1
        return super().spans(options, lexicon, hits, scope)


def test_a_rule_is_evaluated_only_where_its_rarest_terms_stand():
    kind = f"{__name__}:Counted"
    rules = [rule(Group(all=(terms("稀土"), Leaf(kind, TermOptions(f"甲{at}乙")))), f"r{at}") for at in range(100)]
    compiled = Compiled(watch(*rules))
    Counted.asked = 0
    assert [match.rule for match in compiled.findings("", "稀土，甲7乙").matches] == ["r7"]
    assert Counted.asked == 1
    assert compiled.findings("", "稀土").matches == ()
    assert Counted.asked == 1


def test_an_unknown_kind_stops_compiling():
    with pytest.raises(UnknownKindError, match="nope"):
        Compiled(watch(rule(Leaf("nope", TermOptions("a")))))


def shared(name):
    root = Path(os.environ.get("RAREWATCH_CORPUS", Path(__file__).parents[3] / "shared" / "corpus")).parent
    if not (root / name).exists():
        pytest.skip(f"no recorded {name} beside the corpus")
    return root / name


@pytest.mark.corpus
def test_the_worked_articles_give_every_mention_exactly():
    expected = loads(shared("reference/seeds-expected.json").read_text(encoding="utf-8"))
    names: dict[str, set[str]] = {}
    for article in expected.values():
        for one in article["entities"]:
            names.setdefault(one["id"], set()).update(mention["quote"].replace("โ", '"') for mention in one["mentions"])
    entities = [
        Entity(name, "x", name, aliases=tuple(Alias(text, not_before=("Daily",)) for text in sorted(texts)))
        for name, texts in names.items()
    ]
    compiled = Compiled(watch(entities=entities))
    seen = Counter()
    for article in expected.values():
        text = (shared("seeds") / article["file"]).read_bytes().decode("utf-8")
        found = {
            mention.entity: [(span.start, span.end) for span in mention.spans] for mention in compiled.findings("", text).mentions
        }
        wanted = {
            one["id"]: sorted(tuple(at) for mention in one["mentions"] for at in mention["all"]) for one in article["entities"]
        }
        assert found == wanted
        seen.update({name: len(places) for name, places in found.items()})
    assert seen["org.northern_rare_earth"] == 19
