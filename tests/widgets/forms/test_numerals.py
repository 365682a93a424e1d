"""Numbers as text: what is written is read back, and steps stay within the bounds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.core.fields import Field
from widgets.forms.numerals import fits, leaped, parse, show, stepped


def real(low=-1e300, high=1e300, open_low=False, open_high=False):
    return Field("x", "real", "X", "", 0.0, low=low, high=high, open_low=open_low, open_high=open_high)


def whole(low=1, high=65_536):
    return Field("n", "whole", "N", "", 1, low=low, high=high)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_a_number_that_is_shown_is_read_back_and_shown_the_same(value):
    text = show(value)
    assert parse(text, real()) == value
    assert show(parse(text, real())) == text


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_a_whole_number_that_is_shown_is_read_back(value):
    assert parse(show(value), whole(-(10**15), 10**15)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "0.001"),
        (1e-8, "1e-8"),
        (1.0, "1"),
        (0.0, "0"),
        (1e6, "1000000"),
        (1e22, "1e22"),
        (2.5e-7, "2.5e-7"),
    ],
)
def test_numbers_are_written_as_people_write_them(value, text):
    assert show(value) == text


@pytest.mark.parametrize("text", ["", "nan", "inf", "1_0", "0x1", "1e", "--1", "1 2", "1e999", "٣", "1.2.3"])
def test_what_is_no_number_is_refused(text):
    assert parse(text, real()) is None


@pytest.mark.parametrize("text", ["1e999", "-1e999"])
def test_infinity_is_refused_without_bounds_too(text):
    assert parse(text, real(None, None)) is None


@pytest.mark.parametrize("text", ["1.5", "1e3", "0", "65537", "9" * 30, ""])
def test_what_is_no_whole_number_within_bounds_is_refused(text):
    assert parse(text, whole()) is None


@given(st.text(alphabet="0123456789.eE+-−, _xinfa", max_size=12))
def test_no_text_leads_out_of_the_bounds(text):
    value = parse(text, real(0.0, 1.0, open_low=True))
    assert value is None or 0 < value <= 1


def test_steps_go_by_the_leading_digit():
    field = real(0.0, 1000.0, open_low=True)
    walk, value = [], 0.008
    for _ in range(4):
        value = stepped(value, field, True)
        walk.append(value)
    assert walk == [0.009, 0.01, 0.02, 0.03]
    for _ in range(4):
        value = stepped(value, field, False)
    assert value == 0.008
    assert stepped(1e-8, field, False) == 9e-9


def test_close_to_an_open_bound_the_distance_to_it_steps():
    share = real(0.0, 1.0, open_high=True)
    assert stepped(0.9, share, True) == 0.91
    assert stepped(0.99, share, True) == 0.991
    assert stepped(0.999, share, False) == 0.998
    assert stepped(0.9, share, False) == 0.8


def test_zero_is_left_and_reached_again():
    decay = real(0.0, 1.0)
    assert stepped(0.0, decay, True) == 1e-4
    assert stepped(1e-4, decay, False) == 0.0
    assert stepped(0.0, decay, False) == 0.0
    assert stepped(0.0, real(-1.0, 1.0), False) < 0


def test_page_keys_leap():
    assert leaped(0.003, real(0.0, 1.0), True) == 0.03
    assert leaped(0.003, real(0.0, 1.0), False) == 0.0003
    assert leaped(48, whole(), True) == 96
    assert leaped(1, whole(), False) == 1
    assert leaped(60_000, whole(), True) == 65_536


bounds = st.tuples(
    st.floats(-1e6, 1e6, allow_nan=False), st.floats(1e-3, 1e6), st.booleans(), st.booleans()
).filter(lambda b: b[0] + b[1] > b[0])


@given(bounds, st.floats(0, 1), st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30))
def test_no_walk_leaves_the_bounds_and_every_step_goes_its_way(limits, share, moves):
    low, span, open_low, open_high = limits
    field = real(low, low + span, open_low, open_high)
    value = low + share * span
    if not fits(value, field):
        return
    for up, far in moves:
        new = (leaped if far else stepped)(value, field, up)
        assert fits(new, field)
        if not far:
            assert new >= value if up else new <= value
        assert math.isfinite(new)
        value = new
