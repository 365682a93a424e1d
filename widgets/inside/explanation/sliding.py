"""Lets the window slide over all that comes in, spot by spot, until the whole map has been gone over."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from networks.explanations.pages.page import Page
from networks.xray.value_place import ValuePlace

SPOTS = 200
"""Of a larger map some spots are left out, evenly."""
SPOT_MS = 90
"""So long a spot is shown at least."""


class Sliding(QObject):
    """Asks for the numbers of a map one after the other, row by row, and then for the one where it began.

    The next one is asked for when the one before is shown and its time is over.
    """

    wished = Signal(object)
    """The `ValuePlace` that is to be shown now."""
    changed = Signal()
    """It has begun, gone on or ended."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seen: NDArray[np.bool_] | None = None
        """height×width: what has been gone over so far; None while nothing slides."""
        self._begin: ValuePlace | None = None
        self._spots: list[tuple[int, int]] = []
        self._step = 1
        self._wish: ValuePlace | None = None
        self._timer = QTimer(self, singleShot=True, interval=SPOT_MS)
        self._timer.timeout.connect(self._go_on)

    @property
    def on(self) -> bool:
        """Whether it slides now."""
        return self.seen is not None

    def start(self, page: Page) -> None:
        """Begins at the first number of the page's map."""
        shown = page.map
        assert shown is not None, "only maps are gone over"
        height, width = shown.shape
        self._step = step = max(1, math.ceil((height * width / SPOTS) ** 0.5))
        self._begin = page.place
        self._spots = [(row, column) for row in range(0, height, step) for column in range(0, width, step)]
        self.seen = np.zeros((height, width), bool)
        self._go_on()

    def stop(self) -> None:
        """Stays where it is."""
        if self.on:
            self._timer.stop()
            self.seen = self._begin = self._wish = None
            self.changed.emit()

    def take(self, page: Page) -> None:
        """This is shown now. Whatever was not asked for here ends it."""
        if not self.on:
            return
        if page.place != self._wish:
            self.stop()
            return
        assert self.seen is not None
        _, row, column = page.place.at
        self.seen[row : row + self._step, column : column + self._step] = True
        self.changed.emit()
        self._timer.start()

    @Slot()
    def _go_on(self) -> None:
        begin = self._begin
        if begin is None:
            return
        if not self._spots:
            self.stop()
            self.wished.emit(begin)
            return
        self._wish = ValuePlace(begin.layer, (begin.at[0], *self._spots.pop(0)))
        self.wished.emit(self._wish)
