"""Colours for numbers: blue below zero, orange above, or grey; told apart by colour-blind people, too."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

Scale = Literal["signed", "grey"]
Pixels = NDArray[np.uint32]
"""Colours as Qt's RGB32 has them."""

_STOPS = (-1.0, -0.68, -0.32, 0.0, 0.32, 0.68, 1.0)
_LIGHT = ("#123f8f", "#2f6fdb", "#9cc0f5", "#ffffff", "#f8c489", "#d97a06", "#7d4100")
_DARK = ("#8fc0ff", "#4a8ff5", "#2b5594", "#22272e", "#94561a", "#f08c2a", "#ffd08c")
_FAINT, _FAINT_DARK = "#eef4fd", "#22303f"
STEPS = 510
"""Between the two ends, so that zero has a colour of its own."""


@cache
def signed(dark: bool) -> Pixels:
    """`STEPS` + 1 colours from −1 to 1. The middle is the ground: what is zero does not stand out."""
    places = np.linspace(-1, 1, STEPS + 1)
    colors = [QColor(color) for color in (_DARK if dark else _LIGHT)]
    parts = (
        [each.red() for each in colors],
        [each.green() for each in colors],
        [each.blue() for each in colors],
    )
    red, green, blue = (np.interp(places, _STOPS, part).round().astype(np.uint32) for part in parts)
    return (0xFF000000 | (red << 16) | (green << 8) | blue).astype(np.uint32)


@cache
def grey() -> Pixels:
    """256 colours from black to white."""
    level = np.arange(256, dtype=np.uint32)
    return (0xFF000000 | (level << 16) | (level << 8) | level).astype(np.uint32)


def strength(share: float, dark: bool) -> QColor:
    """A colour for a share from 0 to 1: the more, the stronger its blue.

    It goes by lightness alone, so it is read in grey and by whoever sees fewer colours.
    """
    stops = (_DARK if dark else _LIGHT)[3::-1]
    stops = ((_FAINT_DARK if dark else _FAINT), *stops[1:])
    places = (0.0, 0.4, 0.75, 1.0)
    channels = zip(*([each.red(), each.green(), each.blue()] for each in map(QColor, stops)), strict=True)
    return QColor(*(round(float(np.interp(share, places, channel))) for channel in channels))


def painted(values: NDArray[np.float32], low: float, high: float, scale: Scale, *, dark: bool) -> Pixels:
    """The colour of each number: in grey `low` is black and `high` white, else zero is in the middle."""
    return painted_each(values, np.float64(low), np.float64(high), scale, dark=dark)


def painted_each(
    values: NDArray[np.float32],
    lows: NDArray[np.float64] | np.float64,
    highs: NDArray[np.float64] | np.float64,
    scale: Scale,
    *,
    dark: bool,
) -> Pixels:
    """As `painted`, for numbers that do not share their ends: these are broadcast to the numbers' shape."""
    found: Pixels
    places: NDArray[Any]
    kind = values.dtype
    if scale == "grey":
        span = highs - lows
        span = np.where(span == 0, 1.0, span)
        places = values - np.asarray(lows, kind)
        places *= np.asarray(255 / span, kind)
        places += kind.type(0.5)
        found = np.take(grey(), np.clip(places, 0, 255, out=places).astype(np.intp))
        return found
    bounds = np.maximum(np.abs(lows), np.abs(highs))
    places = values / np.asarray(np.where(bounds == 0, 1.0, bounds), kind)
    places += kind.type(1)
    places *= kind.type(STEPS / 2)
    places += kind.type(0.5)
    found = np.take(signed(dark), np.clip(places, 0, STEPS, out=places).astype(np.intp))
    return found
