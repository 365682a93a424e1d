"""A seat is a panel in its zone: whether the user has closed it, and its entry in the menu View."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction

from app.feature.panel import Panel
from widgets.controls.section import ShowWatch


class Seat(QObject):
    """Keeps whether a panel is open; its zone follows `changed`."""

    changed = Signal()
    """The panel was opened or closed."""
    wished = Signal()
    """The panel is to be brought into view."""

    def __init__(self, panel: Panel, parent: QObject) -> None:
        super().__init__(parent)
        self.panel = panel
        self.action = QAction(panel.title, self)
        self.action.setObjectName(f"show_{panel.name}")
        self.action.setCheckable(True)
        self.action.setChecked(True)
        self.action.toggled.connect(self._toggle)
        if panel.seen is not None:
            ShowWatch(panel.widget).seen.connect(panel.seen)

    @property
    def open(self) -> bool:
        """Whether the user wants to see it. In a narrow window it may be folded to an icon nevertheless."""
        return self.action.isChecked()

    def set_open(self, opened: bool) -> None:
        """Opens or closes it."""
        self.action.setChecked(opened)

    def bring(self) -> None:
        """Opens it and brings it into view."""
        self.set_open(True)
        self.wished.emit()

    @Slot(bool)
    def _toggle(self, opened: bool) -> None:
        self.changed.emit()
        if opened:
            self.wished.emit()
