"""What `rarewatch.yaml` may say of canaries, the heartbeat and the daily word, and what is wrong with it."""

import pytest
from config_examples import RIGHT

from rarewatch.config import load
from rarewatch.config.own_models import HeartbeatSpec
from rarewatch.errors import ConfigError, ConfigErrors
from rarewatch.nouns.secret import SecretRef
from rarewatch.watchplan import address

OPERATORS = "operators: [{id: ops, deliver: [{via: bell, to: ops}]}]\n"
CANARY = "canary: {via: bell, to: test}\n"


def read(folder, more, audience=OPERATORS):
    for name, text in RIGHT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        added = {"rarewatch.yaml": more, "audience.yaml": audience}.get(name, "")
        path.write_text(text + added, encoding="utf-8")
    return load(folder)


def mistakes(folder, more):
    with pytest.raises(ConfigErrors) as caught:
        read(folder, more)
    return [str(one).partition("/rarewatch.yaml:")[2] for one in caught.value.errors]


def test_nothing_is_the_default(tmp_path):
    found = read(tmp_path, "").settings
    assert (found.canary, found.heartbeat, found.all_clear) == (None, None, None)


def test_all_of_it(tmp_path):
    more = CANARY + "heartbeat: {ping: 'https://hb.example/1'}\nall_clear: {at: 7:05, zone: Europe/Berlin}\n"
    loaded = read(tmp_path, more)
    assert (loaded.settings.canary.every, loaded.settings.canary.within) == (900, 300)
    assert (loaded.settings.all_clear.at, loaded.settings.all_clear.zone) == ("7:05", "Europe/Berlin")
    assert not [one for one in loaded.warnings if "canary" in one or "all_clear" in one]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("heartbeat: {ping: 'https://hb.example/1'}\n", "4:1: 'heartbeat' stands without 'canary'"),
        ("canary: {via: bel, to: test}\n", "4:15: there is no notifier 'bel' (did you mean 'bell'?)"),
        ("canary: {via: bell, to: one}\n", "4:25: 'one' is where 'desk' is told"),
        ("canary: {via: bell, to: test, every: 5m, within: 3m}\n", "has a `within` of more than half of `every`"),
        ("canary: {via: bell}\n", "'to' is missing"),
        (CANARY + "heartbeat: {ping: 'ftp://hb.example'}\n", "5:19: 'ping' is not a web address"),
        (CANARY + "heartbeat: {ping: 'https://user:pw@hb.example'}\n", "5:19: 'ping' holds a user name or password"),
        (CANARY + "heartbeat: {ping: {env: A, file: B}}\n", "name exactly one of env and file"),
        ("all_clear: {at: '24:00'}\n", "4:17: 'at' is not a time of day"),
        ("all_clear: {zone: Mars}\n", "'zone' is not a known time zone"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path, more, told):
    assert any(told in one for one in mistakes(tmp_path, more)), mistakes(tmp_path, more)


def test_that_nobody_hears_of_it_is_a_warning(tmp_path):
    loaded = read(tmp_path, CANARY + "all_clear: {}\n", audience="")
    assert [one.partition(": ")[2] for one in loaded.warnings if "nobody hears" in one] == [
        "nobody hears of `canary`: audience.yaml names no operator",
        "nobody hears of `all_clear`: audience.yaml names no operator",
    ]


@pytest.mark.parametrize("secret", ["not an address s3cret", "ftp://s3cret.example", "https://[s3cret"])
def test_a_secret_that_is_no_address_is_told_without_showing_it(secret):
    with pytest.raises(ConfigError, match="environment variable HB is no web address") as caught:
        address(HeartbeatSpec(ping=SecretRef(env="HB")), lambda _: secret)
    assert "s3cret" not in str(caught.value)


def test_an_address_is_taken_from_where_it_stands():
    assert address(HeartbeatSpec(ping="https://hb.example/1"), str) == "https://hb.example/1"
    assert address(HeartbeatSpec(ping=SecretRef(env="HB")), lambda _: "https://hb.example/2") == "https://hb.example/2"
