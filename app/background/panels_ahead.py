"""Makes what a window has not needed yet while nothing else is to be done, so that it opens at once."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

from widgets.controls.late import Late

PAUSE_MS = 30
"""Between two slices."""
SLICE = 0.008
"""Seconds after which other events have their turn; a step that takes longer is not broken off."""


class PanelsAhead(QObject):
    """Prepares everything that stands in a `Late` within a window, one after the other, in slices."""

    done = Signal()
    """Everything is prepared."""

    def __init__(self, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._steps: Iterator[None] = iter(())
        self._timer = QTimer(self, interval=PAUSE_MS)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether something is still to be prepared."""
        return self._timer.isActive()

    @Slot()
    def start(self) -> None:
        """Begins with what is not there yet."""
        self._steps = self._all_steps()
        self._timer.start()

    def close(self) -> None:
        """Leaves the rest to whoever needs it first."""
        self._timer.stop()
        self._steps = iter(())

    def _all_steps(self) -> Iterator[None]:
        prepared: set[Late[QWidget]] = set()
        # what is prepared may have more within it
        while left := [one for one in self._window.findChildren(Late) if one not in prepared]:
            prepared.update(left)
            for one in left:
                if Shiboken.isValid(one) and not one.in_place:
                    yield from one.prepared()

    @Slot()
    def _go_on(self) -> None:
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return  # something is being dragged
        end = time.perf_counter() + SLICE
        for _ in self._steps:
            if time.perf_counter() >= end:
                return
        self._timer.stop()
        self.done.emit()
