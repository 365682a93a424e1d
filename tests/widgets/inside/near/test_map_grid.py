"""Few maps grow until they fill the room; many keep their size; and each number takes whole pixels."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest

from networks.layers.convolution import Conv2d
from networks.xray.closeup import Closeup
from networks.xray.silenced import NOTHING_OFF
from widgets.inside.near.map_grid import SIZES, USUAL, MapGrid
from widgets.inside.near.near import Near
from widgets.inside.near.panel import InsidePanel
from widgets.inside.near.vector_bars import VectorBars
from widgets.look import theme
from widgets.look.fitting import whole


def near_of(values):
    """A layer with these maps, or these numbers."""
    flat = values.reshape(len(values), -1)
    channels = tuple(range(len(values)))
    closeup = Closeup("conv", values.shape, flat.min(1), flat.max(1), 0, 1, channels, values, 0, values[0])
    return Near(
        Conv2d(), "Conv2d", "", closeup, "signed", "map", 1.0, (), None, None, None, NOTHING_OFF, False
    )


def maps(count, height, width):
    """So many maps in which all numbers differ."""
    return np.linspace(-1, 1, count * height * width, dtype=np.float32).reshape(count, height, width)


@pytest.fixture(scope="module")
def grid(qapp):
    """Maps without a panel around them."""
    found = MapGrid()
    yield found
    found.deleteLater()


counts, sides = st.integers(1, 64), st.integers(1, 60)
rooms = st.integers(200, 1200)


@given(counts, sides, sides, rooms, rooms)
def test_maps_fill_the_room_or_have_the_usual_size(grid, count, height, width, across, down):
    grid.resize(across, 100)
    grid.show_room(down)
    grid.show_near(near_of(maps(count, height, width)))
    usual = whole(theme.grown(USUAL), max(height, width), grid.devicePixelRatioF())
    places = [grid.place_of(index) for index in range(count)]
    if grid.tile > usual:
        assert grid.height() <= down
    assert grid.tile >= min(usual, across - 2) - max(height, width)
    assert all(place.left() >= 0 and place.right() <= across for place in places)
    assert places[-1].bottom() <= grid.height()
    assert not any(one.intersects(other) for one, other in pairwise(places))
    # one pixel of the screen more for each number, and they would not be in sight
    if usual < grid.tile and grid.tile + max(height, width) < theme.grown(SIZES[-1]):
        larger = grid.tile + max(height, width)
        columns = int((across - 2 + 10) / (larger + 10))
        assert columns == 0 or -(-count // columns) * (larger + 10 + theme.grown(16)) + 2 > down


@given(sides, st.floats(1, 400), st.sampled_from((1.0, 1.25, 1.5, 2.0)))
def test_each_number_takes_whole_pixels_of_the_screen(pixels, side, ratio):
    for at_most in (False, True):
        found = whole(side, pixels, ratio, at_most=at_most)
        times = found * ratio / pixels
        if side * ratio < pixels:
            assert found == side
        else:
            assert times == pytest.approx(round(times))
            assert abs(found - side) * ratio <= pixels
            assert not at_most or found <= side + 1e-9


def test_sizes_are_walked_through_the_one_that_fills_the_room(grid):
    grid.resize(420, 100)
    grid.show_room(520)
    grid.show_near(near_of(maps(6, 28, 28)))
    filling = grid.tile
    assert filling > USUAL
    grid.zoom(1)
    larger = grid.tile
    assert larger > filling
    for _ in range(len(SIZES) + 1):
        grid.zoom(-1)
    assert grid.tile < USUAL
    seen = {grid.tile}
    for _ in range(len(SIZES) + 1):
        grid.zoom(1)
        seen.add(grid.tile)
    assert filling in seen
    assert grid.tile == max(seen)
    while grid.tile > filling:
        grid.zoom(-1)
    # from here on it follows the room again
    grid.show_room(900)
    assert grid.tile > filling


def painted_cells(widget, place, size):
    """How many pixels wide each column of numbers was painted, from the middle of the first row."""
    image = widget.grab(QRect(place.toAlignedRect())).toImage()
    ratio = image.devicePixelRatio()
    y = int((place.height() / size / 2 + place.top() % 1) * ratio)
    colors = [image.pixel(x, y) for x in range(image.width())]
    edges = [x for x in range(1, len(colors)) if colors[x] != colors[x - 1]]
    return [b - a for a, b in pairwise(edges)]


def test_numbers_are_painted_as_squares_of_one_size(qtbot):
    shown = MapGrid()
    qtbot.addWidget(shown)
    shown.resize(500, 100)
    shown.show_room(400)
    values = np.indices((3, 11, 11)).sum(0).astype(np.float32) % 2
    shown.show_near(near_of(values))
    shown.show()
    place = shown.place_of(2)
    # the outermost lie below the frame; on a busy machine a map is painted in the next turn
    qtbot.waitUntil(lambda: set(painted_cells(shown, place, 11)[1:-1]) == {round(shown.tile / 11)})


def test_in_the_panel_few_maps_grow_with_the_window_and_the_keys_still_walk(qtbot):
    panel = InsidePanel()
    qtbot.addWidget(panel)
    panel.resize(700, 420)
    panel.show_near(near_of(maps(6, 28, 28)))
    with qtbot.waitExposed(panel):
        panel.show()
    small = panel.grid.tile
    panel.resize(700, 900)
    qtbot.waitUntil(lambda: panel.grid.tile > small)
    assert panel._left.verticalScrollBar().maximum() == 0
    assert panel.grid.height() > panel._left.viewport().height() / 2
    panel.grid.setFocus()
    QTest.keyClick(panel.grid, Qt.Key.Key_End)
    assert panel.grid.shown_number.channel == 5
    panel.show_near(near_of(maps(64, 28, 28)))
    qtbot.waitUntil(lambda: panel._left.verticalScrollBar().maximum() > 0)
    panel.resize(700, 420)
    panel.show_near(near_of(np.linspace(-1, 1, 30, dtype=np.float32)))
    low = panel.bars.height()
    panel.resize(700, 900)
    qtbot.waitUntil(lambda: panel.bars.height() > low)


def test_bars_keep_within_limits(qtbot):
    bars = VectorBars()
    qtbot.addWidget(bars)
    heights = []
    for room in (0, 250, 5000):
        bars.show_room(room)
        heights.append(bars.sizeHint().height())
    assert heights == [theme.grown(200), 250, theme.grown(360)]
