"""`docs/channels.md`: its receiver takes what the webhook signs and nothing else; its tables name what there is."""

import re
from pathlib import Path

import pytest

from rarewatch import clock, notifiers
from rarewatch.notifiers._webhook_payload import signature

DOC = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
CODE = re.search(r"^```python\n(.*?)^```$", DOC, re.MULTILINE | re.DOTALL).group(1)
SECRETS = ["the-new-secret-of-ours", "the-old-secret-of-ours"]
BODY = '{"headline":"稀土"}'.encode()


def genuine(body=BODY, age=0, secret=SECRETS[0], **changed):
    names = {}
    exec(CODE, names)
    stamp = str(int(clock.now().timestamp()) - age)
    headers = {"Rarewatch-Timestamp": stamp, "Rarewatch-Signature": signature(stamp, BODY, SECRETS)}
    return names["genuine"](body, headers | changed, secret)


@pytest.mark.parametrize("secret", SECRETS)
def test_the_receiver_takes_what_is_signed(secret):
    assert genuine(secret=secret) is True


@pytest.mark.parametrize(
    "wrong",
    [
        {"body": BODY + b" "},
        {"secret": "a-secret-of-somebody-else"},
        {"age": 600},
        {"Rarewatch-Timestamp": "1900000000"},
        {"Rarewatch-Signature": "v1="},
        {"Rarewatch-Signature": "v1=稀土"},
    ],
)
def test_the_receiver_takes_nothing_else(wrong):
    assert genuine(**wrong) is False


def test_every_channel_has_its_row():
    table = DOC.partition("| kind |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == set(notifiers.KINDS)
