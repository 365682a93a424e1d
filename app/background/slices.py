"""Work of the window's thread that is done in slices, so that other events have their turn between them."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

SLICE = 0.008
"""Seconds after which other events have their turn; a step that takes longer is not broken off."""


class Slices(QObject):
    """Takes the steps of an iterator, some at a time, while nothing is being dragged."""

    done = Signal()
    """The last step is done."""

    def __init__(self, pause_ms: int, parent: QObject | None = None) -> None:
        """Between two slices it pauses for so many milliseconds."""
        super().__init__(parent)
        self._steps: Iterator[None] = iter(())
        self._timer = QTimer(self, interval=pause_ms)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether there are steps left."""
        return self._timer.isActive()

    def start(self, steps: Iterator[None]) -> None:
        """Begins with these, and forgets what was left of others."""
        self._steps = steps
        self._timer.start()

    def close(self) -> None:
        """Leaves the rest undone; `done` does not come."""
        self._timer.stop()
        self._steps = iter(())

    @Slot()
    def _go_on(self) -> None:
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return
        end = time.perf_counter() + SLICE
        for _ in self._steps:
            if time.perf_counter() >= end:
                return
        self._timer.stop()
        self.done.emit()
