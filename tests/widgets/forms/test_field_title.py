"""The title of a field offers what the window has to offer for it, and nothing elsewhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from networks.recipes.learning_section import Learning
from widgets.forms.field_offers import FieldOffers, Offer
from widgets.forms.field_title import FieldTitle
from widgets.forms.form import Form


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    form = Form(("epochs", "batch_size"))
    form.show_value(Learning())
    column.addWidget(form)
    window.show()
    return window


def title(window, words):
    return next(each for each in window.findChildren(FieldTitle) if each.text() == words)


def enter(label):
    place = QPointF(2, 2)
    label.event(QEnterEvent(place, place, place))


def test_a_click_opens_what_is_offered_for_this_very_field(window):
    done = []

    def offers(values, name):
        if name != "batch_size":
            return ()
        return (Offer("Try several values…", lambda: done.append((values, name))),)

    FieldOffers(window, offers)
    label = title(window, "Batch size")
    enter(label)
    assert label.font().underline()
    QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    (menu,) = label.findChildren(QMenu)
    (action,) = menu.actions()
    assert action.text() == "Try several values…"
    action.trigger()
    menu.close()
    assert done == [((Learning(),), "batch_size")]
    label.event(QEvent(QEvent.Type.Leave))
    assert not label.font().underline()
    other = title(window, "Epochs")
    enter(other)
    assert not other.font().underline()
    QTest.mouseClick(other, Qt.MouseButton.LeftButton)
    assert not other.findChildren(QMenu)


def test_without_offers_a_title_is_a_title(window):
    label = title(window, "Batch size")
    enter(label)
    assert not label.font().underline()
    QTest.mouseClick(label, Qt.MouseButton.LeftButton)
    assert not label.findChildren(QMenu)
