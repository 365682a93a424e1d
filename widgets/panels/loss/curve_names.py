"""Where the names of curves stand: beside their curves, clear of all else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont, QFontMetricsF

from networks.recipes.losses.base import Values
from widgets.panels.loss.axes import Axes
from widgets.panels.loss.drawing import PROBABILITIES

_FROM, _TO, _PLACES = 0.06, 0.7, 33
_ENOUGH = 40.0
"""Pixels of room; more is no better."""


def name_places(
    names: Sequence[str], lines: Sequence[Values], font: QFont, axes: Axes, taken: Sequence[QRectF]
) -> Iterator[QRectF]:
    """A rectangle for each name; `lines` are the curves' values, `taken` are rectangles to keep clear of."""
    metrics = QFontMetricsF(font)
    left = round(axes.place.left())
    columns = np.arange(left, round(axes.place.right()) + 1)
    at = (columns - axes.place.left()) / axes.place.width()
    heights = np.array(
        [axes.place.bottom() - _share(np.interp(at, PROBABILITIES, line), axes) for line in lines]
    )
    full = list(taken)
    inside = axes.place.adjusted(4, 2, -4, -2)
    for name, own in zip(names, heights, strict=True):
        width, height = metrics.horizontalAdvance(name), metrics.height()
        best, place = -np.inf, QRectF()
        for p in np.linspace(_FROM, _TO, _PLACES):
            x = axes.x(float(p))
            y = float(own[min(max(round(x) - left, 0), len(own) - 1)])
            for rect in (
                QRectF(x + 6, y - height - 1, width, height),
                QRectF(x - width - 6, y + 2, width, height),
            ):
                room = _room(rect, heights, left)
                if not inside.contains(rect) or any(rect.adjusted(-6, -3, 6, 3).intersects(r) for r in full):
                    room -= 1e6
                # rather to the left, where curves differ
                if room - 10 * p > best:
                    best, place = room - 10 * float(p), rect
        full.append(place)
        yield place


def _share(values: Values, axes: Axes) -> Values:
    found: Values = (values - axes.low) / (axes.high - axes.low) * axes.place.height()
    return found


def _room(rect: QRectF, heights: Values, left: int) -> float:
    """How many pixels lie between the rectangle and the nearest curve above or below it."""
    first, last = round(rect.left()) - left, round(rect.right()) - left + 1
    near = heights[:, max(first, 0) : max(last, 1)]
    if not near.size:
        return 0.0
    return min(_ENOUGH, float(np.maximum(rect.top() - near, near - rect.bottom()).min()))
