"""What is dead is hatched on the cards, in maps and in bars; what is zero for one picture alone is plain."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from networks.presets.lenet import lenet5
from networks.xray.health import Units
from networks.xray.silenced import NOTHING_OFF
from networks.xray.view import MOST_BARS, Maps, View, XRay, bar_edges
from tests.widgets.canvas.canvas_document import Document
from widgets.canvas.items.inside import TILE, Inside, paint_inside, tiles
from widgets.canvas.items.style import Style
from widgets.canvas.placement.geometry import HEIGHT, WIDTH
from widgets.canvas.xray import Look, number_words

TOP = 4


def view_of_maps(*levels):
    """A view of maps of 4×4 that have these numbers everywhere."""
    values = np.stack([np.full((4, 4), level, np.float32) for level in levels])
    ranges = np.repeat(np.array(levels, np.float32)[:, None], 2, 1)
    maps = Maps(values, ranges, tuple(range(len(levels))), len(levels), (4, 4))
    return View("conv1", (len(levels), 4, 4), 0.0, max(levels), 0.5, 0.0, None, maps)


def view_of_bars(numbers):
    numbers = np.array(numbers, np.float32)
    bars = numbers
    if len(numbers) > MOST_BARS:
        bars = np.maximum.reduceat(numbers, bar_edges(len(numbers)))
    return View("fc1", numbers.shape, 0.0, float(numbers.max()), 0.5, 0.0, None, None, bars)


def painted(inside, dark=False):
    """How the strip is painted, and where a point of it is in the picture."""
    image = QImage(int(WIDTH), 60, QImage.Format.Format_RGB32)
    image.fill(QColor("#ffffff"))
    painter = QPainter(image)
    painter.translate(WIDTH / 2, 0)
    style = Style()
    paint_inside(painter, inside, TOP, style)
    painter.end()
    return image, style.warning


def hatched(inside, place: QRectF):
    """Whether there are stripes in a part of the strip."""
    image, color = painted(inside)
    place = place.translated(WIDTH / 2, 0).toRect()
    found = {
        image.pixelColor(x, y).name()
        for x in range(max(0, place.left()), min(image.width(), place.right() + 1))
        for y in range(place.top(), place.bottom() + 1)
    }
    return color.name() in found


def bar(inside, index):
    """The place above the line on which the bars stand."""
    step = (WIDTH - 26) / len(inside.view.bars)
    return QRectF(-WIDTH / 2 + 14 + index * step, TOP, max(3.0, step), TILE)


@pytest.mark.parametrize("range", ["map", "layer", "network"])
@pytest.mark.parametrize("scale", ["signed", "grey"])
def test_a_dead_map_is_hatched_and_one_that_is_zero_now_is_not(qtbot, range, scale):
    view = view_of_maps(0.0, 0.0, 1.0)
    dead = Units(np.array([True, False, False]), 32)
    places = tiles(view.maps, TOP)
    shown = Inside(view, scale, range, 1.0, units=dead)
    assert [hatched(shown, place.adjusted(2, 2, -2, -2)) for place in places] == [True, False, False]
    # before anything was measured, nobody knows
    unknown = Inside(view, scale, range, 1.0)
    assert not any(hatched(unknown, place.adjusted(2, 2, -2, -2)) for place in places)
    off = Inside(view, scale, range, 1.0, off=frozenset({1}))
    assert [hatched(off, place.adjusted(2, 2, -2, -2)) for place in places] == [False, True, False]


def test_a_dead_number_of_a_vector_is_hatched_and_one_that_is_zero_now_is_not(qtbot):
    view = view_of_bars([0.0, 0.0, 1.0, 0.5])
    shown = Inside(view, units=Units(np.array([True, False, False, False]), 32))
    assert [hatched(shown, bar(shown, index).adjusted(2, 2, -2, -2)) for index in range(4)] == [
        True,
        False,
        False,
        False,
    ]
    # it has come to life since it was counted
    alive = Inside(view, units=Units(np.array([False, False, True, False]), 32))
    assert not hatched(alive, bar(alive, 2).adjusted(2, 2, -2, -2))


def test_a_bar_of_many_numbers_is_dead_where_all_of_them_are(qtbot):
    numbers = np.ones(2 * MOST_BARS)
    numbers[:20] = 0
    dead = numbers == 0
    dead[11] = False
    shown = Inside(view_of_bars(numbers), units=Units(dead, 32))
    assert shown.units.bars(MOST_BARS).tolist()[:11] == [True] * 5 + [False] + [True] * 4 + [False]
    assert hatched(shown, bar(shown, 1))
    assert not hatched(shown, bar(shown, 20))


def test_whoever_points_at_it_reads_which_of_both_it_is(qtbot):
    document = Document(qtbot, lenet5())
    scene, xray = document.view.scene(), document.view.xray
    xray.switch(True)
    dead = Units(np.array([True, False, False]), 32)
    views = {"conv1": view_of_maps(0.0, 0.0, 1.0), "fc1": view_of_bars([0.0, 0.0, 1.0])}
    seen = XRay(views, 0, "evaluation", None, 0.0, off=NOTHING_OFF)
    xray.show_views(seen, Look(units={"conv1": dead, "fc1": dead}))

    def words(name, place):
        return number_words(scene, name, scene.cards[name].pos() + place)

    places = [tile.center() for tile in tiles(views["conv1"].maps, HEIGHT - 1)]
    assert "dead: zero everywhere in all 32 pictures" in words("conv1", places[0])
    assert "zero now" in words("conv1", places[1])
    assert "row" in words("conv1", places[2])
    step = (WIDTH - 26) / 3
    points = [QPointF(-WIDTH / 2 + 14 + (index + 0.5) * step, HEIGHT + 10) for index in range(3)]
    assert "dead" in words("fc1", points[0])
    assert "zero now" in words("fc1", points[1])
    assert words("fc1", points[2]) == "number 2: 1.000"
    xray.show_views(seen, Look())
    assert "zero everywhere for this picture" in words("conv1", places[0])
