"""Which stretches of a text are governed by a negation: what stands there is said not to be, or to be over.

Words that only look negative (不锈钢, 未来, 无锡, no less than, No. 61) govern nothing, and a negation of a negation (没有取消,
did not suspend) leaves what follows affirmed.
"""

import re
from collections.abc import Iterator
from typing import Literal

Scope = tuple[int, int]
_Sort = Literal["not", "deny", "over", "false"]

_LIFTING = "暂停|取消|终止|中止|停止|解除|撤销|撤回|废止|叫停|放弃|暂缓|推迟|搁置|豁免"
_DENYING = "否认|否定|驳斥|辟谣|拒绝"
_HARMLESS_ZH = (
    # Words, prohibitions (不得), bounds (不低于), and questions of the form A不A
    r"不(?:得不|移|应求|在少数|得|准|许|可|仅|但|只|单|光|断|锈|动产|含税|少|久|同|过|论|管|足|超过|低于|少于|高于|多于|大于|小于|亚于|止|良|利|安|满|限于"
    r"|凡|错|稳定|确定|规范|平衡|妨|易|难|愧|禁|容|时|日|料|惜|一|等|均|定期|计|吝|遗余力|懈|忘|辜负|负|畏|折不扣|约而同|饱和|乏|无|谋而合|明)"
    r"|(?<=[差了对来合少])不(?:多|起|及|了)|(?<=(?P<asked>[\u4e00-\u9fff]))不(?P=asked)"
    r"|(?<=前所)未(?:有|见)|未(?:来|免|婚|知|央|成年|遂|必|雨绸缪|经|艾)|(?<=[沉淹埋出吞湮])没|没(?:收|落|准|世)"
    r"|无(?:锡|人机|人驾驶|人船|人艇|线|论|疑|限|数|形|偿|机|纺|烟|缝|接触|比|非|奈|辜|私|情|愧|所|障碍|害|毒|污染|废|菌|损|边|铅|氧"
    r"|不|一|时无刻|为|可(?:厚非|奈何|争议|替代))|(?<=[是除莫北南西东亚])非|(?<!其中)(?<=中)非"
    r"|非(?:洲|常|遗|凡|法|得|营利|盈利|公|金属|典|诉|物质|农|上市|银|标|晶|执行|独立|流通|经常|线性|煤|化石|居民|关税)"
    r"|否(?:则|认为)|(?<=[是能可与])否"
)
_FALSE = r"不实(?![施行现])|失实|不属实|谣言|不是事实|子虚乌有"
_NOT_ZH = r"不(?:会|是|再|能|用|必|需)?|未(?:能|曾|予|被)?|没有?|无(?:法|需|须|意|权)?|非"
_DENYING_EN = r"\b(?:den(?:y|ies|ied|ying)|refut(?:e|es|ed|ing)|rebuff(?:s|ed)?|reject(?:s|ed|ing)?|refus(?:e|es|ed|ing))\b"
_NOT_EN = r"\b(?:not|no|never|without|neither|nor|none|cannot|yet to)\b|n't\b"
_OVER_EN = (
    r"\b(?:suspend(?:s|ed|ing)?|suspension of|cancel(?:s|led|ed|ling|ing)?|cancellation of|halt(?:s|ed|ing)?|scrap(?:s|ped|ping)?"
    r"|revok(?:e|es|ed|ing)|repeal(?:s|ed|ing)?|terminat(?:e|es|ed|ing)|withdr(?:aw|aws|awn|ew|awing)|paus(?:e|es|ed|ing)"
    r"|postpon(?:e|es|ed|ing)|delay(?:s|ed|ing)?|stop(?:s|ped|ping)?|abandon(?:s|ed|ing)?|rescind(?:s|ed|ing)?|waiv(?:e|es|ed|ing)"
    r"|lift(?:s|ed|ing)?(?=(?: [\w'-]+){0,5} (?:ban|control|restriction|curb|sanction|embargo|suspension|tariff|limit|quota)s?\b"
    r"|\s*(?:[,.;!?\n]|$)))\b"
)
_HARMLESS_EN = (
    r"\bno\.? ?\d|\bno (?:less|more|fewer|doubt|matter|wonder|later|sooner|smaller|lower|higher)\b"
    r"|\bnot (?:only|just|least|merely|simply|to mention)\b|\b(?:whether )?or not\b|\bwithout (?:a )?(?:doubt|delay|question)\b"
    r"|\bstop(?:s|ped)? at nothing\b|\bnon-?stop\b"
)
_WORD = re.compile(
    r"(?=[不未没无非失谣子暂取终中停解撤废叫放推搁豁否驳辟拒n]|\b[acdhlnprstwy])"
    rf"(?:(?P<harmless>{_HARMLESS_ZH}|{_HARMLESS_EN})|(?P<false>{_FALSE})|(?P<over>{_LIFTING}|{_OVER_EN})"
    rf"|(?P<deny>{_DENYING}|{_DENYING_EN})|(?P<not>{_NOT_ZH}|{_NOT_EN}))"
)
_END = re.compile(
    r"[。;!?\n]|,(?!\d{3}(?!\d))|:(?!\d)|\.(?!\d)(?=\s|$|[\u4e00-\u9fff])|--|但是?|而是|却|然而|反而|不过(?!\d)"
    r"|\b(?:but|however|while|although|though|whereas|yet(?! to))\b"
)
_START = re.compile(r"[。;!?\n,:]|\.(?=\s)|--")
_PASSIVE_ZH = re.compile(r"(?:了|执行|实施|生效|施行|状态|至\S{0,16}|到\S{0,16})?(?=[。;!?\n,)\]]|$)")
_PASSIVE_BEFORE_ZH = re.compile(r"(?:已|已经|被|予以|将|将被|正式|获|全面|得到|宣布|暂时|临时)$")
_PASSIVE_EN = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?|got)(?: \w+ly| now| also)? $")
_COMPOUND = 4  # characters a bare 非 governs: 非稀土类 is one word
_PAIRED = 6  # characters within which a second negation takes back the first: 不会取消
_LONGEST = 200  # characters; where punctuation is missing, a negation does not govern the rest of a page
_JOIN = re.compile(r"[并也且和或亦及、()\[\]]|\b(?:and|or)\b")


