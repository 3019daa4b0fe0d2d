"""Kinds by name: every registered one is there, and a wrong name says what would be right."""

import pytest

from rarewatch import engines, matchers, notifiers, registry, sources, stores

FAMILIES = {family.__name__: family.KINDS for family in (engines, matchers, notifiers, sources, stores)}


@pytest.mark.parametrize(("family", "kind"), [(family, kind) for family, kinds in FAMILIES.items() for kind in kinds])
def test_every_registered_kind_is_a_class(family, kind):
    assert isinstance(registry.load(FAMILIES[family], kind), type)


def test_a_dotted_name_reaches_outside():
    assert registry.load({}, "collections:Counter").__name__ == "Counter"


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("fed", "it is not one of feed, listing"),
        ("", "it is not one of feed, listing"),
        ("no.such.module:Thing", "could not be imported"),
        ("collections:NoSuchThing", "could not be imported"),
        ("collections:", "could not be imported"),
        (":Thing", "could not be imported"),
        (".relative:Thing", "could not be imported"),
    ],
)
def test_a_wrong_name_is_told_in_words_with_what_is_known(kind, why):
    with pytest.raises(registry.UnknownKindError, match=why) as told:
        registry.load({"feed": "x:Y", "listing": "x:Z"}, kind)
    assert (told.value.kind, told.value.known) == (kind, ["feed", "listing"])
