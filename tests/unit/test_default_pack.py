"""The configuration that is shipped: it loads, its entities and rules say what they should of short headlines, its sources are told apart.

The headlines are official titles of documents or written for this test in the manner of the press; none is copied from an article.
"""

import json
import os
import re
import shutil
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from rarewatch.config import load
from rarewatch.match import Compiled
from rarewatch.nouns.source import Tier
from rarewatch.nouns.watch import About, Severity
from rarewatch.text.gloss import Glosser

FOLDER = Path(__file__).parents[2] / "config"
LOG, ROUTINE, NOTABLE, IMPORTANT, URGENT = Severity


@cache
def pack():
    return load(FOLDER)


@cache
def compiled():
    return Compiled(pack().watch)


def fired(title, text=""):
    return {match.rule: match.severity for match in compiled().findings(title, text).matches}


def mentioned(text, title=""):
    return {mention.entity: Counter(span.text for span in mention.spans) for mention in compiled().findings(title, text).mentions}


# severity, the rule that must carry it, headline, text
HEADLINES = [
    # export control
    (URGENT, "export-control", "商务部 海关总署公告2025年第18号 公布对部分中重稀土相关物项实施出口管制的决定", ""),
    (URGENT, "export-control", "商务部公告2025年第61号 公布对境外相关稀土物项实施出口管制的决定", ""),
    (URGENT, "export-control", "商务部公告2025年第62号 公布对稀土相关技术实施出口管制的决定", ""),
    (URGENT, "export-control", "商務部公布加強稀土出口管制的決定", ""),
    (URGENT, "export-control", "商务部公告2026年第1号 关于加强两用物项对日本出口管制的公告", ""),
    (URGENT, "export-control", "中国扩大稀 土出口限制范围", ""),
    (URGENT, "export-control", "China tightens export controls on rare-earth magnets", ""),
    (URGENT, "export-control", "Beijing imposes new export curbs on dysprosium and terbium", ""),
    (URGENT, "export-control", "商务部宣布实施新的出口管制", "自即日起对稀土相关物项实施许可管理"),
    (NOTABLE, "export-control-adjacent", "商务部 海关总署公告2025年第10号 公布对钨、碲、铋、钼、铟相关物项实施出口管制的决定", ""),
    (NOTABLE, "export-control-adjacent", "商务部公布对镓相关物项实施出口管制", "此前已对稀土实施管制"),
    (NOTABLE, "export-control-news", "欧洲车企受稀土出口管制影响", ""),
    (IMPORTANT, "export-control-talk", "知情人士称中国考虑收紧稀土出口管制", ""),
    (IMPORTANT, "export-control-talk", "China may tighten rare earth export controls", ""),
    (IMPORTANT, "export-control-document", "商务部公告2025年第61号全文", ""),
    (ROUTINE, "export-control-document-in-text", "律所简报", "依据商务部公告2025年第61号，境外组织应当申请许可"),
    (ROUTINE, "strategic-headline", "日本修改出口管制清单", ""),
    # suspension and easing
    (
        URGENT,
        "control-suspension",
        "公布暂停实施商务部、海关总署公告2025年第55号、56号、57号、58号及商务部公告2025年第61号、62号的决定",
        "",
    ),
    (URGENT, "control-suspension", "公布继续暂停实施有关公告的决定", ""),
    (URGENT, "control-suspension", "中方恢复稀土出口", ""),
    (URGENT, "control-suspension", "China suspends rare earth export controls for a year", ""),
    (URGENT, "control-suspension", "Beijing eases curbs on rare earths", ""),
    (ROUTINE, "rare-earth-headline", "中国稀土控股今日复牌", ""),
    (NOTABLE, "policy-in-text", "一周要闻", "商务部对部分稀土物项实施出口管制，并公布稀土出口许可程序"),
    # licences and spokespersons
    (IMPORTANT, "licence-statement", "商务部新闻发言人就中重稀土出口管制措施答记者问", ""),
    (IMPORTANT, "licence-statement", "商务部：将积极适用通用许可便利稀土贸易", ""),
    (IMPORTANT, "licence-statement", "何亚东：对合规的稀土出口申请予以批准", ""),
    (IMPORTANT, "licence-statement", "China's commerce ministry says rare earth export licences were approved", ""),
    (IMPORTANT, "licence-statement", "商务部新闻发言人就加强两用物项对日本出口管制答记者问", ""),
    (NOTABLE, "spokesperson-remark", "外交部发言人主持例行记者会", "问：关于稀土出口管制，中方有何回应？"),
    (NOTABLE, "entity-listing-talk", "商务部新闻发言人就将3家美国实体列入出口管制管控名单答记者问", ""),
    (ROUTINE, "rare-earth-headline", "某稀土企业取得采矿许可证", ""),
    # quota
    (URGENT, "quota", "工信部、自然资源部下达2023年第二批稀土开采、冶炼分离总量控制指标", ""),
    (URGENT, "quota", "兩部委下達第三批稀土開采、冶煉分離總量控制指標", ""),
    (URGENT, "quota", "China issues first batch of rare earth mining quotas", ""),
    (IMPORTANT, "quota-talk", "China sets rare earth quotas without notice, sources say", ""),
    (IMPORTANT, "quota-talk", "稀土配额何时下达", ""),
    (NOTABLE, "quota-in-text", "财经早报", "两部门下达2024年第二批稀土开采、冶炼分离总量控制指标。油价上行。"),
    # lists of companies
    (URGENT, "entity-listing", "商务部公告2025年第13号 公布将15家美国实体列入出口管制管控名单", ""),
    (URGENT, "entity-listing", "商务部将20家日本实体列入关注名单", ""),
    (URGENT, "entity-listing", "商務部：二十間日本實體列入出口管制管控名單", ""),
    (IMPORTANT, "unreliable-entity", "3家美国企业被列入不可靠实体清单", ""),
    # smuggling, illegal mining, state security
    (IMPORTANT, "smuggling", "我国持续打击战略矿产走私出口", ""),
    (IMPORTANT, "smuggling", "多部门部署打击走私", "专项行动针对战略矿产非法出口"),
    (NOTABLE, "illegal-mining", "警方破获非法盗采稀土案", ""),
    (NOTABLE, "state-secrets", "国家安全警示片播出", "一名外企员工窃取国家秘密，涉及稀土收储的品种和价格"),
    # law, State Council, plans
    (IMPORTANT, "regulation", "国务院公布《稀土管理条例》", ""),
    (IMPORTANT, "regulation", "稀土开采和稀土冶炼分离总量调控管理暂行办法印发", ""),
    (IMPORTANT, "regulation", "国务院常务会议召开", "会议研究推动稀土产业高质量发展有关工作"),
    (IMPORTANT, "leader-visit", "李强在江西调研", "他来到一家稀土企业的车间"),
    (NOTABLE, "plan", "某市印发稀土产业发展规划", ""),
    (ROUTINE, "standard", "两项稀土国家标准项目论证会举行", ""),
    (ROUTINE, "two-bases", "加快建设“两个稀土基地”", ""),
    # inspections
    (IMPORTANT, "inspection", "北方稀土收到上交所监管警示", ""),
    (IMPORTANT, "inspection", "某稀土加工企业被责令整改", ""),
    (ROUTINE, "inspection-round-up", "中央生态环境保护督察公布典型案例", "当地非法开采稀土，山体裸露"),
    # prices
    (IMPORTANT, "concentrate-price", "北方稀土：稀土精矿交易价格调整为不含税26834元/吨", ""),
    (IMPORTANT, "concentrate-price", "包钢股份上调稀土精矿价格", ""),
    (IMPORTANT, "concentrate-price", "日常关联交易公告", "2026年第一季度稀土精矿交易价格调整为不含税26834元/吨（干量，REO=50%）"),
    (IMPORTANT, "price-method", "北方稀土取消挂牌价", ""),
    (IMPORTANT, "price-method", "稀交所稀土价格指数正式上线", ""),
    (NOTABLE, "listed-price", "北方稀土公布7月挂牌价", ""),
    (ROUTINE, "price-bulletin", "2026年08月24日稀土价格指数", ""),
    # results and filings
    (IMPORTANT, "results-preview", "北方稀土发布业绩预告 净利润预增", ""),
    (IMPORTANT, "results-preview", "000831扭亏为盈 一季度预告出炉", ""),
    (NOTABLE, "results", "金力永磁：2025年半年度报告", ""),
    (NOTABLE, "investor-record", "600111 投资者关系活动记录表", ""),
    (ROUTINE, "related-party", "北方稀土第八届董事会第二十次会议决议公告", ""),
    (ROUTINE, "filing", "盛和资源关于办公地址变更的公告", ""),
    # ownership, people
    (IMPORTANT, "consolidation", "广晟有色控制权易主", ""),
    (IMPORTANT, "consolidation", "五矿稀土证券简称变更为中国稀土", ""),
    (NOTABLE, "deal", "盛和资源拟收购Peak Rare Earths股权", ""),
    (IMPORTANT, "leadership-groups", "刘雷云接替敖宏出任中国稀土集团董事长", ""),
    (NOTABLE, "leadership", "厦门钨业副总裁辞任", ""),
    (NOTABLE, "denial", "中国稀土集团发布严正声明：不实信息", ""),
    (ROUTINE, "rare-earth-headline", "网传中国稀土高管集体辞职", ""),
    # halts and accidents
    (URGENT, "supply-loss", "赣县红金稀土公司停产", ""),
    (URGENT, "supply-loss", "白云鄂博稀土矿发生事故", ""),
    (IMPORTANT, "halt-or-accident", "包钢稀土钢板材厂爆炸", ""),
    (IMPORTANT, "halt-or-accident", "包钢股份：爆炸致8人失联", ""),
    # capacity
    (IMPORTANT, "capacity-start", "北方稀土绿色冶炼项目一期产线全线贯通", ""),
    (NOTABLE, "capacity", "北方稀土拟投资扩建磁材项目", ""),
    (NOTABLE, "green-smelting", "Northern Rare Earth told to accelerate green smelting upgrade", ""),
    # stockpiles, trade figures
    (IMPORTANT, "stockpiling", "国家物资储备局组织氧化镨钕收储招标", ""),
    (IMPORTANT, "stockpiling", "China adds rare earths to state reserves", ""),
    (IMPORTANT, "export-statistics-extreme", "中国7月稀土磁铁出口创半年新高", ""),
    (NOTABLE, "export-statistics", "海关总署：10月稀土出口量环比下降3.58%", ""),
    # abroad
    (NOTABLE, "foreign-measure", "欧盟讨论减少对中国稀土的依赖", ""),
    (NOTABLE, "foreign-measure", "Lynas starts dysprosium separation", ""),
    (NOTABLE, "supply-abroad", "缅甸克钦邦稀土矿区局势", ""),
    (IMPORTANT, "supply-abroad-stop", "缅甸板瓦封关 稀土进口受阻", ""),
    # meetings, Party, research
    (ROUTINE, "operations-meeting", "北方稀土召开4月份经济运行分析会", ""),
    (ROUTINE, "party-study", "自治区党委讲师团到北方稀土宣讲", ""),
    (ROUTINE, "research", "包头稀土研究院一项成果获奖", ""),
    # chatter
    (LOG, "market-chatter", "稀土永磁板块拉升 北方稀土涨停", ""),
    (LOG, "market-chatter", "稀土ETF盘中涨超3%", "三季度稀土精矿交易价格上调"),
    (LOG, "rare-earth-mention", "新能源汽车产量上升", "电机使用稀土永磁材料"),
]


