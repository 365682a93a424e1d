"""The choice of a twin: in what it differs, and how."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from networks.core.message import UserError
from networks.project.project import Project
from networks.project.settings import Setting, entry_of, settings, value_of
from networks.project.twins import Twin, set_twin
from widgets.controls.combo_box import ComboBox
from widgets.forms.editors import Editor, editor_for
from widgets.forms.rows import Cells
from widgets.look.translation import declared, said

SETTING, EARLIER, NONE = "setting", "earlier", "none"


class Offers(NamedTuple):
    """The project that would be trained, its selected layers, and the twins that suggest themselves."""

    project: Project
    twins: tuple[Twin, ...]
    earlier: tuple[Twin, ...] = ()
    """The project as it was in earlier runs, the newest first."""
    layers: tuple[str, ...] = ()


class TwinChoice(QWidget):
    """Two lists, and a field where a setting is to have another value."""

    changed = Signal()
    """Another twin is chosen, or none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers: Offers | None = None
        self._settings: tuple[Setting, ...] = ()
        self._twins: tuple[Twin, ...] = ()
        self._editor: Editor | None = None
        self._value: Any = None
        self._refusal = ""
        self.kinds, self.entries = ComboBox(), ComboBox()
        self.kinds.setObjectName("twin_kind")
        self.entries.setObjectName("twin_change")
        self.kinds.setAccessibleName(self.tr("What the twin differs in"))
        self.entries.setAccessibleName(self.tr("The single change"))
        self.kinds.activated.connect(self._choose_kind)
        self.entries.activated.connect(self._choose_entry)
        self.cells = Cells()
        self.cells.add_row(self.tr("Change"), self.kinds, tip=self.tr("In what the twin differs."))
        self.cells.add_row(self.tr("To"), self.entries, tip=self.tr("The single change of the twin."))
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.cells)
        column.addWidget(self._holder)

    def show_offers(self, offers: Offers) -> None:
        """Shows what can be chosen; what was chosen stays, where it is still offered."""
        kind, entry = self.kinds.currentData(), self.entries.currentText()
        self._offers = offers
        self._settings = settings(offers.project, offers.layers)
        self.kinds.clear()
        for title in dict.fromkeys(said(twin.kind) for twin in offers.twins):
            self.kinds.addItem(title, title)
        self.kinds.addItem(self.tr("Another value of a setting"), SETTING)
        if offers.earlier:
            self.kinds.addItem(self.tr("As it was before"), EARLIER)
        self.kinds.addItem(self.tr("Nothing: only several seeds"), NONE)
        self.kinds.setCurrentIndex(max(0, self.kinds.findData(kind)))
        self._fill(entry)

    @property
    def alone(self) -> bool:
        """Whether the project is to be trained without a twin."""
        return bool(self.kinds.currentData() == NONE)

    @property
    def refusal(self) -> str:
        """Why there is no twin; empty where there is one, or none is wished."""
        return self._refusal

    def twin(self) -> Twin | None:
        """The twin that is chosen; None where none is wished, or `refusal` says why there is none."""
        self._refusal = ""
        if self._offers is None or self.alone:
            return None
        index = self.entries.currentIndex()
        if self.kinds.currentData() != SETTING:
            return self._twins[index] if 0 <= index < len(self._twins) else None
        try:
            return set_twin(self._offers.project, self._settings[index].path, self._value)
        except UserError as error:
            self._refusal = said(error.reason)
        return None

    @Slot()
    def _choose_kind(self) -> None:
        self._fill("")
        self.changed.emit()

    @Slot()
    def _choose_entry(self) -> None:
        self._show_value()
        self.changed.emit()

    def _fill(self, entry: str) -> None:
        assert self._offers is not None
        kind = self.kinds.currentData()
        self.entries.clear()
        self._twins = ()
        if kind == SETTING:
            self.entries.addItems([self._title(each) for each in self._settings])
        elif kind != NONE:
            offered = self._offers.earlier if kind == EARLIER else self._offers.twins
            self._twins = tuple(t for t in offered if kind == EARLIER or said(t.kind) == kind)
            self.entries.addItems([said(twin.words) for twin in self._twins])
        self.entries.setCurrentIndex(max(0, self.entries.findText(entry)))
        self.entries.setEnabled(kind != NONE)
        self._show_value()

    def _title(self, setting: Setting) -> str:
        """The setting's label, with the layer or the step of the augmentation that has it."""
        assert self._offers is not None
        title = declared(setting.field.title)
        layer = " + ".join(setting.layers) or declared(entry_of(self._offers.project, setting.path))
        return self.tr("{layer}: {setting}").format(layer=layer, setting=title) if layer else title

    def _show_value(self) -> None:
        """An editor for the value of the setting that is chosen, with the value that it has now."""
        if self._editor is not None:
            self._column.removeWidget(self._editor)
            self._editor.hide()
            self._editor.deleteLater()
            self._editor = None
        shown = self.kinds.currentData() == SETTING and self._offers is not None
        self._holder.setVisible(shown)
        if not shown or self._offers is None:
            return
        setting = self._settings[max(0, self.entries.currentIndex())]
        self._value = value_of(self._offers.project, setting.path)
        editor = self._editor = editor_for(setting.field)
        editor.show_values([self._value])
        editor.edited.connect(self._take_value)
        for control in editor.controls():
            control.setAccessibleName(self.tr("{setting} of the twin").format(setting=self._title(setting)))
        self._column.addWidget(editor)

    @Slot(object)
    def _take_value(self, value: object) -> None:
        self._value = value
        if self._editor is not None:
            self._editor.show_values([value])
        self.changed.emit()
