"""The strips of many cards made together: where a pixel gets its colour from is worked out once for all.

While a run goes on, all cards in sight get other maps several times a second. To paint each map by itself
takes several times as long, all of it in Python, for which the thread that trains has to wait.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPixmap

from networks.xray.view import Maps
from widgets.canvas.items.inside import ROOM, SHOWN, Inside, fitted, paint_around, paint_inside, tiles
from widgets.canvas.items.style import Style
from widgets.canvas.placement.geometry import HEIGHT, WIDTH
from widgets.look.color_scale import painted_each

PLACE = QRectF(-WIDTH / 2, HEIGHT - 2, WIDTH, ROOM)
"""Where the strip lies, from the middle of the card's upper edge."""
TOP = HEIGHT - 1
_MOST_PLANS = 32
_WORTH_A_PLAN = 6
"""Strips alike, from which on even those of one moment are made sooner with a plan."""
_LARGEST = 64
"""Pixels on a side of maps that are made together."""
Scaled = tuple[float, float]
"""The zoom, rounded, and the pixel ratio of the screen."""


class Strip(NamedTuple):
    """A strip as it is put onto a card: a part of a picture, for one zoom and screen."""

    scaled: Scaled
    picture: QImage
    part: QRectF


class HasStrip(Protocol):
    """A card, as far as it matters here."""

    inside: Inside | None

    def take_strip(self, strip: Strip) -> None:
        """Shows this strip."""


def scaled(zoom: float, ratio: float) -> Scaled:
    """A zoom and a pixel ratio, as strips are told apart by them."""
    return round(zoom, 4), ratio


def own_strip(inside: Inside, at: Scaled, style: Style) -> Strip:
    """The strip of a single card."""
    picture = style.make_picture(*at, PLACE, lambda own: paint_inside(own, inside, TOP, style)).toImage()
    return Strip(at, picture, QRectF(picture.rect()))


