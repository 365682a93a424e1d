"""A form for a declared type: one row per field, applied as one types, and a group for each nested type."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from networks.core.fields import Field, changed_at, fields_of
from widgets.controls.combo_box import ComboBox
from widgets.controls.focus_order import Door
from widgets.forms.editors import ChoiceEditor, Editor, FlagEditor, editor_for
from widgets.forms.field_offers import offers_of, open_menu
from widgets.forms.field_words import bounds_words, hover_help, type_help, type_words
from widgets.forms.number_field import MIXED
from widgets.forms.rows import Rows, dim, heading
from widgets.look.translation import declared

MOST_KEPT = 6
"""How many types' rows a form keeps that goes to and fro between types."""


class Form(QWidget):
    """Shows one value, or several of one type, and asks for another value of a field.

    The controls have the fields' names as object names; a pair has `kernel_height`, `kernel_width` and
    `kernel_link`, and a word that stands for a number `features_special`.
    """

    edited = Signal(str, object)
    """Path of the field, such as `kernel` or `optimizer.lr`, and its new value; it fits all that is shown."""

    def __init__(
        self,
        names: tuple[str, ...] | None = None,
        titles: Mapping[str, str] | None = None,
        parent: QWidget | None = None,
        *,
        without: tuple[str, ...] = (),
        rows: type[Rows] = Rows,
        choices_only: bool = False,
        keeps: bool = False,
    ) -> None:
        """Shows all fields, or those of these `names` in this order; `titles` replaces the declared ones.

        `rows` lays them out. With `choices_only`, a field that is one of several types is only chosen here;
        its parameters stand in another form. With `keeps`, the rows of types that were shown before are kept,
        since making them takes longer than a frame; nothing may be put beside their editors.
        """
        super().__init__(parent)
        self._names, self._titles = names, titles or {}
        self._without, self._make_rows, self._choices_only = without, rows, choices_only
        self._kind: type[msgspec.Struct] | None = None
        self._values: tuple[msgspec.Struct, ...] = ()
        self._editors: dict[str, Editor] = {}
        self._keeps = keeps
        self._kept: dict[type[msgspec.Struct], _Kept] = {}
        """What stands ready for other types, hidden; the type that was shown longest ago first."""
        self._door = Door(self)
        self._rows = rows()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._rows)

    def show_value(self, value: msgspec.Struct) -> None:
        """Shows one value."""
        self.show_values((value,))

    def show_values(self, values: Sequence[msgspec.Struct]) -> None:
        """Shows several values of one type; a dash where they differ."""
        if type(values[0]) is not self._kind:
            self._rebuild(type(values[0]))
        self._values = tuple(values)
        for name, editor in self._editors.items():
            editor.show_values([getattr(value, name) for value in values])

    def give_up(self) -> None:
        """Drops what was typed and refused: the form now shows something else."""
        for editor in self._editors.values():
            editor.give_up()

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

    def disable_flag(self, name: str, reason: str) -> None:
        """Greys out a flag that cannot be turned on, and says why beside it; enables it for no reason."""
        editor = self._editors[name]
        assert isinstance(editor, FlagEditor)
        editor.disable(reason)

    def say(self, name: str, sentence: str) -> None:
        """What is wrong with a field, in a line below it; empty takes the line away."""
        self._rows.say(self._editors[name], sentence)

    def show_bolts(self, names: Collection[str]) -> None:
        """Marks the fields of these names as those that also change the run that goes on."""
        for name, editor in self._editors.items():
            self._rows.show_bolt(editor, name in names)

    def _rebuild(self, kind: type[msgspec.Struct]) -> None:
        old, before = self._rows, self._kind
        old.hide()
        if before is not None and self._keeps:
            self._keep(before)
        else:
            old.deleteLater()
        self._kind = kind
        kept = self._kept.pop(kind, None)
        self._rows = self._make_rows() if kept is None else kept.rows
        self._column.replaceWidget(old, self._rows)
        if kept is None:
            self._fill(kind)
        else:
            kept.give_names()
            self._editors = kept.editors
            self._rows.show()
        if not self._editors:
            self.hide()
        elif self.parentWidget() is not None:
            self.show()
        else:
            # shown now, it would be a window of its own for a moment: it is shown with what it is put into
            self.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)

    def _keep(self, kind: type[msgspec.Struct]) -> None:
        """Keeps the rows of this type, without what was refused there and without their names."""
        for editor in self._editors.values():
            editor.give_up()
            self._rows.say(editor, "")
        self._kept[kind] = _Kept(self._rows, self._editors)
        if len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept))).rows.deleteLater()

    def _fill(self, kind: type[msgspec.Struct]) -> None:
        """Makes the rows of this type."""
        self._editors = {}
        fields = [field for field in fields_of(kind, self._names) if field.name not in self._without]
        if (names := self._names) is not None:
            fields.sort(key=lambda field: names.index(field.name))
        for field in fields:
            editor = self._editor_for(field)
            self._editors[field.name] = editor
            editor.edited.connect(partial(self._take, field.name))
            editor.refused.connect(partial(self.say, field.name))
        if self.parentWidget() is not None:
            self._door.let_in(self._rows)

    def _editor_for(self, field: Field) -> Editor:
        title = self._titles.get(field.name, declared(field.title))
        if field.kind == "union" and self._choices_only:
            chooser = TypeBox(field)
            self._describe(chooser, title)
            return chooser
        if field.kind in ("struct", "union"):
            nested = TypeChoice(field, title) if field.kind == "union" else Group(field, title)
            nested.edited_within.connect(partial(self._take_within, field.name))
            self._rows.add_wide(nested)
            return nested
        editor = editor_for(field)
        self._describe(editor, title)
        return editor

    def _describe(self, editor: Editor, title: str) -> None:
        """Row, hover help and accessible name of an editor."""
        field = editor.field
        tip = hover_help(field)
        label = self._rows.add_row(title, editor, tip=tip, top=field.special is not None)
        controls = editor.controls()
        label.setBuddy(controls[0])
        label.offered = lambda: bool(offers_of(self, self._values, field.name))
        label.clicked.connect(
            lambda place: open_menu(label, offers_of(self, self._values, field.name), place)
        )
        names = _control_names(self, field, title)
        for control, name in zip(controls, names, strict=True):
            control.setAccessibleName(name)
            # the help is a sentence with its full stop
            control.setAccessibleDescription(
                " ".join(filter(None, (declared(field.help), bounds_words(field))))
            )
            control.setToolTip(control.toolTip() or tip)

    def _take_within(self, name: str, path: str, value: object) -> None:
        self._take(f"{name}.{path}", value)

    def _take(self, path: str, value: object) -> None:
        name = path.partition(".")[0]
        try:
            values = tuple(changed_at(shown, path, value) for shown in self._values)
        except msgspec.ValidationError as error:
            self.say(name, str(error))
            return
        self.say(name, "")
        if values != self._values:
            self._values = values
            self.edited.emit(path, value)


