"""Numbers as people type, read and turn them: text to value, value to text, one step up or down."""

from __future__ import annotations

import re
from decimal import Decimal

from networks.core.fields import Field

Number = int | float
Value = Number | tuple[int, ...]
"""What a field of numbers holds: one of them, or several whole ones."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_REAL = re.compile(r"[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")
_EXPONENT = re.compile(r"e([+-]?)0*([0-9]+)$")
_REAL_ZERO = Decimal(0)


def parse(text: str, field: Field) -> Number | None:
    """The number in the text, or None if it is none or out of the field's bounds."""
    text = text.strip().replace("−", "-")
    if field.kind == "real":
        value: Number | None = float(text) if _REAL.fullmatch(text) else None
    else:
        value = int(text) if _WHOLE.fullmatch(text) else None
    return value if value is not None and fits(value, field) else None


def parse_all(text: str, field: Field) -> tuple[int, ...] | None:
    """The whole numbers in the text in rising order, or None if something else is in it.

    Between them stand commas, semicolons or blanks. Also None where there are too many of them.
    """
    found = [parse(part, field) for part in re.split(r"[,;\s]+", text.strip(" ,;\t\n")) if part]
    numbers = tuple(sorted(int(number) for number in found if number is not None))
    if len(numbers) < len(found) or (field.most is not None and len(found) > field.most):
        return None
    return numbers


def show_all(values: tuple[int, ...]) -> str:
    """Text that is read back as the same numbers: `10, 15`."""
    return ", ".join(map(show, values))


def show(value: Number) -> str:
    """The shortest text that is read back as the same number: `0.001`, `1e-8`, `64`."""
    text = repr(value).removesuffix(".0")
    return _EXPONENT.sub(lambda found: "e" + found[1].replace("+", "") + found[2], text)


def fits(value: Number, field: Field) -> bool:
    """Whether a number is within the field's bounds; infinity and NaN never are."""
    if not abs(value) < float("inf"):
        return False
    above = field.low is None or (value > field.low if field.open_low else value >= field.low)
    below = field.high is None or (value < field.high if field.open_high else value <= field.high)
    return above and below


def stepped(value: Number, field: Field, up: bool) -> Number:
    """One step on. Whole numbers go by 1, real ones by 1 in their leading digit: 0.008, 0.009, 0.01, 0.02.

    Close to a bound that is itself left out the distance to it is what steps: 0.98, 0.99, 0.991. At a bound
    the value stays.
    """
    if field.kind != "real":
        return _within(value + (1 if up else -1), value, field)
    number = Decimal(repr(value))
    if field.open_high and field.high is not None and 2 * value > (field.low or 0) + field.high:
        high = Decimal(repr(field.high))
        result = high - _step(high - number, not up, _REAL_ZERO, to_zero=False)
    else:
        result = _step(number, up, _first(field), to_zero=fits(0.0, field))
    return _within(float(result), value, field)


def leaped(value: Number, field: Field, up: bool) -> Number:
    """A long step: whole numbers double or halve, real ones go to the next power of ten's same digit."""
    if field.kind != "real":
        whole = int(value)
        return _within(whole * 2 or 1 if up else whole // 2, value, field)
    if value == 0:
        return stepped(value, field, up)
    return _within(float(Decimal(repr(value)).scaleb(1 if up else -1)), value, field)


def _step(number: Decimal, up: bool, first: Decimal, *, to_zero: bool) -> Decimal:
    if number < 0:
        return -_step(-number, not up, first, to_zero=to_zero)
    if number == 0:
        return first if up else -first
    unit = Decimal(1).scaleb(number.adjusted())
    if up:
        return number + unit
    if to_zero and number == first:
        return _REAL_ZERO
    return number - (unit if number >= 2 * unit else unit / 10)


def _first(field: Field) -> Decimal:
    """The first step away from zero: a tenth of a share, a ten-thousandth of other ranges, at most 1."""
    if field.high is None:
        return Decimal(1)
    span = Decimal(repr(field.high)) - Decimal(repr(field.low or 0.0))
    return min(Decimal(1), span / (10 if field.open_high else 10_000)).normalize()


def _within(wanted: Number, value: Number, field: Field) -> Number:
    if fits(wanted, field):
        return wanted
    bound = field.high if wanted > value else field.low
    if bound is None or not fits(bound, field):
        return value
    return bound if field.kind == "real" else int(bound)
