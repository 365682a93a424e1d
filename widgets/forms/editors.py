"""An editor for each kind of declared field: it is shown values and asks for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from networks.core.fields import Field
from widgets.controls.check_box import CheckBox, LinkButton
from widgets.controls.combo_box import ComboBox
from widgets.forms.number_field import MIXED, NumberField
from widgets.forms.rows import dim
from widgets.look.translation import declared


class Editor(QWidget):
    """Edits one field of all that is shown; its values there may differ."""

    edited = Signal(object)
    refused = Signal(str)
    """What was expected when something typed is refused; empty when it is fine again."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field

    def show_values(self, values: Sequence[Any]) -> None:
        """Shows at least one value; never emits."""
        raise NotImplementedError

    def give_up(self) -> None:
        """Drops what was typed and refused: the editor now shows something else."""
        for field in self.findChildren(NumberField):
            field.give_up()

    def controls(self) -> tuple[QWidget, ...]:
        """The widgets that take the focus, the main one first."""
        raise NotImplementedError

    def _row(self, *widgets: QWidget, gap: int = 5) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(gap)
        for widget in widgets:
            row.addWidget(widget)


class NumberEditor(Editor):
    """A whole or real number; a word accepted instead, such as “classes”, is a check box below it."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._number = NumberField(field)
        self._number.edited.connect(self.edited)
        self._number.refused.connect(self.refused)
        self._last = field.default if field.default != field.special else field.low
        self._special: CheckBox | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self._number)
        if field.special is not None:
            self._special = CheckBox(declared(field.label_of(field.special)))
            self._special.setObjectName(f"{field.name}_special")
            self._special.clicked.connect(self._choose_special)
            column.addWidget(self._special)

    def show_values(self, values: Sequence[Any]) -> None:
        numbers = [value for value in values if value != self.field.special]
        if numbers:
            self._last = numbers[0]
        self._number.setEnabled(bool(numbers))
        same = len(set(values)) == 1
        self._number.show_number(values[0] if same and numbers else None, self._last)
        if not numbers:
            self._number.setPlaceholderText(self.tr("from the data"))
        if self._special is not None:
            _show_flags(self._special, [value == self.field.special for value in values])

    def controls(self) -> tuple[QWidget, ...]:
        return (self._number,) if self._special is None else (self._number, self._special)

    @Slot()
    def _choose_special(self) -> None:
        assert self._special is not None
        self._special.setTristate(False)
        chosen = self._special.isChecked()
        self._number.setEnabled(not chosen)
        self.edited.emit(self.field.special if chosen else self._last)


class NumbersEditor(Editor):
    """Any number of whole numbers in one line, with commas between them."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._numbers = NumberField(field)
        self._numbers.edited.connect(self.edited)
        self._numbers.refused.connect(self.refused)
        self._row(self._numbers)

    def show_values(self, values: Sequence[Any]) -> None:
        same = len(set(values)) == 1
        self._numbers.show_number(values[0] if same else None, values[0])
        if same and not values[0]:
            self._numbers.setPlaceholderText(self.tr("none"))

    def controls(self) -> tuple[QWidget, ...]:
        return (self._numbers,)


class FlagEditor(Editor):
    """A check box, half checked if the values differ."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._box = CheckBox()
        self._box.setObjectName(field.name)
        self._box.clicked.connect(self._take)
        self._why_not = dim()
        self._why_not.setObjectName(f"{field.name}_why_not")
        self._why_not.hide()
        self._row(self._box, self._why_not)
        self._box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._why_not.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = self.layout()
        assert row is not None
        row.setAlignment(self._box, Qt.AlignmentFlag.AlignLeft)

    def show_values(self, values: Sequence[Any]) -> None:
        _show_flags(self._box, values)

    def disable(self, reason: str) -> None:
        """Greys it out for this reason, which stands beside it, or enables it for an empty one.

        What is on can be turned off all the same.
        """
        self._why_not.setText(reason)
        self._why_not.setVisible(bool(reason))
        self._box.setEnabled(not reason or self._box.checkState() != Qt.CheckState.Unchecked)

    def controls(self) -> tuple[QWidget, ...]:
        return (self._box,)

    @Slot()
    def _take(self) -> None:
        self._box.setTristate(False)
        self.edited.emit(self._box.isChecked())


class ChoiceEditor(Editor):
    """A combo box with the words for each choice."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._box = ComboBox()
        self._box.setObjectName(field.name)
        self._box.setPlaceholderText(MIXED)
        for choice in field.choices:
            self._box.addItem(declared(field.label_of(choice)))
        self._box.activated.connect(self._take)
        self._shown: Any = None
        self._row(self._box)

    def show_values(self, values: Sequence[Any]) -> None:
        same = len(set(values)) == 1
        self._shown = values[0] if same else None
        with QSignalBlocker(self._box):
            self._box.setCurrentIndex(self.field.choices.index(values[0]) if same else -1)

    def disable_choices(self, reasons: Mapping[Any, str]) -> None:
        """Greys out the choices that have a reason not to be chosen; the others are enabled."""
        for index, choice in enumerate(self.field.choices):
            self._box.disable_choice(index, reasons.get(choice, ""))

    def controls(self) -> tuple[QWidget, ...]:
        return (self._box,)

    @Slot(int)
    def _take(self, index: int) -> None:
        choice = self.field.choices[index]
        if choice != self._shown:
            self._shown = choice
            self.edited.emit(choice)