@pytest.mark.parametrize(("severity", "rule", "title", "text"), HEADLINES, ids=[row[2][:40] for row in HEADLINES])
def test_a_headline_meets_its_rule_and_nothing_more_severe(severity, rule, title, text):
    found = fired(title, text)
    assert found.get(rule) == severity
    assert max(found.values()) == severity


SILENT = [
    "国足1比0战胜泰国队",
    "包头马拉松鸣枪开跑",
    "某歌手新专辑发布",
    "包头市公布高考报名人数",
    "四川凉山森林火灾扑灭",
    "中央储备冻猪肉收储工作启动",
    "某地收储土地三宗",
    "工信部下达钨矿开采总量控制指标",
    "某省下达碳排放配额",
    "公司取得排污许可证",
    "软件以GPL通用公共许可证发布",
    "国务院任免国家工作人员",
    "《鸣镝》在京首演",
    "梁山好汉连环画再版",
    "赣州脐橙上市",
    "内蒙古自治区政府主席包钢会见客人",
    "稀土掘金技术社区年度总结",
    "The agreement needs three degrees of freedom",
    "REE Automotive shows a van",
    "MP calls for an inquiry",
    "Premier League results",
    "NRE costs of the chip design",
    "宝钢股份公布热轧价格",
]


@pytest.mark.parametrize("title", SILENT)
def test_an_unrelated_headline_meets_no_rule(title):
    assert fired(title) == {}


