"""A tab that needs much room folds its neighbours, and only as long as it is in front."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from app.session.arrangement import Arrangement
from app.window.canvas_zone import STRIP_WIDTH
from tests.app.window.opened import OpenedWindow
from widgets.controls.rail import WIDTH as RAIL


@pytest.fixture
def window(qtbot):
    opened = OpenedWindow()
    opened.canvas.animated = False
    qtbot.addWidget(opened)
    opened.resize(1480, 900)
    with qtbot.waitActive(opened):
        opened.show()
        opened.activateWindow()
    yield opened
    opened.document.history.setClean()
    opened.close()


def front(window, name):
    window.zones.seats[name].bring()
    QApplication.processEvents()


def folded(window):
    zones = window.zones
    return zones.palette_zone.on_rail, zones.canvas_zone.on_strip, zones.inspector.on_rail


def test_a_room_folds_its_neighbours_and_leaving_it_gives_them_back(window):
    before = window.zones.sizes()
    assert folded(window) == (False, False, False)
    front(window, "pictures")
    assert folded(window) == (True, True, True)
    palette, canvas, measured, inspector = window.zones.sizes()
    assert (palette, canvas, inspector) == (RAIL, STRIP_WIDTH, RAIL)
    assert measured >= 1100
    assert not window.canvas.isVisible()
    front(window, "code")
    assert folded(window) == (False, False, False)
    assert window.zones.sizes() == before
    assert window.canvas.isVisible()


def test_the_xray_is_seen_also_where_a_tab_has_folded_the_canvas(window):
    front(window, "pictures")
    assert not window.canvas.isVisible()
    QTest.keyClick(
        window, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    QApplication.processEvents()
    assert window.canvas.isVisible()
    assert window.canvas.xray.on
    # what other rooms need of it opens nothing
    window.zones.toggle_canvas()
    window.desk.follow_picture(window.desk.shown.recipe.data.dataset, 3)
    QApplication.processEvents()
    assert not window.canvas.isVisible()


def test_nothing_folds_that_has_room(window):
    window.resize(2400, 900)
    front(window, "pictures")
    assert folded(window) == (False, False, False)
    window.resize(1700, 900)
    assert folded(window) == (True, True, False)


def test_rooms_that_need_less_leave_the_inspector(window):
    front(window, "results")
    assert folded(window) == (True, True, False)


def test_what_was_opened_by_hand_stays_open_beside_the_room(window):
    front(window, "pictures")
    window.zones.inspector.bring(next(iter(window.zones.inspector.sections)))
    window.zones.palette_zone.open_drawer()
    QApplication.processEvents()
    QApplication.processEvents()
    assert window.zones.palette_zone.opened
    front(window, "code")
    front(window, "pictures")
    assert window.zones.palette_zone.opened


def test_a_tab_that_is_asked_for_comes_into_view_past_a_drawer_opened_before(window):
    window.resize(960, 540)
    zones = window.zones
    window.desk.open_panel("bench")
    QApplication.processEvents()
    assert zones.inspector.drawer_shown
    assert zones.tabs.isHidden()
    window.desk.open_panel("gradient_flow")
    QApplication.processEvents()
    assert not zones.tabs.isHidden()
    assert zones.tabs.front() == "gradient_flow"
    assert not zones.inspector.drawer_shown


def test_the_canvas_is_opened_beside_a_room_and_stays_there(window):
    front(window, "pictures")
    window.zones.canvas_zone.findChild(QToolButton, "open_canvas").click()
    assert folded(window)[1] is False
    assert window.canvas.isVisible()
    assert window.canvas.hasFocus()
    front(window, "code")
    front(window, "pictures")
    assert folded(window)[1] is False
    arrangement = window.zones.arrangement()
    assert [*arrangement.canvas_beside] == ["pictures"]
    front(window, "results")
    assert folded(window)[1] is True
    front(window, "pictures")
    action = window.menus.actions["canvas_strip"]
    assert (action.text(), action.isEnabled()) == ("&Fold the canvas", True)
    action.trigger()
    assert folded(window)[1] is True
    assert action.text() == "Show the can&vas"
    front(window, "code")
    assert not action.isEnabled()
    window.zones.arrange(arrangement)
    front(window, "pictures")
    assert folded(window)[1] is False


def test_the_strip_can_be_dragged_to_be_the_canvas_and_back(window):
    front(window, "pictures")
    share = window.zones.arrangement().measured
    handle = window.zones.handle(2)

    def drag(by):
        middle = handle.rect().center()
        QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=middle)
        QTest.mouseMove(handle, middle + QPoint(by // 2, 0))
        QTest.mouseMove(handle, middle + QPoint(by - by // 2, 0))
        QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=middle)
        QApplication.processEvents()
        QApplication.processEvents()

    drag(200)
    assert folded(window)[1] is False
    assert window.zones.sizes()[1] >= 300
    drag(-200)
    assert folded(window)[1] is True
    assert window.zones.sizes()[1] == STRIP_WIDTH
    assert window.zones.arrangement().measured == share


def test_the_focus_goes_to_the_strip_and_back_and_never_to_a_button(window):
    window.canvas.setFocus()
    front(window, "pictures")
    assert window.strip.cards.hasFocus()
    front(window, "code")
    assert window.canvas.hasFocus()


def test_the_strip_shows_every_card_and_lights_and_selects(window):
    front(window, "pictures")
    strip = window.strip
    network = window.document.project.network
    assert strip.names() == tuple(node.name for node in network.nodes)
    chosen = strip.names()[3]
    row = strip.cards.model().index(3)
    QTest.mouseClick(
        strip.cards.viewport(), Qt.MouseButton.LeftButton, pos=strip.cards.visualRect(row).center()
    )
    assert window.canvas.selected() == (chosen,)
    window.canvas.select((strip.names()[5],))
    assert [index.row() for index in strip.cards.selectedIndexes()] == [5]
    assert "Conv2d, conv1" in strip.cards.model().index(1).data(Qt.ItemDataRole.AccessibleTextRole)


def test_the_arrangement_at_the_end_is_that_of_the_other_tabs(window):
    before = window.zones.arrangement()
    front(window, "pictures")
    after = window.zones.arrangement()
    assert (after.palette, after.inspector, after.measured) == (
        before.palette, before.inspector, before.measured,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["pictures", "results"])
def test_at_every_width_nothing_is_squeezed_beside_a_room(window, name):
    front(window, name)
    zones = window.zones
    for opened in (False, True):
        if opened:
            zones.inspector.bring(next(iter(zones.inspector.sections)))
        for width in [*range(1920, 959, -60), 960]:
            window.resize(width, 600)
            QApplication.processEvents()
            QApplication.processEvents()
            shown = [zones.widget(place) for place in range(4) if zones.widget(place).isVisible()]
            assert sum(one.width() for one in shown) <= zones.width()
            assert zones.tabs in shown
            assert zones.tabs.width() >= zones.tabs.minimumSizeHint().width(), width
            least = STRIP_WIDTH if zones.canvas_zone.on_strip else zones.canvas_zone.least_width()
            assert zones.canvas_zone.width() >= least, width
            inspector = zones.inspector
            assert inspector.drawer_shown is (opened and inspector.on_rail), width


def test_a_tab_on_demand_comes_with_its_content_and_is_remembered(window):
    seat = window.zones.seats["one_step"]
    assert not seat.open
    window.desk.open_panel("one_step")
    assert seat.open
    assert window.zones.tabs.front() == "one_step"
    arranged = window.zones.arrangement()
    assert "one_step" in arranged.opened
    assert "one_step" not in arranged.hidden
    window.zones.arrange(Arrangement())
    assert not seat.open
    window.zones.arrange(arranged)
    assert seat.open
