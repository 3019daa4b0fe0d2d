"""Quantities in Chinese and English text: shares and changes, money, tonnes, prices a tonne, each with sign, bounds and sense.

A figure is a number with a unit that means something here. Years, dates, document and stock numbers, slogans and ship classes have
none, so they are no figures.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rarewatch.text._figure_words import (
    CLAUSE,
    LOSS,
    REO,
    REO_AFTER,
    SHARE,
    Relation,
    Sense,
    compared,
    direction,
    relation_of,
)
from rarewatch.text.characters import plane
from rarewatch.text.numerals import DIGITS, NUMERAL, number

Unit = Literal[
    "percent", "percentage_point", "tonne", "tonne_per_year", "index_point",
    "yuan", "usd", "eur", "hkd", "aud", "jpy", "twd",
    "yuan_per_tonne", "usd_per_tonne", "eur_per_tonne", "hkd_per_tonne", "aud_per_tonne", "jpy_per_tonne", "twd_per_tonne",
]  # fmt: skip

_SCALE = {"": 1.0, "十": 1e1, "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8, "十亿": 1e9,
          "百亿": 1e10, "千亿": 1e11, "万亿": 1e12, "thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "mln": 1e6, "m": 1e6,
          "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12}  # fmt: skip
_MONEY = {"美元": "usd", "美金": "usd", "欧元": "eur", "港元": "hkd", "港币": "hkd", "澳元": "aud", "日元": "jpy", "新台币": "twd",
          "us$": "usd", "$": "usd", "usd": "usd", "dollars": "usd", "hk$": "hkd", "a$": "aud", "au$": "aud", "nt$": "twd",
          "€": "eur", "eur": "eur", "euros": "eur", "us dollars": "usd"}  # fmt: skip
_MASS = {"吨": 1.0, "公吨": 1.0, "t": 1.0, "mt": 1.0, "kt": 1e3, "公斤": 1e-3, "千克": 1e-3, "kg": 1e-3}

_S = r"[ \n\u200b]{0,2}"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_ZH_SCALE = r"万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百"
_EN_SCALE = r"(?:thousand|million|billion|trillion|mln|mn|bn|tn|m|b|k)(?![a-z])"
_SCALES = rf"(?:{_S}(?P<scale%s>{_ZH_SCALE}|{_EN_SCALE}))?"
_COIN = r"us\$|hk\$|nt\$|au?\$|\$|€|¥|ยฅ|cny|rmb|yn|yuan|usd|eur|人民币|美元|新台币"
_YUAN = r"(?:亿|万)?(?:元人民币|人民币|元(?![素旦宵月年件])|块钱|yuan\b|rmb\b|cny\b)"
_FOREIGN = r"美元|美金|欧元|港元|港币|澳元|日元|us dollars|dollars|usd\b|eur\b|euros"
_MASS_WORD = r"公吨|吨(?!级|位|公里)|公斤|千克|(?:metric )?tonnes?\b|(?:metric )?tons?\b|kg\b|mt\b|kt\b|t\b(?!-)"
_PER_MASS = (
    rf"{_S}(?:/|每|per |a |an ){_S}(?P<per>公吨|吨|公斤|千克|(?:metric )?tonne\b|(?:metric )?ton\b|kg\b|kilogram\b|mt\b|t\b)"
)
_UNIT = (
    r"(?P<points>个?百分点|percentage points?|ppts?\b|pp\b|pct points?)"
    r"|(?P<percent>%|percent\b|per cent\b|pct\b)"
    rf"|(?P<money>{_FOREIGN}|{_YUAN})(?:{_PER_MASS})?"
    rf"|(?P<mass>{_MASS_WORD})(?P<yearly>{_S}(?:/{_S}(?:年|yr\b|y\b|year\b)|每年|(?:per|a) year\b))?"
    r"|(?P<index>点(?![钟半整多分评击位开至到]|\d))"
)
_SIGN = r"(?P<sign>[+\-−](?<![\d%a-z元吨]-)(?<!\d[+−]))?"
_ONE = rf"(?P<a>{_DIGITS}){_SCALES % '1'}(?:(?<=[万亿])(?P<rest>{_DIGITS})(?P<scale_rest>万)?)?"
_TWO = rf"(?:{_S}(?P<unit1>%|{_FOREIGN}|{_YUAN}|{_MASS_WORD})?{_S}(?:至|到|-|\bto\b){_S}[+]?(?P<b>{_DIGITS}){_SCALES % '2'})?"
_FIGURE = re.compile(
    rf"(?<![\d.])(?!(?<=\d,)\d{{3}}(?!\d))(?<![a-z])(?<![a-z]-)(?P<coin>(?:{_COIN}){_S})?{_SIGN}{_ONE}{_TWO}{_S}(?:{_UNIT})?"
)
_SPELT = re.compile(
    rf"百分之(?P<of>[{NUMERAL}]{{1,5}}(?:点[{NUMERAL}]{{1,4}})?|{_DIGITS})"
    r"|(?P<tenths>[一二两三四五六七八九])成(?P<half>[一二三四五六七八九半])?(?![不立为功员本交果长都熟分型品效人群份因新行])"
    rf"|(?<![\d.{NUMERAL}点几数])(?P<scaled>(?:[{NUMERAL}]{{1,6}}?(?:点[{NUMERAL}]{{1,3}})?)?(?:{_ZH_SCALE})){_S}(?:(?P<yuan>元(?![素旦]))|(?P<tonnes>吨(?!级|位)))"
    r"|(?P<round>(?<=突破)|(?<=超过)|(?<=超)|(?<=逾)|(?<=近)|(?<=达到)|(?<=达))(?P<bare>万亿|千亿|百亿)(?![吨美港欧日澳元千瓦斤股])"
    r"|(?P<verb>增长|增加|上涨|涨了?|提高|扩大)(?:了|近|约|超|逾)*(?P<times>\d+(?:\.\d+)?|[一二两三四五六七八九十])倍"
    r"|(?P<reach>增至|升至|涨至|涨到|达到|增加到|增长到|提高到)(?P<fold>\d+(?:\.\d+)?|[一二两三四五六七八九十])倍"
    r"|(?P<double>翻番|翻倍|翻一番|翻了一番|翻了一倍)|(?P<most>过半|超半数|逾半)"
)
_STEP = re.compile(rf"每{_S}(?:增减|增加|减少|提高|降低|上升|下降|增|减|变动){_S}$")
_STEP_IN = re.compile(r"每\s?(?:增减|增加|减少|提高|降低|上升|下降|增|减|变动)\s?\d[^。;\n]*$")
_DIVIDEND = re.compile(r"股\s?(?:派|送|转)(?:发|息)?(?:现金)?(?:红利)?\s?$")
_MAYBE = re.compile(r"[0-9０-９%％成倍番吨噸元]|百分|过半|過半|半数|半數|万亿|千亿|百亿|萬億|千億|百億")


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity: `text[start:end]` is how it is written, characters of the text that was given.

    `value` is in the unit's plain size (12.3 for 12.3 %, tonnes, yuan), negative for a fall or a loss; of a range its middle, with
    `low` and `high` as the ends. A bound leaves the open side None. `relation` is the bound, `what` the sense: a "change" of its
    own, against the year before ("yoy") or the period before ("previous"); a price step "per_percent" of content; tonnes of rare
    earth oxide ("reo"). `doubtful` marks what cannot be as printed, as a share of 3671 %.
    """

    value: float
    low: float | None
    high: float | None
    unit: Unit
    relation: Relation
    what: Sense
    start: int
    end: int
    doubtful: bool = False