@pytest.mark.parametrize(
    ("rule", "title", "text"),
    [
        ("export-control", "美国收紧对华芯片出口管制", "中国稀土"),
        ("control-suspension", "缅甸恢复稀土出口", ""),
        ("quota", "工信部下达总量控制指标", "钨矿"),
        ("entity-listing", "美国商务部将中国企业列入实体清单", ""),
        ("stockpiling", "土地收储计划公布", "该地曾有稀土矿"),
        ("supply-loss", "包钢稀土钢板材厂停产检修", ""),
        ("supply-loss", "稀土企业开展火灾应急演练", ""),
        ("capacity-start", "北方稀土加快推进绿色冶炼项目", ""),
        ("leadership-groups", "北方稀土党委书记刘培勋主持会议", ""),
        ("inspection", "北方稀土获上交所信息披露评级", ""),
        ("export-statistics", "中国收紧稀土出口", ""),
        ("price-method", "稀土价格上涨", ""),
    ],
)
def test_a_sharp_rule_keeps_silent(rule, title, text):
    assert rule not in fired(title, text)


@pytest.mark.parametrize(
    ("rule", "severity", "title"),
    [
        ("export-control", NOTABLE, "稀土概念股走强 出口管制再升级"),
        ("export-control", URGENT, "午后重磅：商务部公布加强稀土出口管制"),
        ("export-control", ROUTINE, "一文读懂稀土出口管制公告"),
        ("concentrate-price", ROUTINE, "稀土精矿价格上调 概念股涨停"),
        ("concentrate-price", URGENT, "北方稀土上调稀土精矿价格 环比上涨37.13%"),
        ("concentrate-price", IMPORTANT, "北方稀土上调稀土精矿价格 环比上涨2.40%"),
        ("price-method", NOTABLE, "港股概念追踪 稀交所稀土价格指数正式上线"),
        ("results", IMPORTANT, "包钢股份上半年净利润扭亏为盈"),
        ("results", NOTABLE, "盛和资源上半年净利润扭亏为盈"),
        ("export-statistics", IMPORTANT, "海关总署：稀土出口量同比增长62.71%"),
        ("export-statistics", NOTABLE, "海关总署：稀土出口量同比增长2.71%"),
        ("rare-earth-headline", LOG, "稀土板块拉升"),
    ],
)
def test_what_else_a_headline_says_moves_the_severity(rule, severity, title):
    assert fired(title)[rule] == severity


