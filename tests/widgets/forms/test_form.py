"""Forms for every declared type, set through their controls by real keys and clicks."""

from __future__ import annotations

from html import escape
from typing import Annotated, ClassVar

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from networks.core.declared import Declared
from networks.core.fields import changed, described, fields_of, real, whole
from networks.layers import LAYERS
from networks.layers.convolution import Conv2d
from networks.layers.ends import Input
from networks.layers.linear import Linear
from networks.recipes.datasets import DATASETS
from networks.recipes.learning_section import Learning
from networks.recipes.losses import LOSSES
from networks.recipes.optimizers import OPTIMIZERS, SGD
from networks.recipes.schedules import SCHEDULES, MultiStep
from tests.widgets.typing_in import retype
from widgets.forms.field_words import edit_words
from widgets.forms.form import Form
from widgets.forms.number_field import NumberField
from widgets.forms.numerals import fits, show
from widgets.forms.rows import Cells

DECLARED = (*LAYERS, *OPTIMIZERS, *LOSSES, *SCHEDULES, *DATASETS)
WITH_FIELDS = [
    pytest.param(kind, field, id=f"{kind.__name__}.{field.name}")
    for kind in DECLARED
    for field in fields_of(kind)
]


def form_of(qtbot, *values, names=None):
    form = Form(names)
    qtbot.addWidget(form)
    form.resize(240, 500)
    form.show_values(values)
    with qtbot.waitActive(form):
        form.show()
    form.taken = []
    form.edited.connect(lambda name, value: form.taken.append((name, value)))
    return form


def other_number(field, value):
    """A number within the bounds that is not `value`."""
    candidates = [field.low, field.high, 1, 2, 3, 0.5, 0.25]
    if field.kind != "real":
        candidates = [int(c) for c in candidates if c == int(c)]
    return next(c for c in candidates if c != value and fits(c, field))


def press(qtbot, form, field, value):
    """Sets the field to something else as a person would. Gives what is then expected."""
    control = form.editor(field.name).controls()[0]
    match field.kind:
        case "flag":
            control.setFocus()
            qtbot.keyClick(control, Qt.Key.Key_Space)
            return not value
        case "choice":
            control.setFocus()
            index = field.choices.index(value)
            down = index + 1 < len(field.choices)
            qtbot.keyClick(control, Qt.Key.Key_Down if down else Qt.Key.Key_Up)
            return field.choices[index + 1 if down else index - 1]
        case "pair":
            number = other_number(field, value[0])
            linked = form.editor(field.name).controls()[2].isChecked()
            retype(qtbot, control, show(number))
            return (number, number if linked else value[1])
        case "numbers":
            retype(qtbot, control, "7, 3;12 ")
            return (3, 7, 12)
        case "text":
            retype(qtbot, control, "other words")
            qtbot.keyClick(control, Qt.Key.Key_Return)
            return "other words"
        case _:
            number = other_number(field, value)
            retype(qtbot, control, show(number))
            return number


@pytest.mark.parametrize(("kind", "field"), WITH_FIELDS)
def test_every_field_can_be_set_and_explains_itself(qtbot, kind, field):
    form = form_of(qtbot, kind())
    for control in form.editor(field.name).controls():
        assert field.title in control.accessibleName()
        assert control.toolTip()
    assert field.help
    assert escape(field.help) in form.editor(field.name).controls()[0].toolTip()
    expected = press(qtbot, form, field, getattr(kind(), field.name))
    name, value = form.taken[-1]
    assert (name, value) == (field.name, expected)
    assert type(value) is type(expected) or field.kind == "real"
    assert getattr(changed(kind(), **{name: value}), name) == expected


def test_several_numbers_are_typed_in_any_order_and_refused_in_words(qtbot):
    form = form_of(qtbot, MultiStep())
    (line,) = form.editor("at").controls()
    assert line.text() == "10, 15"
    retype(qtbot, line, "80, 40,")
    assert form.taken[-1] == ("at", (40, 80))
    retype(qtbot, line, "80, forty")
    assert form.taken[-1] == ("at", (10, 15))
    assert line.is_refused()
    retype(qtbot, line, " ".join("7" * 101))
    assert line.is_refused()
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    assert form.taken[-1] == ("at", ())
    form.show_value(MultiStep(at=()))
    assert line.placeholderText() == "none"


