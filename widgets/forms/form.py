"""A form for a declared type: one row per field, applied as one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from networks.core.fields import Field, changed, fields_of
from widgets.forms.editors import ChoiceEditor, Editor, editor_for
from widgets.forms.field_words import bounds_words, hover_help
from widgets.forms.rows import Rows
from widgets.look.translation import declared


class Form(QWidget):
    """Shows one value, or several of one type, and asks for another value of a field.

    The controls have the fields' names as object names; a pair has `kernel_height`, `kernel_width` and
    `kernel_link`, and a word besides the numbers `features_special`.
    """

    edited = Signal(str, object)
    """Name of the field and its new value, which fits every value shown."""

    def __init__(self, names: tuple[str, ...] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self._kind: type[msgspec.Struct] | None = None
        self._values: tuple[msgspec.Struct, ...] = ()
        self._editors: dict[str, Editor] = {}
        self._rows = Rows()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._rows)

    def show_value(self, value: msgspec.Struct) -> None:
        """Shows one value."""
        self.show_values((value,))

    def show_values(self, values: Sequence[msgspec.Struct]) -> None:
        """Shows several values of one type; where they differ a dash stands."""
        if type(values[0]) is not self._kind:
            self._rebuild(type(values[0]))
        self._values = tuple(values)
        for name, editor in self._editors.items():
            editor.show_values([getattr(value, name) for value in values])

    def fields(self) -> tuple[Field, ...]:
        """The fields that have a row."""
        return tuple(editor.field for editor in self._editors.values())

    def editor(self, name: str) -> Editor:
        """The editor of one field."""
        return self._editors[name]

    def add_beside(self, name: str, widget: QWidget) -> None:
        """Puts something at the right of a field's editor."""
        row = self._editors[name].layout()
        assert row is not None
        if not isinstance(row, QHBoxLayout):
            inner = QHBoxLayout()
            inner.setSpacing(5)
            first = row.takeAt(0)
            assert first is not None
            inner.addItem(first)
            row.insertLayout(0, inner)  # type: ignore[attr-defined]
            row = inner
        row.addWidget(widget)

    def disable_choices(self, name: str, reasons: Mapping[Any, str]) -> None:
        """Greys out the choices of a field that cannot be chosen, and says why on hover."""
        editor = self._editors[name]
        assert isinstance(editor, ChoiceEditor)
        editor.disable_choices(reasons)

    def say(self, name: str, sentence: str) -> None:
        """What is wrong with a field, in a line below it; empty takes the line away."""
        self._rows.say(self._editors[name], sentence)

    def _rebuild(self, kind: type[msgspec.Struct]) -> None:
        old, self._rows = self._rows, Rows()
        self._column.replaceWidget(old, self._rows)
        old.hide()
        old.deleteLater()
        self._kind = kind
        self._editors = {}
        for field in fields_of(kind, self._names):
            editor = editor_for(field)
            self._editors[field.name] = editor
            editor.edited.connect(partial(self._take, field.name))
            editor.refused.connect(partial(self.say, field.name))
            self._describe(editor)
        self.setVisible(bool(self._editors))

    def _describe(self, editor: Editor) -> None:
        """Row, hover help and accessible name of an editor."""
        field = editor.field
        title, tip = declared(field.title), hover_help(field)
        label = self._rows.add_row(title, editor, tip=tip, top=field.special is not None)
        controls = editor.controls()
        label.setBuddy(controls[0])
        names = _control_names(self, field, title)
        for control, name in zip(controls, names, strict=True):
            control.setAccessibleName(name)
            control.setAccessibleDescription(
                ". ".join(filter(None, (declared(field.help), bounds_words(field))))
            )
            control.setToolTip(control.toolTip() or tip)

    def _take(self, name: str, value: object) -> None:
        try:
            values = tuple(changed(shown, **{name: value}) for shown in self._values)
        except msgspec.ValidationError as error:
            self.say(name, str(error))
            return
        self.say(name, "")
        if values != self._values:
            self._values = values
            self.edited.emit(name, value)


def _control_names(form: Form, field: Field, title: str) -> tuple[str, ...]:
    if field.kind == "pair":
        return (
            form.tr("{title}: height").format(title=title),
            form.tr("{title}: width").format(title=title),
            form.tr("{title}: square").format(title=title),
        )
    if field.special is not None:
        word = declared(field.label_of(field.special))
        return (title, form.tr("{title}: {word}").format(title=title, word=word))
    return (title,)