class _Kept:
    """The rows and editors of a type that is not shown now. Nobody finds them by their names meanwhile."""

    def __init__(self, rows: Rows, editors: dict[str, Editor]) -> None:
        self.rows, self.editors = rows, editors
        self._names = [
            (widget, name) for widget in rows.findChildren(QWidget) if (name := widget.objectName())
        ]
        for widget, _ in self._names:
            widget.setObjectName("")

    def give_names(self) -> None:
        """Lets them be found again."""
        for widget, name in self._names:
            widget.setObjectName(name)


class TypeBox(Editor):
    """Chooses one of several types."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._shown: object = None
        self._box = ComboBox()
        self._box.setObjectName(field.name)
        self._box.setPlaceholderText(MIXED)
        for index, kind in enumerate(field.types):
            self._box.addItem(type_words(kind))
            self._box.setItemData(index, type_help(kind), Qt.ItemDataRole.ToolTipRole)
        self._box.activated.connect(self._choose)
        self._row(self._box)

    def show_values(self, values: Sequence[Any]) -> None:
        kinds = {type(value) for value in values}
        self._shown = kind = kinds.pop() if len(kinds) == 1 else None
        known = kind in self.field.types
        self._box.setCurrentIndex(self.field.types.index(kind) if kind is not None and known else -1)

    def controls(self) -> tuple[QWidget, ...]:
        return (self._box,)

    @Slot(int)
    def _choose(self, index: int) -> None:
        kind = self.field.types[index]
        if kind is not self._shown:
            self._shown = kind
            self.edited.emit(kind())


class Nested(Editor):
    """A field that holds fields of its own."""

    edited_within = Signal(str, object)
    """Path of a field inside, and its new value."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._form = Form()
        self._form.setObjectName(field.name)
        self._form.edited.connect(self.edited_within)

    def _stack(self, *widgets: QWidget) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in widgets:
            column.addWidget(widget)


class Group(Nested):
    """A struct within a struct, under its title."""

    def __init__(self, field: Field, title: str) -> None:
        super().__init__(field)
        top = heading(title)
        top.setToolTip(hover_help(field))
        self._stack(top, self._form)

    def show_values(self, values: Sequence[msgspec.Struct]) -> None:
        self._form.show_values(values)

    def controls(self) -> tuple[QWidget, ...]:
        return (self._form,)


class TypeChoice(Nested):
    """Chooses one of several types; below it stand what that does and its parameters."""

    def __init__(self, field: Field, title: str) -> None:
        super().__init__(field)
        self._chooser = TypeBox(field)
        self._chooser.edited.connect(self.edited)
        (box,) = self._chooser.controls()
        box.setAccessibleName(declared(field.title))
        self._help = dim()
        rows = Rows()
        rows.add_row(title, self._chooser, tip=hover_help(field)).setBuddy(box)
        self._stack(rows, self._help, self._form)

    def show_values(self, values: Sequence[msgspec.Struct]) -> None:
        self._chooser.show_values(values)
        kinds = {type(value) for value in values}
        kind = kinds.pop() if len(kinds) == 1 else None
        self._help.setText("" if kind is None else type_help(kind))
        self._help.setVisible(kind is not None)
        if kind is not None:
            self._form.show_values(values)
        self._form.setVisible(kind is not None and bool(self._form.fields()))

    def controls(self) -> tuple[QWidget, ...]:
        return self._chooser.controls()


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
