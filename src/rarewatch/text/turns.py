"""Words that turn an announcement's meaning: a text with one of them is no edit and no copy of a text without it."""

import re

_TURNS = re.compile(
    r"暂停|恢复|取消|终止|中止|解除|撤销|撤回|更正|补充|修订|修改|延期|否认|辟谣|澄清|不实|废止|失效"
    r"|suspen|resum|cancel|terminat|lift|revok|withdr|correct|supplement|amend|delay|postpon|den(?:y|ies|ied)|clarif|repeal"
)


def turns(folded: str) -> frozenset[str]:
    """Those that stand in a folded headline."""
    return frozenset(_TURNS.findall(folded))