@pytest.mark.parametrize("kind", DECLARED)
def test_a_form_has_one_row_per_field_and_is_not_cut_off(qtbot, kind):
    form = form_of(qtbot, kind())
    assert tuple(field.name for field in form.fields()) == tuple(field.name for field in fields_of(kind))
    assert form.minimumSizeHint().width() <= 236


@pytest.mark.parametrize("kind", DECLARED)
def test_showing_emits_nothing(qtbot, kind):
    form = form_of(qtbot, kind())
    form.show_value(kind())
    assert form.taken == []


def test_all_kinds_of_bounds_and_units_stand_in_the_hover_help(qtbot):
    form = form_of(qtbot, Conv2d())
    tip = form.findChild(QLineEdit, "kernel_height").toolTip()
    assert "1 to 1024" in tip
    assert "unit: px" in tip
    assert "default: 3 × 3" in tip


def test_a_linked_pair_is_one_number_and_an_open_one_two(qtbot):
    form = form_of(qtbot, Conv2d())
    height, width = form.findChild(QLineEdit, "kernel_height"), form.findChild(QLineEdit, "kernel_width")
    link = form.findChild(QAbstractButton, "kernel_link")
    retype(qtbot, width, "5")
    assert (form.taken[-1], height.text()) == (("kernel", (5, 5)), "5")
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    retype(qtbot, width, "7")
    assert form.taken[-1] == ("kernel", (5, 7))
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert (form.taken[-1], width.text()) == (("kernel", (5, 5)), "5")


def test_a_rectangular_pair_is_shown_open(qtbot):
    form = form_of(qtbot, Conv2d(kernel=(1, 7)))
    assert not form.findChild(QAbstractButton, "kernel_link").isChecked()


def test_features_can_follow_the_data_and_come_back(qtbot):
    form = form_of(qtbot, Linear(features=84))
    number, word = (
        form.findChild(NumberField, "features"),
        form.findChild(QAbstractButton, "features_special"),
    )
    qtbot.mouseClick(word, Qt.MouseButton.LeftButton)
    assert form.taken[-1] == ("features", "classes")
    form.show_value(Linear(features="classes"))
    assert not number.isEnabled()
    assert number.placeholderText() == "from the data"
    qtbot.mouseClick(word, Qt.MouseButton.LeftButton)
    assert form.taken[-1] == ("features", 84)


def test_several_values_show_a_dash_where_they_differ(qtbot):
    form = form_of(qtbot, Conv2d(), Conv2d(filters=8, kernel=(3, 5), bias=False))
    assert form.findChild(QLineEdit, "filters").placeholderText() == "—"
    assert form.findChild(QLineEdit, "kernel_height").text() == "3"
    assert form.findChild(QLineEdit, "kernel_width").placeholderText() == "—"
    bias = form.findChild(QAbstractButton, "bias")
    assert bias.checkState() == Qt.CheckState.PartiallyChecked
    bias.setFocus()
    qtbot.keyClick(bias, Qt.Key.Key_Space)
    assert form.taken == [("bias", True)]


def test_several_choices_that_differ_show_a_dash(qtbot):
    form = form_of(qtbot, Input(channels=1), Input(channels=3))
    assert form.findChild(QComboBox, "channels").currentIndex() == -1


def test_a_mixed_number_steps_from_the_first(qtbot):
    form = form_of(qtbot, Conv2d(filters=6), Conv2d(filters=16))
    filters = form.findChild(QLineEdit, "filters")
    filters.setFocus()
    qtbot.keyClick(filters, Qt.Key.Key_Up)
    assert form.taken == [("filters", 7)]


def test_a_refusal_stands_below_its_row_until_it_is_mended(qtbot):
    form = form_of(qtbot, SGD())
    rate = form.findChild(QLineEdit, "lr")
    retype(qtbot, rate, "-1")
    line = form.findChild(QLabel, "refusal")
    assert (line.isVisible(), line.text()) == (True, "Expected a number, above 0, at most 1000.")
    assert form.taken == []
    retype(qtbot, rate, "0.1")
    assert not line.isVisible()
    assert form.taken[-1] == ("lr", 0.1)