def figures(text: str) -> list[Figure]:
    """Every quantity in `text`, in order, without overlap; `text` may be folded or as it came. Never raises."""
    if not _MAYBE.search(text):
        return []
    view = text.translate(plane())
    found = sorted([*_written(view), *_spelt(view)], key=lambda figure: (figure.start, -figure.end))
    kept: list[Figure] = []
    for figure in found:
        if not kept or figure.start >= kept[-1].end:
            kept.append(figure)
    return kept


def _written(view: str) -> Iterator[Figure]:
    for found in _FIGURE.finditer(view):
        sized = _sized(found, view)
        if sized is None:
            continue
        unit, factor = sized
        before = view[max(0, found.start() - 24) : found.start()]
        if (unit == "percent" and _STEP.search(before)) or _DIVIDEND.search(before):
            continue
        yield _figure(view, found.span(), _ends(found, factor), unit, found["sign"] or "")


def _sized(found: re.Match[str], view: str) -> tuple[Unit, float] | None:
    """The unit of a match, and by what its number is multiplied for it; None where it is no figure."""
    if found["points"] or found["percent"]:
        return "percentage_point" if found["points"] else "percent", 1.0
    if found["mass"]:
        word = found["mass"].removeprefix("metric ")
        return ("tonne_per_year" if found["yearly"] else "tonne"), _MASS.get(word, 1.0)
    if found["index"]:
        return ("index_point", 1.0) if "." in found["a"] and not found["scale1"] else None
    return _paid(found, view)


def _paid(found: re.Match[str], view: str) -> tuple[Unit, float] | None:
    """The currency, alone or a tonne, of a match that may be money."""
    coin = (found["coin"] or "").strip()
    bare = found["scale1"] in {"亿", "千亿", "百亿", "万亿"} and _ends_there(view, found.end())
    if not (found["money"] or coin or bare):
        return None
    currency = _MONEY.get(found["money"] or "") or _MONEY.get(coin, "yuan")
    if not found["per"]:
        return _money(currency), 1.0
    return _price(currency), 1_000.0 if found["per"] in {"公斤", "千克", "kg", "kilogram"} else 1.0


def _ends_there(view: str, end: int) -> bool:
    """Whether nothing that could be a unit follows: a bare 78亿 is money."""
    return (
        end == len(view) or view[end] in "\n,。;:!?、)]\"' " or view.startswith(("左右", "以上", "以下", "的", "大关", "规模"), end)
    )


