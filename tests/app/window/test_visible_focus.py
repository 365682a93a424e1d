"""Wherever the Tab key leads, one sees that the focus is there, in both themes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from networks.presets.lenet import lenet5
from networks.project.project import Project
from tests.app.window.opened import OpenedWindow
from tests.app.window.test_accessible_window import focusable, whereabouts
from tests.widgets.colours import pixels
from widgets.look.theme import apply_theme

LEAST = 20
"""How many pixels must differ."""


@pytest.fixture(params=["light", pytest.param("dark", marks=pytest.mark.slow)])
def window(qtbot, qapp, request):
    opened = OpenedWindow(Project(network=lenet5()), everything=True)
    opened.canvas.animated = False
    apply_theme(qapp, request.param)
    opened.resize(1480, 920)
    with qtbot.waitActive(opened):
        opened.show()
        opened.activateWindow()
    opened.canvas.select(("conv1",))
    qapp.processEvents()
    yield opened
    opened.trainer.close()
    opened.document.history.setClean()
    opened.close()
    opened.deleteLater()
    apply_theme(qapp, "light")


def seen(widget: QWidget) -> QImage:
    QApplication.processEvents()
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def differing(one: QImage, other: QImage) -> int:
    assert one.size() == other.size()
    return int((pixels(one) != pixels(other)).sum())


def test_everything_that_the_tab_key_reaches_shows_that_it_has_the_focus(window):
    tried = 0
    for widget in focusable(window):
        by_tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if not by_tab or not widget.isEnabled() or not widget.isVisible():
            continue
        if focused := QApplication.focusWidget():
            focused.clearFocus()
        before = seen(widget)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        if isinstance(widget, QLineEdit):
            widget.deselect()
        assert QApplication.focusWidget() is widget, whereabouts(widget)
        assert differing(before, seen(widget)) >= LEAST, whereabouts(widget)
        tried += 1
    assert tried > 15


def test_a_click_into_the_canvas_draws_no_frame_around_it(window):
    window.palette_.focus_search()
    before = seen(window.canvas)
    window.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
    assert differing(before, seen(window.canvas)) == 0
