"""From near, too: what is dead is hatched and says so; what is zero for one picture alone does not."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from networks.layers.rectifiers import ReLU
from networks.xray.closeup import Closeup
from networks.xray.health import Units
from networks.xray.silenced import NOTHING_OFF
from widgets.inside.near.map_grid import MapGrid
from widgets.inside.near.near import Near
from widgets.inside.near.vector_bars import VectorBars
from widgets.look import theme


def near_of(values, dead):
    """A layer whose channels have these numbers, of which those are dead that are said to be."""
    values = np.array(values, np.float32)
    flat = values.reshape(len(values), -1)
    lows, highs = flat.min(1), flat.max(1)
    channels = tuple(range(len(values)))
    closeup = Closeup("relu", values.shape, lows, highs, 0, 1, channels, values, 2, values[2])
    units = None if dead is None else Units(np.array(dead), 32)
    return Near(
        ReLU(),
        "ReLU",
        "",
        closeup,
        "signed",
        "map",
        1.0,
        (),
        None,
        None,
        None,
        NOTHING_OFF,
        False,
        units=units,
    )


def striped(widget, left, right):
    """Whether there are stripes between two places of the width, from 0 to 1."""
    image = widget.grab().toImage()
    color = QColor(theme.colors(widget).warning).name()
    inside = range(int(left * image.width()), int(right * image.width()))
    return any(image.pixelColor(x, y).name() == color for x in inside for y in range(image.height()))


@pytest.mark.parametrize("kind", [MapGrid, VectorBars])
def test_what_is_dead_is_hatched_and_read_out(qtbot, kind):
    levels = np.array([0.0, 0.0, 1.0])
    values = np.broadcast_to(levels[:, None, None], (3, 5, 5)) if kind is MapGrid else levels
    shown = kind()
    qtbot.addWidget(shown)
    shown.resize(3 * 82, 200)
    shown.show_near(near_of(values, [True, False, False]))
    shown.show()
    assert [striped(shown, index / 3, index / 3 + 0.25) for index in range(3)] == [True, False, False]
    QTest.keyClick(shown, Qt.Key.Key_Home)
    assert "dead: zero everywhere in all 32 pictures" in shown.accessibleDescription()
    walk = Qt.KeyboardModifier.ControlModifier if kind is MapGrid else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(shown, Qt.Key.Key_Right, walk)
    assert "zero now" in shown.accessibleDescription()
    QTest.keyClick(shown, Qt.Key.Key_Right, walk)
    assert shown.shown_number.note is None
    shown.show_near(near_of(values, None))
    assert not striped(shown, 0, 0.25)
