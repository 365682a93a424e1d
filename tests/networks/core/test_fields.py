"""Declarations as forms read them, and changes within their bounds."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.fields import (
    Pair,
    PairFromZero,
    changed,
    changed_at,
    described,
    field_at,
    fields_of,
    real,
    value_at,
    whole,
)
from networks.layers import LAYERS
from networks.layers.linear import Linear
from networks.recipes.losses import LOSSES
from networks.recipes.optimizers import OPTIMIZERS
from tests.networks.strategies import values


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: Annotated[int, whole("Number", "How many.", 2, 9, unit="px")] = 3
    share: Annotated[float, real("Share", "How much.", 0.0, 1.0, above=True, below=True)] = 0.5
    flag: Annotated[bool, described("Flag", "Whether.")] = True
    mode: Annotated[Literal["a", "b"], described("Mode", "Which.", labels={"a": "Alpha"})] = "a"
    plane: Annotated[Literal[1, 3], described("Plane", "Which.")] = 3
    size: Annotated[Pair, described("Size", "How large.", unit="px")] = (1, 2)
    border: PairFromZero = (0, 0)
    count: Annotated[
        Annotated[int, whole("", "", 1, 5)] | Literal["classes"], described("Count", "How many, or a word.")
    ] = "classes"
    text: str = "x"


FIELDS = {field.name: field for field in fields_of(Declared)}


def test_fields_are_in_the_order_of_their_declaration():
    assert tuple(FIELDS) == Declared.__struct_fields__


def test_titles_help_units_and_defaults():
    number = FIELDS["number"]
    assert (number.title, number.help, number.unit, number.default) == ("Number", "How many.", "px", 3)
    assert (FIELDS["border"].title, FIELDS["border"].help) == ("border", "")
    assert FIELDS["size"].unit == "px"


def test_kinds_and_bounds():
    kinds = {name: field.kind for name, field in FIELDS.items()}
    assert kinds == {
        "number": "whole", "share": "real", "flag": "flag", "mode": "choice", "plane": "choice",
        "size": "pair", "border": "pair", "count": "whole", "text": "text",
    }  # fmt: skip
    number, share, size, border = (FIELDS[name] for name in ("number", "share", "size", "border"))
    assert (number.low, number.high, number.open_low, number.open_high) == (2, 9, False, False)
    assert (share.low, share.high, share.open_low, share.open_high) == (0.0, 1.0, True, True)
    assert (size.low, size.high) == (1, 1024)
    assert (border.low, border.high) == (0, 1024)
    assert (FIELDS["count"].low, FIELDS["count"].high, FIELDS["count"].special) == (1, 5, "classes")
    assert number.special is None


def test_choices_and_their_words():
    mode = FIELDS["mode"]
    assert mode.choices == ("a", "b")
    assert mode.label_of("a") == "Alpha"
    assert mode.label_of("b") == "b"
    assert FIELDS["plane"].choices == (1, 3)
    assert FIELDS["plane"].label_of(3) == "3"


def test_a_type_that_no_form_can_show_is_refused():
    class Odd(msgspec.Struct):
        names: list[str] = []

    with pytest.raises(TypeError, match="names"):
        fields_of(Odd)


@pytest.mark.parametrize("kind", [*LAYERS, *OPTIMIZERS, *LOSSES], ids=lambda kind: kind.__name__)
def test_every_declaration_can_be_shown_in_a_form(kind):
    for field in fields_of(kind):
        assert field.title
        assert field.help.endswith(".")
        assert field.default is not msgspec.NODEFAULT
        if field.kind in ("whole", "real", "pair"):
            assert field.low < field.high


@given(st.data())
def test_changed_changes_that_parameter_and_no_other(data):
    name = data.draw(st.sampled_from(sorted(set(FIELDS) - {"text"})))
    value = data.draw(values(FIELDS[name]))
    later = changed(Declared(), **{name: value})
    assert getattr(later, name) == value
    assert type(getattr(later, name)) is type(value)
    assert all(getattr(later, other) == getattr(Declared(), other) for other in FIELDS if other != name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("number", 1), ("number", 10), ("number", True), ("number", "3"), ("number", 3.5),
        ("share", 0.0), ("share", 1.0), ("share", float("nan")), ("share", float("inf")), ("share", True),
        ("flag", 1), ("mode", "c"), ("plane", 2), ("size", (0, 1)), ("size", (1, 1025)), ("size", (1,)),
        ("border", (-1, 0)), ("count", 0), ("count", "many"), ("text", 5), ("missing", 1),
    ],
)  # fmt: skip
def test_changed_refuses_what_is_out_of_bounds(name, value):
    with pytest.raises(msgspec.ValidationError, match=name):
        changed(Declared(), **{name: value})


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rate: Annotated[float, real("Rate", "How fast.", 0.0, 1.0)] = 0.5


class One(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    count: Annotated[int, whole("Count", "How many.", 1, 9)] = 1


class Other(msgspec.Struct, frozen=True, tag=True, forbid_unknown_fields=True):
    inner: Inner = Inner()


class Outer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    inner: Annotated[Inner, described("Inside", "What is inside.")] = Inner()
    chosen: Annotated[One | Other, described("Chosen", "Which.")] = One()
    only: Annotated[One, described("Only", "There is but one so far.")] = One()


def test_structs_and_unions_of_structs_are_fields_with_their_types():
    inner, chosen, only = fields_of(Outer)
    assert (inner.kind, inner.title, inner.help, inner.types) == (
        "struct",
        "Inside",
        "What is inside.",
        (Inner,),
    )
    assert (chosen.kind, chosen.title, chosen.types, chosen.default) == (
        "union",
        "Chosen",
        (One, Other),
        One(),
    )
    assert (only.kind, only.types) == ("union", (One,))


@given(st.floats(0, 1), st.integers(1, 9))
def test_a_parameter_deep_inside_is_changed_and_no_other(rate, count):
    value = changed_at(Outer(), "inner.rate", rate)
    assert value == Outer(inner=Inner(rate))
    value = changed_at(value, "chosen.count", count)
    assert value == Outer(inner=Inner(rate), chosen=One(count))
    value = changed_at(value, "chosen", Other())
    assert value == Outer(inner=Inner(rate), chosen=Other())
    value = changed_at(value, "chosen.inner.rate", rate)
    assert value == Outer(inner=Inner(rate), chosen=Other(Inner(rate)))
    assert value_at(value, "chosen.inner.rate") == rate
    assert field_at(value, "chosen.inner.rate").title == "Rate"
    assert field_at(value, "chosen").title == "Chosen"


@pytest.mark.parametrize(
    ("path", "new"), [("inner.rate", 2.0), ("chosen.count", 0), ("chosen", Inner()), ("inner", One())]
)
def test_what_does_not_fit_deep_inside_is_refused(path, new):
    with pytest.raises(msgspec.ValidationError):
        changed_at(Outer(), path, new)


def test_changed_takes_lists_and_whole_numbers_where_they_mean_the_same():
    assert changed(Declared(), size=[3, 4]).size == (3, 4)
    assert changed(Linear(), features="classes").features == "classes"
    with pytest.raises(msgspec.ValidationError):
        changed(Declared(), share=1)