def test_chatter_takes_two_steps_off_whatever_it_stands_beside():
    watch = pack().watch
    for word in watch.lists["chatter"]:
        found = fired(f"稀土 {word} 北方稀土净利润 挂牌价 稀土精矿价格 出口管制公告")
        assert {"export-control", "concentrate-price", "results", "market-chatter"} <= set(found), word
        for rule, severity in found.items():
            assert severity <= max(LOG, watch.rules[rule].severity - 2), (word, rule)


@pytest.mark.parametrize(
    ("text", "entity", "quotes"),
    [
        ("北方稀土（600111.SH）公告", "org.northern_rare_earth", ["北方稀土", "600111.SH"]),
        ("SH600111 6001115", "org.northern_rare_earth", ["SH600111"]),
        ("北方稀土NRE公告", "org.northern_rare_earth", ["北方稀土", "NRE"]),
        ("包钢稀土公告", "org.northern_rare_earth", ["包钢稀土"]),
        ("包钢稀土钢板材厂", "org.northern_rare_earth", []),
        ("NRE charges", "org.northern_rare_earth", []),
        ("China Northern Rare Earth (Group) High-Tech Co., Ltd. said", "org.northern_rare_earth",
         ["China Northern Rare Earth (Group) High-Tech Co., Ltd."]),
        ("Baosteel Group of Baotou", "org.baogang_group", ["Baosteel Group"]),
        ("Baosteel Group of Shanghai", "org.baogang_group", []),
        ("Baosteel raised prices", "org.china_baowu", ["Baosteel"]),
        ("Baogang Daily reports", "org.baogang_group", []),
        ("自治区政府主席包钢赶赴现场，包钢股份回应", "org.baogang_group", []),
        ("自治区政府主席包钢赶赴现场，包钢股份回应", "person.bao_gang", ["政府主席包钢"]),
        ("自治区政府主席包钢赶赴现场，包钢股份回应", "org.baogang_steel_union", ["包钢股份"]),
        ("北方稀土与包钢签约", "org.baogang_group", ["包钢"]),
        ("包钢", "org.baogang_group", []),
        ("中国稀土集团揭牌", "org.china_re_resources", []),
        ("中国稀土集团揭牌", "org.china_rare_earth_group", ["中国稀土集团"]),
        ("中国稀土（000831）涨停", "org.china_re_resources", ["中国稀土", "000831"]),
        ("中国稀土（00769）午后复牌", "org.china_re_holdings_hk", ["中国稀土（00769）"]),
        ("中国稀土（00769）午后复牌", "org.china_re_resources", []),
        ("中国稀土出口增长", "org.china_re_resources", []),
        ("risk at the Rare Earth Exchange.", "org.baotou_re_exchange", ["Rare Earth Exchange"]),
        ("risk at the Rare Earth Exchange.", "media.reex", []),
        ("© Rare Earth Exchanges™", "media.reex", ["Rare Earth Exchanges"]),
        ("© Rare Earth Exchanges™", "org.baotou_re_exchange", []),
        ("Liangshan in Sichuan", "place.liangshan_sichuan", ["Liangshan"]),
        ("Liangshan in Shandong", "place.liangshan_shandong", ["Liangshan"]),
        ("Liangshan in Shandong", "place.liangshan_sichuan", []),
        ("稀土总量控制指标", "quota", ["稀土总量控制指标"]),
        ("钨矿总量控制指标", "quota", []),
        ("商务部公告2025年第61号、62号", "doc.mofcom_2025_62", ["62号"]),
        ("国家税务总局公告2025年第61号 稀土", "doc.mofcom_2025_61", []),
        ("MOFCOM Announcement No. 61 of 2025", "doc.mofcom_2025_61", ["MOFCOM Announcement No. 61 of 2025"]),
        ("国家药监局公告2025年第62号", "doc.mofcom_2025_62", []),
        ("鸣镝声中谈稀土与镝", "element.dy", ["镝"]),
        ("國務院令第785號", "law.order785", ["國務院令第785號"]),
        ("劉培勛", "person.liu_peixun", ["劉培勛"]),
        ("China’s ‘Fifteen-Five’ era", "policy.fyp15", ["‘Fifteen-Five’"]),
        ("“two rare earth bases” and Two Rare Earth Bases", "policy.two_re_bases", ["“two rare earth bases”", "Two Rare Earth Bases"]),
    ],
)  # fmt: skip
def test_a_name_is_told_from_its_doubles(text, entity, quotes):
    assert list(mentioned(text).get(entity, Counter()).elements()) == quotes