def scopes(folded: str) -> list[Scope]:
    """The stretches of `folded` that a negation governs, in order, without overlap; the negating word itself is not among them.

    A scope runs to the end of the clause, or back to its start where the negation follows what it negates (出口管制被暂停). Never
    raises.
    """
    found: list[Scope] = []
    pending: tuple[int, int, _Sort] | None = None
    for start, end, sort in _words(folded):
        if pending and _taken_back(folded, pending, start, sort):
            begun = pending[1]
            pending = None
            if begun < start:
                found.append((begun, start))
            continue
        if pending:
            found.append(_governed(folded, *pending))
        pending = start, end, sort
    if pending:
        found.append(_governed(folded, *pending))
    return _merged(found)


def _words(folded: str) -> Iterator[tuple[int, int, _Sort]]:
    sorts: tuple[_Sort, ...] = ("not", "deny", "over", "false")
    for found in _WORD.finditer(folded):
        sort = next((sort for sort in sorts if found[sort]), None)
        if sort:
            yield *found.span(), sort


def _taken_back(folded: str, pending: tuple[int, int, _Sort], start: int, sort: _Sort) -> bool:
    """Whether a negation only takes back the one before it: 没有取消, 不能不, denied suspending."""
    _, end, before = pending
    between = folded[end:start]
    if before not in {"not", "deny"} or sort == "false" or _END.search(between) or _JOIN.search(between):
        return False
    if sort == "not":
        return len(between) <= 1 and not between.isspace()
    return len(between) <= (4 * _PAIRED if between.isascii() and between else _PAIRED)


def _governed(folded: str, start: int, end: int, sort: _Sort) -> Scope:
    if sort == "false" or (sort == "over" and _passive(folded, start, end)):
        return _clause_start(folded, start), start
    if folded[start:end] == "非":
        return end, min(_clause_end(folded, end), end + _COMPOUND)
    return end, _clause_end(folded, end)


def _passive(folded: str, start: int, end: int) -> bool:
    """Whether what is over stands before the word that says so."""
    before = folded[max(0, start - 20) : start]
    if folded[start].isascii():
        return _PASSIVE_EN.search(before) is not None
    after = _PASSIVE_ZH.match(folded, end)
    if after is None:
        return False
    return _PASSIVE_BEFORE_ZH.search(before) is not None or after.end() > end or _clause_start(folded, start) < start - 3


def _clause_start(folded: str, start: int) -> int:
    low = max(0, start - _LONGEST)
    return max((low + found.end() for found in _START.finditer(folded[low:start])), default=low)


def _clause_end(folded: str, at: int) -> int:
    """Where the clause around `at` ends; a scope opened inside brackets ends with them."""
    most = min(len(folded), at + _LONGEST)
    found = _END.search(folded, at, most)
    end = found.start() if found else most
    depth = 0
    for place in range(at, end):
        depth += (folded[place] in "([<") - (folded[place] in ")]>")
        if depth < 0:
            return place
    return end


def _merged(found: list[Scope]) -> list[Scope]:
    result: list[Scope] = []
    for start, end in sorted(found):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((start, end))
    return result
