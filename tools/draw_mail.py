# ruff: noqa: INP001 - a script, not a package
"""Draws the mails of docs/email.md: `python tools/draw_mail.py docs/img` lets Chromium draw its HTML, light, dark and narrow."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rarewatch.compose import STATE_OWNED, example
from rarewatch.notifiers.email import Email, EmailOptions
from rarewatch.nouns.alert import Message, Target
from rarewatch.nouns.secret import SecretRef
from rarewatch.nouns.watch import Severity

_AT = datetime(2026, 11, 22, 2, 33, tzinfo=UTC)
_CHROMIUM = ("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-component-update", "--no-first-run", "--hide-scrollbars")  # fmt: skip
_DARK = "--blink-settings=preferredColorScheme=0"
_LIGHT = "--blink-settings=preferredColorScheme=1"
_NARROW = "<style>html { width: 390px }</style></head>"


def _alert() -> Message:
    return replace(
        example("d41f0c", _AT, "Europe/Berlin"),
        headline="某部公布对部分中重稀土相关物项实施出口管制的决定",
        publisher="Ministry 某部",
        story="181",
        link="https://www.example.org/zwgk/2026/11/22/art_18.html",
        caveat=STATE_OWNED,
        test=False,
        subscription="desk",
    )


def _digest() -> Message:
    titles = (
        ("某部公布对部分中重稀土相关物项实施出口管制的决定", Severity.URGENT),
        ("关于下达本年度第二批稀土开采、冶炼分离总量控制指标的通知", Severity.IMPORTANT),
        ("某公司关于四季度稀土精矿关联交易价格的公告", Severity.NOTABLE),
    )
    parts = tuple(
        replace(_alert(), headline=title, severity=severity, link=f"https://www.example.org/art_{number}.html")
        for number, (title, severity) in enumerate(titles, 1)
    )
    headline = "3 announcements, 22:00-07:00 Europe/Berlin (05:00-14:00 Beijing time)"
    return replace(_alert(), headline=headline, glosses=(), why=(), evidence=(), link="", caveat="", parts=parts)


def _html(message: Message) -> str:
    options = EmailOptions(
        host="localhost",
        security="none",
        sender="alerts@example.org",
        unsubscribe_url="https://alerts.example.org/unsubscribe",
        unsubscribe_secrets=(SecretRef(env="KEY"),),
    )
    return str(Email(options, lambda _: "a key for this picture").render(message, Target("mail", "desk@example.org"))["html"])


def _draw(html: str, picture: Path, size: str, *options: str) -> None:
    with TemporaryDirectory() as folder:
        page = Path(folder) / "mail.html"
        page.write_text(html, encoding="utf-8")
        words = (*_CHROMIUM, *options, f"--user-data-dir={folder}/profile", f"--window-size={size}", f"--screenshot={picture}")
        subprocess.run([*words, page.as_uri()], check=True, capture_output=True)  # noqa: S603 - our own words


def main() -> None:
    """Draw every picture into the folder named on the command line."""
    folder = Path(sys.argv[1]).resolve()
    alert = _html(_alert())
    _draw(alert, folder / "email-light.png", "700,640", _LIGHT)
    _draw(alert, folder / "email-dark.png", "700,640", _DARK)
    # Headless windows have a least width of 500: a phone's is given to the page itself.
    _draw(alert.replace("</head>", _NARROW), folder / "email-mobile.png", "500,860", _LIGHT)
    _draw(_html(_digest()), folder / "email-digest.png", "700,860", _LIGHT)


if __name__ == "__main__":
    main()
