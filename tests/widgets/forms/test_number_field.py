"""A field for one number, driven by keys, wheel and mouse."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QToolButton, QVBoxLayout, QWidget

from networks.core.fields import Field, fields_of
from networks.recipes.learning_section import Learning
from networks.recipes.machine_section import Machine
from tests.widgets.typing_in import retype
from widgets.forms.number_dialog import NumberDialog
from widgets.forms.number_field import NumberField
from widgets.forms.numerals import parse

RATE = Field("lr", "real", "Learning rate", "", 1e-3, low=0.0, high=1000.0, open_low=True)
COUNT = Field("filters", "whole", "Filters", "", 32, low=1, high=65_536, unit="px")


def shown(qtbot, field, value):
    box = QWidget()
    column = QVBoxLayout(box)
    number, other = NumberField(field), NumberField(field)
    column.addWidget(number)
    column.addWidget(other)
    qtbot.addWidget(box)
    box.resize(240, 100)
    with qtbot.waitActive(box):
        box.show()
    number.show_number(value)
    other.show_number(value)
    number.taken, number.refusals = [], []
    number.edited.connect(number.taken.append)
    number.refused.connect(number.refusals.append)
    number.box, number.other = box, other
    return number


def turn(field, delta):
    place = QPointF(field.rect().center())
    event = QWheelEvent(
        place,
        QPointF(field.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field, event)
    return event


def test_every_typed_digit_is_applied(qtbot):
    field = shown(qtbot, COUNT, 32)
    retype(qtbot, field, "128")
    assert field.taken == [1, 12, 128]


def test_scientific_notation_is_taken_and_written_short_afterwards(qtbot):
    field = shown(qtbot, RATE, 0.001)
    retype(qtbot, field, "1.50e-4")
    assert field.taken[-1] == 1.5e-4
    assert field.text() == "1.50e-4"
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert field.text() == "0.00015"


def test_nonsense_is_refused_in_words_and_the_old_value_holds(qtbot):
    field = shown(qtbot, RATE, 0.001)
    retype(qtbot, field, "abc")
    assert field.taken == []
    assert field.is_refused()
    assert field.refusals[-1] == "Expected a number, above 0, at most 1000."
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert (field.text(), field.is_refused()) == ("abc", True)
    assert field.refusals[-1] == "Expected a number, above 0, at most 1000. Still in force: 0.001."
    assert field.accessibleDescription().startswith(field.refusals[-1])


def test_escape_gives_the_old_value_back(qtbot):
    field = shown(qtbot, COUNT, 32)
    retype(qtbot, field, "x")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), field.is_refused()) == ("32", False)


def test_out_of_bounds_is_refused_with_the_bounds(qtbot):
    field = shown(qtbot, COUNT, 32)
    retype(qtbot, field, "0")
    assert field.taken == []
    assert field.refusals[-1] == "Expected a whole number, 1 to 65\u202f536."


def test_a_comma_becomes_a_point_before_everyones_eyes(qtbot):
    field = shown(qtbot, RATE, 0.001)
    retype(qtbot, field, "0,25")
    assert (field.text(), field.taken[-1]) == ("0.25", 0.25)


def test_what_zero_means_is_written_beside_it(qtbot):
    (threads,), (clip,) = fields_of(Machine, ("threads",)), fields_of(Learning, ("clip",))
    assert shown(qtbot, clip, 0.0).beside() == "off"
    field = shown(qtbot, threads, 0)
    assert field.beside() == "all but one"
    retype(qtbot, field, "4")
    assert field.beside() == "cores"
    assert shown(qtbot, RATE, 0.001).beside() == ""


def test_arrow_and_page_keys_step(qtbot):
    field = shown(qtbot, RATE, 0.009)
    field.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
        qtbot.keyClick(field, key)
    assert field.taken == [0.01, 0.02, 0.01, 0.1, 0.01]


def test_the_wheel_turns_only_with_the_focus(qtbot):
    field = shown(qtbot, COUNT, 32)
    field.other.setFocus()
    assert not turn(field, 120).isAccepted()
    assert field.taken == []
    field.setFocus()
    turn(field, 120)
    turn(field, -60)
    turn(field, -60)
    assert field.taken == [33, 32]


def test_the_small_arrows_step(qtbot):
    field = shown(qtbot, COUNT, 32)
    field.setFocus()
    up = field.findChild(QToolButton, "step_up")
    down = field.findChild(QToolButton, "step_down")
    assert up.isVisible()
    qtbot.mouseClick(up, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(down, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(down, Qt.MouseButton.LeftButton)
    assert field.taken == [33, 32, 31]


def test_filling_from_outside_emits_nothing(qtbot):
    field = shown(qtbot, COUNT, 32)
    field.show_number(64)
    field.show_number(None, 8)
    assert (field.taken, field.text(), field.placeholderText()) == ([], "", "—")


def test_what_is_being_typed_survives_being_shown_the_same(qtbot):
    field = shown(qtbot, RATE, 0.5)
    retype(qtbot, field, "0.50")
    qtbot.keyClick(field, Qt.Key.Key_Left)
    field.show_number(0.5)
    assert (field.text(), field.cursorPosition()) == ("0.50", 3)
    field.show_number(0.25)
    assert field.text() == "0.25"


def test_half_typed_text_survives_being_shown_the_same(qtbot):
    field = shown(qtbot, RATE, 0.5)
    retype(qtbot, field, "1e-")
    field.show_number(0.5)
    assert field.text() == "1e-"
    qtbot.keyClicks(field, "4")
    assert field.taken[-1] == 1e-4


def test_typing_back_to_the_start_is_told_too(qtbot):
    field = shown(qtbot, COUNT, 3)
    retype(qtbot, field, "5")
    retype(qtbot, field, "3")
    assert field.taken == [5, 3]


@pytest.mark.parametrize("keys", ["Ctrl+Z", "Ctrl+Shift+Z"])
def test_undo_belongs_to_the_project_not_to_the_text(qtbot, keys):
    from PySide6.QtGui import QShortcut

    field = shown(qtbot, COUNT, 32)
    asked = []
    shortcut = QShortcut(keys, field.box)
    shortcut.activated.connect(lambda: asked.append(keys))
    retype(qtbot, field, "8")
    shift = Qt.KeyboardModifier.ShiftModifier if "Shift" in keys else Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | shift)
    assert asked == [keys]
    assert field.text() == "8"


@pytest.mark.parametrize(
    ("field", "old", "typed"),
    [
        (COUNT, 32, "99999999"),
        (COUNT, 32, "3.5"),
        (COUNT, 32, "2*8"),
        (COUNT, 32, "16 px"),
        (COUNT, 32, "1e3"),
        (COUNT, 32, "64\u0663"),
        (RATE, 0.001, "5%"),
        (RATE, 0.001, "10000"),
        (RATE, 0.001, "0.1.2"),
    ],
)
@pytest.mark.parametrize("paste", [False, True])
def test_a_refused_number_leaves_no_part_of_itself_behind(qtbot, field, old, typed, paste):
    number = shown(qtbot, field, old)
    if paste or not typed.isascii():  # QTest types no others
        number.setFocus()
        number.selectAll()
        QApplication.clipboard().setText(typed)
        number.paste()
    else:
        retype(qtbot, number, typed)
    qtbot.keyClick(number, Qt.Key.Key_Tab)
    assert (number.text(), number.is_refused()) == (typed, True)
    assert [old, *number.taken][-1] == old
    assert "Expected" in number.refusals[-1]
    assert str(old) in number.refusals[-1]
    # being shown the same again, because something else has changed, does not hide what is wrong
    number.show_number(old)
    assert number.text() == typed
    number.give_up()
    assert (number.text(), number.is_refused(), number.refusals[-1]) == (str(old), False, "")


def test_correcting_a_refused_text_is_taken(qtbot):
    number = shown(qtbot, COUNT, 32)
    retype(qtbot, number, "3.5")
    number.other.setFocus()
    number.setFocus()
    qtbot.keyClick(number, Qt.Key.Key_Backspace)
    qtbot.keyClick(number, Qt.Key.Key_Backspace)
    assert (number.taken[-1], number.is_refused(), number.refusals[-1]) == (3, False, "")


def test_several_values_are_not_changed_by_the_beginning_of_a_refused_number(qtbot):
    number = shown(qtbot, COUNT, 32)
    number.show_number(None, 8)
    retype(qtbot, number, "3.5")
    qtbot.keyClick(number, Qt.Key.Key_Tab)
    assert (number.taken, number.text()) == ([], "3.5")
    retype(qtbot, number, "64")
    qtbot.keyClick(number, Qt.Key.Key_Tab)
    assert number.taken == [64]


_TYPED = st.text(st.sampled_from("0123456789.,eE+-*/% x()_\u0663\uff11"), max_size=10) | st.text(max_size=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_TYPED, min_size=1, max_size=3), st.sampled_from([(COUNT, 32), (RATE, 0.001)]))
def test_a_field_holds_what_was_typed_or_the_old_value_with_the_text_and_a_reason(qapp, texts, kind):
    field, held = kind
    number = NumberField(field)
    number.show_number(held)
    taken, refusals = [held], [""]
    number.edited.connect(taken.append)
    number.refused.connect(refusals.append)
    for text in texts:
        number.clear()
        for character in text:
            number.insert(character)
            number.textEdited.emit(number.text())
        typed = number.text()
        qapp.sendEvent(
            number, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
        )
        value = parse(typed, field)
        if value is not None:
            held = value
            assert (parse(number.text(), field), number.is_refused(), refusals[-1]) == (held, False, "")
        elif typed.strip():
            assert (number.text(), number.is_refused()) == (typed, True)
            assert refusals[-1]
        assert taken[-1] == held


def test_a_field_that_stands_alone_says_itself_why_it_refuses(qtbot):
    number = NumberField(COUNT)
    number.setToolTip("How many")
    number.show_number(32)
    qtbot.addWidget(number)
    with qtbot.waitActive(number):
        number.show()
    number.selectAll()
    qtbot.keyClicks(number, "99999999")
    assert number.text() == "99999999"
    assert number.toolTip().startswith("Expected a whole number, 1 to")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert number.toolTip().endswith("Still in force: 32.")
    qtbot.keyClick(number, Qt.Key.Key_Escape)
    assert (number.text(), number.toolTip()) == ("32", "How many")


def test_a_dialog_for_a_number_never_takes_the_beginning_of_one_that_is_refused(qtbot):
    dialog = NumberDialog("Probe", "Picture number, 0 to 1796", 5, 0, 1796)
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.show()
    for typed in ("99999", "1797", "3.5", "5%", "-1", "x"):
        dialog.field.selectAll()
        qtbot.keyClicks(dialog.field, typed)
        dialog.accept()
        assert dialog.isVisible()
        assert (dialog.field.text(), dialog.number) == (typed, 5)
        assert "0 to 1" in " ".join(
            label.text() for label in dialog.findChildren(QLabel) if label.isVisible()
        )
    dialog.field.selectAll()
    qtbot.keyClicks(dialog.field, "1796")
    dialog.accept()
    assert (dialog.result(), dialog.number) == (QDialog.DialogCode.Accepted, 1796)