def test_every_entity_is_found_by_its_own_aliases():
    for entity in pack().watch.entities.values():
        for alias in entity.aliases:
            company = " ; ".join(alias.with_any[:1])
            assert entity.id in mentioned(f"{alias.text} ; {company}"), (entity.id, alias)


@pytest.mark.parametrize(
    ("text", "entity", "day", "found"),
    [
        ("中国稀土涨停", "org.china_re_resources", (2022, 10, 12), False),
        ("中国稀土涨停", "org.china_re_resources", (2022, 10, 13), True),
        ("五矿稀土公告", "org.china_re_resources", (2022, 9, 19), True),
        ("五矿稀土公告", "org.china_re_resources", (2023, 1, 2), False),
        ("包钢稀土公告", "org.northern_rare_earth", (2014, 12, 30), True),
        ("包钢稀土公告", "org.northern_rare_earth", (2016, 3, 1), False),
        ("北方稀土公告", "org.northern_rare_earth", (2014, 12, 30), False),
        ("北方稀土公告", "org.northern_rare_earth", (2016, 3, 1), True),
        ("广晟有色公告", "org.cr_nonferrous", (2025, 10, 20), True),
        ("中稀有色公告", "org.cr_nonferrous", (2026, 1, 12), True),
        ("中稀有色公告", "org.cr_nonferrous", (2024, 1, 12), False),
    ],
)
def test_a_name_means_a_company_only_in_its_time(text, entity, day, found):
    about = About(published=datetime(*day, 12, tzinfo=UTC))
    mentions = {mention.entity for mention in compiled().findings("", text, about=about).mentions}
    assert (entity in mentions) is found
    assert entity in mentioned(text)