def _money(currency: str) -> Unit:
    units: dict[str, Unit] = {"usd": "usd", "eur": "eur", "hkd": "hkd", "aud": "aud", "jpy": "jpy", "twd": "twd"}
    return units.get(currency, "yuan")


def _price(currency: str) -> Unit:
    units: dict[str, Unit] = {
        "usd": "usd_per_tonne", "eur": "eur_per_tonne", "hkd": "hkd_per_tonne", "aud": "aud_per_tonne", "jpy": "jpy_per_tonne",
        "twd": "twd_per_tonne",
    }  # fmt: skip
    return units.get(currency, "yuan_per_tonne")


def _ends(found: re.Match[str], factor: float) -> tuple[float, float]:
    """Both ends of a range, or the number twice; the scale and unit of the second end hold for the first where it has none."""
    scale1, scale2 = found["scale1"] or "", found["scale2"] or ""
    inner = next((word for word in ("亿", "万") if (found["money"] or "").startswith(word)), "")
    low = float(found["a"].replace(",", "")) * _SCALE[scale1]
    if found["rest"]:
        low += float(found["rest"].replace(",", "")) * (1e4 if found["scale_rest"] else 1.0)
    if not found["b"]:
        return low * factor * _SCALE[inner], low * factor * _SCALE[inner]
    if not scale1 and not found["unit1"]:
        low *= _SCALE[scale2]
    return low * factor, float(found["b"].replace(",", "")) * _SCALE[scale2] * factor


def _spelt(view: str) -> Iterator[Figure]:
    for found in _SPELT.finditer(view):
        value, unit = _worth(found)
        if value is None:
            continue
        change = any(found[name] for name in ("times", "fold", "double"))
        yield _figure(view, found.span(), (value, value), unit, "+" if change else "", relation=">" if found["most"] else None)


def _worth(found: re.Match[str]) -> tuple[float | None, Unit]:
    if found["of"]:
        return _spelled(found["of"]), "percent"
    if found["tenths"]:
        half = found["half"] or ""
        return DIGITS[found["tenths"]] * 10.0 + (5.0 if half == "半" else DIGITS.get(half, 0)), "percent"
    if found["scaled"]:
        return _scaled(found["scaled"]), "yuan" if found["yuan"] else "tonne"
    if found["bare"]:
        return _SCALE[found["bare"]], "yuan"
    if found["times"] or found["fold"]:
        times = _spelled(found["times"] or found["fold"])
        return None if times is None else (times if found["times"] else times - 1) * 100.0, "percent"
    return (100.0 if found["double"] else 50.0), "percent"


def _spelled(written: str) -> float | None:
    """A number in Arabic or Chinese digits, with its decimals."""
    if written[0] in "0123456789":
        return float(written.replace(",", ""))
    whole, _, part = written.partition("点")
    value, decimals = number(whole), "".join(str(DIGITS.get(char, "")) for char in part)
    return None if value is None else value + (float(f"0.{decimals}") if decimals else 0.0)


def _scaled(written: str) -> float | None:
    scale = next(scale for scale in _ZH_SCALE.split("|") if written.endswith(scale))
    head = written.removesuffix(scale)
    value = _spelled(head) if head else 1.0
    return None if value is None else value * _SCALE[scale]


def _figure(
    view: str, place: tuple[int, int], ends: tuple[float, float], unit: Unit, sign: str, *, relation: Relation | None = None
) -> Figure:
    """The figure with the sense its surroundings give it."""
    start, end = place
    before, after = view[max(0, start - 24) : start], view[end : end + 40]
    clause = CLAUSE.split(view[max(0, start - 40) : start])[-1]
    turn = {"+": 1, "-": -1, "−": -1}.get(sign) or _turned(unit, before, after)
    low, high = sorted(abs(one) * (turn or 1) for one in ends)
    bound = relation or relation_of(before, after)
    smaller, larger = ("<", "<="), (">", ">=")
    below, above = (larger, smaller) if turn < 0 else (smaller, larger)  # what fell by more than 5 % lies below -5 %
    size = max(abs(low), abs(high))
    odd = unit == "percent" and low == high and not turn and (size > 1_000 or (size > 100 and SHARE.search(before) is not None))
    what = _sense(view[max(0, start - 64) : start], (clause, before, CLAUSE.split(after)[0]), unit, changed=bool(turn))
    value = (low + high) / 2
    return Figure(value, None if bound in below else low, None if bound in above else high, unit, bound, what, start, end, odd)


def _turned(unit: Unit, before: str, after: str) -> int:
    """The direction a figure's words give it: a change for shares, a loss for money."""
    if unit in {"percent", "percentage_point"}:
        return direction(before, after)
    if "tonne" not in unit and LOSS.search(before):
        return -1
    return 0


def _sense(lead: str, around: tuple[str, str, str], unit: Unit, *, changed: bool) -> Sense:
    clause, before, after = around
    if unit.endswith("_per_tonne") and _STEP_IN.search(lead):
        return "per_percent"
    if unit.startswith("tonne"):
        return "reo" if REO.search(before) or REO_AFTER.match(after) else ""
    return compared(clause, after) if changed and unit in {"percent", "percentage_point"} else ""
