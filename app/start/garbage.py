"""Where and when Python's cyclic garbage collector runs: in the window's thread, by a timer."""

from __future__ import annotations

import gc
import math
import time

from PySide6.QtCore import QObject, QTimer, Slot

OFTEN_MS = 100
"""A copy of a network of 1,000 layers makes 50,000 objects: those of a second take a tenth of one."""
BEFORE_OLDER = 3
"""After so many collections of what is new comes one of what has survived them, and so on to the oldest."""
FEW = 10_000
"""Where so few objects are found, it was not worth while to look at the oldest."""
REST = 1_000
"""Then they are left alone for so many times as long as that has taken."""


class GarbageCollector(QObject):
    """Runs Python's cyclic collector in the window's thread only.

    In the training thread it would free Qt's objects there and crash; switched off, memory would leak.
    Freezing exempts everything that is imported. Nothing else happens in the window meanwhile: so the new is
    looked at often, a little at a time, and the oldest as often as that is worth while.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._thresholds = gc.get_threshold()[0], BEFORE_OLDER, BEFORE_OLDER
        self._oldest_from = math.inf
        """When it may look at the oldest again: not before the first freeze."""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(OFTEN_MS)

    def freeze(self) -> None:
        """Exempts everything that is alive now from collection.

        Until then much is imported, all of which stays: the oldest are looked at from now on only.
        """
        gc.freeze()
        self._oldest_from = 0.0

    @Slot()
    def _collect(self) -> None:
        for generation in (2, 1, 0):
            if gc.get_count()[generation] <= self._thresholds[generation]:
                continue
            began = time.monotonic()
            if generation < 2:
                gc.collect(generation)
                return
            if began >= self._oldest_from:
                found, ended = gc.collect(), time.monotonic()
                self._oldest_from = ended + (REST * (ended - began) if found < FEW else 0.0)
                return
