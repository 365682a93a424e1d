"""A form that goes to and fro between types is as one that was made for each of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from networks.layers.convolution import Conv2d
from networks.layers.linear import Linear
from networks.layers.normalization import BatchNorm2d
from networks.layers.pooling import AvgPool2d, MaxPool2d
from networks.layers.regularization import Dropout
from widgets.forms import form as forms
from widgets.forms.form import Form

LAYERS = (
    Conv2d(filters=7),
    Conv2d(filters=9, kernel=(5, 3)),
    MaxPool2d(),
    AvgPool2d(kernel=(4, 4)),
    Linear(features=11),
    BatchNorm2d(),
    Dropout(p=0.25),
)


def in_window(form):
    window = QWidget()
    QVBoxLayout(window).addWidget(form)
    window.show()
    return window


def seen(form):
    """Each control that is in sight, by its name, with what it says of itself."""
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    named = [each for each in form.findChildren(QWidget) if each.objectName()]
    # the arrows of a number are only there while the pointer or the keyboard is
    controls = [each for each in named if each.isVisibleTo(form) and "step_" not in each.objectName()]
    return {
        each.objectName(): (each.accessibleName(), each.text() if isinstance(each, QLineEdit) else "")
        for each in controls
    }


def named(form):
    return sorted(each.objectName() for each in form.findChildren(QWidget) if each.objectName())


@settings(max_examples=12)
@given(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=8))
def test_it_shows_and_finds_what_a_fresh_form_would(qapp, shown):
    kept, most = Form(keeps=True), forms.MOST_KEPT
    windows = [in_window(kept)]
    forms.MOST_KEPT = 2
    try:
        for layer in shown:
            kept.show_value(layer)
            fresh = Form()
            windows.append(in_window(fresh))
            fresh.show_value(layer)
            assert seen(kept) == seen(fresh)
            assert named(kept) == named(fresh)
            assert kept.fields() == fresh.fields()
    finally:
        forms.MOST_KEPT = most
        for window in windows:
            window.deleteLater()


def test_what_was_refused_is_gone_when_the_type_comes_back(qtbot):
    form = Form(keeps=True)
    window = in_window(form)
    qtbot.addWidget(window)
    form.show_value(Conv2d(filters=7))
    field = form.findChild(QLineEdit, "filters")
    field.selectAll()
    QTest.keyClicks(field, "many")
    form.show_value(Dropout())
    form.show_value(Conv2d(filters=7))
    assert form.findChild(QLineEdit, "filters") is field
    assert field.text() == "7"
    assert not [each for each in form.findChildren(QWidget, "refusal") if each.isVisible()]


def test_an_edit_after_coming_back_is_told_once(qtbot):
    form, told = Form(keeps=True), []
    form.edited.connect(lambda *edit: told.append(edit))
    qtbot.addWidget(in_window(form))
    for layer in (Conv2d(filters=7), Dropout(), Conv2d(filters=8)):
        form.show_value(layer)
    field = form.findChild(QLineEdit, "filters")
    field.selectAll()
    QTest.keyClicks(field, "12\r")
    assert told == [("filters", 1), ("filters", 12)]
