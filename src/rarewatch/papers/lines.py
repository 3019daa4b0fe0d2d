"""What is done to text as documents give it: radicals, ligatures, hard line breaks, and whether it is text at all. Pure."""

import re
from unicodedata import normalize

from rarewatch.text.characters import HAN, RADICALS

_ORDINARY = {ord(radical): plain for radical, plain in RADICALS.items()}
_ORDINARY |= {code: normalize("NFKC", chr(code)) for code in (*range(0x2F00, 0x2FD6), 0x2E9F, 0x2EF3, *range(0xF900, 0xFAFF))}
_ORDINARY |= {code: normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_ORDINARY |= dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0xFEFF, 0), "")
_ORDINARY |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BREAK = re.compile("\r\n?|[\v\f\x85\u2028\u2029]")
_HYPHEN = re.compile("(?<=[a-z])(?:[\ufffe\x02]\r?\n?|[-\u2010]\r?\n(?=[a-z]))")  # PDFium marks a hyphen it takes for a break's
_BLANKS = re.compile("[ \u00a0\u3000]+")
_OPEN_END = re.compile(f"[{HAN}，、：（“《〈【—]$")
_OPEN_START = re.compile(f"[{HAN}，、。；：！？）”》〉】—]")
_BEGINS = re.compile(
    r"(?:第[一二三四五六七八九十百零〇\d]{1,5}[章节条款编部]|[一二三四五六七八九十]{1,3}[、.．]|附[件表录图]|特此|单位[：:]|证券代码|资料来源)"
)
_FULL = 0.8
"""A line of at least this share of the widest around it is one that was broken for want of room; columns differ in width."""
_AROUND = 2
_NARROW = 16
"""Half columns: what is shorter is a cell of a table or a label."""
_HEAD, _TITLE_LINES, _LEAST_TITLE, _LONGEST_LINE = 12, 3, 4, 80
_NO_TITLE = re.compile(
    r"(?:证券|股票|债券|公司)(?:代码|简称)|编号|^[（(]?\d[\d\s./-]*[)）]?$|[:：]$|[〔【\[(（]\d{4}[)）\]】〕]\s*第?\s*\d+\s*号$|^\d{4}\s*年.*日$"
)
_SENTENCE = re.compile(r"[。；;！!]|，.*，|^[一二三四五六七八九十]、|^第[一二三四五六七八九十\d]+[章条]")
_TITLE_END = re.compile(
    r"(?:公告|通知|报告|决定|办法|规定|意见|细则|条例|通告|决议|函|议案|说明书|纪要|目录|表)(?:[（(].{1,16}[)）])?$"
)
_PRIVATE = re.compile("[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_SOLID = re.compile(r"[^\W_]")
_CHINESE = re.compile(f"[{HAN}]")
# The commonest characters of official and trade prose; what a scanner's program guesses from specks is seldom among them.
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之"
    "进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样"
    "与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入"
    "常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色"
    "光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每"
    "目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须"
    "际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型眼"
    "王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严证券股份有限公司董事监会披露公告投资稀镧铈镨钕钐铕钆铽镝钬铒"
    "铥镱镥钪钇项监督购销售额净利润率亿账负债款审计议案控制出口许可磁材料冶炼离矿产储备配额指标企企"
)
_ENOUGH = 200
_PLAUSIBLE = 0.35


def mended(text: str) -> str:
    """`text` with ordinary characters in place of radicals and ligatures, LF for every break, and nothing that shows nothing."""
    text = _HYPHEN.sub("", text)
    return _CONTROLS.sub("", _BREAK.sub("\n", text).translate(_ORDINARY))


def unwrapped(text: str) -> str:
    """`text`, one page of it, without the line breaks that only the width of the paper asked for.

    A break goes where a full line ends and the next begins with Chinese in the middle of a sentence. The others stay: a title, a
    paragraph's end, a cell of a table.
    """
    lines = [stripped for line in text.split("\n") if (stripped := _BLANKS.sub(" ", line).strip())]
    widths = [_width(line) for line in lines]
    out = lines[:1]
    for at, line in enumerate(lines[1:], 1):
        last = lines[at - 1]
        full = widths[at - 1] >= max(_NARROW, _FULL * max(widths[max(0, at - 1 - _AROUND) : at + _AROUND]))
        if full and _OPEN_END.search(last) and _OPEN_START.match(line) and not _BEGINS.match(line):
            out[-1] += line
        else:
            out.append(line)
    return "\n".join(out)


def title_of(page: str) -> str:
    """The title at the head of `page`, a document's first one: its first lines before anything that is a sentence or a label.

    Lines of codes and numbers, and short ones of a form, do not count; at most three lines are one title. "" where there is none.
    """
    found: list[str] = []
    for line in [stripped for raw in page.split("\n") if (stripped := raw.strip())][:_HEAD]:
        if _NO_TITLE.search(line) or solid(line) < _LEAST_TITLE:
            if found:
                break
        elif _SENTENCE.search(line) or len(line) > _LONGEST_LINE:
            break
        else:
            found.append(line)
            if len(found) == _TITLE_LINES or _TITLE_END.search(line):
                break
    return re.sub(f"(?<=[{HAN}）》”]) (?=[{HAN}（《“])", "", " ".join(found))


def _width(line: str) -> int:
    """In half columns: a Chinese character is two wide."""
    return sum(1 if char < "\u2000" else 2 for char in line)


def solid(text: str) -> int:
    """How many letters, digits and Chinese characters stand in `text`."""
    return len(_SOLID.findall(text))


def is_garbage(text: str) -> bool:
    """Whether `text` is not what the pages show: a font without a way back to characters, or a scanner's guesses.

    Judged by private and replacement characters, and by how many of the Chinese characters are common ones.
    """
    letters = solid(text)
    strange = len(_PRIVATE.findall(text))
    if strange > (letters + strange) * 0.3:
        return True
    chinese = _CHINESE.findall(text)
    return len(chinese) >= _ENOUGH and sum(char in _COMMON for char in chinese) < len(chinese) * _PLAUSIBLE
