"""Shapes: coloured figures that the program draws itself, as easy or as hard as one likes."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from networks.core.fields import described, real, whole
from networks.core.message import Message, message
from networks.recipes.datasets.base import Dataset, Labels, Pixels
from networks.recipes.datasets.in_memory import kept, recall

Numbers = NDArray[np.floating[Any]]
Distance = Callable[[Numbers, Numbers], Numbers]
"""From points (x, y) to how far each lies outside a figure of area 1 around the origin; negative inside."""

_CHUNK = 256
"""Pictures that are drawn at a time."""
_STROKES = 7
"""Random numbers that a stroke of clutter takes: place, turn, length, width and colour."""


class Shapes(Dataset, frozen=True):
    """Coloured figures drawn by the program, on one-coloured ground: circle, square, triangle, star and more.

    All figures of a picture's size cover the same area, and all colours are drawn alike for every class: the
    mean colour tells nothing, only the shape does. Clutter, sizes, turns and noise make it as hard as wanted.
    """

    title: ClassVar = "Shapes"
    yours: ClassVar = "drawn here, any size"
    icon: ClassVar = "shapes"
    licence: ClassVar = "free of any"
    attribution: ClassVar = "Shapes are drawn by Backbone itself, from a seed"

    kinds: Annotated[int, whole("Figures", "How many kinds of figures are to be told apart.", 2, 8)] = 4
    pictures: Annotated[int, whole("Pictures", "How many are drawn, the same of every kind.", 2, 100_000)] = (
        3000
    )
    side: Annotated[int, whole("Side", "Height and width of the pictures.", 8, 256, unit="px")] = 32
    colour: Annotated[
        Literal["colour", "grey"],
        described(
            "Colour", "Random colours, or shades of grey.", labels={"colour": "coloured", "grey": "grey"}
        ),
    ] = "colour"
    smallest: Annotated[
        float,
        real(
            "Smallest",
            "Side of a square as large as the smallest figure, as a share of the picture.",
            0.1,
            0.5,
        ),
    ] = 0.3
    largest: Annotated[
        float,
        real(
            "Largest", "Side of a square as large as the largest figure, as a share of the picture.", 0.1, 0.5
        ),
    ] = 0.45
    rotation: Annotated[
        float, real("Rotation", "By how much figures are turned, at most, either way.", 0.0, 180.0, unit="°")
    ] = 30.0
    clutter: Annotated[
        int, whole("Clutter", "Meaningless strokes in each picture.", 0, 40, unit="strokes")
    ] = 2
    noise: Annotated[
        float,
        real("Noise", "Standard deviation of the noise on every pixel, where white is 1.", 0.0, 1.0),
    ] = 0.02
    seed: Annotated[int, whole("Seed", "Another number draws other pictures.", 0, 2**31 - 1)] = 0

    @property
    def classes(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(_FIGURES)[: self.kinds]

    @property
    def channels(self) -> int:  # type: ignore[override]
        return 3 if self.colour == "colour" else 1

    @property
    def size(self) -> tuple[int, int]:  # type: ignore[override]
        return self.side, self.side

    @property
    def counts(self) -> tuple[int, ...]:  # type: ignore[override]
        each, more = divmod(self.pictures, self.kinds)
        return tuple(each + (label < more) for label in range(self.kinds))

    def missing(self) -> Message | None:
        if self.smallest > self.largest:
            return message(
                "Expected a smallest figure no larger than the largest one, got {smallest} and {largest}: "
                "exchange the two.",
                smallest=self.smallest,
                largest=self.largest,
            )
        return None

    def at_hand(self) -> bool:
        return recall(self) is not None

    def load(self) -> tuple[Pixels, Labels]:
        """The pictures, kind after kind in turn; of two sets that differ in number one begins the other."""
        return kept(self, partial(_drawn, self))


def _drawn(shapes: Shapes) -> tuple[Pixels, Labels]:
    count, side = shapes.pictures, shapes.side
    labels = np.arange(count, dtype=np.int64) % shapes.kinds
    images = np.empty((count, side, side, shapes.channels), np.uint8)
    figures = np.random.default_rng((shapes.seed, 0)).random((count, 10), np.float32)
    strokes = np.random.default_rng((shapes.seed, 1)).random((count, 40, _STROKES), np.float32)
    noise = np.random.default_rng((shapes.seed, 2))
    for start in range(0, count, _CHUNK):
        chunk = slice(start, start + _CHUNK)
        picture = _ground(figures[chunk], shapes)
        for stroke in range(shapes.clutter):
            _stroke(picture, strokes[chunk, stroke])
        _figure(picture, figures[chunk], labels[chunk], shapes)
        if shapes.noise:
            picture += shapes.noise * noise.standard_normal(picture.shape, np.float32)
        images[chunk] = np.clip(np.rint(255 * picture), 0, 255)
    return images, labels


def _ground(drawn: Numbers, shapes: Shapes) -> Numbers:
    """One-coloured pictures, n×side×side×channels."""
    colour = drawn[:, 4 : 4 + shapes.channels]
    shape = (len(drawn), shapes.side, shapes.side, shapes.channels)
    return np.broadcast_to(colour[:, None, None, :], shape).copy()


def _figure(picture: Numbers, drawn: Numbers, labels: Labels, shapes: Shapes) -> None:
    """Paints the figures in a colour that stands out from the ground, wholly inside the picture."""
    scale = shapes.smallest + (shapes.largest - shapes.smallest) * drawn[:, 0]
    turn = np.radians(shapes.rotation) * (2 * drawn[:, 1] - 1)
    reach = scale * LARGEST_RADIUS
    x, y = (reach + (1 - 2 * reach) * drawn[:, axis] for axis in (2, 3))
    ground = drawn[:, 4 : 4 + shapes.channels]
    # at least half the scale away from the ground in every channel, up where there is room, else down
    away = 0.5 + 0.5 * drawn[:, 7 : 7 + shapes.channels]
    colour = np.where(ground < 0.5, ground + (1 - ground) * away, ground * (1 - away))
    across, down = _points(picture.shape[1], x, y, turn)
    for label, distance in enumerate(tuple(_FIGURES.values())[: shapes.kinds]):
        those = np.flatnonzero(labels == label)
        size = scale[those, None, None]
        outside = distance(across[those] / size, down[those] / size) * size
        picture[those] = _painted(picture[those], outside, colour[those])


def _stroke(picture: Numbers, drawn: Numbers) -> None:
    """Paints a short stroke somewhere, in a grey or a colour of its own."""
    across, down = _points(picture.shape[1], drawn[:, 0], drawn[:, 1], np.pi * drawn[:, 2])
    length, width = 0.03 + 0.09 * drawn[:, 3, None, None], 0.01 + 0.02 * drawn[:, 4, None, None]
    outside = np.maximum(abs(across) - length, abs(down) - width)
    colour = np.stack([(drawn[:, 5] + channel * drawn[:, 6]) % 1 for channel in range(picture.shape[3])], 1)
    picture[:] = _painted(picture, outside, colour)


def _points(side: int, x: Numbers, y: Numbers, turn: Numbers) -> tuple[Numbers, Numbers]:
    """Where the pixels' middles lie, seen from (x, y) and turned; the picture's side is 1."""
    middles = (np.arange(side, dtype=np.float32) + 0.5) / side
    right = middles[None, None, :] - x[:, None, None]
    under = middles[None, :, None] - y[:, None, None]
    cosine, sine = np.cos(turn)[:, None, None], np.sin(turn)[:, None, None]
    return cosine * right + sine * under, cosine * under - sine * right


def _painted(picture: Numbers, outside: Numbers, colour: Numbers) -> Numbers:
    """The picture with this colour where the distance is negative; edges are softened over a pixel."""
    covered = np.clip(0.5 - outside * picture.shape[1], 0, 1)[..., None]
    painted: Numbers = picture + covered * (colour[:, None, None, :] - picture)
    return painted


def _circle(x: Numbers, y: Numbers) -> Numbers:
    return np.hypot(x, y) - 1 / math.sqrt(math.pi)


def _square(x: Numbers, y: Numbers) -> Numbers:
    return np.maximum(abs(x), abs(y)) - 0.5


def _triangle(x: Numbers, y: Numbers) -> Numbers:
    inner = 1 / math.sqrt(3 * math.sqrt(3))  # the inscribed circle's radius
    slope = math.sqrt(3) / 2
    return np.maximum(y, abs(x) * slope - y / 2) - inner


def _star(x: Numbers, y: Numbers) -> Numbers:
    """Five points; the inner corners are half as far out as the points."""
    sector = math.pi / 5
    point = 1 / math.sqrt(5 * 0.5 * math.sin(sector))
    angle = abs((np.arctan2(x, -y) + sector) % (2 * sector) - sector)
    radius = np.hypot(x, y)
    # the edge goes from the point, straight ahead, to the inner corner
    edge_x, edge_y = 0.5 * point * math.cos(sector) - point, 0.5 * point * math.sin(sector)
    length = math.hypot(edge_x, edge_y)
    ahead, aside = radius * np.cos(angle) - point, radius * np.sin(angle)
    outside: Numbers = (aside * -edge_x + ahead * edge_y) / length
    return outside


def _cross(x: Numbers, y: Numbers) -> Numbers:
    long, thin = 1.5 / math.sqrt(5), 0.5 / math.sqrt(5)
    x, y = abs(x), abs(y)
    outside: Numbers = np.minimum(np.maximum(x - long, y - thin), np.maximum(x - thin, y - long))
    return outside


def _ring(x: Numbers, y: Numbers) -> Numbers:
    """The hole is half as wide as the ring."""
    outer = 1 / math.sqrt(0.75 * math.pi)
    outside: Numbers = abs(np.hypot(x, y) - 0.75 * outer) - 0.25 * outer
    return outside


def _bar(x: Numbers, y: Numbers) -> Numbers:
    """Three times as long as it is wide."""
    outside: Numbers = np.maximum(abs(x) - math.sqrt(3) / 2, abs(y) - 0.5 / math.sqrt(3))
    return outside


def _half_disc(x: Numbers, y: Numbers) -> Numbers:
    radius = math.sqrt(2 / math.pi)
    middle = radius / 2
    outside: Numbers = np.maximum(np.hypot(x, y + middle) - radius, -(y + middle))
    return outside


_FIGURES: dict[str, Distance] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "cross": _cross,
    "ring": _ring,
    "bar": _bar,
    "half disc": _half_disc,
}
"""By the name of the class, each of area 1."""

LARGEST_RADIUS = 0.95
"""No figure of area 1 reaches farther from its middle."""
