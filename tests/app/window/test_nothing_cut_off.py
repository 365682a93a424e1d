"""In the smallest window, no room cuts off words, buttons or whole parts of what it shows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.features.explaining.one_step import OneStep
from app.features.inside.xray import XRayCanvas
from tests.app.window.cut_off import told
from tests.app.window.opened import OpenedWindow

pytestmark = pytest.mark.usefixtures("collector_at_rest")


@pytest.fixture
def window(qtbot):
    """As small as it gets, with all cards in X-ray."""
    opened = OpenedWindow()
    qtbot.addWidget(opened)
    opened.canvas.animated = False
    opened.resize(960, 540)
    with qtbot.waitExposed(opened):
        opened.show()
    opened.load_torch()
    qtbot.waitUntil(lambda: opened.desk.shown.devices is not None, timeout=60_000)
    opened.feature(XRayCanvas).switch(True)
    qtbot.waitUntil(lambda: opened.desk.probed is not None, timeout=60_000)
    yield opened
    opened.document.history.setClean()
    opened.close()
    opened.deleteLater()


def until_whole(window, qtbot, name):
    """Waits until all is laid out."""

    def whole():
        assert not window.zones.tabs.isHidden(), name
        assert list(told(window)) == [], name

    qtbot.waitUntil(whole)


def panel(window, name):
    """A room, made."""
    return window.zones.seats[name].panel.widget.widget


def inside(window, qtbot):
    window.desk.open_panel("inside")
    qtbot.waitUntil(lambda: panel(window, "inside").near is not None, timeout=30_000)


def number(window, qtbot):
    window.desk.largest_wished.emit("conv2")
    qtbot.waitUntil(lambda: panel(window, "explanation").page is not None, timeout=30_000)


def gradient(window, qtbot):
    panel(window, "explanation").side.button(1).click()
    qtbot.waitUntil(lambda: panel(window, "explanation").page.backwards, timeout=30_000)


def heat(window, qtbot):
    window.desk.heat_wished.emit()
    qtbot.waitUntil(lambda: panel(window, "heat").found is not None, timeout=30_000)


def data_map(window, qtbot):
    window.desk.open_panel("results")
    panel(window, "results").parts.button(1).click()
    qtbot.waitUntil(lambda: panel(window, "results").map.shown is not None, timeout=60_000)


ROOMS = (inside, number, gradient, heat, data_map)
OTHERS = ("curves", "gradient_flow", "one_step", "twins", "sweep", "loss", "pictures")


@pytest.mark.parametrize("drawer", ["", "bench"])
def test_nothing_is_cut_off_in_the_smallest_window(window, qtbot, drawer):
    """Also where a drawer was opened by hand, which leaves a room half of its width."""
    for room in ROOMS:
        if drawer:
            window.desk.open_panel(drawer)
        room(window, qtbot)
        until_whole(window, qtbot, room.__name__)
    for name in OTHERS:
        window.desk.open_panel(name)
        assert window.zones.tabs.front() == name
        until_whole(window, qtbot, name)


def test_a_step_is_told_with_the_gradients_in_the_smallest_window(window, qtbot):
    """Nothing is cut off at any moment of the story, and the pictures of the gradient stay."""
    window.feature(OneStep).step_alone()
    qtbot.waitUntil(lambda: window.feature(OneStep).panel.seen is not None, timeout=60_000)
    window.desk.open_panel("one_step")
    room = panel(window, "one_step")
    for moment in (0, 1, 2, 8, room.player.steps - 2, room.player.steps - 1):
        room.player.go(moment)
        until_whole(window, qtbot, f"step, moment {moment}")
    room.player.go(4)
    qtbot.waitUntil(room.descent.isVisible)
    assert room.descent.width() >= room.descent.width_with_pictures()


@pytest.mark.parametrize("method", ["occlusion", "grad_cam", "integrated", "gradient"])
def test_a_heat_map_with_all_that_sets_it_is_in_sight_in_the_smallest_window(window, qtbot, method):
    """The words beside the picture may scroll; the picture, the methods and the knobs do not."""
    heat(window, qtbot)
    room = panel(window, "heat")
    QTest.mouseClick(room.methods.rows[method], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: room.found is not None and room.found.asked.method == method, timeout=30_000)
    until_whole(window, qtbot, method)
    qtbot.waitUntil(lambda: room._scroll.verticalScrollBar().maximum() == 0)
    for part in (room.picture, room.methods, room.knobs, room.readout, room.hand, room.answer):
        corner = part.mapTo(room, part.rect().bottomRight())
        assert room.rect().contains(corner), part
        assert not part.visibleRegion().isEmpty(), part
    assert room.picture.height() >= 200


def test_the_map_of_the_data_is_in_sight_as_a_whole_in_the_smallest_window(window, qtbot):
    """What stands beside it may scroll; the map with its words does not."""
    data_map(window, qtbot)
    results = panel(window, "results")
    qtbot.waitUntil(lambda: results.map_area.viewport().height() > 100)
    qtbot.waitUntil(lambda: results.map_area.verticalScrollBar().maximum() == 0)
    for part in (results.map.plot, results.map.foot, results.map.about):
        corner = part.mapTo(results.map_area.viewport(), part.rect().bottomRight())
        assert results.map_area.viewport().rect().contains(corner)
    assert results.map.plot.height() >= 200
