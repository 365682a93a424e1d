"""Makes what a window has not needed yet while nothing else is to be done, so that it opens at once."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget
from shiboken6 import Shiboken

from app.background.slices import Slices
from widgets.controls.late import Late

PAUSE_MS = 30
"""Between two slices."""


class PanelsAhead(QObject):
    """Prepares everything that stands in a `Late` within a window, one after the other, in slices."""

    done = Signal()
    """Everything is prepared."""

    def __init__(self, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._slices = Slices(PAUSE_MS, self)
        self._slices.done.connect(self.done)

    @property
    def busy(self) -> bool:
        """Whether something is still to be prepared."""
        return self._slices.busy

    @Slot()
    def start(self) -> None:
        """Begins with what is not there yet."""
        self._slices.start(self._all_steps())

    def close(self) -> None:
        """Leaves the rest to whoever needs it first."""
        self._slices.close()

    def _all_steps(self) -> Iterator[None]:
        prepared: set[Late[QWidget]] = set()
        # what is prepared may have more within it
        while left := [one for one in self._window.findChildren(Late) if one not in prepared]:
            prepared.update(left)
            for one in left:
                if Shiboken.isValid(one) and not one.in_place:
                    yield from one.prepared()
