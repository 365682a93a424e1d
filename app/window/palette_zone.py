"""The palette left of the canvas; in a narrow window a rail of icons that open it beside them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.feature.panel import Mark
from app.window.seats import Seat
from widgets.controls.rail import UNBOUNDED, Rail
from widgets.controls.rail import WIDTH as RAIL_WIDTH
from widgets.look import theme


class PaletteZone(QWidget):
    """The panel, or the rail, or both while the user has opened the panel in a narrow window."""

    drawer_changed = Signal()
    """The panel was opened or closed beside the rail."""

    def __init__(self, seat: Seat, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        panel = seat.panel
        self._seat, self._widget = seat, panel.widget
        self._least = panel.least_width
        self._on_rail = False
        self._opened = False
        panel.widget.setMinimumWidth(max(theme.grown(panel.least_width), panel.widget.minimumWidth()))
        self.rail = Rail(panel.title, self)
        marks = panel.marks or (Mark(panel.icon, panel.title, panel.widget.setFocus),)
        for at, mark in enumerate(marks):
            self.rail.add(mark.icon, mark.title, partial(self._press, mark, at), mark.group)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(panel.widget, 1)
        seat.wished.connect(self.open_drawer)
        self._refresh()

    @property
    def on_rail(self) -> bool:
        """Whether the panel gives way to icons."""
        return self._on_rail

    @property
    def opened(self) -> bool:
        """Whether the panel stands beside the rail, opened by hand."""
        return self._on_rail and self._opened

    def set_on_rail(self, on_rail: bool) -> None:
        """Folds the panel to icons, since the window is narrow, or shows it again."""
        if on_rail != self._on_rail:
            self._on_rail = on_rail
            self._refresh()

    def panel_width(self) -> int:
        """What the panel alone needs."""
        return max(self._widget.minimumWidth(), self._widget.minimumSizeHint().width())

    def least_width(self) -> int:
        """What is needed in the present state."""
        if not self._on_rail:
            return self.panel_width()
        return RAIL_WIDTH + (self.panel_width() if self._opened else 0)

    @Slot()
    def open_drawer(self) -> None:
        """Shows the panel beside the rail, where the window is narrow."""
        if self._on_rail and not self._opened:
            self._opened = True
            self._refresh()
            self.drawer_changed.emit()

    def keep_open(self) -> None:
        """Shows the panel beside the rail wherever there is one."""
        if not self._opened:
            self._opened = True
            self._refresh()
            self.drawer_changed.emit()

    @Slot()
    def close_drawer(self) -> None:
        """Leaves only the rail, where the window is narrow."""
        if self._opened:
            self._opened = False
            self._refresh()
            self.drawer_changed.emit()

    def _press(self, mark: Mark, at: int) -> None:
        """Opens the panel at what the icon stands for; the icon that is lit closes it."""
        if not self.rail.buttons[at].isChecked():
            self.close_drawer()
            return
        for index, button in enumerate(self.rail.buttons):
            button.setChecked(index == at)
        self.open_drawer()
        mark.open()

    def _refresh(self) -> None:
        self.rail.setVisible(self._on_rail)
        self._widget.setVisible(not self._on_rail or self._opened)
        # a rail cannot be dragged wider
        self.setMaximumWidth(RAIL_WIDTH if self._on_rail and not self._opened else UNBOUNDED)
        if not self._opened:
            for button in self.rail.buttons:
                button.setChecked(False)