def examples():
    watch = pack().watch
    tables = (("rule", watch.rules), ("type", watch.types))
    return [(kind, one.id, example) for kind, table in tables for one in table.values() for example in one.examples]


@pytest.mark.parametrize(
    ("kind", "name", "example"), examples(), ids=[f"{name}: {example.title!a}" for _, name, example in examples()]
)
def test_every_example_holds(kind, name, example):
    findings = compiled().findings(example.title, example.text)
    held = {match.rule for match in findings.matches} if kind == "rule" else {label.type for label in findings.labels}
    assert (name in held) is example.match, example.where


def test_every_rule_and_type_has_examples_of_both_kinds():
    watch = pack().watch
    for one in (*watch.rules.values(), *watch.types.values()):
        assert {example.match for example in one.examples} == {True, False}, one.id
    assert len(watch.types) == 24


def test_a_type_is_a_label_and_never_a_gate():
    findings = compiled().findings("某稀土企业取得采矿许可证", "")
    assert findings.labels == ()
    assert findings.matches
    for title in SILENT:
        assert compiled().findings(title, "").labels == (), title


def test_every_rule_can_fire_and_none_fires_on_nothing():
    covered = {row[1] for row in HEADLINES} | {"watched-company-headline", "watched-company-mention"}
    assert covered == set(pack().watch.rules)
    assert "watched-company-headline" in fired("金力永磁新闻")
    assert "watched-company-mention" in fired("", "金力永磁新闻")
    assert fired("", "") == {}


def test_everything_that_says_rare_earth_leaves_a_trace():
    for word in ("稀土", "rare earth", "rare earths", "钕铁硼", "氧化镝", "镨钕", "NdFeB", "terbium", "镧", "钇"):
        assert fired(f"无关标题 {word} 无关")
        assert fired("", f"无关正文 {word} 无关")


def test_the_shipped_audience_needs_no_secret_and_hears_what_is_routine():
    config = pack()
    reader, operator = config.audience
    assert (reader.operator, operator.operator) == (False, True)
    for subscription in config.audience:
        assert subscription.min_severity == ROUTINE
        assert {target.via for target in subscription.targets} == set(config.settings.notifiers) == {"console"}


def test_the_commented_examples_are_right(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "config")
    for name, start in (("rarewatch.yaml", "slack:|email:"), ("audience.yaml", "- id:")):
        file = tmp_path / "config" / name
        file.write_text(re.sub(rf"(?m)^  # (?=  |{start})", "  ", file.read_text(encoding="utf-8")), encoding="utf-8")
    config = load(tmp_path / "config")
    assert set(config.settings.notifiers) == {"console", "slack", "email"}
    assert {one.id: len(one.targets) for one in config.audience} == {
        "console": 1,
        "desk": 3,
        "duty": 1,
        "operator": 1,
        "night-watch": 1,
    }