class PairEditor(Editor):
    """Height × width; while the link is on they are one number."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._height, self._width = (NumberField(field, unit=False) for _ in range(2))  # no room
        self._height.setObjectName(f"{field.name}_height")
        self._width.setObjectName(f"{field.name}_width")
        self._link = LinkButton()
        self._link.setObjectName(f"{field.name}_link")
        self._link.setChecked(True)
        self._link.setToolTip(self.tr("Square: height and width stay the same"))
        self._pair: tuple[int | None, int | None] = (None, None)
        self._height.edited.connect(self._take_height)
        self._width.edited.connect(self._take_width)
        self._height.refused.connect(self.refused)
        self._width.refused.connect(self.refused)
        self._link.clicked.connect(self._take_link)
        self._row(self._height, QLabel("×"), self._width, self._link, gap=3)

    def show_values(self, values: Sequence[Any]) -> None:
        sides = list(zip(*values, strict=True))
        height, width = (side[0] if len(set(side)) == 1 else None for side in sides)
        if any(value[0] != value[1] for value in values):
            self._link.setChecked(False)
        self._pair = (height, width)
        self._height.show_number(height, sides[0][0])
        self._width.show_number(width, sides[1][0])

    def controls(self) -> tuple[QWidget, ...]:
        return (self._height, self._width, self._link)

    @Slot(object)
    def _take_height(self, number: int) -> None:
        self._give(number, number if self._is_one(self._pair[1]) else self._pair[1])

    @Slot(object)
    def _take_width(self, number: int) -> None:
        self._give(number if self._is_one(self._pair[0]) else self._pair[0], number)

    @Slot()
    def _take_link(self) -> None:
        number = self._pair[0]
        if self._link.isChecked() and number is not None and self._pair[1] != number:
            self._give(number, number)

    def _is_one(self, other: int | None) -> bool:
        """Whether both sides get the same number; they must if the other one differs among the values."""
        return self._link.isChecked() or other is None

    def _give(self, height: int | None, width: int | None) -> None:
        self._pair = (height, width)
        self._height.show_number(height)
        self._width.show_number(width)
        self.edited.emit((height, width))


class TextEditor(Editor):
    """A line of text."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._line = QLineEdit()
        self._line.setObjectName(field.name)
        self._line.editingFinished.connect(self._give)
        self._row(self._line)

    def show_values(self, values: Sequence[Any]) -> None:
        same = len(set(values)) == 1
        self._line.setPlaceholderText("" if same else MIXED)
        text = values[0] if same else ""
        if self._line.text() != text:
            self._line.setText(text)

    def controls(self) -> tuple[QWidget, ...]:
        return (self._line,)

    def _give(self) -> None:
        if self._line.isModified():
            self._line.setModified(False)
            self.edited.emit(self._line.text())


def editor_for(field: Field) -> Editor:
    """The editor that fits a field's kind."""
    kinds: dict[str, type[Editor]] = {
        "whole": NumberEditor,
        "real": NumberEditor,
        "flag": FlagEditor,
        "choice": ChoiceEditor,
        "pair": PairEditor,
        "numbers": NumbersEditor,
        "text": TextEditor,
    }
    return kinds[field.kind](field)


def _show_flags(box: CheckBox, flags: Sequence[bool]) -> None:
    mixed = len(set(flags)) > 1
    box.setTristate(mixed)
    state = Qt.CheckState.Checked if flags[0] else Qt.CheckState.Unchecked
    box.setCheckState(Qt.CheckState.PartiallyChecked if mixed else state)
