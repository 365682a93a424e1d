"""The words of placement: points, boxes, the size of a card, and the layout of a whole network."""

from __future__ import annotations

import msgspec

from networks.graph.network import Wire

WIDTH = 304.0
HEIGHT = 36.0
"""Size of a card without a problem, in scene units: device-independent pixels at zoom 1."""

Point = tuple[float, float]
Band = tuple[float, float]
"""Two heights, the upper one first."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class Layout(msgspec.Struct, frozen=True):
    """Places of cards (middle of the upper edge), their heights, and the corners of every wire.

    `labels` says where a node's output shape is written, relative to its place: left end, half height.
    `main` holds the nodes of the component with the Output, or of the largest one; the others stand in a
    column beside it.
    """

    places: dict[str, Point]
    heights: dict[str, float]
    routes: dict[Wire, tuple[Point, ...]]
    labels: dict[str, Point]
    main: frozenset[str]
    bounds: Box
    frames: dict[str, Box] = {}
    """Around the cards of every open fold, by its name."""
    crossings: dict[str, tuple[float, ...]] = {}
    """Where wires come down through the first line of each frame, from left to right."""

    def box(self, name: str) -> Box:
        """The card of this node."""
        x, y = self.places[name]
        return x - WIDTH / 2, y, x + WIDTH / 2, y + self.heights[name]


def in_band(band: Band | None, *points: Point) -> bool:
    """Whether something between these points may lie within this band of heights; in none, nothing does."""
    if band is None:
        return False
    top, bottom = band
    if len(points) == 1:
        return top <= points[0][1] <= bottom
    heights = [y for _, y in points]
    return min(heights) <= bottom and max(heights) >= top