def test_focus_and_cursor_survive_being_shown_the_same_type(qtbot):
    form = form_of(qtbot, Conv2d())
    filters = form.findChild(QLineEdit, "filters")
    form.edited.connect(lambda name, value: form.show_value(changed(Conv2d(), **{name: value})))
    retype(qtbot, filters, "128")
    qtbot.keyClick(filters, Qt.Key.Key_Home)
    qtbot.keyClicks(filters, "2")
    assert (filters.text(), filters.cursorPosition(), filters.hasFocus()) == ("2128", 1, True)
    assert form.taken[-1] == ("filters", 2128)


def test_the_tab_key_visits_the_fields_of_another_type_where_the_form_stands(qtbot):
    window, form, behind = QWidget(), Form(), QLineEdit()
    behind.setObjectName("behind")
    column = QVBoxLayout(window)
    column.addWidget(form)
    column.addWidget(behind)
    qtbot.addWidget(window)
    for value in (Conv2d(), Linear(), Conv2d()):
        form.show_value(value)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        qtbot.waitUntil(form.editor("bias").isVisible)
        controls = [control for field in form.fields() for control in form.editor(field.name).controls()]
        form.editor(form.fields()[0].name).controls()[0].setFocus()
        visited = []
        for _ in range(len(controls) + 1):
            visited.append(QApplication.focusWidget())
            QTest.keyClick(visited[-1], Qt.Key.Key_Tab)
        stops = [control for control in controls if control in visited]
        assert visited[: len(stops)] == stops
        assert visited[len(stops)] is behind
        assert len(stops) > 2


def test_another_type_gets_another_form(qtbot):
    form = form_of(qtbot, Conv2d())
    form.show_value(Linear())
    assert [field.name for field in form.fields()] == ["features", "bias"]


# a struct within a struct, and a type to choose


class Blur(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    radius: Annotated[float, real("Radius", "How far the blur reaches.", 0.0, 9.0, unit="pixels")] = 1.0
    square: Annotated[bool, described("Square", "Whether corners count.")] = False


class Schedule(Declared, frozen=True):
    pass


class Constant(Schedule, frozen=True):
    """The rate stays as it is."""


class Cosine(Schedule, frozen=True):
    """The rate falls along half a wave."""

    title: ClassVar = "Half a wave"

    warm: Annotated[int, whole("Warm-up", "Epochs in which the rate rises.", 0, 99)] = 0
    blur: Annotated[Blur, described("Inner blur", "One more level.")] = Blur()


class Throwaway(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    strength: Annotated[float, real("Strength", "How much.", 0.0, 1.0)] = 0.5
    blur: Annotated[Blur, described("Blur", "Softens the images.")] = Blur()
    schedule: Annotated[Constant | Cosine, described("Schedule", "How the rate changes.")] = Constant()


def test_a_struct_within_a_struct_is_a_group_under_its_title(qtbot):
    form = form_of(qtbot, Throwaway())
    assert [field.name for field in form.fields()] == ["strength", "blur", "schedule"]
    titles = [label.text() for label in form.findChildren(QLabel) if label.isVisible()]
    assert titles.index("Strength") < titles.index("Blur") < titles.index("Radius") < titles.index("Schedule")
    retype(qtbot, form.findChild(QLineEdit, "radius"), "2.5")
    assert form.taken[-1] == ("blur.radius", 2.5)
    qtbot.keyClick(form.findChild(QCheckBox, "square"), Qt.Key.Key_Space)
    assert form.taken[-1] == ("blur.square", True)


def test_what_is_out_of_bounds_in_a_group_is_refused_below_its_row(qtbot):
    form = form_of(qtbot, Throwaway())
    taken = list(form.taken)
    retype(qtbot, form.findChild(QLineEdit, "radius"), "99")
    assert all(value <= 9 for _, value in form.taken[len(taken) :])
    assert any(label.text() for label in form.findChildren(QLabel, "refusal"))


def test_choosing_a_type_shows_what_it_does_and_its_own_parameters(qtbot):
    form = form_of(qtbot, Throwaway())
    box = form.findChild(QComboBox, "schedule")
    assert [box.itemText(index) for index in range(box.count())] == ["Constant", "Half a wave"]
    assert form.findChild(QLineEdit, "warm") is None
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert form.taken == [("schedule", Cosine())]
    form.show_value(Throwaway(schedule=Cosine()))
    assert any(label.text() == Cosine.help() for label in form.findChildren(QLabel))
    retype(qtbot, form.findChild(QLineEdit, "warm"), "7")
    assert form.taken[-1] == ("schedule.warm", 7)
    inner = form.findChild(Form, "schedule").findChild(QLineEdit, "radius")
    retype(qtbot, inner, "4")
    assert form.taken[-1] == ("schedule.blur.radius", 4.0)


def test_choosing_the_type_that_is_shown_asks_for_nothing(qtbot):
    form = form_of(qtbot, Throwaway(schedule=Cosine(warm=5)))
    box = form.findChild(QComboBox, "schedule")
    box.activated.emit(box.currentIndex())
    assert form.taken == []


def test_several_values_with_different_types_show_none_of_them(qtbot):
    form = form_of(qtbot, Throwaway(), Throwaway(schedule=Cosine()), Throwaway(blur=Blur(radius=3.0)))
    assert form.findChild(QComboBox, "schedule").currentIndex() == -1
    assert form.findChild(QLineEdit, "warm") is None
    assert form.findChild(QLineEdit, "radius").text() == ""
    form.show_values([Throwaway(schedule=Cosine(warm=1)), Throwaway(schedule=Cosine(warm=1))])
    assert form.findChild(QLineEdit, "warm").isVisible()
    assert form.findChild(QLineEdit, "warm").text() == "1"
    form.show_values([Throwaway(), Throwaway(schedule=Cosine())])
    assert not form.findChild(QLineEdit, "warm").isVisible()


def test_titles_can_be_replaced_where_a_form_stands(qtbot):
    form = Form(("schedule",), {"schedule": "Rate"})
    qtbot.addWidget(form)
    form.show_value(Throwaway())
    assert "Rate" in [label.text() for label in form.findChildren(QLabel)]


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        (Throwaway(), "strength", "Set strength to 0.5"),
        (Throwaway(), "blur.radius", "Set radius to 1"),
        (Throwaway(schedule=Cosine()), "schedule", "Set schedule to Half a wave"),
        (Throwaway(), "schedule", "Set schedule to Constant"),
        (Throwaway(schedule=Cosine()), "schedule.blur.square", "Set square to off"),
    ],
)
def test_the_history_says_what_changed(qapp, value, path, words):
    assert edit_words(value, path) == words


