"""Anti-bot answers are recognised, and real pages that speak of such things are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.challenge import challenge

NEWS = "中国稀土集团召开年度工作会议，研究部署下一阶段重点任务，强调稳定供应。" * 12
SHORT_NEWS = "<html><head><title>公告</title></head><body><h1>网上申报系统升级公告</h1><p>登录时须使用短信验证码，请申报单位知悉。</p></body></html>"


def page(text, head=""):
    return f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body>{text}</body></html>".encode()


@pytest.mark.parametrize(
    ("status", "headers", "body", "name"),
    [
        (521, {"Set-Cookie": "__jsluid_s=abc; path=/"}, b"<script>var a;</script>", "jsl"),
        (521, {}, b"<script>document.cookie='__jsl_clearance_s=1'</script>", "jsl"),
        (521, {}, b"", "jsl"),
        (412, {}, b"<script>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=17371;</script>", "ruishu"),
        (412, {}, b"<html></html>", "ruishu"),
        (200, {}, page("", "<script>var arg1='4BC70A3A23D4F9F0A3C8A1BB0BF0E5F5';function s(){}</script>"), "acw_sc"),
        (200, {}, page("<script>setCookie('acw_sc__v2', x)</script>"), "acw_sc"),
        (405, {"set-cookie": "acw_sc__v3=1"}, b"", "acw_sc"),
        (200, {}, page("<script>wzwsparams='a';wzwschallenge='b'</script>"), "wzws"),
        (200, {}, page("<script>document.cookie='__jsl_clearance_s='+go()</script>"), "jsl"),
        (405, {}, page("<h1>电信云防护</h1><p>您的请求疑似攻击行为</p>"), "ct-waf"),
        (200, {}, page("请完成安全验证后继续访问"), "captcha"),
        (200, {}, page("请输入图中的验证码<input name=code>"), "captcha"),
        (200, {}, "<html><head><meta charset=gbk></head><body>请输入验证码</body></html>".encode("gbk"), "captcha"),
        (200, {}, page("", "<title>百度安全验证</title>"), "captcha"),
        (200, {}, page("您的访问过于频繁，请稍后再试"), "too-frequent"),
        (200, {"content-type": "application/json"}, '{"msg":"请求过于频繁"}'.encode(), "too-frequent"),
        (
            403,
            {"server": "cloudflare"},
            page("", "<title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x'></script>"),
            "cloudflare",
        ),
        (200, {}, page("Just a moment..."), "cloudflare"),
        (403, {}, page("很抱歉，由于您的访问可能对网站造成威胁，您的请求已被拦截"), "waf"),
    ],
)
def test_marks(status, headers, body, name):
    assert challenge(status, headers, body) == name


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b""),
        (200, {}, page(NEWS)),
        (200, {}, page(NEWS + "请输入验证码。您的访问过于频繁，安全验证，just a moment")),
        (200, {}, page(NEWS, "<script>$_ts=window['$_ts']</script>")),
        (200, {"set-cookie": "wzws_sessionid=1"}, page(NEWS)),
        (200, {"set-cookie": "wzws_sessionid=1"}, page("<p>稀土价格指数 261.3</p>")),
        (200, {}, SHORT_NEWS.encode()),
        (200, {}, page("<p>公安机关提醒：不要向他人透露验证码</p>")),
        (403, {}, b"<h1>403 Forbidden</h1>"),
        (404, {}, page("<p>页面不存在</p>")),
        (304, {}, b""),
        (200, {}, b"%PDF-1.7 \x00\xff binary"),
    ],
)
def test_no_mark(status, headers, body):
    assert challenge(status, headers, body) == ""


@given(st.integers(100, 599), st.binary(max_size=400))
def test_any_bytes_are_judged(status, body):
    assert isinstance(challenge(status, {}, body), str)


def test_a_huge_page_is_judged_by_its_status_alone():
    body = page("请输入验证码") + b" " * 300_000
    assert challenge(200, {}, body) == ""
    assert challenge(412, {}, body) == "ruishu"
