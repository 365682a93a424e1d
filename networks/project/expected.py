"""What a setting takes, in words."""

from __future__ import annotations

from networks.core.fields import Field
from networks.core.message import Message, message

_MANY = 1e9
"""A bound beyond which it says nothing."""
_BOUNDED = {
    (False, False): "a number from {low} to {high}",
    (True, False): "a number above {low}, up to {high}",
    (False, True): "a number from {low} to below {high}",
    (True, True): "a number above {low} and below {high}",
}
"""By whether the lower and the upper bound are excluded; parts put together could not be translated."""


def expected(field: Field) -> Message:
    """The values of a field, as part of a sentence: “a whole number from 1 to 64”."""
    match field.kind:
        case "whole":
            return _whole(field)
        case "real":
            return _real(field)
        case "pair":
            return message("one or two whole numbers with an x between them, such as 3x5")
        case "flag":
            return message("on or off")
        case "choice":
            return message("one of {choices}", choices=", ".join(map(str, field.choices)))
        case "numbers":
            return message("whole numbers with spaces between them, or none")
        case "union" | "list":
            return message("one of {choices}", choices=", ".join(kind.__name__ for kind in field.types))
    return message("text")


def _whole(field: Field) -> Message:
    if field.low is None or field.high is None:
        return message("a whole number")
    low, high = f"{field.low:g}", f"{field.high:.0f}"
    if field.special:
        return message(
            "a whole number from {low} to {high}, or {word}", low=low, high=high, word=field.special
        )
    return message("a whole number from {low} to {high}", low=low, high=high)


def _real(field: Field) -> Message:
    low, high = field.low, field.high
    if low is None or high is None or high > _MANY:
        return message("a number")
    return message(_BOUNDED[field.open_low, field.open_high], low=f"{low:g}", high=f"{high:g}")
