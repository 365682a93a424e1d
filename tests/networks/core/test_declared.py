"""Declared types: their words come from the class, and the catalogs are closed."""

from __future__ import annotations

import sys
from types import ModuleType

import msgspec
import pytest

from networks.core.declared import Closed, Declared, catalog


@pytest.fixture
def zoo(monkeypatch):
    module = ModuleType("zoo")
    monkeypatch.setitem(sys.modules, "zoo", module)

    def declare(name, base, doc="", **attributes):
        kind = type(base)(name, (base,), {"__module__": "zoo", "__doc__": doc, **attributes}, frozen=True)
        setattr(module, name, kind)
        return kind

    return declare


def test_a_catalog_has_all_types_in_their_order_but_no_bases_and_nothing_imported(zoo):
    animal = zoo("Animal", Declared)
    zoo("Foreign", Declared)
    bird = zoo("Bird", animal)
    cat, owl = zoo("Cat", animal), zoo("Owl", bird)
    sys.modules["zoo"].imported = type(animal)("Dog", (animal,), {"__module__": "elsewhere"}, frozen=True)
    assert catalog(animal, "zoo") == (cat, owl)
    assert msgspec.json.decode(b'{"type": "Owl"}', type=Closed[animal]) == owl()
    for foreign in (b'{"type": "Bird"}', b'{"type": "Dog"}', b'{"type": "Owl", "wings": 2}', b"{}"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(foreign, type=Closed[animal])


def test_words_come_from_the_class(zoo):
    plain = zoo("Plain", Declared, "The first sentence,\n    on two lines.\n\n    More.")
    assert plain.name() == "Plain"
    assert plain.help() == "The first sentence, on two lines."
    assert zoo("Titled", Declared, title="With a title").name() == "With a title"
    assert zoo("Silent", Declared).help() == ""
