"""Recognises the answers with which a site keeps programs out; they are named and reported, never solved."""

import re
from collections.abc import Mapping

from rarewatch.text.charset import decode

_LARGEST = 200_000  # bytes; a challenge is a script and hardly any text, a page of this size is a page
_POOR = 300  # characters a reader would see; a real page, however short its news, shows more: menus, footers, registrations

_SCRIPTS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("jsl", re.compile(rb"__jsl_clearance|__jsluid_")),
    ("acw_sc", re.compile(rb"acw_sc__v\d|\bvar arg1\s*=\s*['\"][0-9A-F]{20,}", re.IGNORECASE)),
    ("wzws", re.compile(rb"wzws_?(?:params|template|challenge|sessionid|waf)", re.IGNORECASE)),
    (
        "ruishu",
        re.compile(rb"\$_ts\s*=\s*window\[['\"]\$_ts|window\[['\"]\$_ts|\$_ts\.(?:cd|nsd|lcd)|_\$[A-Za-z0-9]{2}\s*=\s*\$_ts"),
    ),
    ("cloudflare", re.compile(rb"cdn-cgi/challenge-platform|_cf_chl_opt|cf-browser-verification")),
    ("cookie-script", re.compile(rb"document\.cookie\s*=[^;]{0,200}HOY_TR")),
)
_COOKIES = ((re.compile(r"__jsluid|__jsl_clearance"), "jsl"), (re.compile(r"acw_sc__"), "acw_sc"), (re.compile(r"wzws_"), "wzws"))
_BY_STATUS = {521: "jsl", 412: "ruishu"}
_TURNED_AWAY = frozenset({403, 405, 412, 418, 429, 503, 521})
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ct-waf", re.compile(r"电信云防护|云防护[^。]{0,20}(?:拦截|阻断|拒绝)")),
    ("cloudflare", re.compile(r"\bjust a moment\b|\bchecking your browser\b|attention required! \| cloudflare", re.IGNORECASE)),
    ("too-frequent", re.compile(r"(?:访问|请求|操作)(?:过于|太过?|过度)频繁|too many requests", re.IGNORECASE)),
    (
        "captcha",
        re.compile(
            r"(?:输入|填写|完成|进行|拖动|拖拽|滑动|点击|通过)[^。，,！!]{0,12}(?:验证码|验证|滑块|拼图)|人机(?:身份)?验证|我不是机器人"
            r"|verify (?:that )?you are (?:a )?human|unusual traffic",
            re.IGNORECASE,
        ),
    ),
    ("waf", re.compile(r"(?:您|你)的(?:访问|请求|IP)[^。]{0,20}(?:拦截|阻断|拒绝|禁止|异常|威胁)|网站防火墙|创宇盾|安全狗|护卫神")),
)
_TITLE = re.compile(r"<title[^>]*>\s*(?:[^<]{0,6})(?:安全验证|访问验证|验证码|身份验证|滑动验证)[^<]{0,6}</title", re.IGNORECASE)
# What is opened and never closed runs to the end: looking for each end anew would take quadratic time.
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|noscript|template)\b.*?(?:</\1\s*>|\Z)|<[^>]*(?:>|\Z)", re.IGNORECASE | re.DOTALL
)
_BLANK = re.compile(r"\s+|&nbsp;")


def challenge(status: int, headers: Mapping[str, str], body: bytes) -> str:
    """Return the name of the anti-bot mark an answer bears ("jsl", "ruishu", "captcha", ...), or "" when it bears none.

    `headers` in any case. The marks of the makers count at once in an answer whose status turns us away. An answer with status 200
    must also be small and show a reader next to nothing, so that an article which only mentions 验证码, or a page that carries a
    script of that kind beside its content, is never called blocked.
    """
    cookies = next((value for name, value in headers.items() if name.lower() == "set-cookie"), "")
    turned_away = status in _TURNED_AWAY
    if turned_away:
        for pattern, name in _COOKIES:
            if pattern.search(cookies):
                return name
    if len(body) > _LARGEST:
        return _BY_STATUS.get(status, "")
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    return _by_body(body, content_type, poor_enough=turned_away) or _BY_STATUS.get(status, "")


def _by_body(body: bytes, content_type: str, *, poor_enough: bool) -> str:
    script = next((name for name, pattern in _SCRIPTS if pattern.search(body)), "")
    if poor_enough and script:
        return script
    markup = decode(body, content_type).text
    visible = _BLANK.sub("", _UNSEEN.sub(" ", markup))
    if len(visible) > _POOR and not poor_enough:
        return ""
    if script:
        return script
    seen = _UNSEEN.sub("", markup) if len(visible) <= _POOR else ""
    word = next((name for name, pattern in _WORDS if pattern.search(seen)), "")
    return word or ("captcha" if _TITLE.search(markup) else "")
