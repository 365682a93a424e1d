"""A layout too tall to be read when it is shown whole, cut between its cards into columns side by side."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from widgets.canvas.placement.geometry import Box, Layout

MOST = 24
"""Columns; more would be too narrow for any screen."""
BETWEEN = 0.25
"""The room between two columns, as a share of their width."""
LARGEST = 0.5
"""So large are the columns at most: they are for looking over, not for reading words."""


class Columns(msgspec.Struct, frozen=True):
    """Strips of a layout, from its top to its bottom, and how they stand side by side in a room.

    The strip from `cuts[i]` to `cuts[i + 1]` is drawn with its top left corner at `(lefts[i], top)`. Layout
    units are `scale` units of the room.
    """

    bounds: Box
    scale: float
    cuts: tuple[float, ...]
    lefts: tuple[float, ...]
    top: float

    def to_layout(self, x: float, y: float) -> tuple[float, float]:
        """The place in the layout that is drawn nearest to this place in the room."""
        left, _, right, _ = self.bounds
        half = self.scale * (right - left) / 2
        column = min(range(len(self.lefts)), key=lambda index: abs(x - self.lefts[index] - half))
        across = left + (x - self.lefts[column]) / self.scale
        down = self.cuts[column] + (y - self.top) / self.scale
        return min(max(across, left), right), min(max(down, self.cuts[column]), self.cuts[column + 1])


def in_columns(layout: Layout, width: float, height: float) -> Columns:
    """As many columns as show the layout largest in a room of this width and height."""
    left, top, right, bottom = layout.bounds
    gaps = _gaps(layout)
    across = max(1.0, right - left)
    found = []
    for count in range(1, MOST + 1):
        cuts = _cut(top, bottom, gaps, count)
        used = across * (count + BETWEEN * (count - 1))
        found.append((min(width / used, height / _tallest(cuts), LARGEST), cuts))
    scale, cuts = max(found, key=lambda each: each[0])
    count, step = len(cuts) - 1, scale * across * (1 + BETWEEN)
    start = (width - step * count + scale * across * BETWEEN) / 2
    lefts = tuple(start + index * step for index in range(count))
    return Columns(layout.bounds, scale, cuts, lefts, (height - scale * _tallest(cuts)) / 2)


def _tallest(cuts: Sequence[float]) -> float:
    return max(1.0, *(end - start for start, end in pairwise(cuts)), 1.0)


def _gaps(layout: Layout) -> list[float]:
    """The middles of all spaces across the whole layout in which no card lies."""
    spans = sorted((y, y + layout.heights[name]) for name, (_, y) in layout.places.items())
    gaps, end = [], spans[0][1] if spans else 0.0
    for start, stop in spans:
        if start > end:
            gaps.append((start + end) / 2)
        end = max(end, stop)
    return gaps


def _cut(top: float, bottom: float, gaps: Sequence[float], count: int) -> tuple[float, ...]:
    """About equal parts, cut where no card is cut through."""
    cuts = [top]
    for index in range(1, count):
        ideal = top + (bottom - top) * index / count
        place = bisect(gaps, ideal)
        cut = min(gaps[max(0, place - 1) : place + 1], key=lambda gap: abs(gap - ideal), default=bottom)
        if cuts[-1] < cut < bottom:
            cuts.append(cut)
    return (*cuts, bottom)
