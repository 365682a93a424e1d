"""The row in which the selected layer or fold gets another name, with the reason where it cannot."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot

from networks.core.message import UserError
from networks.graph.network import Network
from widgets.controls.name_field import NameField
from widgets.forms.rows import Rows
from widgets.look.translation import said


class NameRow(Rows):
    """Tries each name while it is typed; one that cannot be stays in the field, with the reason below it."""

    renamed = Signal(str, str, object)
    """Old name, new name, and the network with the new one."""

    def __init__(self, object_name: str, tip: str, rename: Callable[[str, str], Network]) -> None:
        """`rename` takes the old and the new name; it raises UserError where the new one cannot be."""
        super().__init__()
        self._rename = rename
        self._old = ""
        self._name = NameField()
        self._name.setObjectName(object_name)
        self._name.setAccessibleName(self.tr("Name"))
        self.add_row(self.tr("Name"), self._name, tip=tip)
        self._name.textEdited.connect(self._check)
        self._name.editingFinished.connect(self._finish)

    def show_name(self, name: str) -> None:
        """Shows the name of what is selected; an empty one where several things are."""
        another, self._old = name != self._old, name
        if another:
            self._refuse("")
        if name:
            self._name.show_name(name, force=another)

    def check(self) -> None:
        """Tries the name that stands there; the network may be another one now."""
        self._check(self._name.text())

    @Slot(str)
    def _check(self, new: str) -> None:
        try:
            self._rename(self._old, new)
        except UserError as error:
            self._refuse(said(error.reason))
        else:
            self._refuse("")

    @Slot()
    def _finish(self) -> None:
        old, new = self._old, self._name.text()
        if not old or new == old:
            return
        try:
            network = self._rename(old, new)
        except UserError as error:
            still = self.tr("It is still called “{name}”.").format(name=old)
            self._refuse(f"{said(error.reason)} {still}")
            return
        self.renamed.emit(old, new, network)

    def _refuse(self, sentence: str) -> None:
        self._name.show_wrong(bool(sentence))
        self._name.setAccessibleDescription(sentence)
        self.say(self._name, sentence)
