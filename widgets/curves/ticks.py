"""The positions and labels of ticks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

LOWEST, HIGHEST = -310.0, 310.0
"""Range of a logarithmic axis, in exponents of ten: that of floats."""

_TELLS_A_SIZE = 5
"""A step is at most two and a half times the asked share of a range, so this many leave room for two."""

_LADDER = (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def round_step(span: float, count: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that divides `span` into at most `count` parts."""
    least = span / max(1.0, count)
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def round_up(value: float) -> float:
    """The next round number for the end of an axis, in steps of 17 to 33 %, so that it seldom changes."""
    power = 10.0 ** math.floor(math.log10(value))
    return next((factor * power for factor in _LADDER if factor * power >= value), 10 * power)


def linear(low: float, high: float, count: int) -> list[float]:
    """At most about `count` round numbers from low to high."""
    if not high > low:
        return []
    step = round_step(high - low, count + 0.5)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step)))
    return [round(index * step, digits) for index in range(first, last + 1)]


def at_least_two(low: float, high: float, count: int) -> list[float]:
    """At most about `count` round numbers, or as many more as a scale needs: one alone tells no size."""
    for more in range(max(1, count), _TELLS_A_SIZE):
        if len(found := linear(low, high, more)) > 1:
            return found
    return linear(low, high, max(count, _TELLS_A_SIZE))


def logarithmic(low: float, high: float, count: int) -> list[float]:
    """Round numbers between 10^low and 10^high, as powers of ten; whole decades where there are many."""
    low, high = max(low, LOWEST), min(high, HIGHEST)
    if high - low < 0.7 and low > -300 and high < 300:
        return [math.log10(value) for value in linear(10**low, 10**high, count) if value > 0]
    decades = range(math.floor(low), math.ceil(high) + 1)
    factors = next((each for each in ((1, 2, 5), (1, 3)) if (high - low) * len(each) <= count + 2), (1,))
    stride = max(1, math.ceil((high - low) / max(1, count)))
    ticks = (decade + math.log10(factor) for decade in decades if decade % stride == 0 for factor in factors)
    return [tick for tick in ticks if low <= tick <= high]


def end_of_epochs(epochs: float) -> float:
    """The end of the axis: the next whole epoch, later a multiple of 5, 10 …, so that it seldom changes."""
    step = max(1.0, round_step(max(1.0, epochs), 20))
    return max(1.0, math.ceil(epochs / step - 1e-9) * step)


def band_width(span: float, pixels: float, least: float = 14.0) -> int:
    """Epochs per shaded band, so that none is narrower than `least` pixels: 1, 2, 5, 10, 20 …"""
    needed = max(1.0, least * span / max(1.0, pixels))
    return round(round_step(needed, 1))


def number(value: float) -> str:
    """A tick's label: `0.25`, `20`, `1e-5`."""
    if value == 0:
        return "0"
    if 1e-4 <= abs(value) < 1e5:
        return f"{value:.6g}"
    return f"{value:.4g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e").replace("-", "−")


def power_of_ten(exponent: float) -> str:
    """A tick's label on a logarithmic axis."""
    if -300 < exponent < 300:
        return number(float(f"{10**exponent:.4g}"))
    return f"1e{exponent:.0f}".replace("-", "−")


def percent(value: float) -> str:
    """A tick's label on an axis of shares: `50 %`."""
    return f"{100 * value:.6g}\u202f%"


Ticks = Callable[[float, float, int], Iterable[float]]
Label = Callable[[float], str]
