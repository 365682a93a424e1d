"""Where and when Python's cyclic garbage collector runs: in the window's thread, by a timer."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer


class GarbageCollector(QObject):
    """Runs Python's cyclic collector in the window's thread only.

    In the training thread it would free Qt's objects there and crash; switched off, memory would leak.
    Freezing exempts everything that is imported, so that a collection takes well under a millisecond.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._thresholds = gc.get_threshold()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(1000)

    def freeze(self) -> None:
        """Exempts everything that is alive now from collection."""
        gc.freeze()

    def _collect(self) -> None:
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return
