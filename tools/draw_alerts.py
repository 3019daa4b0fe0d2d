# ruff: noqa: INP001 - a script, not a package
"""Draws the pictures in docs/img: `python tools/draw_alerts.py docs/img` plays the demonstration and lets Chromium draw two alerts.

The mail is drawn from its own HTML part. Slack's look is imitated: the card is drawn from the blocks that were posted, and says so.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rarewatch import app, clock, config, log
from rarewatch.demo.run import Watcher, write_config
from rarewatch.demo.site import SampleSite
from rarewatch.demo.slack_double import SlackDouble
from rarewatch.demo.smtp_double import SmtpDouble

_SHOWN = "出口管制"
_CHROMIUM = ("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-component-update", "--no-first-run", "--hide-scrollbars", "--force-device-scale-factor=1.25")  # fmt: skip
_CARD = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 16px 20px; width: 720px; background: #fff; color: #1d1c1d;
       font: 15px/1.46 "Noto Sans", "DejaVu Sans", "Noto Sans CJK SC", "Noto Color Emoji", sans-serif }}
.who {{ display: flex; gap: 10px }} .face {{ width: 36px; height: 36px; border-radius: 6px; background: #3f4a5a; color: #fff;
       text-align: center; line-height: 36px; font-weight: bold; flex: none }}
.app {{ font-size: 10px; background: #ddd; border-radius: 2px; padding: 0 3px; color: #616061; vertical-align: middle }}
h1 {{ font-size: 18px; line-height: 1.33; margin: 6px 0 }} p {{ margin: 6px 0; white-space: pre-wrap }}
blockquote {{ margin: 4px 0; padding-left: 12px; border-left: 4px solid #ddd; white-space: pre-wrap }} a {{ color: #1264a3 }}
.small, .label {{ font-size: 12px; color: #616061 }} .label {{ border-top: 1px solid #ddd; padding-top: 8px; margin-top: 12px }}
</style><div class="who"><div class="face">R</div><div><b>rarewatch</b> <span class="app">APP</span>{blocks}</div></div>
<div class="label">Drawn from the blocks that rarewatch posted in its demonstration; not a screenshot of Slack.</div>"""


async def _alerts() -> tuple[list[dict[str, Any]], str]:
    """The blocks and the mail's HTML of the demonstration's export-control alert."""
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(SampleSite(clock.now))
        slack = SlackDouble()
        await slack.start()
        stack.push_async_callback(slack.stop)
        smtp = await stack.enter_async_context(SmtpDouble())
        folder = Path(stack.enter_context(TemporaryDirectory()))
        write_config(folder, site.url, slack, smtp)
        service = await stack.enter_async_context(app.open_service(config.load(folder), Watcher(lambda _: None)))
        await service.crew.one_pass(["sample-ministry"])
        blocks = next(one.blocks for one in slack.messages if _SHOWN in one.text)
        return blocks, next(mail.html for mail in smtp.mails if _SHOWN in mail.header("Subject"))


def _html(part: Mapping[str, Any]) -> str:
    """One block or element of Block Kit as HTML."""
    kind = part["type"]
    inner = "".join(_inner(part))
    if kind == "header":
        return f"<h1>{inner}</h1>"
    if kind == "rich_text_section":
        return f"<p>{inner}</p>"
    if kind == "rich_text_quote":
        return f"<blockquote>{inner}</blockquote>"
    if kind == "link":
        return f'<a href="#">{escape(part["text"])}</a>'
    if kind == "context":
        return "".join(f'<p class="small">{_html(element)}</p>' for element in part["elements"])
    return inner


def _inner(part: Mapping[str, Any]) -> Iterator[str]:
    text = part.get("text", "")
    if isinstance(text, Mapping):
        yield _html(text)
    else:
        style = part.get("style", {})
        words = escape(text)
        words = f"<b>{words}</b>" if style.get("bold") else words
        yield f"<i>{words}</i>" if style.get("italic") else words
    for element in part.get("elements", ()):
        yield _html(element)


def _draw(html: str, picture: Path, height: int) -> None:
    with TemporaryDirectory() as profile:
        page = Path(profile) / "page.html"
        page.write_text(html, encoding="utf-8")
        options = (f"--user-data-dir={profile}/profile", f"--window-size=780,{height}", f"--screenshot={picture}")
        subprocess.run([*_CHROMIUM, *options, page.as_uri()], check=True, capture_output=True)  # noqa: S603 - our own words


def main() -> None:
    """Draw both pictures into the folder named on the command line."""
    folder = Path(sys.argv[1]).resolve()
    log.set_up(level="error")
    blocks, mail = asyncio.run(_alerts())
    _draw(_CARD.format(blocks="".join(map(_html, blocks))), folder / "alert-slack.png", 790)
    _draw(mail, folder / "alert-mail.png", 860)


if __name__ == "__main__":
    main()
