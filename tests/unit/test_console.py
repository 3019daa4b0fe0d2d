"""The console: readable, in colour only where wanted, and safe from what a page holds."""

import io
from dataclasses import replace

import pytest
from alert_cases import MESSAGE, SENTENCE, messages
from hypothesis import given, settings
from pydantic import ValidationError

from rarewatch.errors import DeliveryFault
from rarewatch.notifiers.console import Console, ConsoleOptions
from rarewatch.nouns.alert import Target

HERE = Target("console", "me")


class Terminal(io.StringIO):
    def isatty(self):
        return True


async def shown(message, stream=None, **options):
    stream = io.StringIO() if stream is None else stream
    await Console(ConsoleOptions(**options), str, stream).send(message, HERE)
    return stream.getvalue()


async def test_a_file_gets_the_plain_text_unwrapped():
    told = replace(MESSAGE, caveat="state-owned origin", test=True, glosses=MESSAGE.glosses * 8)
    assert await shown(told) == Console(ConsoleOptions(), str).render(told, HERE)["text"]


async def test_a_digest_shows_every_story():
    parts = tuple(replace(MESSAGE, headline=f"公告第{number}号", link=f"https://x.example/{number}") for number in (1, 2))
    told = replace(MESSAGE, headline="2 announcements, 22:00-07:00", parts=parts, evidence=(), why=(), link="")
    text = await shown(told)
    assert text == Console(ConsoleOptions(), str).render(told, HERE)["text"]
    assert [number for number in (1, 2) if f"公告第{number}号" in text and f"https://x.example/{number}" in text] == [1, 2]
    assert "\x1b[" in await shown(told, color="always")


@pytest.mark.parametrize(
    ("color", "stream", "no_color", "coloured"),
    [
        ("auto", io.StringIO, "", False),
        ("auto", Terminal, "", True),
        ("auto", Terminal, "1", False),
        ("always", io.StringIO, "1", True),
        ("never", Terminal, "", False),
    ],
)
async def test_colour_only_where_wanted(monkeypatch, color, stream, no_color, coloured):
    monkeypatch.setenv("NO_COLOR", no_color)
    assert ("\x1b[" in await shown(MESSAGE, stream(), color=color)) is coloured


async def test_matched_words_stand_out():
    text = await shown(MESSAGE, color="always")
    assert "\x1b[1;7m中重稀土\x1b[0m" in text
    assert "\x1b[1;7m出口管制\x1b[0m" in text


async def test_a_narrow_console_wraps_wide_characters_rightly():
    text = await shown(MESSAGE, width=30)
    assert max(sum(2 if ord(char) > 0x2E80 else 1 for char in line) for line in text.splitlines() if "http" not in line) <= 30
    assert "".join(SENTENCE.split()) in "".join(text.split())


@pytest.mark.parametrize("name", ["stdout", "stderr"])
async def test_the_stream_named_is_the_stream_written(capsys, name):
    receipt = await Console(ConsoleOptions(stream=name), str).send(MESSAGE, HERE)
    captured = capsys.readouterr()
    assert MESSAGE.headline in getattr(captured, name.removeprefix("std"))
    assert receipt.remote == {"stream": name, "to": "me"}


async def test_a_stream_for_english_only_still_gets_the_alert():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    await Console(ConsoleOptions(), str, stream).send(MESSAGE, HERE)
    assert b"\\u7a00\\u571f" in raw.getvalue()


async def test_a_closed_stream_is_a_fault():
    stream = io.StringIO()
    stream.close()
    with pytest.raises(DeliveryFault) as caught:
        await Console(ConsoleOptions(), str, stream).send(MESSAGE, HERE)
    assert (caught.value.reason, caught.value.again, caught.value.in_doubt) == ("connection", True, False)


@pytest.mark.parametrize("wrong", [{"stream": "file"}, {"color": "red"}, {"width": 5}, {"x": 1}])
def test_a_mistake_in_the_settings_is_refused(wrong):
    with pytest.raises(ValidationError):
        ConsoleOptions(**wrong)


async def test_page_text_cannot_drive_the_terminal_or_style_itself():
    hostile = "\x1b]0;owned\x07\x1b[2Jtitle\r\n\x9b31m [red]x[/red] :smile: \u202eabc"
    text = await shown(replace(MESSAGE, headline=hostile, publisher=hostile, link="http://a/\x1b[2J"))
    assert not set(text) & set("\x1b\x07\x9b\r\u202e")
    assert "[red]x[/red] :smile:" in text


@settings(max_examples=60, deadline=None)
@given(messages)
async def test_whatever_a_page_holds_only_line_feeds_control_the_terminal(message):
    text = await shown(message)
    assert not {char for char in text if ord(char) < 32 or 0x7F <= ord(char) < 0xA0} - {"\n"}
    assert text == Console(ConsoleOptions(), str).render(message, HERE)["text"]