def test_sources_are_named_graded_and_polite():
    sources = list(pack().sources.values())
    assert len({source.id for source in sources}) == len(sources)
    enabled = [source for source in sources if source.enabled]
    assert {source.kind for source in enabled} >= {"feed", "listing", "jpaas", "xinhua_ds", "govcn_json"}
    assert {"mofcom-policy", "mofcom-security-control", "miit-raw-materials", "govcn-policies", "xinhua-finance"} <= {
        s.id for s in enabled
    }
    assert {"mofcom-policy", "regcc-news", "cns-scroll", "ndrc-notices"} <= {source.id for source in enabled}
    for source in sources:
        assert source.cadence.every >= 120
        assert not source.access.allow_private
        if source.publisher.state_owned:
            assert source.publisher.caveat
            assert source.publisher.tier in (Tier.ISSUER, Tier.STATE_MEDIUM)


def test_the_only_warnings_are_of_rules_below_the_shipped_severity():
    quiet = {rule.id for rule in pack().watch.rules.values() if rule.severity < NOTABLE}
    assert {warning.rpartition("rule ")[2].strip("'") for warning in pack().warnings} <= quiet


def test_the_glossary_reads_a_headline():
    words = pack().watch.glossary
    assert len(words) >= 300
    assert all(term.strip() and english.isprintable() for term, english in words.items())
    pairs = dict(Glosser(words).glosses("商务部公布对稀土实施出口管制"))
    assert pairs == {
        "商务部": "Ministry of Commerce",
        "公布": "publishes",
        "稀土": "rare earth",
        "实施": "implements",
        "出口管制": "export control",
    }


def recorded(name):
    root = Path(os.environ.get("RAREWATCH_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
    path = root / name
    if not path.exists():
        pytest.skip(f"no recorded {name}")
    return path


@pytest.mark.corpus
def test_the_worked_articles_give_every_mention_exactly():
    expected = json.loads(recorded("../reference/seeds-expected.json").read_text(encoding="utf-8"))
    for article in expected.values():
        text = (recorded("../seeds") / article["file"]).read_bytes().decode("utf-8")
        findings = compiled().findings("", text)
        found = {mention.entity: [(span.start, span.end) for span in mention.spans] for mention in findings.mentions}
        for one in article["entities"]:
            assert found[one["id"]] == sorted(tuple(at) for quote in one["mentions"] for at in quote["all"]), one["id"]
        assert max(match.severity for match in findings.matches) == article["severity"]
        assert {label.type for label in findings.labels} == {article["type"], *article.get("secondary_types", ())}


@pytest.mark.corpus
def test_the_unworked_articles_are_routine_and_keep_the_exchange_from_the_publisher():
    for start, publisher, exchange in (("003", 2, 0), ("004", 1, 1)):
        (file,) = recorded("../seeds").glob(f"{start}_*.txt")
        text = file.read_bytes().decode("utf-8")
        found = mentioned(text)
        assert max(fired("", text).values()) == ROUTINE
        assert found["media.reex"].total() == publisher
        assert found.get("org.baotou_re_exchange", Counter()).total() == exchange
        assert "org.northern_rare_earth" in found


@pytest.mark.corpus
def test_the_evening_news_alerts_only_where_it_must():
    folder = recorded("state_tv_stream")
    rows = [line.split("\t") for line in (folder / "LABELS_rare_earth.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    grades = {row[0]: int(row[1]) for row in rows}
    seen, alerted = set(), set()
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            found = fired(item["title"], item["text"] or "")
            seen |= {item["id"]} if found else set()
            alerted |= {item["id"]} if found and max(found.values()) >= NOTABLE else set()
    assert seen == set(grades)
    assert alerted == {name for name, grade in grades.items() if grade == 2}


@pytest.mark.corpus
def test_general_headlines_stay_silent_outside_finance():
    folder = recorded("headlines")
    classes = (folder / "thucnews_class.txt").read_text(encoding="utf-8").split()
    alerted = Counter()
    for line in (folder / "thucnews_dev.txt").read_text(encoding="utf-8").splitlines():
        title, _, number = line.rpartition("\t")
        if fired(title):
            alerted[classes[int(number)]] += 1
    assert set(alerted) <= {"finance", "stocks"}
