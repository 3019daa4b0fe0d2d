"""Who issues numbered documents, and what such documents are called, in Chinese and English."""

import re

ISSUERS: dict[str, tuple[str, ...]] = {
    "商务部": ("mofcom", "ministry of commerce", "commerce ministry"),
    "海关总署": ("中华人民共和国海关总署", "gacc", "gac", "general administration of customs", "customs administration"),
    "工业和信息化部": ("工信部", "miit", "ministry of industry and information technology", "industry ministry"),
    "国家发展和改革委员会": (
        "国家发展改革委员会", "国家发展改革委", "国家发改委", "发展改革委", "发改委", "ndrc",
        "national development and reform commission",
    ),
    "自然资源部": ("mnr", "ministry of natural resources", "natural resources ministry"),
    "国务院": ("state council",),
    "国务院办公厅": ("国办",),
    "国务院关税税则委员会": ("税委会", "state council tariff commission", "customs tariff commission"),
    "财政部": ("mof", "ministry of finance", "finance ministry"),
    "国家税务总局": ("税务总局", "state taxation administration"),
    "生态环境部": ("mee", "ministry of ecology and environment"),
    "科学技术部": ("科技部", "ministry of science and technology"),
    "公安部": ("ministry of public security",),
    "外交部": ("ministry of foreign affairs", "foreign ministry"),
    "国家安全部": ("ministry of state security",),
    "国家市场监督管理总局": ("市场监管总局", "samr", "state administration for market regulation"),
    "国务院国有资产监督管理委员会": ("国务院国资委", "国资委", "sasac"),
    "中国证券监督管理委员会": ("中国证监会", "证监会", "csrc"),
    "中国人民银行": ("人民银行", "央行", "pboc", "people's bank of china"),
    "上海证券交易所": ("上交所",),
    "深圳证券交易所": ("深交所",),
    "国家主席": ("中华人民共和国主席", "主席"),
    "中共中央": ("中央", "党中央"),
}  # fmt: skip
"""The usual name of each issuer of documents to its other ones, folded."""

_CANON = {spelling: name for name, others in ISSUERS.items() for spelling in (name, *others)}
_MARKS = {
    "工信部": "工业和信息化部", "工信厅": "工业和信息化部", "发改": "国家发展和改革委员会", "自然资": "自然资源部",
    "国办": "国务院办公厅", "国发": "国务院", "国函": "国务院", "财": "财政部", "商": "商务部", "署": "海关总署",
    "税总": "国家税务总局", "税委会": "国务院关税税则委员会", "环": "生态环境部", "国科": "科学技术部", "中发": "中共中央",
}  # fmt: skip


def canonical_issuer(word: str) -> str:
    """The usual Chinese name of an issuer under any of its names, folded; another's as it is."""
    return _CANON.get(word, word)


def issuer_of_mark(mark: str) -> str:
    """Whose document a mark such as 工信部联原 stands for; "" for one that is not known."""
    return next((name for start, name in _MARKS.items() if mark.startswith(start)), "")


def spellings(name: str) -> tuple[str, ...]:
    """Every way an issuer is written, folded; just `name` for one that is not known."""
    canon = canonical_issuer(name)
    return (canon, *ISSUERS.get(canon, ()))


def _either(words: list[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


KNOWN_ZH = _either([word for word in _CANON if not word.isascii()])
KNOWN_EN = _either([word for word in _CANON if word.isascii()])
KIND_ZH = "公告|通告|通知|公报|文件|决定|批复|意见|令|函|文"
KIND_EN = r"(?:public |joint )?(?:announcement|notice|notification|order|decree|circular|decision|document|directive)s?"
NO_DOCUMENT = re.compile(
    r"台风|热带|洪水|强台|低压|楼|院|线|矿|井|机|炉|馆|店|门|公路|选手|种子|球|车|舰|船|星|坑|尾矿|仓|库|码头|泊位|标段|地块|人物|员|座|房|病"
)
"""What follows a number that counts things and names no document."""
