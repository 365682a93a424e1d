"""What is made late is as if it had been there from the beginning."""

from __future__ import annotations

import gc
import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from widgets.controls.late import Late
from widgets.controls.section import Disclosure
from widgets.forms.log_slider import LogSlider

FIELDS = ("first", "second", "third", "fourth", "fifth")


def column(*widgets):
    whole = QWidget()
    rows = QVBoxLayout(whole)
    for widget in widgets:
        rows.addWidget(widget)
    return whole


def field(name):
    made = QLineEdit()
    made.setObjectName(name)
    return made


def fields():
    return column(field("second"), QLabel("between"), column(field("third"), field("fourth")))


@pytest.fixture
def window(qtbot):
    """A late widget of three fields between two others."""
    whole = column(field("first"), Late(fields), field("fifth"))
    qtbot.addWidget(whole)
    return whole


def visited(window, qtbot):
    """The fields in the order in which the Tab key comes to them, from the first on and once round."""
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    first = window.findChild(QLineEdit)
    first.setFocus()
    found = []
    while not found or QApplication.focusWidget() is not first:
        found.append(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    return found


def test_it_is_made_once_when_it_comes_into_sight(window, qtbot):
    late = window.findChild(Late)
    late.hide()
    window.show()
    assert late.made is None
    with qtbot.waitSignal(late.filled):
        late.show()
    made = late.made
    assert made.isVisible()
    assert made is late.widget
    late.hide()
    late.show()
    assert late.made is made


@pytest.mark.parametrize("steps", range(9))
def test_what_is_prepared_is_hidden_and_complete_as_soon_as_it_is_needed(window, qtbot, steps):
    """However far the preparation has come when it is needed."""
    late, shown = window.findChild(Late), []
    late._begin = shown.append
    late.hide()
    window.show()
    height = late.sizeHint().height()
    for _ in itertools.islice(late.prepared(), steps):
        assert not late.in_place
        assert late.sizeHint().height() == height, "the sizes around it stay as they are"
        assert not any(one.isVisible() for one in late.findChildren(QWidget))
    with qtbot.waitSignal(late.filled):
        late.show()
    assert shown == [late.made]
    assert late.made.isVisible()
    assert late.made.parent() is late
    assert late.made.geometry() == late.rect()
    assert visited(window, qtbot) == list(FIELDS)


def test_what_is_prepared_to_the_end_is_styled_and_shown_what_there_is_to_show(window):
    late, shown = window.findChild(Late), []
    late._begin = shown.append
    for _ in late.prepared():
        assert not late.in_place
    assert shown == [late.made]
    styled = Qt.WidgetAttribute.WA_WState_Polished
    assert all(one.testAttribute(styled) for one in (late.made, *late.made.findChildren(QWidget)))
    assert list(late.prepared()) == [None] * len(late.findChildren(QWidget)), "nothing is made twice"
    assert len(shown) == 1


def test_what_hides_itself_stays_hidden_when_it_was_prepared(qtbot):
    def hidden():
        made = QLabel()
        made.hide()
        return made

    late = Late(hidden)
    qtbot.addWidget(late)
    assert list(late.prepared())
    late.show()
    QApplication.processEvents()
    assert not late.made.isVisible()


class Painted(QLabel):
    """Notes where it was, in the window, when it was painted."""

    def __init__(self):
        super().__init__("words")
        self.places = []

    def paintEvent(self, event):
        self.places.append(self.mapTo(self.window(), QPoint()).y())
        super().paintEvent(event)


def test_the_first_picture_shows_it_in_its_place(qtbot):
    above, within, below = Painted(), Painted(), Painted()
    window = column(above, Late(lambda: column(within)), below)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: bool(below.places))
    assert above.places[0] < within.places[0] < below.places[0]
    assert within.places[0] + within.height() <= below.places[0]


def test_whoever_asks_has_it_before_it_is_seen(window):
    late = window.findChild(Late)
    assert late.widget.findChild(QLineEdit, "third") is window.findChild(QLineEdit, "third")
    window.show()
    assert late.widget.isVisible()


def test_what_is_asked_for_outside_of_a_window_stands_alone(qtbot):
    late = Late(fields)
    qtbot.addWidget(late.widget)
    late.widget.show()
    assert late.widget.isVisible()


def test_what_hides_itself_stays_hidden(qtbot):
    def hidden():
        made = QLabel()
        made.hide()
        return made

    late = Late(hidden)
    qtbot.addWidget(late)
    late.show()
    assert not late.made.isVisible()
    QApplication.processEvents()
    assert not late.made.isVisible()


@pytest.mark.parametrize("shown", [True, False])
def test_the_tab_key_visits_it_where_it_stands(window, shown, qtbot):
    if shown:
        window.show()
    else:
        assert window.findChild(Late).widget
    assert visited(window, qtbot) == list(FIELDS)


def test_what_hands_the_focus_on_leads_nowhere_else(qtbot):
    """A widget with a proxy of the focus was left behind, and led the key round in a circle."""
    window = column(
        field("first"),
        Late(lambda: column(field("second"), LogSlider("third", 0.1, 1.0), column(QPlainTextEdit()))),
        field("fifth"),
    )
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.findChild(QPlainTextEdit).setObjectName("fourth")
    window.findChild(QPlainTextEdit).setTabChangesFocus(True)
    window.findChild(QLineEdit, "first").setFocus()
    seen = []
    for _ in range(2 * len(FIELDS)):
        seen.append(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert seen == [*FIELDS, *FIELDS]


def test_taking_its_turn_changes_nothing_but_the_order(qtbot):
    made = column(QTableView(), LogSlider("slider", 0.1, 1.0), QPlainTextEdit(), QComboBox(), QLabel())
    policies = {widget: widget.focusPolicy() for widget in made.findChildren(QWidget)}
    late = Late(lambda: made)
    window = column(field("first"), late)
    qtbot.addWidget(window)
    window.show()
    gc.collect()
    assert {widget: widget.focusPolicy() for widget in policies} == policies
    made.findChild(QTableView).setColumnWidth(0, 9)


def test_backwards_as_well(window, qtbot):
    window.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    window.findChild(QLineEdit, "fifth").setFocus()
    seen = []
    for _ in FIELDS:
        seen.append(QApplication.focusWidget().objectName())
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    assert seen == list(reversed(FIELDS))


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_several_are_in_order_whichever_comes_first(qtbot, order):
    places = [Late(lambda number=number: column(QCheckBox(), field(str(number)))) for number in range(4)]
    window = column(field("first"), *places)
    qtbot.addWidget(window)
    for number in order:
        assert places[number].widget
    assert [name for name in visited(window, qtbot) if name] == ["first", *"0123"]


def test_a_section_that_is_opened_makes_room_for_what_is_made_then(qtbot):
    late = Late(lambda: column(*(field(name) for name in FIELDS)))
    whole = QScrollArea()
    whole.setWidgetResizable(True)
    whole.setWidget(column(column(field("above"), Disclosure("more", late))))
    qtbot.addWidget(whole)
    whole.resize(300, 100)
    whole.show()
    QApplication.processEvents()
    whole.findChild(Disclosure).set_open(True)
    QApplication.processEvents()
    assert late.height() >= late.sizeHint().height()
    assert whole.widget().height() >= whole.widget().sizeHint().height()