class Strips:
    """Makes the strips of many cards."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._plans: dict[Hashable, _Plan] = {}
        self._once: set[Hashable] = set()
        """What was made once without a plan: while one zooms, plans would take longer than they save."""

    def make(self, cards: Sequence[HasStrip], zoom: float, ratio: float) -> None:
        """Gives each of these cards the strip of its inside."""
        at = scaled(zoom, ratio)
        alike: dict[Hashable, list[tuple[HasStrip, Inside]]] = {}
        for card in cards:
            inside = card.inside
            if inside is None:
                continue
            maps = inside.view.maps
            if maps is None or not _plain(inside, maps):
                card.take_strip(own_strip(inside, at, self._style))
                continue
            more = maps.count - len(maps.channels)
            key = (maps.values.shape, more, inside.scale, inside.range)
            alike.setdefault(key, []).append((card, inside))
        for kind, some in alike.items():
            whole = (kind, at, self._style.revision)
            if whole in self._plans or whole in self._once or len(some) >= _WORTH_A_PLAN:
                self._make_alike(self._plan(whole, some[0][1], at), some, at)
                continue
            if len(self._once) >= 4 * _MOST_PLANS:
                self._once.clear()
            self._once.add(whole)
            for card, inside in some:
                card.take_strip(own_strip(inside, at, self._style))

    def _make_alike(self, plan: _Plan, alike: Sequence[tuple[HasStrip, Inside]], at: Scaled) -> None:
        insides = [inside for _, inside in alike]
        colors = _colors(insides, dark=self._style.colors.dark)
        height, width = plan.shape
        picture = QImage(width, height * len(insides), QImage.Format.Format_ARGB32_Premultiplied)
        pixels = np.frombuffer(picture.bits(), np.uint32).reshape(len(insides), -1)
        plan.fill(colors, pixels)
        painter = QPainter(picture)
        for row in range(len(insides)):
            painter.drawPixmap(0, row * height, plan.edges)
        painter.end()
        picture.setDevicePixelRatio(at[1])
        for row, (card, _) in enumerate(alike):
            card.take_strip(Strip(at, picture, QRectF(0, row * height, width, height)))

    def _plan(self, key: Hashable, inside: Inside, at: Scaled) -> _Plan:
        """How strips like this one are made, at this zoom and in this theme."""
        if key not in self._plans:
            if len(self._plans) >= _MOST_PLANS:  # every zoom has plans of its own
                self._plans.clear()
            assert inside.view.maps is not None
            self._plans[key] = _plan(inside.view.maps, at, self._style)
        return self._plans[key]


class _Plan(NamedTuple):
    """Where each pixel of a strip gets its colour from, and what is painted over all of them.

    `source` has the place of a number among those of all maps, or the place behind the last one where there
    is no map. Pixels at the edges of maps are `partly` covered: `cover` says how far, in 255ths.
    """

    shape: tuple[int, int]
    source: NDArray[np.intp]
    partly: NDArray[np.intp]
    cover: NDArray[np.uint16]
    edges: QPixmap

    def fill(self, colors: NDArray[np.uint32], pixels: NDArray[np.uint32]) -> None:
        """Puts the colours of strips, strips×numbers, into the pixels, strips×pixels."""
        table = np.zeros((len(colors), colors.shape[1] + 1), np.uint32)
        table[:, :-1] = colors
        # no place is out of bounds: otherwise numpy would work on a copy
        np.take(table, self.source, axis=1, out=pixels, mode="clip")
        if len(self.partly):
            some = np.ascontiguousarray(pixels[:, self.partly]).view(np.uint8)
            product = some.reshape(len(pixels), -1, 4).astype(np.uint16) * self.cover[:, None]
            share = (product + (product >> 8) + 128) >> 8  # as Qt does it
            pixels[:, self.partly] = share.astype(np.uint8).reshape(len(pixels), -1).view(np.uint32)


def _plain(inside: Inside, maps: Maps) -> bool:
    """Whether nothing is to be painted but the colours of all its maps."""
    if inside.answer is not None or inside.picture is not None or inside.frame is not None:
        return False
    if not inside.view.finite or max(maps.values.shape[1:]) > _LARGEST:
        return False
    if not inside.view.zero or (inside.units is None and not inside.off):
        return True
    zero = np.flatnonzero(~maps.ranges.any(1))
    return not any(inside.is_hatched(maps.channels[index]) for index in zero.tolist())


def _colors(insides: Sequence[Inside], *, dark: bool) -> NDArray[np.uint32]:
    """The colours of all numbers of these strips, which have the same scale and maps of the same size."""
    first = insides[0]
    values = np.stack([inside.view.maps.values[:SHOWN] for inside in insides if inside.view.maps is not None])
    if first.range == "map":
        ranges = [inside.view.maps.ranges[:SHOWN] for inside in insides if inside.view.maps is not None]
        ends = np.stack(ranges).astype(np.float64)
    elif first.range == "network":
        ends = np.array([[(-inside.bound, inside.bound)] for inside in insides])
    else:
        ends = np.array([[(inside.view.low, inside.view.high)] for inside in insides])
    lows, highs = ends[..., 0, None, None], ends[..., 1, None, None]
    return painted_each(values, lows, highs, first.scale, dark=dark).reshape(len(insides), -1)


def _plan(maps: Maps, at: Scaled, style: Style) -> _Plan:
    """Has Qt paint maps whose colours tell the place of each number, and reads where these came to lie."""
    height, width = maps.values.shape[1:]
    places = [fitted(tile, height, width) for tile in tiles(maps, TOP)]
    count = len(places)
    steps = [255 // max(1, most - 1) for most in (count, height, width)]
    rows, columns = np.indices((height, width), dtype=np.uint32)

    def paint_places(painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        for index, place in enumerate(places):
            tile, row, column = np.uint32(index * steps[0]), rows * steps[1], columns * steps[2]
            told = np.uint32(0xFF000000) | tile << 16 | row << 8 | column
            colors = np.ascontiguousarray(told.astype(np.uint32))
            painter.drawImage(
                place, QImage(colors.data, width, height, 4 * width, QImage.Format.Format_RGB32)
            )

    def paint_over(painter: QPainter) -> None:
        paint_around(painter, maps, TOP, style)

    read = _pixels_of(style.make_picture(*at, PLACE, paint_places))
    cover = (read >> 24).astype(np.int64)
    told = []
    for shift, step, most in zip((16, 8, 0), steps, (count, height, width), strict=True):
        share = ((read >> shift) & 255) * 255 / (np.maximum(cover, 1) * step)
        told.append(np.clip(np.rint(share), 0, most - 1).astype(np.int64))
    source = (told[0] * height + told[1]) * width + told[2]
    source[cover == 0] = count * height * width
    partly = np.flatnonzero((cover > 0) & (cover < 255))
    edges = style.make_picture(*at, PLACE, paint_over)
    edges.setDevicePixelRatio(1)
    shape = (read.shape[0], read.shape[1])
    return _Plan(shape, source.reshape(-1), partly, cover.reshape(-1)[partly].astype(np.uint16), edges)


def _pixels_of(picture: QPixmap) -> NDArray[np.uint32]:
    """Its pixels as Qt's ARGB32 with premultiplied colours, height×width."""
    image = picture.toImage().convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    lines = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    return lines[:, : image.width()].copy()