def test_a_form_can_be_of_a_few_fields_in_an_order_of_its_own(qtbot):
    form = form_of(qtbot, Learning(), names=("epochs", "clip"))
    assert [field.name for field in form.fields()] == ["epochs", "clip"]
    retype(qtbot, form.findChild(QLineEdit, "epochs"), "7")
    assert form.taken[-1] == ("epochs", 7)


def test_tab_walks_the_fields_in_their_order(qtbot):
    form = form_of(qtbot, SGD())
    controls = [form.editor(field.name).controls()[0] for field in form.fields()]
    controls[0].setFocus()
    for control in controls[1:]:
        qtbot.keyClick(form.focusWidget(), Qt.Key.Key_Tab)
        assert form.focusWidget() is control


def test_cells_stand_side_by_side_where_their_words_have_room(qtbot):
    form = Form(("loss", "optimizer"), rows=Cells, choices_only=True)
    qtbot.addWidget(form)
    form.show_value(Learning())
    loss, optimizer = (form.findChild(QComboBox, name) for name in ("loss", "optimizer"))
    form.resize(400, 200)
    form.show()
    qtbot.waitUntil(lambda: loss.mapTo(form, QPoint()).y() == optimizer.mapTo(form, QPoint()).y())
    form.resize(180, 200)
    qtbot.waitUntil(lambda: loss.mapTo(form, QPoint()).y() < optimizer.mapTo(form, QPoint()).y())
    assert loss.shown_text() == "Cross-entropy"


def test_a_type_that_is_only_chosen_here_comes_with_its_defaults(qtbot):
    form = Form(("optimizer",), choices_only=True)
    qtbot.addWidget(form)
    form.show_value(Learning())
    assert form.findChild(QLineEdit) is None
    taken = []
    form.edited.connect(lambda name, value: taken.append((name, value)))
    box = form.findChild(QComboBox, "optimizer")
    box.setCurrentIndex(OPTIMIZERS.index(SGD))
    box.activated.emit(OPTIMIZERS.index(SGD))
    assert taken == [("optimizer", SGD())]
